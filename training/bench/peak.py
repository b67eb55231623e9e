"""How fast arithmetic could be at best, and how much of it a training step needs.

Needed are, for each number in a frozen linear layer, two operations forward and two for the
gradient of its input: 4 N a token; the same for the output layer and each taught token. What is
computed beyond that, twice for checkpointing or for nothing in padding, does not count.
"""

import time
from dataclasses import dataclass

import torch

from doctor_llama.engine.local.weights import Parameters

# Dense bf16 operations a second by the makers' data sheets; the first name that is part counts.
SHEETS = {
    "B200": 2.25e15,
    "H200": 0.989e15,
    "H100 PCIe": 0.756e15,
    "H100": 0.989e15,
    "A100": 0.312e15,
    "L40S": 0.362e15,
    "L4": 0.121e15,
    "A10": 0.125e15,
    "RTX 5090": 0.2095e15,
    "RTX 4090": 0.1652e15,
    "RTX 3090": 0.071e15,
}
SIDE, TIMES = 2048, 5  # of the product that is timed on what is not in the table


@dataclass(frozen=True, slots=True)
class Peak:
    """Operations a second, and where the figure is from."""

    flops: float
    source: str


def peak(device: torch.device) -> Peak:
    """The device's peak in bf16: from the data sheet, else of a large product of matrices here.

    On a CPU it is that of one CPU-second, as all figures are there.
    """
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
        known = next((value for part, value in SHEETS.items() if part in name), None)
        if known is not None:
            return Peak(known, f"data sheet of {name}")
    square = torch.randn(SIDE, SIDE, dtype=torch.bfloat16, device=device)
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    best = float("inf")
    for _ in range(TIMES):
        began = clock()
        square @ square
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, clock() - began)
    return Peak(2 * SIDE**3 / best, f"a bf16 product of {SIDE} x {SIDE} measured here")


def needed(size: Parameters, tokens: int, taught: int) -> float:
    """Operations that training on so many tokens needs, attention left out."""
    return 4.0 * (size.linear * tokens + size.other * taught)


def told(size: Parameters, top: Peak) -> str:
    """The arithmetic in one line."""
    return (
        f"4 x ({size.linear / 1e6:,.1f} M linear weights x tokens + {size.other / 1e6:,.1f} M "
        f"of the vocabulary x taught tokens) / seconds / {top.flops / 1e12:.2f} TFLOP/s "
        f"({top.source})"
    )
