"""An adapter merged into its base: one plain model in 16 bits, for programs that take no adapters.

It is merged into the base's 4-bit values, unpacked: those are what it was trained on and answers
with. Into 4 bits themselves it is not merged: rounding them anew undoes part of what was learned.
"""

import shutil
from pathlib import Path
from typing import Any

import torch

from doctor_llama.engine.local import bundle, loading, slot
from doctor_llama.engine.local.weights import Weights
from doctor_llama.errors import AdapterError, ExportError

BF16 = "bf16"
FOUR_BITS = ("nf4", "fp4", "4bit", "int4", "nf4-dequantized")


def require(kind: str) -> None:
    """Raise `ExportError` for anything but 16 bits, with the reason."""
    if kind.lower() in FOUR_BITS:
        raise ExportError(
            "An adapter is not merged into 4 bits: the sum is rounded anew to 16 levels, which "
            "undoes part of what was learned. Serve it unmerged, or use --merge bf16."
        )
    if kind != BF16:
        raise ExportError(f"--merge takes bf16, not {kind}.")


def merge(base: str, adapter: Path, target: Path, *, token: str | None = None) -> None:
    """Write the merged model to the folder `target`, as safetensors with its tokenizer.

    `base` is a folder or a Hub id. Raises what loading raises, and `ExportError`.
    """
    loaded = loading.load(
        base, str(adapter), token=token, device="cpu", weights=Weights.NF4_DEQUANTIZED
    )
    if loaded.adapter is None:
        raise AdapterError(f"There is no adapter in {adapter}.")
    merged: Any = loaded.model.merge_and_unload(safe_merge=True)
    for name, tensor in merged.named_parameters():
        if not bool(torch.isfinite(tensor).all()):
            raise ExportError(f"The merged model is not finite in {name}: nothing was written.")
    slot.thaw_head(merged)
    merged.save_pretrained(target)
    voice = adapter if loaded.adapter.has_tokenizer else loaded.base_folder
    for name in bundle.TOKENIZER:  # as they are: saved anew they would tell of this machine
        if (voice / name).is_file():
            shutil.copyfile(voice / name, target / name)
    for file in target.iterdir():
        file.chmod(0o644)  # safetensors writes 0600
