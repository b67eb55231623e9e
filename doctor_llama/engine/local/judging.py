"""Judging an adapter for a base: one way in, for the start, a swap and an import alike."""

from pathlib import Path

from doctor_llama.engine.local import bundle, lora, slimming
from doctor_llama.engine.local.blueprint import Blueprint
from doctor_llama.engine.local.bundle import Bundle
from doctor_llama.engine.local.lora import Lora
from doctor_llama.errors import AdapterError, TrainedEmbeddingsError, WrongBaseError


def judge(folder: Path, plan: Blueprint, *, alone: bool = False) -> Lora:
    """Read and check an adapter, a bundle or a PEFT folder, against the base.

    With `alone` an adapter with trained embeddings is let through whole: it may have the base to
    itself. Raises `AdapterError`, `WrongBaseError` among them.
    """
    if bundle.is_bundle(folder):
        found, read = bundle.read(folder)
        require_base(found, plan)
    else:
        read = lora.read(folder)
    try:
        return slimming.slim(read, plan)
    except TrainedEmbeddingsError:
        if alone:
            return read
        raise


def require_base(found: Bundle, plan: Blueprint) -> None:
    """Raise `WrongBaseError` unless the bundle was made for that base."""
    said = found.manifest
    if said.base_fingerprint != plan.fingerprint:
        raise WrongBaseError(
            f"The adapter in {found.folder} was made for another base model, {said.base_model}."
        )
    if said.base_rows != plan.rows:
        raise AdapterError(f"The manifest in {found.folder} is not true. Import it anew.")
