"""What the buttons say to us: typed, encoded and parsed here only.

Callback data is `1:verb:…`, the fields of a class below in their order: the number is its version,
Telegram allows 64 bytes. What a button carries is the state that it leads to, so an update that
comes twice changes nothing.
"""

import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from doctor_llama.erasures import Scope
from doctor_llama.feedback import Better
from doctor_llama.schema import Reason

VERSION = "1"
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,32}")
NUMBER = re.compile(r"[0-9]{1,18}")
AUTO = "auto"
ASK = "ask"
SWITCH = {"on": True, "off": False}


class Thumb(StrEnum):
    UP = "up"
    DOWN = "down"
    NONE = "none"  # the rating is taken back

    @property
    def rating(self) -> int | None:
        return {Thumb.UP: 1, Thumb.DOWN: -1}.get(self)


@dataclass(frozen=True, slots=True)
class Rate:
    """Let this be the person's rating of an answer."""

    message: int
    thumb: Thumb


@dataclass(frozen=True, slots=True)
class Stop:
    job: int


@dataclass(frozen=True, slots=True)
class Agree:
    """Consent to storing, from this person only."""

    person: int


@dataclass(frozen=True, slots=True)
class Share:
    """Whether ratings may train the model."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class Anyway:
    """No emergency: answer the question of this card."""

    message: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Yes or no to a step that this person was asked to confirm."""

    token: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak this language with me; AUTO leaves it to my app."""

    language: str


@dataclass(frozen=True, slots=True)
class Live:
    """I live in this country; ASK opens the list of them."""

    country: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Store nothing more of this person, who presses it."""

    person: int


@dataclass(frozen=True, slots=True)
class Why:
    """This is the matter with an answer."""

    message: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Again:
    """Answer the question of this answer once more."""

    message: int


@dataclass(frozen=True, slots=True)
class Prefer:
    """Which of two answers is better."""

    first: int
    second: int
    better: Better


@dataclass(frozen=True, slots=True)
class Write:
    """My next message is a better answer."""

    message: int


@dataclass(frozen=True, slots=True)
class Leave:
    """I shall not write a better answer after all."""

    person: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase this much; asked for once more."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class More:
    """My next message goes on with this correction."""

    correction: int


@dataclass(frozen=True, slots=True)
class TakeBack:
    correction: int


@dataclass(frozen=True, slots=True)
class Mistaken:
    """That was no correction but a question."""

    correction: int


@dataclass(frozen=True, slots=True)
class Anew:
    """Answer the new wording of a question that this person changed."""

    person: int


@dataclass(frozen=True, slots=True)
class Browse:
    """Show this page of my conversations."""

    page: int


@dataclass(frozen=True, slots=True)
class Open:
    """Show this conversation; `page` is the one to go back to."""

    conversation: int
    page: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with this conversation."""

    conversation: int


class Step(StrEnum):
    """What a reviewer does with a correction."""

    APPROVE = "approve"
    ANYWAY = "anyway"  # though the rules hold it back
    REFUSE = "refuse"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Review:
    """Of a correction, by its number."""

    correction: int
    step: Step


class Decision(StrEnum):
    """What becomes of an adapter."""

    PROMOTE = "promote"
    REJECT = "reject"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Decide:
    """Of an adapter; asked for once more."""

    adapter: int
    decision: Decision


class Verdict(StrEnum):
    """Which of two answers a reviewer finds better, by the place where it stood."""

    A = "a"
    B = "b"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Judge:
    """Of two adapters' answers."""

    comparison: int
    better: Verdict


Press = (
    Rate
    | Review
    | Decide
    | Judge
    | Stop
    | Agree
    | Share
    | Anyway
    | Confirm
    | Speak
    | Live
    | Withdraw
    | Forget
    | Why
    | Again
    | Prefer
    | Write
    | Leave
    | More
    | TakeBack
    | Mistaken
    | Anew
    | Browse
    | Open
    | Resume
)
VERBS: dict[str, type[Press]] = {kind.__name__.lower(): kind for kind in get_args(Press)}


def encode(press: Press) -> str:
    words = [_word(value) for value in astuple(press)]
    return ":".join([VERSION, type(press).__name__.lower(), *words])


def parse(data: str) -> Press | None:
    """What a button means; None for another version's, or nobody's."""
    version, *rest = data.split(":")
    if version != VERSION or not rest or rest[0] not in VERBS:
        return None
    verb, *words = rest
    if len(words) != len(FIELDS[verb]):
        return None
    try:
        return VERBS[verb](*(read(word) for read, word in zip(FIELDS[verb], words, strict=True)))
    except ValueError:
        return None


def _word(value: int | bool | str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _number(word: str) -> int:
    if not NUMBER.fullmatch(word):
        raise ValueError(word)
    return int(word)


def _switch(word: str) -> bool:
    if word not in SWITCH:
        raise ValueError(word)
    return SWITCH[word]


def _token(word: str) -> str:
    if not TOKEN.fullmatch(word):
        raise ValueError(word)
    return word


# For each verb what reads the words behind it; a reader raises ValueError.
READERS: dict[Any, Callable[[str], Any]] = {int: _number, bool: _switch, str: _token}
FIELDS = {
    verb: [READERS.get(hint, hint) for hint in get_type_hints(kind).values()]
    for verb, kind in VERBS.items()
}
