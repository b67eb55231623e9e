"""An adapter on disk: read, judged, and held against the model it is meant for.

Nothing here changes a model, so an adapter can be judged while another one answers.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from peft.utils.hotswap import hotswap_adapter_from_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file

from doctor_llama.engine.local import hub
from doctor_llama.errors import AdapterError

WEIGHTS = "adapter_model.safetensors"
SLOT = "live"  # the one adapter name; a new adapter's weights are copied into it
EMBEDDING_ENDS = ("embed_tokens.weight", "lm_head.weight")

# What must not differ between two adapters of one slot, since copying weights does not change it.
SAME_IN_A_SLOT = ("use_rslora", "use_dora", "lora_dropout", "alpha_pattern", "rank_pattern", "bias")

Shapes = dict[str, torch.Size]  # by name as in the file: no adapter name within


@dataclass(frozen=True, slots=True)
class Lora:
    """An adapter whose every weight has been read and is finite."""

    folder: Path
    config: LoraConfig
    tensors: dict[str, torch.Tensor]  # LoRA weights by name as in the file
    embeddings: dict[str, torch.Tensor]  # saved token embeddings; empty for most

    @property
    def has_tokenizer(self) -> bool:
        return (self.folder / "tokenizer_config.json").is_file()


def read(folder: Path) -> Lora:
    """Read an adapter's folder. Raises `AdapterError`."""
    config = _config(folder)
    if not (folder / WEIGHTS).is_file():
        hub.refuse_pickles(folder, AdapterError)
        raise AdapterError(f"The adapter in {folder} has no {WEIGHTS}.")
    try:
        tensors = load_file(folder / WEIGHTS)
    except (SafetensorError, OSError) as problem:
        raise AdapterError(f"{folder / WEIGHTS} is damaged. Copy it again.") from problem
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise AdapterError(
                f"The adapter in {folder} holds numbers that are not finite ({name}): "
                "its training went wrong. Use another one."
            )
    embeddings = {k: v for k, v in tensors.items() if k.endswith(EMBEDDING_ENDS)}
    rest = {k: v for k, v in tensors.items() if k not in embeddings}
    return Lora(folder, config, rest, embeddings)


def _config(folder: Path) -> LoraConfig:
    path = folder / "adapter_config.json"
    try:
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as problem:
        raise AdapterError(f"{folder} is not an adapter: it has no {path.name}.") from problem
    except (OSError, ValueError) as problem:
        raise AdapterError(f"{path} cannot be read. Copy it again.") from problem
    if not isinstance(raw, dict) or raw.get("peft_type") != "LORA":
        raise AdapterError(f"The adapter in {folder} is not a LoRA adapter.")
    if raw.get("modules_to_save"):
        raise AdapterError(
            f"The adapter in {folder} replaces whole modules ({raw['modules_to_save']}). "
            "Train it with LoRA weights only."
        )
    known = LoraConfig.__dataclass_fields__
    # an adapter of another peft version may name fields that this one does not know
    return LoraConfig(**{k: v for k, v in raw.items() if k in known and k != "auto_mapping"})


def check_fits(lora: Lora, shapes: Shapes) -> None:
    """Raise `AdapterError` unless the adapter has exactly the weights that the model has."""
    names, wanted = lora.tensors.keys(), shapes.keys()
    if names != wanted:
        odd = sorted(names ^ wanted)[0]
        raise AdapterError(
            f"The adapter in {lora.folder} is for another model or other target modules: "
            f"{odd} is in one and not in the other."
        )
    for name, shape in shapes.items():
        if lora.tensors[name].shape != shape:
            raise AdapterError(
                f"The adapter in {lora.folder} has another rank or is for another model: "
                f"{name} is {tuple(lora.tensors[name].shape)}, not {tuple(shape)}."
            )


def check_swappable(new: Lora, live: LoraConfig, shapes: Shapes) -> None:
    """Raise `AdapterError` unless the adapter's weights can be copied over the live one's."""
    check_fits(new, shapes)
    if new.embeddings:
        raise AdapterError(
            f"The adapter in {new.folder} brings its own embeddings: it needs a restart."
        )
    for field in SAME_IN_A_SLOT:
        old_value, new_value = getattr(live, field), getattr(new.config, field)
        if old_value != new_value:
            raise AdapterError(
                f"The adapter in {new.folder} needs a restart: its {field} is {new_value}, "
                f"the live one's is {old_value}."
            )


def exchange(net: Any, new: Lora) -> None:
    """Copy an adapter that `check_swappable` let pass over the live one, in place.

    No forward pass may run meanwhile: it would see old layers and new ones.
    """
    named = {
        f"{name.removesuffix('.weight')}.{SLOT}.weight": tensor
        for name, tensor in new.tensors.items()
    }
    hotswap_adapter_from_state_dict(net, named, SLOT, new.config)
    net.peft_config[SLOT] = new.config
