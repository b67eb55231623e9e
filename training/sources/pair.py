"""A question with its answer, and what a data set is to us. It knows no file and no rule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]
Turn = tuple[str, str]  # role, content


@dataclass(slots=True)
class Pair:
    """One question with its answer, as a data set has it."""

    question: str
    answer: str
    row: str = ""  # names it for good within its source, across versions where there is an id
    group: str = ""  # what it is about; a group is never split between training and test
    title: str = ""
    turns: tuple[Turn, ...] = ()  # what was said before the question
    rejected: str | None = None  # a worse answer
    label: bool | None = None  # a thumb on the answer
    unfit: str = ""  # the source's own reason why it must not be taught
    source: str = ""
    index: int = 0  # of the input row that it comes from


class Kind(StrEnum):
    """What the texts of a source are like, which decides what rules they meet."""

    DIALOGUE = "dialogue"  # a forum's: with greetings, farewells and all its dirt
    REFERENCE = "reference"  # written by people who know, for everybody
    EXAM = "exam"  # questions on a case or an abstract; nobody is ill
    CURATED = "curated"  # looked at one by one; several wordings of one thing are wanted
    DOCUMENT = "document"  # texts without questions


@dataclass(frozen=True, slots=True)
class Hub:
    """Where a data set lies on the Hugging Face Hub."""

    id: str
    revision: str | None = None
    config: str | None = None
    split: str = "train"


@dataclass(frozen=True, slots=True)
class Source:
    """A data set: where it comes from, what it may be used for, how its records are read.

    `pairs` makes any number of pairs from one record, which is `columns` and perhaps more. `read`
    opens files that are no tables; without it they are read by their ending.
    """

    name: str
    about: str
    licence: str
    kind: Kind
    columns: tuple[str, ...]
    pairs: Callable[[Record], Iterable[Pair]]
    hub: Hub | None = None
    read: Callable[[Path], Iterable[Record]] | None = None
    builtin: bool = False  # ships with the program and needs no path
