"""What both files of weights hold: a linear model over the features of a message and a small net
over its words, heard together.

`python -m training triage` makes the files; NumPy alone reads them.
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
from doctor_llama.triage.lexicon import Reading
from doctor_llama.triage.net import KERNELS, Net


@dataclass(frozen=True, slots=True)
class Model:
    """Weights in 8 bits with their scales, the net, and the thresholds chosen with them."""

    weights: NDArray[np.int8]  # (features.CONCEPTS + runs of letters, labels)
    scale: NDArray[np.float32]  # (labels,)
    bias: NDArray[np.float32]  # (labels,)
    net: Net
    share: float  # of the net in what both say
    thresholds: dict[str, float]  # of odds in logarithms

    def odds(self, reading: Reading) -> NDArray[np.float32]:
        """Logarithms of the labels' likelihoods by both, in the order that they were learned in."""
        found, values = features.features(reading, len(self.weights) - features.CONCEPTS)
        # no BLAS: its threads cost more than they give on a few thousand numbers
        sums = np.einsum("f,fl->l", values, self.weights[found].astype(np.float32))
        logits = sums * self.scale + self.bias
        logits -= logits.max()
        logits -= np.log(np.exp(logits).sum())
        odds: NDArray[np.float32] = self.share * self.net.odds(reading) + (1 - self.share) * logits
        return odds


@cache
def load(file: Path) -> Model:
    """The model in a file."""
    with safe_open(file, "np") as opened:
        about = json.loads(opened.metadata()["about"])
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    return Model(
        tensors["weights"],
        tensors["scale"],
        tensors["bias"],
        net_of(tensors, about["concepts"]),
        float(about["net"]),
        about["thresholds"],
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
