"""The model that is trained: the 4-bit base as serving loads it, and a LoRA adapter in fp32 on it.

Everything about the base comes from the local engine, so that training and serving cannot drift.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from transformers.utils.import_utils import is_flash_attn_2_available

from doctor_llama import embedded, settings
from doctor_llama.engine import choice
from doctor_llama.engine.local import blueprint, hub, judging, loading, lora, tokens
from doctor_llama.engine.local.blueprint import Blueprint
from doctor_llama.engine.local.weights import Parameters, Weights, parameters
from doctor_llama.errors import AdapterError, ModelUnavailableError, TrainingError
from doctor_llama.prompt import SYSTEM_PROMPT
from training import attention, together
from training.recipe import Adapter, Recipe

log = logging.getLogger(__name__)

NAME = "default"  # of the adapter: TRL looks for it under this name
MANIFEST = "training.json"  # beside the adapter: where it comes from


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of base and adapter before anything is loaded."""

    base: Blueprint
    label: str  # what to call the base: a Hub id, or a name
    start: lora.Lora | None  # the adapter that is trained further
    config: LoraConfig
    tokenizer: Any
    eos_ids: tuple[int, ...]
    device: torch.device
    attention: str
    size: Parameters | None

    @property
    def template_sha256(self) -> str:
        """A hash of all that turns a conversation into a prompt."""
        parts = (SYSTEM_PROMPT, self.tokenizer.chat_template, tokens.TEMPLATE_DATE)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def told(self) -> str:
        """In one line: what is made from what."""
        source = f"the adapter in {self.start.folder}" if self.start else "the base"
        targets = ", ".join(lora.targets(self.config))
        return f"base {self.label}; from {source}; LoRA of rank {self.config.r} on {targets}"


def plan(recipe: Recipe, start: Path | None = None, *, device: str | None = None) -> Plan:
    """Read base and adapter as far as their files tell. Loads no weight of the base.

    Raises `ModelUnavailableError` and `AdapterError`.
    """
    name, label = _base_of(recipe)
    token = settings.load().hf_token
    secret = token.get_secret_value() if token else None
    base = blueprint.read(hub.fetch(name, token=secret, error=ModelUnavailableError))
    brought = judging.judge(start, base) if start is not None else None
    if brought is not None and brought.extra:
        raise AdapterError(
            f"The adapter in {start} adds tokens to the base's vocabulary, which new training "
            "does not. Begin from the base."
        )
    tokenizer = loading.tokenizer_for(base.folder, brought)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    place = torch.device(device or together.device())
    made = Plan(
        base=base,
        label=label,
        start=brought,
        config=_further(brought.config) if brought else _config(recipe.adapter, base),
        tokenizer=tokenizer,
        eos_ids=loading.eos_ids(tokenizer, loading.configured_eos(base.folder, base.config)),
        device=place,
        attention=_attention(recipe, place),
        size=parameters(base.folder),
    )
    if brought is not None:
        _require_same_template(brought.folder, made)
    return made


def load(recipe: Recipe, made: Plan, weights: Weights, *, scores: bool = False) -> Any:
    """Load the base in 4 bits and put the adapter on it, ready to be trained.

    With `scores` the base ends in one number in place of a vocabulary.
    """
    dtype = getattr(torch, recipe.base.dtype)
    torch.manual_seed(recipe.seed)  # a score layer begins with random numbers
    base = loading.load_base(
        made.base.folder, device=made.device, dtype=dtype, weights=weights, scores=scores
    )
    base.set_attn_implementation(
        attention.register() if made.attention == attention.NAME else made.attention
    )
    base.config.use_cache = False
    base.requires_grad_(requires_grad=False)
    torch.manual_seed(recipe.seed)
    try:
        net = get_peft_model(base, made.config, adapter_name=NAME)
    except ValueError as problem:
        raise TrainingError(
            f"The adapter cannot be put on {made.label}: {problem}. See adapter.targets."
        ) from problem
    if made.start is not None:
        set_peft_model_state_dict(net, made.start.tensors, adapter_name=NAME)
    for parameter in net.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return net


def trainable(net: Any) -> int:
    """How many numbers are trained."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def _base_of(recipe: Recipe) -> tuple[str, str]:
    if recipe.base.model == choice.EMBEDDED:
        return str(embedded.BASE), choice.EMBEDDED_NAME
    if recipe.base.model != "auto":
        return recipe.base.model, recipe.base.model
    chosen = choice.choose(settings.load())
    if chosen.model == choice.SCRIPTED:
        raise TrainingError("The scripted engine has no model to train. Set base.model.")
    return choice.base_of(chosen)


def _config(adapter: Adapter, base: Blueprint) -> LoraConfig:
    depth = int(base.config.get_text_config().num_hidden_layers)
    upper = list(range(depth // 2, depth)) if adapter.layers == "upper" else None
    targets: str | list[str] = list(adapter.targets)
    if adapter.targets == ("all-linear",):
        targets = "all-linear"
    if "lm_head" in targets:
        raise TrainingError(
            "adapter.targets names lm_head, whose adapter would never be trained: the loss reads "
            "the output layer's own weights. Leave it out."
        )
    return LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,  # type: ignore[arg-type] # peft takes any number
        lora_dropout=adapter.dropout,
        target_modules=targets,
        layers_to_transform=upper,
        task_type="CAUSAL_LM",
    )


def _further(config: LoraConfig) -> LoraConfig:
    mine = blueprint.own(config)
    mine.inference_mode = False  # else no gradient ever reaches it
    mine.task_type = "CAUSAL_LM"
    return mine


def _attention(recipe: Recipe, device: torch.device) -> str:
    wanted = recipe.base.attention
    if wanted != "auto":
        return wanted
    if device.type == "cuda" and is_flash_attn_2_available() and not recipe.rows.share_system:
        return "flash_attention_2"
    return attention.NAME


def _require_same_template(folder: Path, made: Plan) -> None:
    """Refuse an adapter that was trained with another prompt than serving now writes."""
    path = folder / MANIFEST
    if not path.is_file():
        return
    said = json.loads(path.read_text("utf-8")).get("template_sha256")
    if said != made.template_sha256:
        raise AdapterError(
            f"The adapter in {folder} was trained with another prompt or chat template than this "
            "program now writes. Train it anew from the base."
        )
