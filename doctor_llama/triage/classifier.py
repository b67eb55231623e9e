"""A small linear model over the features of a message; its weights are trained by our own script.

`python -m training triage` makes the file; NumPy alone reads it. It knows no rule: it only says how
likely each label is.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from doctor_llama.triage import features
from doctor_llama.triage.labels import Label
from doctor_llama.triage.lexicon import Reading

FILE = Path(__file__).with_name("classifier.safetensors")
LABELS = tuple(Label)
DOUBT = 1.0  # by how much urgent must be likelier than red, in logarithms, to be called only that


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in 8 bits with a scale for each label, and the thresholds chosen with them."""

    weights: NDArray[np.int8]  # (features.SIZE, labels)
    scale: NDArray[np.float32]  # (labels,)
    bias: NDArray[np.float32]  # (labels,)
    red: float  # odds in logarithms of emergency or crisis against routine
    urgent: float  # the same of urgent against routine

    def odds(self, reading: Reading) -> NDArray[np.float32]:
        """Logarithms of the labels' probabilities, in the order of `Label`."""
        found, values = features.features(reading)
        # no BLAS: its threads cost more than they give on a few thousand numbers
        sums = np.einsum("f,fl->l", values, self.weights[found].astype(np.float32))
        logits = sums * self.scale + self.bias
        logits -= logits.max()
        odds: NDArray[np.float32] = logits - np.log(np.exp(logits).sum())
        return odds


@cache
def load(file: Path = FILE) -> Model:
    """The shipped model."""
    with safe_open(file, "np") as opened:
        thresholds = json.loads(opened.metadata()["thresholds"])
        return Model(
            opened.get_tensor("weights"),
            opened.get_tensor("scale"),
            opened.get_tensor("bias"),
            float(thresholds["red"]),
            float(thresholds["urgent"]),
        )


def judge(reading: Reading, model: Model | None = None) -> Label:
    """The label of a message: red first, wherever its odds pass the threshold."""
    model = model or load()
    odds = model.odds(reading)
    emergency, crisis, urgent, routine = (float(one) for one in odds)
    red = float(np.logaddexp(emergency, crisis))
    if red - routine > model.red:
        if urgent - red > DOUBT:
            return Label.URGENT
        return Label.CRISIS if crisis > emergency else Label.EMERGENCY
    return Label.URGENT if urgent - routine > model.urgent else Label.ROUTINE
