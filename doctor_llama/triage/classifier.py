"""A linear model over the features of a message and a small net over its words, heard together.

`python -m training triage` makes the file; NumPy alone reads it. That a rule holds is to it only a
reason to be less sure that a message is calm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from doctor_llama.triage import features
from doctor_llama.triage.labels import Label
from doctor_llama.triage.lexicon import Reading
from doctor_llama.triage.net import KERNELS, Net

FILE = Path(__file__).with_name("classifier.safetensors")
LABELS = tuple(Label)
NET = 0.6  # share of the net in what both say
DOUBT = 2.0  # by how much urgent must be likelier than red, in logarithms, to be called only that
LONG = 40  # words above which a message must sound surer: a long story has more of everything in it


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in 8 bits with their scales, the net, and the thresholds chosen with them."""

    weights: NDArray[np.int8]  # (features.CONCEPTS + features.LETTERS, labels)
    scale: NDArray[np.float32]  # (labels,)
    bias: NDArray[np.float32]  # (labels,)
    net: Net
    red: float  # odds in logarithms of emergency or crisis against routine
    longer: float  # by how much more of a message of twice `LONG` words
    urgent: float  # as `red`, of urgent against routine

    def odds(self, reading: Reading) -> NDArray[np.float32]:
        """Logarithms of the labels' likelihoods, in the order of `Label`, by both."""
        found, values = features.features(reading)
        # no BLAS: its threads cost more than they give on a few thousand numbers
        sums = np.einsum("f,fl->l", values, self.weights[found].astype(np.float32))
        logits = sums * self.scale + self.bias
        logits -= logits.max()
        logits -= np.log(np.exp(logits).sum())
        odds: NDArray[np.float32] = NET * self.net.odds(reading) + (1 - NET) * logits
        return odds


@cache
def load(file: Path = FILE) -> Model:
    """The shipped model."""
    with safe_open(file, "np") as opened:
        about = json.loads(opened.metadata()["about"])
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    return Model(
        tensors["weights"],
        tensors["scale"],
        tensors["bias"],
        net_of(tensors, about["concepts"]),
        float(about["thresholds"]["red"]),
        float(about["thresholds"]["longer"]),
        float(about["thresholds"]["urgent"]),
    )


def net_of(tensors: Mapping[str, NDArray[Any]], names: dict[str, int]) -> Net:
    """The net whose tensors a file holds."""
    numbers = {name: one.astype(np.float32) for name, one in tensors.items()}
    return Net(
        tensors["net.grams"],
        numbers["net.scale"],
        names,
        numbers["net.concepts"],
        tuple(
            (numbers[f"net.kernel.{at}"], numbers[f"net.kernel.{at}.bias"])
            for at in range(len(KERNELS))
        ),
        numbers["net.out"],
        numbers["net.bias"],
    )


def length(words: int) -> float:
    """From 0, up to `LONG` words, to 1, from twice as many on."""
    return min(1.0, log2(max(words, LONG) / LONG))


def judge(
    reading: Reading, *, lower: float = 0.0, higher: float = 0.0, model: Model | None = None
) -> Label:
    """The label of a message: red first, wherever its odds pass the threshold.

    `lower` is by how much less will do for red, since a rule holds as well; `higher` by how much
    more is wanted for anything.
    """
    model = model or load()
    emergency, crisis, urgent, routine = (float(one) for one in model.odds(reading))
    red = float(np.logaddexp(emergency, crisis))
    if red - routine > model.red + higher - lower:
        if urgent - red > DOUBT and not lower:
            return Label.URGENT
        return Label.CRISIS if crisis > emergency else Label.EMERGENCY
    return Label.URGENT if urgent - routine > model.urgent + higher else Label.ROUTINE
