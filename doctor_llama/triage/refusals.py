"""Requests that are refused: harm to others, illegal drugs, forgery, contempt, deceit of patients.

A linear model like that of the classifier, of one label. Ordinary questions about medicines, sex,
drugs and minds are answered; somebody in danger is never refused, since triage speaks first.
What is nearly refused is answered by a model that is told to look twice.
"""

import json
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from doctor_llama.triage import features, lexicon, plain
from doctor_llama.triage.lexicon import Reading

FILE = Path(__file__).with_name("refusals.safetensors")
LETTERS = 1 << 17  # hashed runs of letters: more than triage has, which has a net beside it
FEW = 4  # words
RULE = "unsafe-request"  # what stands in a message's row as the rule


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in 8 bits with their scale, and the thresholds chosen with them."""

    weights: NDArray[np.int8]  # (features.CONCEPTS + LETTERS, 1)
    scale: float
    bias: float
    threshold: float  # from here on refused
    wary: float  # from here on the model is warned

    def odds(self, text: str, hint: str | None = None) -> float:
        """Odds in logarithms that a text is to be refused; none where nothing is asked."""
        reading = lexicon.read(text, hint)
        if not _asks(reading):
            return -inf
        found, values = features.features(reading, LETTERS)
        return float((values * self.weights[found, 0]).sum()) * self.scale + self.bias


@cache
def load(file: Path = FILE) -> Model:
    """The shipped model."""
    with safe_open(file, "np") as opened:
        at = json.loads(opened.metadata()["about"])["thresholds"]
        scale, bias = float(opened.get_tensor("scale")[0]), float(opened.get_tensor("bias")[0])
        return Model(opened.get_tensor("weights"), scale, bias, at["unsafe"], at["wary"])


def refused(text: str, hint: str | None = None) -> bool:
    """Whether a request is answered with the fixed refusal, and not by the model."""
    model = load()
    return model.odds(text, hint) > model.threshold


def dubious(text: str, hint: str | None = None) -> bool:
    """Whether the model is to be told, beside a request, that it may be one to decline."""
    model = load()
    return model.odds(text, hint) > model.wary


def _asks(reading: Reading) -> bool:
    """Whether enough is said to be refused: no mere talk, nor a few words that nobody knows."""
    if plain.is_talk(reading):
        return False
    words = sum(token[0].isalpha() for token in reading.tokens)
    return words > FEW or any(not hit.context for hit in reading.hits)
