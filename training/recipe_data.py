"""The recipe of a data set: which sources, how much of each, how they are cleaned and split.

This is the one place where every field is explained. It knows no source and no rule.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from doctor_llama.errors import RecipeError
from training import overrides as overriding

FOLDER = Path(__file__).with_name("mixes")
STRICT = ConfigDict(extra="forbid")


class Shape(StrEnum):
    """What the rows are for, in TRL's words."""

    PAIRS = "pairs"  # prompt, completion
    TEXT = "text"  # text, for training on raw text
    PREFERENCE = "preference"  # prompt, chosen, rejected
    UNPAIRED = "unpaired"  # prompt, completion, label


def _says(default: Any, text: str, **limits: Any) -> Any:
    return Field(default=default, description=text, **limits)


@dataclass(frozen=True, config=STRICT)
class From:
    """One source of the mix."""

    path: str = _says("", "A file or a folder. Empty: the Hub, or what ships with the program.")
    hub: str = _says("", "Another id on the Hub than the source's own.")
    revision: str = _says("", "Revision on the Hub. Empty: the one that the source names.")
    share: float = _says(1.0, "Part of its rows that is read at all.", ge=0.001, le=1)
    weight: float = _says(
        0.0,
        "Part of the training rows that come from here, against the other weights. 0: all that "
        "there are, beside the mix.",
        ge=0,
    )
    repeat: int = _says(1, "Most times that a row may be taught to reach its weight.", ge=1, le=20)


@dataclass(frozen=True, config=STRICT)
class Cleaning:
    """How rows are cleaned. Lengths are in characters."""

    shortest_question: int = _says(20, "Shorter questions of dialogues are dropped.", ge=0)
    shortest_answer: int = _says(
        60, "Answers of dialogues of which less is left without greetings are dropped.", ge=0
    )
    longest_question: int = _says(4_000, "Longer questions of dialogues are dropped.", ge=1)
    longest_text: int = _says(24_000, "Any longer text is dropped.", ge=1)
    answers: int = _says(2, "Most different answers to the same question.", ge=1)
    near: float = _says(
        0.8,
        "Likeness (Jaccard, five words at a time) of question and answer from which a row is "
        "nearly a copy. 1: never.",
        gt=0,
        le=1,
    )
    near_answer: float = _says(
        0.9, "The same for answers alone, whatever the question. 1: never.", gt=0, le=1
    )
    same_answers: int = _says(3, "Most rows with nearly the same answer.", ge=1)
    flagged: bool = _says(
        False,
        "Teach rows that are set aside: doses without caution, several turns in one text, "
        "control tokens taken out.",
    )
    scrub: bool = _says(True, "Put placeholders for personal data.")


@dataclass(frozen=True, config=STRICT)
class Against:
    """What the model will be measured by, and so must not be taught."""

    files: tuple[str, ...] = _says((), "Evaluation files: tables with text, or hashes of text.")
    words: int = _says(13, "Words of a run that counts as shared.", ge=5)


@dataclass(frozen=True, config=STRICT)
class Split:
    """Parts that are held back. Near copies, and rows about one thing, stay together."""

    validation: float = _says(0.01, "Part of the rows to measure by while training.", ge=0, lt=0.5)
    test: float = _says(0.01, "Part of the rows to measure by afterwards.", ge=0, lt=0.5)


@dataclass(frozen=True, config=STRICT)
class DataRecipe:
    """One data set."""

    about: str = _says("", "What it is for, in one line.")
    seed: int = _says(
        0, "Decides every choice by chance; the same seed gives the same bytes.", ge=0
    )
    shape: Shape = _says(Shape.PAIRS, "pairs, text, preference or unpaired.")
    rows: int = _says(0, "Most rows to train on. 0: as the weights and the sources allow.", ge=0)
    tokenizer: str = _says(
        "", "A local tokenizer to count tokens with. Empty: 4.47 characters are taken for one."
    )
    sources: dict[str, From] = _says({}, "The sources, by the names of `doctor-llama data list`.")
    cleaning: Cleaning = _says(Cleaning(), "How rows are cleaned.")
    against: Against = _says(Against(), "What must not be taught.")
    split: Split = _says(Split(), "Parts that are held back.")

    @property
    def fingerprint(self) -> str:
        """A hash of every field."""
        return hashlib.sha256(json.dumps(plain(self), sort_keys=True).encode()).hexdigest()


_RECIPE = TypeAdapter(DataRecipe)


def names() -> list[str]:
    """The recipes that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name_or_path: str | Path, overrides: Sequence[str] = ()) -> DataRecipe:
    """Read a recipe by its name or its file, with overrides such as `split.test=0.02`.

    Raises `RecipeError` with a sentence that names the field and what is wrong with it.
    """
    return parse(overriding.read(find(name_or_path), overrides), str(name_or_path))


def find(name_or_path: str | Path) -> Path:
    """The file of a recipe. Raises `RecipeError` where no recipe has that name."""
    path = Path(name_or_path)
    if not (path.suffix == ".toml" or path.is_file()):
        path = FOLDER / f"{name_or_path}.toml"
        if not path.is_file():
            raise RecipeError(
                f"There is no recipe for data called {name_or_path!r}. Give the path of a .toml "
                f"file, or one of: {', '.join(names())}."
            )
    return path


def change(raw: dict[str, Any], overrides: Sequence[str], name: str = "recipe") -> DataRecipe:
    """Plain values with some fields changed, checked and frozen. Raises `RecipeError`."""
    for override in overrides:
        overriding.put(raw, override)
    return parse(raw, name)


def parse(raw: dict[str, Any], name: str = "recipe") -> DataRecipe:
    """Check plain values, such as TOML gives, and freeze them. Raises `RecipeError`."""
    try:
        recipe: DataRecipe = _RECIPE.validate_python(raw)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RecipeError(f"The recipe {name}: {where} is not valid: {first['msg']}.") from None
    if not recipe.sources:
        raise RecipeError(
            f"The recipe {name} names no source. See `doctor-llama data list` and add, for one, "
            "[sources.medquad]."
        )
    if recipe.split.validation + recipe.split.test >= 0.9:
        raise RecipeError(f"The recipe {name}: split leaves too little to train on.")
    return recipe


def plain(recipe: DataRecipe) -> dict[str, Any]:
    """The recipe in the values that JSON knows, without the places of this machine: what a file
    holds is in the manifest, where it lies is nobody's business."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    for source in values["sources"].values():
        source["path"] = Path(source["path"]).name
    values["against"]["files"] = [Path(name).name for name in values["against"]["files"]]
    values["tokenizer"] = Path(values["tokenizer"]).name
    return values


def explained() -> Iterator[tuple[str, str, Any]]:
    """Every field as (path, explanation, default). A source's are said once, for all of them."""
    for part in fields(DataRecipe):
        kind = From if part.name == "sources" else get_type_hints(DataRecipe)[part.name]
        if not is_dataclass(kind):
            yield part.name, *_said(part)
            continue
        prefix = "sources.NAME" if kind is From else part.name
        for each in fields(kind):
            yield f"{prefix}.{each.name}", *_said(each)


def _said(part: Any) -> tuple[str, Any]:
    """A field's explanation and its default."""
    return part.default.description, part.default.default
