"""How fast a step could be at best: every weight and every cached key is read once from memory.

Decoding is bound by memory, not by arithmetic, until some hundreds of answers run at once.
"""

import time
from dataclasses import dataclass
from typing import Any

import torch

from doctor_llama.engine.local.weights import BF16_BYTES, Parameters, Weights

# Bytes per second by the makers' data sheets; the first name that is part of the GPU's counts.
BANDWIDTH = {
    "B200": 8.0e12,
    "H200": 4.8e12,
    "H100 NVL": 3.9e12,
    "H100 PCIe": 2.0e12,
    "H100": 3.35e12,
    "A100-SXM4-80GB": 2.04e12,
    "A100": 1.56e12,
    "L40S": 0.864e12,
    "L4": 0.3e12,
    "A10": 0.6e12,
    "T4": 0.32e12,
    "RTX 5090": 1.79e12,
    "RTX 4090": 1.01e12,
    "RTX 3090": 0.936e12,
    "RTX 4060 Ti": 0.288e12,
}
COPIED = 2**30  # bytes, to measure what is not in the table
COPIES = 10


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The bytes of one step and what that allows."""

    weight_bytes: int
    cache_bytes: int
    bandwidth: float  # bytes per second
    batch: int

    @property
    def seconds(self) -> float:
        return (self.weight_bytes + self.cache_bytes) / self.bandwidth

    @property
    def tokens_per_second(self) -> float:
        return self.batch / self.seconds

    def __str__(self) -> str:
        return (
            f"({self.weight_bytes / 1e9:.2f} GB of weights + {self.cache_bytes / 1e9:.2f} GB of "
            f"cache) / {self.bandwidth / 1e12:.2f} TB/s = {self.seconds * 1e3:.2f} ms a step; "
            f"{self.batch} / {self.seconds * 1e3:.2f} ms = {self.tokens_per_second:,.0f} tokens/s"
        )


def ceiling(
    size: Parameters, config: Any, weights: Weights, *, batch: int, context: int, bandwidth: float
) -> Ceiling:
    """The ceiling of a step in which `batch` answers have `context` tokens each behind them."""
    return Ceiling(size.bytes(weights), batch * context * token_bytes(config), bandwidth, batch)


def token_bytes(config: Any) -> int:
    """Bytes of keys and values that one token leaves in the cache, in 16 bits."""
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * config.num_key_value_heads * head * BF16_BYTES)


def bandwidth(device: torch.device) -> tuple[float, str]:
    """Bytes per second of a CUDA device, and where the number comes from."""
    name = torch.cuda.get_device_name(device)
    for part, known in BANDWIDTH.items():
        if part in name:
            return known, f"data sheet of {part}"
    source = torch.empty(COPIED, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    target.copy_(source)
    torch.cuda.synchronize(device)
    began = time.perf_counter()
    for _ in range(COPIES):
        target.copy_(source)
    torch.cuda.synchronize(device)
    # a copy reads and writes
    return 2 * COPIED * COPIES / (time.perf_counter() - began), "measured by copying 1 GiB"
