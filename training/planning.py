"""What fits: tokens in a pass, checkpointing, the form of the weights; and what does not, in time.

Activations are measured, not guessed: a model of the same shapes, without numbers, runs once on
torch's `meta` device, and every tensor kept for the backward pass is counted.
"""

import logging
import math
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model
from transformers import AttentionInterface, AutoModelForCausalLM

from doctor_llama.engine.local import blueprint
from doctor_llama.engine.local.weights import Weights, free_memory
from doctor_llama.errors import TooLittleDiskError, TooLittleMemoryError
from training import heads, qlora, together
from training.recipe import Kind, Recipe

log = logging.getLogger(__name__)

MEASURED_TOKENS = 64
PROGRAM_BYTES = 2**29  # Python, torch, a GPU's context
SPARE = 0.9  # of the free memory may be planned with: allocators leave gaps
TRAINED_BYTES = 4 + 4 + 8  # of a number in the adapter: itself, its gradient, Adam's two
UNPADDED = (Kind.SFT, Kind.PRETRAIN)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How the work of a step is cut, and what memory that takes."""

    tokens: int  # in a pass; 0 where rows are not packed
    rows: int  # in a pass; 1 pass where they are packed
    accumulate: int  # passes before the optimizer steps
    checkpointing: bool
    weights: Weights
    base_bytes: int
    adapter_bytes: int
    activation_bytes: int
    free_bytes: int
    disk_bytes: int

    @property
    def needed_bytes(self) -> int:
        return PROGRAM_BYTES + self.base_bytes + self.adapter_bytes + self.activation_bytes

    @property
    def told(self) -> str:
        """In one line, for the log."""
        what = f"{self.tokens:,} tokens" if self.tokens else f"{self.rows} rows"
        return (
            f"{what} in a pass, {self.accumulate} passes in a step, "
            f"{'with' if self.checkpointing else 'without'} checkpointing, weights {self.weights}; "
            f"memory: {_gb(self.needed_bytes)} of {_gb(self.free_bytes)} GB free (base "
            f"{_gb(self.base_bytes)}, adapter {_gb(self.adapter_bytes)}, activations "
            f"{_gb(self.activation_bytes)})"
        )


def plan(recipe: Recipe, made: qlora.Plan, *, world: int = 1, free: int | None = None) -> Sizes:
    """Cut a step so that it fits into `free` bytes (default: what is free now).

    Raises `TooLittleMemoryError` where nothing does.
    """
    if free is None:
        free = together.least(free_memory(made.device))
    if made.device.type == "cpu":
        free //= world  # the processes share it
    footprint = Footprint.measure(recipe, made)
    best: Sizes | None = None
    for checkpointing in _checkpointing(recipe):
        for amount in _amounts(recipe, world):
            best = _sized(recipe, footprint, amount, checkpointing, world=world, free=free)
            if best.needed_bytes <= free * SPARE:
                return _unpacked_if_it_fits(recipe, made, best)
    assert best is not None
    raise TooLittleMemoryError(
        f"This training needs {_gb(best.needed_bytes)} GB and {_gb(free)} GB are free on "
        f"{made.device}: base {_gb(best.base_bytes)}, adapter {_gb(best.adapter_bytes)}, "
        f"activations of one row of {recipe.rows.longest} tokens {_gb(best.activation_bytes)}. "
        "Take a smaller base.model, a smaller rows.longest, or adapter.layers=upper."
    )


def require_disk(folder: Path, sizes: Sizes) -> None:
    """Raise `TooLittleDiskError` where the run's files would not fit."""
    place = next(path for path in (folder, *folder.resolve().parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    if sizes.disk_bytes > free:
        raise TooLittleDiskError(
            f"The checkpoints and the adapter need {_gb(sizes.disk_bytes)} GB in {folder}, and "
            f"{_gb(free)} GB are free there. Make room, or set run.keep=1."
        )


@dataclass(frozen=True, slots=True)
class Footprint:
    """Bytes that a training of some shapes takes."""

    per_token: int  # kept for the backward pass, in one layer with an adapter
    hidden: int  # of one token between two layers
    layers: int  # that the backward pass goes through
    vocabulary: int
    trained: int  # numbers
    base: int
    head: str
    chunk: int  # logits that exist at once

    @classmethod
    def measure(cls, recipe: Recipe, made: qlora.Plan) -> "Footprint":
        """Measure on shapes alone; takes a second or two, however large the model."""
        config = made.base.config.get_text_config()
        depth = int(config.num_hidden_layers)
        chosen = made.config.layers_to_transform
        first = min(chosen) if isinstance(chosen, list) and chosen else 0
        shapes = made.base.lora_shapes(made.config)
        width = 4 if recipe.base.dtype == "float32" else 2
        return cls(
            per_token=_kept_per_token(recipe, made),
            hidden=int(config.hidden_size) * width,
            layers=depth - first,
            vocabulary=int(config.vocab_size),
            trained=sum(shape.numel() for shape in shapes.values()),
            base=made.size.bytes(Weights.NF4) if made.size else 0,
            head=recipe.rows.head if recipe.kind in UNPADDED else "trl",
            chunk=heads.CHUNK_NUMBERS[made.device.type],
        )

    def activations(self, tokens: int, *, checkpointing: bool) -> int:
        """Bytes alive at the peak of a pass."""
        layers = 1 if checkpointing else self.layers
        kept = tokens * layers * self.per_token
        kept += tokens * self.layers * self.hidden if checkpointing else 0
        # logits: bf16, fp32 and their gradient
        logits = tokens * self.vocabulary * (2 + 4 + 4)
        if self.head != "full":
            logits = min(logits, self.chunk * 12) + tokens * self.hidden * 2
        return kept + logits


def _checkpointing(recipe: Recipe) -> tuple[bool, ...]:
    wanted = recipe.batch.checkpointing
    return (False, True) if wanted == "auto" else (wanted == "on",)


def _amounts(recipe: Recipe, world: int) -> list[int]:
    """What may go through in one pass, the most first: packed tokens, or rows."""
    batch, packed = recipe.batch, _packed(recipe)
    chosen = batch.tokens if packed else batch.rows
    if chosen != "auto":
        return [chosen]
    most = (batch.step_tokens if packed else batch.step_rows) // world
    least = recipe.rows.longest if packed else (2 if recipe.kind is Kind.KTO else 1)
    halves = [most >> n for n in range(12) if most >> n > least]
    return [*halves, least]


def _packed(recipe: Recipe) -> bool:
    return recipe.kind in UNPADDED and recipe.rows.pack


def _sized(
    recipe: Recipe, footprint: Footprint, amount: int, checkpointing: bool, *, world: int, free: int
) -> Sizes:
    packed = _packed(recipe)
    # a pair is two sequences; KTO runs each row beside another one's answer
    sequences = 1 if recipe.kind in UNPADDED else 2
    tokens = amount if packed else amount * recipe.rows.longest * sequences
    step = recipe.batch.step_tokens if packed else recipe.batch.step_rows
    adapters = footprint.trained * TRAINED_BYTES
    if recipe.kind in (Kind.DPO, Kind.KTO):
        adapters += footprint.trained * 4  # the frozen reference
    return Sizes(
        tokens=amount if packed else 0,
        rows=1 if packed else amount,
        accumulate=max(1, round(step / (amount * world))),
        checkpointing=checkpointing,
        weights=Weights.NF4,
        base_bytes=footprint.base,
        adapter_bytes=adapters,
        activation_bytes=footprint.activations(tokens, checkpointing=checkpointing),
        free_bytes=free,
        disk_bytes=footprint.trained * ((recipe.run.keep + 1) * 12 + 4) + 2**26,
    )


def _unpacked_if_it_fits(recipe: Recipe, made: qlora.Plan, sizes: Sizes) -> Sizes:
    wanted = Weights(recipe.base.weights)
    if made.size is None or wanted is Weights.NF4:
        return sizes
    fast = replace(
        sizes,
        weights=Weights.NF4_DEQUANTIZED,
        base_bytes=made.size.bytes(Weights.NF4_DEQUANTIZED),
    )
    if wanted is Weights.AUTO and fast.needed_bytes > sizes.free_bytes * SPARE:
        return sizes
    return fast


def _kept_per_token(recipe: Recipe, made: qlora.Plan) -> int:
    """Bytes that one more layer with an adapter keeps for the backward pass, per token."""
    return (_kept(recipe, made, 3) - _kept(recipe, made, 2)) // MEASURED_TOKENS


def _kept(recipe: Recipe, made: qlora.Plan, depth: int) -> int:
    AttentionInterface.register("kept", _KeepsItsInputs.attention)
    config = type(made.base.config).from_dict(
        made.base.config.to_dict() | {"num_hidden_layers": depth}
    )
    config.layer_types = None
    lora_config = blueprint.own(made.config)
    lora_config.layers_to_transform = None
    with torch.device("meta"):
        net: Any = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
            config, dtype=getattr(torch, recipe.base.dtype)
        )
        net.set_attn_implementation("kept")
        net = get_peft_model(net, lora_config).get_base_model().base_model
        for parameter in net.parameters():
            parameter.requires_grad_(requires_grad=parameter.requires_grad)
        ids = torch.zeros(1, MEASURED_TOKENS, dtype=torch.long)
    weights = {p.untyped_storage()._cdata for p in net.parameters()}
    alive: dict[int, torch.Tensor] = {}

    def count(tensor: torch.Tensor) -> torch.Tensor:
        alive[tensor.untyped_storage()._cdata] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
        hidden = net(input_ids=ids, use_cache=False).last_hidden_state
    kept = sum(t.untyped_storage().nbytes() for key, t in alive.items() if key not in weights)
    del hidden
    return kept


class _KeepsItsInputs(torch.autograd.Function):
    """Attention as flash attention treats memory: it keeps what goes in and what comes out."""

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor
    ) -> torch.Tensor:
        out = torch.empty_like(query)
        ctx.save_for_backward(query, key, value, out)
        return out

    @staticmethod
    def attention(
        _module: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        *_: Any,
        **__: Any,
    ) -> tuple[torch.Tensor, None]:
        out: torch.Tensor = _KeepsItsInputs.apply(query, key, value)  # type: ignore[no-untyped-call]
        return out.transpose(1, 2).contiguous(), None


def steps(recipe: Recipe, passes: int, sizes: Sizes, world: int) -> int:
    """Steps of the optimizer in the whole run."""
    if recipe.optimizer.steps:
        return recipe.optimizer.steps
    per_epoch = math.ceil(math.ceil(passes / sizes.rows / world) / sizes.accumulate)
    return max(1, math.ceil(recipe.optimizer.epochs * per_epoch))


def _gb(size: int) -> str:
    return f"{size / 2**30:.1f}"
