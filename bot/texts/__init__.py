"""Every sentence that the bot says: one Fluent file per language, English where one is missing."""

import math
import re
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

FOLDER = Path(__file__).parent
FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar"})
# The invisible marks of a direction. Without the first a command's slash jumps to its other end;
# without the second a line that begins in Latin letters is set from the left.
LEFT, RIGHT = "\u200e", "\u200f"
_COMMAND = re.compile(r"(?<![\w/:.])/(?=[a-z])")
_LATIN_LINE = re.compile(rf"^(?=[{LEFT}\W]*[A-Za-z])", re.MULTILINE)


@cache
def _bundle(language: str) -> FluentBundle:
    # Without the invisible isolation marks, which Telegram would show as entity offsets.
    bundle = FluentBundle([language], use_isolating=False)
    text = (FOLDER / f"{language}.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(text))
    return bundle


@cache
def languages() -> frozenset[str]:
    """The languages that there is a file for."""
    return frozenset(path.stem for path in FOLDER.glob("*.ftl"))


def known(language: str | None) -> str:
    """The language to speak with someone whose app says `language`, such as `pt-BR`."""
    short = (language or FALLBACK).replace("_", "-").split("-")[0].lower()
    return short if short in languages() else FALLBACK


def duration(language: str | None, seconds: float) -> str:
    """A time to wait, in seconds, minutes or hours; rounded up, so that it is over then."""
    if seconds <= 90:
        return say(language, "time-seconds", seconds=max(1, math.ceil(seconds)))
    if seconds <= 90 * 60:
        return say(language, "time-minutes", minutes=math.ceil(seconds / 60))
    return say(language, "time-hours", hours=math.ceil(seconds / 3600))


def say(language: str | None, key: str, **values: str | int | float) -> str:
    """The sentence `key` with its values. Raises LookupError for a key or value we forgot."""
    bundle = _bundle(known(language))
    if not bundle.has_message(key):
        bundle = _bundle(FALLBACK)
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise LookupError(key)
    text, errors = bundle.format_pattern(pattern, values)
    if errors:
        raise LookupError(f"{key}: {errors[0]}")
    return _set_right(str(text)) if known(language) in RIGHT_TO_LEFT else str(text)


def _set_right(text: str) -> str:
    """A sentence in a script from right to left, with commands and Latin words in it."""
    return _LATIN_LINE.sub(RIGHT, _COMMAND.sub(f"{LEFT}/", text))
