"""A linear model over the features of a message and a small net over its words, heard together.

`python -m training triage` makes the file; NumPy alone reads it. That a rule holds is to it only a
reason to be less sure that a message is calm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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
DOUBT = 2.0  # by how much urgent must be likelier than red, in logarithms, to be called only that
NAMED = 2.0  # by how much a rule that holds lowers the threshold


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in 8 bits with their scales, the net, and the thresholds chosen with them."""

    weights: NDArray[np.int8]  # (features.SIZE, labels)
    scale: NDArray[np.float32]  # (labels,)
    bias: NDArray[np.float32]  # (labels,)
    net: Net
    red: float  # odds in logarithms of emergency or crisis against routine
    urgent: float  # the same of urgent against routine

    def odds(self, reading: Reading) -> NDArray[np.float32]:
        """Logarithms of the labels' likelihoods, in the order of `Label`: the mean of both."""
        found, values = features.features(reading)
        # no BLAS: its threads cost more than they give on a few thousand numbers
        sums = np.einsum("f,fl->l", values, self.weights[found].astype(np.float32))
        logits = sums * self.scale + self.bias
        logits -= logits.max()
        logits -= np.log(np.exp(logits).sum())
        odds: NDArray[np.float32] = (logits + self.net.odds(reading)) / 2
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


def judge(
    reading: Reading, *, named: bool = False, surer: float = 0.0, model: Model | None = None
) -> Label:
    """The label of a message: red first, wherever its odds pass the threshold.

    `named`: a rule holds as well, and lower odds are enough. `surer`: so much higher ones are
    wanted.
    """
    model = model or load()
    emergency, crisis, urgent, routine = (float(one) for one in model.odds(reading))
    red = float(np.logaddexp(emergency, crisis))
    if red - routine > model.red + surer - (NAMED if named else 0):
        if urgent - red > DOUBT and not named:
            return Label.URGENT
        return Label.CRISIS if crisis > emergency else Label.EMERGENCY
    return Label.URGENT if urgent - routine > model.urgent + surer else Label.ROUTINE
