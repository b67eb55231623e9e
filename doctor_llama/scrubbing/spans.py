"""What was found where, and the phrases that all finders share. It knows no rule of its own."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

DATA: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
)


class Kind(StrEnum):
    """What a piece of text tells about a person; the placeholder carries the word."""

    EMAIL = "email"
    LINK = "link"  # a profile, a handle
    IBAN = "iban"
    CARD = "card"  # a payment card
    DOB = "dob"  # a date of birth; ages stay
    ID = "id"  # passport, social security, medical record, insurance …
    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"


class Span(NamedTuple):
    """Characters `start` to `end` of a text are of that kind."""

    start: int
    end: int
    kind: Kind


class Cues:
    """Phrases as one expression, and a quick look whether any of them is there at all."""

    def __init__(self, name: str, after: str = "", before: str = r"(?<![^\W_])") -> None:
        self._phrases: Sequence[str] = DATA["cues"][name]
        # the longest first: an alternation takes the first that fits
        ordered = sorted(self._phrases, key=len, reverse=True)
        joined = "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in ordered)
        self._pattern = re.compile(f"{before}(?:{joined}){after}", re.IGNORECASE)
        self._gates = sorted({max(p.split(), key=len) for p in self._phrases})

    def find(self, text: str, lowered: str) -> Iterable[re.Match[str]]:
        """Every place where a phrase (and `after`) fits. `lowered` is the text in lower case."""
        if any(gate in lowered for gate in self._gates):
            return self._pattern.finditer(text)
        return ()
