"""An adapter on disk: read, judged, and held against the model it is meant for.

Nothing here changes a model, so an adapter can be judged while another one answers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from safetensors import SafetensorError
from safetensors.torch import load

from doctor_llama.engine.local import hub
from doctor_llama.errors import AdapterError

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
SLOT = "live"  # the one adapter name; a new adapter's weights take the place of the old one's
EMBEDDING_ENDS = ("embed_tokens.weight", "lm_head.weight")

# What is taken from an adapter's configuration. The rest is other peft versions' or, like
# `megatron_core` and `auto_mapping`, names code to be imported.
TAKEN = (
    "task_type", "r", "lora_alpha", "lora_dropout", "target_modules", "exclude_modules",
    "layers_to_transform", "layers_pattern", "rank_pattern", "alpha_pattern", "use_rslora",
    "use_dora", "bias", "lora_bias", "fan_in_fan_out", "base_model_name_or_path",
)  # fmt: skip
# What would change the model beyond its LoRA weights.
REFUSED = (
    "layer_replication", "trainable_token_indices", "target_parameters", "alora_invocation_tokens",
)  # fmt: skip

Shapes = dict[str, torch.Size]  # by name as in the file: no adapter name within


@dataclass(frozen=True, slots=True)
class Lora:
    """An adapter whose every weight has been read and is finite."""

    folder: Path
    config: LoraConfig
    tensors: dict[str, torch.Tensor]  # LoRA weights by name as in the file
    embeddings: dict[str, torch.Tensor]  # whole token embeddings; only of what was not slimmed
    # rows that follow the base's own, by "embed_tokens" and, where it is not tied, "lm_head"
    extra: dict[str, torch.Tensor] = field(default_factory=dict)

    @property
    def has_tokenizer(self) -> bool:
        return (self.folder / "tokenizer_config.json").is_file()

    @property
    def extra_rows(self) -> int:
        """Tokens that the adapter adds to the base's vocabulary."""
        return next((len(rows) for rows in self.extra.values()), 0)


def read(folder: Path) -> Lora:
    """Read an adapter's folder as PEFT writes it. Raises `AdapterError`."""
    hub.contained(folder, (CONFIG, WEIGHTS), AdapterError)
    config = config_from(folder, folder / CONFIG)
    if not (folder / WEIGHTS).is_file():
        hub.refuse_pickles(folder, AdapterError)
        raise AdapterError(f"The adapter in {folder} has no {WEIGHTS}.")
    try:
        content = (folder / WEIGHTS).read_bytes()
    except OSError as problem:
        raise AdapterError(f"{folder / WEIGHTS} cannot be read: {problem.strerror}.") from problem
    return from_tensors(folder, config, tensors_from(folder / WEIGHTS, content))


def tensors_from(path: Path, content: bytes) -> dict[str, torch.Tensor]:
    """Parse a safetensors file. Raises `AdapterError` for a damaged one."""
    try:
        return load(content)
    except (SafetensorError, ValueError, KeyError) as problem:
        raise AdapterError(f"{path} is damaged. Copy it again.") from problem


def from_tensors(folder: Path, config: LoraConfig, tensors: dict[str, torch.Tensor]) -> Lora:
    """Sort an adapter's tensors. Raises `AdapterError` unless all are finite."""
    require_finite(folder, tensors)
    embeddings = {k: v for k, v in tensors.items() if k.endswith(EMBEDDING_ENDS)}
    rest = {k: v for k, v in tensors.items() if k not in embeddings}
    return Lora(folder, config, rest, embeddings)


def require_finite(folder: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Raise `AdapterError` unless every number is finite."""
    for name, tensor in tensors.items():
        if not all(bool(torch.isfinite(part).all()) for part in torch.split(tensor, 8192)):
            raise AdapterError(
                f"The adapter in {folder} holds numbers that are not finite ({name}): "
                "its training went wrong. Use another one."
            )


def config_from(folder: Path, path: Path) -> LoraConfig:
    """Read an adapter's configuration, as far as it is harmless. Raises `AdapterError`."""
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
    odd = [name for name in REFUSED if raw.get(name)]
    if odd:
        raise AdapterError(
            f"The adapter in {folder} changes the model beyond its LoRA weights ({odd[0]}). "
            "Train it with LoRA weights only."
        )
    try:
        config = LoraConfig(**{k: raw[k] for k in TAKEN if raw.get(k) is not None})
    except (TypeError, ValueError) as problem:
        raise AdapterError(f"{path} is not a valid configuration: {problem}") from problem
    config.inference_mode = True
    return config


def targets(config: LoraConfig) -> Sequence[str]:
    """The names of the modules that an adapter changes."""
    named = config.target_modules
    return [named] if isinstance(named, str) else sorted(named or ())


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
