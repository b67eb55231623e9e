"""In which form the base's weights are held, and what fits into the memory that there is.

It reads the sizes in a model's files and opens no weight.
"""

import json
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil
import torch
from huggingface_hub import try_to_load_from_cache

NF4_BYTES = 4.13 / 8  # per weight, with double quantisation: 4 bits and what is kept per block
BF16_BYTES = 2.0
# Beside the weights: the CUDA context or Python with torch, activations, and a cache for some
# conversations. Llama 3.2 3B then takes the fast form from some 10 GB of free memory on.
ROOM_BYTES = 3 * 2**30
NOT_LINEAR = ("embed_tokens.weight", "lm_head.weight")
HEADER_MOST = 100 * 2**20  # the safetensors format's own limit of a header


class Weights(StrEnum):
    AUTO = "auto"  # nf4-dequantized where that fits, else nf4
    NF4 = "nf4"  # 4 bits, unpacked at every step: the least memory
    NF4_DEQUANTIZED = "nf4-dequantized"  # the 4-bit values, unpacked once: the same answers, faster
    BF16 = "bf16"  # as published, never quantised: not what the adapter was trained on


@dataclass(frozen=True, slots=True)
class Parameters:
    """How many numbers a model has; embeddings and norms are never quantised."""

    linear: int
    other: int

    def bytes(self, weights: Weights) -> int:
        """Memory of the weights in this form."""
        each = NF4_BYTES if weights is Weights.NF4 else BF16_BYTES
        return int(self.linear * each + self.other * BF16_BYTES)


# For the checkup of a machine that has not downloaded it yet.
LLAMA_3B = Parameters(linear=2_818_572_288, other=394_177_536)


def parameters(folder: Path) -> Parameters | None:
    """Count a folder's parameters by the headers of its safetensors files; None without any."""
    linear = other = 0
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with path.open("rb") as file:
                size = int.from_bytes(file.read(8), "little")
                header = json.loads(file.read(size)) if size < HEADER_MOST else {}
        except (OSError, ValueError):
            return None  # whoever loads it says what is wrong
        for name, tensor in header.items():
            if name == "__metadata__":
                continue
            count = torch.Size(tensor["shape"]).numel()
            if len(tensor["shape"]) == 2 and not name.endswith(NOT_LINEAR):
                linear += count
            else:
                other += count
    return Parameters(linear, other) if linear else None


def choose(wanted: Weights, size: Parameters | None, free: int) -> Weights:
    """Resolve `auto` by the bytes that are free; anything else is as wanted."""
    if wanted is not Weights.AUTO:
        return wanted
    fast = Weights.NF4_DEQUANTIZED
    if size is not None and size.bytes(fast) + ROOM_BYTES <= free:
        return fast
    return Weights.NF4


def free_memory(device: torch.device) -> int:
    """Bytes free on the device."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return int(psutil.virtual_memory().available)


def free_gpu_memory() -> int | None:
    """Bytes free on the first GPU; None without one."""
    return free_memory(torch.device("cuda")) if torch.cuda.is_available() else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What loading a model would do here; `needed` is None where its size is not known."""

    weights: Weights
    needed: int | None  # bytes of the weights
    free: int  # bytes

    @property
    def fits(self) -> bool:
        return self.needed is None or self.needed <= self.free


def forecast(model: str, wanted: str, most: int | None) -> Forecast:
    """Foresee how a folder or a Hub id would be held, without loading or fetching it."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    free = min(free_memory(device), most or sys.maxsize)
    folder = Path(model)
    if not folder.is_dir() and model.count("/") == 1:
        cached = try_to_load_from_cache(model, "config.json")
        folder = Path(cached).parent if isinstance(cached, str) else folder
    size = parameters(folder)
    if size is None and model.endswith("Llama-3.2-3B-Instruct"):
        size = LLAMA_3B
    weights = choose(Weights(wanted), size, free)
    return Forecast(weights, size.bytes(weights) if size else None, free)


def held(model: torch.nn.Module) -> int:
    """Bytes of a loaded model; a tied embedding counts once."""
    tensors = [*model.parameters(), *model.buffers()]
    return sum({tensor.data_ptr(): tensor.nbytes for tensor in tensors}.values())
