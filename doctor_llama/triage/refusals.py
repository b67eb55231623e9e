"""Requests that are refused: harm to others, illegal drugs, forgery, contempt, deceit of patients.

A linear model like that of the classifier, of one label. Ordinary questions about medicines, sex,
drugs and minds are answered; somebody in danger is never refused, since triage speaks first.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from doctor_llama.triage import features, lexicon

FILE = Path(__file__).with_name("refusals.safetensors")
RULE = "unsafe-request"  # what stands in a message's row as the rule


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in 8 bits with their scale, and the threshold chosen with them."""

    weights: NDArray[np.int8]  # (features.SIZE, 1)
    scale: float
    bias: float
    threshold: float

    def odds(self, text: str, hint: str | None = None) -> float:
        """Odds in logarithms that a text is to be refused."""
        found, values = features.features(lexicon.read(text, hint))
        return float((values * self.weights[found, 0]).sum()) * self.scale + self.bias


@cache
def load(file: Path = FILE) -> Model:
    """The shipped model."""
    with safe_open(file, "np") as opened:
        threshold = json.loads(opened.metadata()["about"])["thresholds"]["unsafe"]
        scale, bias = opened.get_tensor("scale"), opened.get_tensor("bias")
        return Model(opened.get_tensor("weights"), float(scale[0]), float(bias[0]), threshold)


def refused(text: str, hint: str | None = None) -> bool:
    """Whether a request is answered with the fixed refusal, and not by the model."""
    model = load()
    return model.odds(text, hint) > model.threshold
