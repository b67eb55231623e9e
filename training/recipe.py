"""A recipe: everything that decides how a model is trained, read from TOML and frozen.

This is the one place where every field is explained. It knows no torch and no data.
"""

import difflib
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from doctor_llama.errors import RecipeError
from training import overrides as overriding

FOLDER = Path(__file__).with_name("recipes")
STRICT = ConfigDict(extra="forbid")

Auto = Literal["auto"]


class Kind(StrEnum):
    SFT = "sft"  # questions with their answers
    PRETRAIN = "pretrain"  # raw text, before questions and answers
    DPO = "dpo"  # pairs: this answer rather than that one
    KTO = "kto"  # single answers with a thumb
    REWARD = "reward"  # a model that scores answers, from pairs
    SWEEP = "sweep"  # one of the others, over a grid


def _says(default: Any, text: str, **limits: Any) -> Any:
    return Field(default=default, description=text, **limits)


@dataclass(frozen=True, config=STRICT)
class Base:
    """The model that an adapter is trained for."""

    model: str = _says(
        "auto",
        "Hub id or folder of the base, `embedded`, or `auto`: the one that serving answers with.",
    )
    weights: Literal["nf4", "nf4-dequantized", "auto"] = _says(
        "auto",
        "How the 4-bit values (NF4, double quantisation) are held: `nf4` unpacks them at every "
        "pass, `nf4-dequantized` once at load; the same numbers, so the same training. `auto` "
        "takes the second where the memory is there.",
    )
    dtype: Literal["bfloat16", "float32"] = _says(
        "bfloat16", "What the base computes in. Adapter weights are fp32 whatever this says."
    )
    attention: Literal["auto", "documents", "sdpa", "eager", "flash_attention_2"] = _says(
        "auto",
        "`documents` looks only within each packed row (our own, any device); `sdpa` masks the "
        "rest away; `auto` takes flash attention on a GPU that has it, else `documents`.",
    )
    compile: bool = _says(
        False,
        "Compile the layers with torch.compile. On a CPU it costs minutes and gains nothing; on a "
        "GPU it was not measured.",
    )


@dataclass(frozen=True, config=STRICT)
class Adapter:
    """The LoRA adapter. One that is trained further keeps its own rank, targets and layers."""

    rank: int = _says(16, "Rank of the LoRA matrices.", ge=1, le=512)
    alpha: float = _says(32.0, "Scale: the adapter's part is multiplied by alpha / rank.", gt=0)
    dropout: float = _says(0.0, "Share of the adapter's inputs that is dropped.", ge=0, lt=1)
    targets: tuple[str, ...] = _says(
        ("q_proj", "v_proj"),
        "Linear layers that get one. `all-linear` learns new facts about twice as fast.",
        min_length=1,
    )
    layers: Literal["all", "upper"] = _says(
        "all",
        "`upper` puts it on the upper half of the layers: no backward pass through the lower half.",
    )


@dataclass(frozen=True, config=STRICT)
class Rows:
    """How rows become tokens."""

    longest: int = _says(
        1024,
        "Tokens of the longest row. Longer ones are dropped and counted, never cut: a cut answer "
        "teaches to stop in mid-sentence.",
        ge=16,
    )
    learn: Literal["answers", "everything"] = _says(
        "answers", "Which tokens are taught: the answer's, or also system prompt and question."
    )
    pack: bool = _says(
        True, "Put several rows into one pass without padding; they cannot see each other."
    )
    share_system: bool = _says(
        True,
        "Compute the system prompt once for all rows of a pass that begin with it: the same "
        "gradients for less work. Needs packing, no dropout and `documents` attention.",
    )
    head: Literal["answers", "full", "trl"] = _says(
        "answers",
        "The loss: `answers` projects only taught positions to the vocabulary, in chunks; `full` "
        "projects all of them at once; `trl` is TRL's own.",
    )


@dataclass(frozen=True, config=STRICT)
class Batch:
    """How much goes through the model at once, and how much makes a step."""

    tokens: Annotated[int, Field(ge=64)] | Auto = _says(
        "auto", "Packed tokens in one pass. `auto`: as many of a step as the memory holds."
    )
    step_tokens: int = _says(
        4096, "Packed tokens in one step of the optimizer, over all passes and processes.", ge=64
    )
    rows: Annotated[int, Field(ge=1)] | Auto = _says(
        "auto", "Rows in one pass where they are not packed. `auto`: as the memory holds."
    )
    step_rows: int = _says(16, "Rows in one step where they are not packed.", ge=1)
    checkpointing: Literal["auto", "on", "off"] = _says(
        "auto",
        "Compute activations twice in place of keeping them: less memory, a third more time. "
        "`auto`: only where nothing else fits.",
    )


@dataclass(frozen=True, config=STRICT)
class Optimizer:
    """How the weights move."""

    name: Literal["auto", "adamw", "adamw_8bit", "paged_adamw_8bit", "paged_adamw_32bit"] = _says(
        "auto",
        "`auto`: paged 8-bit AdamW on a GPU; fused AdamW on a CPU, where bitsandbytes cannot page "
        "and compiles for half a minute. The log says which.",
    )
    learning_rate: float = _says(2e-4, "Learning rate at its highest.", gt=0, lt=1)
    schedule: Literal["cosine", "linear", "constant", "constant_with_warmup"] = _says(
        "cosine", "How the rate falls."
    )
    warmup: float = _says(0.03, "Share of the steps in which the rate rises.", ge=0, lt=1)
    weight_decay: float = _says(0.0, "AdamW's weight decay.", ge=0)
    max_norm: float = _says(0.3, "Largest norm of a step's gradient.", gt=0)
    beta2: float = _says(0.999, "Adam's second beta.", gt=0, lt=1)
    epochs: float = _says(2.0, "Times that the rows are gone through.", gt=0)
    steps: int = _says(0, "Steps in all; 0 leaves it to the epochs.", ge=0)


@dataclass(frozen=True, config=STRICT)
class Run:
    """What happens while it trains."""

    log_every: int = _says(10, "Steps between two lines of the log.", ge=1)
    checkpoints: int = _says(
        10,
        "Times that the held-out rows are measured and the state is saved, evenly over the run; a "
        "killed run goes on from there. 0 for never.",
        ge=0,
    )
    keep: int = _says(2, "Checkpoints kept; the best one is always among them.", ge=1)
    patience: int = _says(
        3, "Measurements without a gain before it stops early; 0 for never.", ge=0
    )
    held_out_rows: int = _says(
        512, "Most rows of the validation part that are measured each time.", ge=1
    )
    tracker: Literal["tensorboard", "wandb", "none"] = _says(
        "tensorboard",
        "Where curves go: files in the run's folder, Weights & Biases (extra `wandb`), or none.",
    )


@dataclass(frozen=True, config=STRICT)
class Preference:
    """DPO, KTO and the reward model."""

    losses: tuple[Literal["sigmoid", "sft", "ipo", "apo_zero", "robust"], ...] = _says(
        ("sigmoid", "sft"),
        "DPO's losses, added up. Without `sft` the chosen answers themselves become unlikelier.",
        min_length=1,
    )
    weights: tuple[float, ...] = _says((1.0, 1.0), "Their weights, in the same order.")
    beta: float = _says(0.1, "How far the model may go from its reference; more is nearer.", gt=0)
    kto_loss: Literal["kto", "apo_zero_unpaired"] = _says(
        "kto", "The loss of KTO, or its sister for noisy thumbs."
    )
    minority: float = _says(
        0.2,
        "Least share of the rarer thumb. Below it KTO is refused: it would learn nothing, in "
        "silence.",
        ge=0,
        le=0.5,
    )
    center: float = _says(0.01, "The reward model's pull of scores towards zero.", ge=0)


@dataclass(frozen=True, config=STRICT)
class Sweep:
    """A grid of runs of one recipe."""

    recipe: str = _says("sft", "The recipe that every run begins with.")
    grid: dict[str, tuple[Any, ...]] = _says(
        {}, "The values to try, by field, such as `adapter.rank`. All combinations are run."
    )
    most: int = _says(64, "More runs than this are refused.", ge=1)


@dataclass(frozen=True, config=STRICT)
class Recipe:
    """One way to train."""

    kind: Kind = _says(..., "What is trained: sft, pretrain, dpo, kto, reward or sweep.")
    about: str = _says("", "What it is for, in one line.")
    seed: int = _says(0, "Decides every random choice; the same seed gives the same run.", ge=0)
    base: Base = _says(Base(), "The model that an adapter is trained for.")
    adapter: Adapter = _says(Adapter(), "The LoRA adapter.")
    rows: Rows = _says(Rows(), "How rows become tokens.")
    batch: Batch = _says(Batch(), "How much goes through the model at once.")
    optimizer: Optimizer = _says(Optimizer(), "How the weights move.")
    run: Run = _says(Run(), "What happens while it trains.")
    preference: Preference = _says(Preference(), "DPO, KTO and the reward model.")
    sweep: Sweep = _says(Sweep(), "A grid of runs.")

    @property
    def fingerprint(self) -> str:
        """A hash of every field: two recipes with the same one train alike."""
        return hashlib.sha256(json.dumps(plain(self), sort_keys=True).encode()).hexdigest()


_ADAPTER = TypeAdapter(Recipe)


def names() -> list[str]:
    """The recipes that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_path: str | Path, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe by its name or its file, with overrides such as `adapter.rank=32`.

    Raises `RecipeError` with a sentence that names the field and what is wrong with it.
    """
    path = _find(name_or_path)
    raw = overriding.read(path, overrides)
    return parse(raw, str(name_or_path))


def parse(raw: dict[str, Any], name: str = "recipe") -> Recipe:
    """Check plain values, such as TOML gives, and freeze them. Raises `RecipeError`."""
    try:
        recipe: Recipe = _ADAPTER.validate_python(raw)
    except ValidationError as problem:
        raise RecipeError(_sentence(name, problem)) from None
    _require_sense(name, recipe)
    return recipe


def change(recipe: Recipe, overrides: Sequence[str]) -> Recipe:
    """The same recipe with some fields changed. Raises `RecipeError`."""
    raw = plain(recipe)
    for override in overrides:
        overriding.put(raw, override)
    return parse(raw)


def plain(recipe: Recipe) -> dict[str, Any]:
    """The recipe in the values that JSON and TOML know."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    return values


def _find(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        return path
    known = FOLDER / f"{name_or_path}.toml"
    if not known.is_file():
        raise RecipeError(
            f"There is no recipe {name_or_path!r}. Give the path of a .toml file, "
            f"or one of: {', '.join(names())}."
        )
    return known


def _sentence(name: str, problem: ValidationError) -> str:
    first = problem.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part in _PARTS)
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        wrong = ".".join(str(part) for part in first["loc"])
        near = difflib.get_close_matches(wrong, [key for key, *_ in explained()], 1, 0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"The recipe {name} has no field {wrong}.{hint} See: doctor-llama train recipes sft"
    given = first.get("input")
    said = "" if isinstance(given, (dict, list)) or first["type"] == "missing" else f" ({given!r})"
    return f"The recipe {name}: {where}{said} is not valid: {first['msg']}."


def _require_sense(name: str, recipe: Recipe) -> None:
    """What no single field can know."""
    batch, rows, wishes = recipe.batch, recipe.rows, recipe.preference
    if isinstance(batch.tokens, int) and batch.tokens < rows.longest and rows.pack:
        raise RecipeError(
            f"The recipe {name}: batch.tokens ({batch.tokens}) is less than rows.longest "
            f"({rows.longest}), so the longest rows would not fit into a pass."
        )
    if len(wishes.weights) != len(wishes.losses):
        raise RecipeError(
            f"The recipe {name}: preference.weights needs one weight for each of "
            f"{', '.join(wishes.losses)}."
        )
    if recipe.kind is Kind.SWEEP and not recipe.sweep.grid:
        raise RecipeError(f"The recipe {name}: a sweep needs values to try in sweep.grid.")


def explained() -> Iterator[tuple[str, str, Any]]:
    """Every field as (path, explanation, default), sections first."""
    for part in fields(Recipe):
        section = get_type_hints(Recipe)[part.name]
        if not is_dataclass(section):
            yield part.name, *_said(part)
            continue
        for each in fields(section):
            yield f"{part.name}.{each.name}", *_said(each)


def value(recipe: Recipe, path: str) -> Any:
    """One field by its path, such as `adapter.rank`."""
    found: Any = recipe
    for part in path.split("."):
        found = getattr(found, part)
    return found


def _said(part: Any) -> tuple[str, Any]:
    """A field's explanation and its default."""
    return part.default.description, part.default.default


_PARTS = {part for path, *_ in explained() for part in path.split(".")}
__all__ = ["Kind", "Recipe", "change", "explained", "load", "names", "parse", "plain", "value"]
