"""Personal data out of texts: names that people give, how to reach them, numbers that stand for
one person. Pure functions over patterns and phrases; no model, and no promise to find everything.

Ages, symptoms and places of work stay, and so do the numbers of emergency services and helplines.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doctor_llama.scrubbing import numbers, people
from doctor_llama.scrubbing.spans import Kind, Span

__all__ = ["Kind", "Scrubbed", "scrub"]

_PLACEHOLDER = re.compile(r"\[([A-Z]+)_(\d{1,6})\]")


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """A text with placeholders such as `[NAME_1]`, and how many pieces of each kind went."""

    text: str
    counts: Mapping[Kind, int]


def scrub(text: str, seen: dict[str, str] | None = None) -> Scrubbed:
    """Replace what tells who a person is.

    `seen` carries the placeholders from one text to the next, so that a name said in a question is
    the same `[NAME_1]` in the answer; it is added to, and holds the personal data itself.
    """
    seen = {} if seen is None else seen
    lowered = text.lower()
    spans = _apart([*numbers.find(text, lowered), *people.find(text, lowered)])
    for span in spans:
        _placeholder(span.kind, text[span.start : span.end], seen, text)
    names = [key.split(":", 1)[1] for key in seen if key.startswith(f"{Kind.NAME}:")]
    spans = _apart([*spans, *people.known(text, names)])
    if not spans:
        return Scrubbed(text, {})
    return Scrubbed("".join(_pieces(text, spans, seen)), Counter(span.kind for span in spans))


def _apart(spans: list[Span]) -> list[Span]:
    """Those that overlap none before them in the list, in the order of the text."""
    kept: list[Span] = []
    for span in spans:
        place = bisect(kept, span)
        before = place == 0 or kept[place - 1].end <= span.start
        if before and (place == len(kept) or span.end <= kept[place].start):
            kept.insert(place, span)
    return kept


def _pieces(text: str, spans: list[Span], seen: dict[str, str]) -> Iterator[str]:
    at = 0
    for span in spans:
        yield text[at : span.start]
        yield _placeholder(span.kind, text[span.start : span.end], seen, text)
        at = span.end
    yield text[at:]


def _placeholder(kind: Kind, value: str, seen: dict[str, str], text: str) -> str:
    """The placeholder of a value, the same for each way of writing it."""
    key = _key(kind, value)
    if key not in seen:
        number = 1 + max(
            (
                int(number)
                for where in (*seen.values(), text)
                for word, number in _PLACEHOLDER.findall(where)
                if word == kind.upper()
            ),
            default=0,
        )
        seen[key] = f"[{kind.upper()}_{number}]"
        if kind is Kind.NAME:
            for part in people.parts(value):
                seen.setdefault(_key(kind, part), seen[key])
    return seen[key]


def _key(kind: Kind, value: str) -> str:
    folded = value.casefold()
    if kind in (Kind.PHONE, Kind.CARD, Kind.ID, Kind.IBAN):
        return f"{kind}:{''.join(c for c in folded if c.isalnum())}"
    return f"{kind}:{' '.join(folded.split())}"
