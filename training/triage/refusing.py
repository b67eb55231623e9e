"""The classifier of requests that are refused: learned like that of triage, of two labels."""

from collections import Counter
from collections.abc import Callable
from math import log2
from pathlib import Path

import numpy as np

from doctor_llama.triage import features, refusals
from training.triage import corpus, learning

UNSAFE, SAFE = 0, 1
FALSE_REFUSALS = 0.018  # of unseen ordinary lines, at the threshold
LESS = 0.15  # what a line of triage weighs beside one that was written for this
REFUSED = "crime-like requests"  # the topic of lines that are no red flag, and refused


def train(out: Path = refusals.FILE, say: Callable[[str], object] = print) -> None:
    """Learn from all lines, choose the threshold by cross-validation, write the file."""
    asked = list(corpus.read(corpus.REQUESTS))
    lines = [*asked, *corpus.read()]
    wordings = Counter(line.source for line in lines)
    unsafe = [line.label == "unsafe" or line.topic == REFUSED for line in lines]
    labels = np.where(unsafe, UNSAFE, SAFE)
    weights = np.array(
        [
            (1 + log2(wordings[line.source]))
            / wordings[line.source]
            * (1.0 if number < len(asked) or unsafe[number] else LESS)
            for number, line in enumerate(lines)
        ]
    )
    weights[labels == UNSAFE] *= weights[labels == SAFE].sum() / weights[labels == UNSAFE].sum()
    matrix = learning.vectors([line.text for line in lines])
    unseen = learning.unseen_odds(matrix, labels, weights, [line.source for line in lines])
    odds = unseen[:, UNSAFE] - unseen[:, SAFE]
    threshold = round(float(np.quantile(odds[labels == SAFE], 1 - FALSE_REFUSALS)), 3)
    found = (odds > threshold)[labels == UNSAFE].mean()
    say(f"{len(lines)} wordings; unseen: {found:.3f} refused at {FALSE_REFUSALS:.1%}; {threshold}")
    learned, bias = learning.fit(matrix, labels, weights)
    learned[features.LETTERS :] *= learning.CONCEPTS
    one = learned[:, [UNSAFE]] - learned[:, [SAFE]]
    learning.save(out, one, bias[[UNSAFE]] - bias[[SAFE]], {"unsafe": threshold})
