"""The classifier of triage: how sure its model must be of a message for each label.

That a rule holds is to it only a reason to be less sure that a message is calm.
"""

from math import log2
from pathlib import Path

import numpy as np

from doctor_llama.triage import model
from doctor_llama.triage.labels import Label
from doctor_llama.triage.lexicon import Reading
from doctor_llama.triage.model import Model

FILE = Path(__file__).with_name("classifier.safetensors")
LABELS = tuple(Label)
DOUBT = 2.0  # by how much urgent must be likelier than red, in logarithms, to be called only that
LONG = 40  # words above which a message must sound surer: a long story has more of everything in it


def load() -> Model:
    """The shipped model; its thresholds are odds against routine.

    `red` is that of emergency or crisis, `longer` by how much more of a message of twice `LONG`
    words, `urgent` that of urgent.
    """
    return model.load(FILE)


def length(words: int) -> float:
    """From 0, up to `LONG` words, to 1, from twice as many on."""
    return min(1.0, log2(max(words, LONG) / LONG))


def judge(
    reading: Reading, *, lower: float = 0.0, higher: float = 0.0, by: Model | None = None
) -> Label:
    """The label of a message: red first, wherever its odds pass the threshold.

    `lower` is by how much less will do for red, since a rule holds as well; `higher` by how much
    more is wanted for anything.
    """
    by = by or load()
    emergency, crisis, urgent, routine = (float(one) for one in by.odds(reading))
    red = float(np.logaddexp(emergency, crisis))
    if red - routine > by.thresholds["red"] + higher - lower:
        if urgent - red > DOUBT and not lower:
            return Label.URGENT
        return Label.CRISIS if crisis > emergency else Label.EMERGENCY
    return Label.URGENT if urgent - routine > by.thresholds["urgent"] + higher else Label.ROUTINE
