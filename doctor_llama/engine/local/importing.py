"""Taking an adapter in: from a folder or the Hub to a slim, checked bundle."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from doctor_llama.engine.local import blueprint, bundle, hub, judging, loading, lora, slimming
from doctor_llama.engine.local.bundle import Bundle
from doctor_llama.errors import AdapterError, ModelUnavailableError, WrongBaseError

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
# other people's copies of the very same weights, in 4 bits already
SAME_WEIGHTS = re.compile(r"(-unsloth)?-bnb-4bit$")


def take(
    source: str,
    root: Path,
    *,
    base: str,
    base_label: str | None = None,
    token: str | None = None,
    lineage: dict[str, Any] | None = None,
) -> Bundle:
    """Make a bundle below `root` from `source`: a PEFT adapter or a bundle, a folder or a Hub id.

    `base` is the model that it is for, a folder or a Hub id, and `base_label` what to call it.
    Only its files are read; nothing is loaded. Raises `AdapterError` with what is wrong,
    `WrongBaseError` among them, and `ModelUnavailableError` for the base.
    """
    bundle.sweep(root)
    folder = hub.fetch(source, token=token, error=AdapterError)
    hub.refuse_any_pickle(folder, AdapterError)
    called = base_label or base
    if not bundle.is_bundle(folder):
        _require_same_name(folder, called)  # before the base is fetched: that may take long
    plan = blueprint.read(hub.fetch(base, token=token, error=ModelUnavailableError))
    if bundle.is_bundle(folder):
        said = bundle.verify(folder).manifest
        lineage = said.lineage if lineage is None else lineage
        called = said.base_model
    slimmed = judging.judge(folder, plan)
    voice = folder if slimmed.has_tokenizer else plan.folder
    tokenizer = loading.tokenizer_for(plan.folder, slimmed)
    slimming.require_rows(slimmed, loading.highest(tokenizer), plan)
    slimmed = replace(slimmed, config=blueprint.own(slimmed.config))
    configured = loading.configured_eos(plan.folder, plan.config)
    return bundle.write(
        root,
        bundle.parts_of(slimmed, voice),
        base_model=called,
        base_fingerprint=plan.fingerprint,
        rank=slimmed.config.r,
        targets=list(lora.targets(slimmed.config)),
        base_rows=plan.rows,
        extra_rows=slimmed.extra_rows,
        eos_ids=list(loading.eos_ids(tokenizer, configured)),
        lineage=lineage or {},
    )


def _require_same_name(folder: Path, base: str) -> None:
    """Where both are named as on the Hub, the names must agree; weights alone cannot tell
    a model from its tuned sister."""
    hub.contained(folder, (lora.CONFIG,), AdapterError)
    said = lora.config_from(folder, folder / lora.CONFIG).base_model_name_or_path or ""
    if not HUB_ID.fullmatch(said) or not HUB_ID.fullmatch(base):
        return
    if _bare(said) != _bare(base):
        raise WrongBaseError(
            f"The adapter in {folder} was made for another base model, {said}; this is {base}. "
            "Name the right one with --base."
        )


def _bare(name: str) -> str:
    return SAME_WEIGHTS.sub("", name.lower().split("/")[-1])
