"""What a red flag is told at once: fixed texts with the numbers of the person's country.

It knows no rule and no channel: plain text, the same for every reason behind a label.
"""

import tomllib
from pathlib import Path
from typing import Any

from doctor_llama.triage.labels import Label


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


_TEXTS = _load("replies.toml")
_NUMBERS = _load("numbers.toml")


def reply(label: Label, language: str = "en", country: str | None = None) -> str:
    """The whole answer to an emergency or a crisis; for a milder label, its first line or "".

    `country` is an ISO 3166-1 alpha-2 code; an unknown one gets the numbers that work widely.
    """
    texts = _texts(language)
    text = texts["reply"].get(label)
    if text is None:
        return first_line(label, language) or ""
    numbers = _NUMBERS.get((country or "").upper(), {})
    filled: str = text.format(
        emergency=_named(texts, "emergency", numbers), crisis=_named(texts, "crisis", numbers)
    )
    return filled.strip()


def countries() -> tuple[str, ...]:
    """The countries (ISO 3166) whose numbers we have."""
    return tuple(_NUMBERS)


def numbers(country: str) -> dict[str, list[str]] | None:
    """A country's `emergency` numbers and `crisis` lines; None for one that we do not have."""
    found = _NUMBERS.get(country.upper())
    return None if found is None else {kind: found[kind] for kind in ("emergency", "crisis")}


def first_line(label: Label, language: str = "en") -> str | None:
    """One line to stand above an ordinary answer; none for routine."""
    line: str | None = _texts(language)["first_line"].get(label)
    return line


def refusal(language: str = "en") -> str:
    """What an unsafe request is told, with what we can do in its place."""
    return str(_texts(language)["refusal"])


def _texts(language: str) -> dict[str, Any]:
    texts: dict[str, Any] = _TEXTS.get(
        language.lower().replace("_", "-").split("-")[0], _TEXTS["en"]
    )
    return texts


def _named(texts: dict[str, Any], kind: str, numbers: dict[str, list[str]]) -> str:
    known = numbers.get(kind)
    if not known:
        return str(texts[f"{kind}_unknown"])
    return str(texts[f"{kind}_known"]).format(number=f" {texts['or']} ".join(known))
