"""The classifier of requests that are refused: learned like that of triage, of two labels."""

from collections import Counter
from collections.abc import Callable
from math import log2
from pathlib import Path

import numpy as np

from doctor_llama.triage import refusals
from training.triage import corpus, learning, net

UNSAFE, SAFE = refusals.UNSAFE, refusals.SAFE
NET = 0.3  # share of the net in what both say
EPOCHS = 30  # of the net
GRAMS = 1 << 14  # its hashed runs of letters
FALSE_REFUSALS = 0.02  # of unseen calm lines of triage, at the threshold
WARY = 0.06  # of these, at which the model is warned
# What all lines of triage weigh beside those that were written for this. A weight of each would
# let ten thousand new ones outvote the few that know what is to be refused.
LIKE = 2.0
REFUSED = "crime-like requests"  # the topic of lines that are no red flag, and refused


def train(out: Path = refusals.FILE, say: Callable[[str], object] = print) -> None:
    """Learn from all lines, choose the thresholds by cross-validation, write the file."""
    asked = list(corpus.read(corpus.REQUESTS))
    lines = [*asked, *corpus.read()]
    wordings = Counter(line.source for line in lines)
    weights = np.array(
        [(1 + log2(wordings[line.source])) / wordings[line.source] for line in lines]
    )
    unsafe = np.array([line.label == "unsafe" or line.topic == REFUSED for line in lines])
    written = np.arange(len(lines)) < len(asked)
    calm = np.array([line.label in ("routine", "urgent") for line in lines]) & ~unsafe
    weights[~unsafe & ~written] *= (
        LIKE * weights[~unsafe & written].sum() / weights[~unsafe & ~written].sum()
    )
    weights[unsafe] *= weights[~unsafe].sum() / weights[unsafe].sum()
    labels = np.where(unsafe, UNSAFE, SAFE)
    texts = [line.text for line in lines]
    matrix, words = learning.vectors(texts, refusals.LETTERS), net.Texts(texts, GRAMS)
    heard = learning.hear(
        matrix, words, labels, weights, [line.source for line in lines], epochs=EPOCHS
    )
    both = (1 - NET) * heard.linear + NET * heard.net
    odds = both[:, UNSAFE] - both[:, SAFE]
    thresholds = {
        name: round(float(np.quantile(odds[calm], 1 - share)), 3)
        for name, share in (("unsafe", FALSE_REFUSALS), ("wary", WARY))
    }
    say(f"{len(lines)} wordings; {thresholds}; unseen unsafe ones above:")
    say(", ".join(f"{name} {(odds > at)[unsafe].mean():.3f}" for name, at in thresholds.items()))
    learning.save(out, heard, NET, thresholds)
