"""Finders for names that people give and for where they live. They know no numbers but those of
a house; a name that nothing announces is not found.
"""

import re
from collections.abc import Iterable, Iterator

from doctor_llama.scrubbing.spans import DATA, Cues, Kind, Span

_NAMES = DATA["names"]
_STOP = frozenset(_NAMES["stop"].split()) | {"doctor", "doc"}
_NOBODY = _STOP | frozenset(_NAMES["nobody"])
_WORDS = frozenset(_NAMES["words"])
_PARTICLES = frozenset(_NAMES["particles"])

_WORD = re.compile(
    r"[^\S\n]{0,2}([^\W\d_][^\s\d.,;:!?()\[\]{}\"“”«»<>|/\\@।،؟…*_#&+=~^%$-]{0,29}"
    r"(?:-[^\W\d_]{2,20})?\.?)"
)
_GIVEN = Cues("name", r"(?![\w'’])\s{0,2}[:,-]?\s?")
_CLOSING = Cues("closing", r"[\s,.!-]{1,6}")
_CLOSED = re.compile(r"[\s.,!]{0,4}(?:$|\n|[A-Z][\w&,. ]{0,60}$)")
_DIGIT = re.compile(r"\d")
# What announces a name that is written with a capital, and words without which it cannot be there.
_ANNOUNCED = [
    (
        _NAMES["titles"],
        re.compile(rf"\b(?:{'|'.join(_NAMES['titles'])})\b\.?[^\S\n]?(?=[^\W\d_a-z])"),
    ),
    (["my ", "My "], re.compile(rf"\b[Mm]y (?:{'|'.join(_NAMES['relatives'])}),? (?=[A-Z][a-z])")),
    (["yself"], re.compile(r"(?:^|[.,!\n]\s?)[Mm]yself,? (?=[A-Z][a-z])")),
    (
        ["I am ", "I'm ", "I’m ", "Im "],
        re.compile(
            r"\bI(?:['’ ]a?m|m) (?=[A-Z][a-z]+(?: [A-Z][a-z]+)?,? (?:and I'?m |a |aged )?\d{1,3}\b)"
        ),
    ),
]
_STREETS = [
    (street["gates"], re.compile(street["regex"], re.VERBOSE))
    for street in DATA["streets"]["pattern"]
]
_LIVES = Cues(
    "address",
    r"[\s:]{1,2}((?![^\n;!?]{0,40}\b\d+ ?(?:m|ft|feet|km|met\w+)\b)[^\n;!?]{0,60}?\d{1,5}"
    r"(?:(?!\. )[^\n;!?]){0,60}?)"
    r"(?=\.? *(?:$|\n|[;!?]|\. |,? (?:and|but|y|e|et|и)\b))",
)


def find(text: str, lowered: str) -> Iterator[Span]:
    """Everything of this module in a text."""
    yield from _addresses(text, lowered)
    for cue in _GIVEN.find(text, lowered):
        yield from _name(text, cue.end(), announced=True)
    for gates, pattern in _ANNOUNCED:
        if any(gate in text for gate in gates):
            for match in pattern.finditer(text):
                yield from _name(text, match.end())
    for cue in _CLOSING.find(text, lowered):
        for span in _name(text, cue.end()):
            if _CLOSED.match(text, span.end):
                yield span


def parts(name: str) -> list[str]:
    """What of a name stands for the person by itself: its words, but for those that are common."""
    words = [word.strip(".") for word in name.split()]
    return [w for w in words if len(w) > 2 and w.casefold() not in _WORDS | _STOP | _PARTICLES]


def known(text: str, names: Iterable[str]) -> Iterator[Span]:
    """Where names that were given before stand in a text; single words only with a capital."""
    joined = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    if not joined:
        return
    for match in re.finditer(rf"(?<![\w\[])(?:{joined})(?!\w)", text, re.IGNORECASE):
        if " " in match[0] or not match[0][0].islower():
            yield Span(*match.span(), Kind.NAME)


def _addresses(text: str, lowered: str) -> Iterator[Span]:
    if not _DIGIT.search(text):
        return
    yield from (Span(*m.span(1), Kind.ADDRESS) for m in _LIVES.find(text, lowered))
    for gates, pattern in _STREETS:
        if any(gate in lowered for gate in gates):
            yield from (Span(*m.span(), Kind.ADDRESS) for m in pattern.finditer(text))


def _name(text: str, at: int, *, announced: bool = False) -> Iterator[Span]:
    """The name that begins at a place. Announced names may be in lower case or in a script
    without it, and are then at most two words; others must be written as names are."""
    words: list[re.Match[str]] = []
    end = at
    while len(words) < 4 and (match := _WORD.match(text, end)):
        if not _continues(match[1], words, announced=announced):
            break
        words.append(match)
        end = match.end()
        if match[1].endswith(".") and len(match[1]) > 2:  # a sentence ends; an initial does not
            break
    while words and words[-1][1].casefold() in _PARTICLES:
        words.pop()
    if words:
        last = words[-1]
        trimmed = re.sub(r"(?:['’]s)?\.?$", "", last[1]) if len(last[1]) > 2 else last[1]
        yield Span(words[0].start(1), last.start(1) + len(trimmed), Kind.NAME)


def _continues(word: str, before: list[re.Match[str]], *, announced: bool) -> bool:
    plain = word.strip(".'’").casefold()
    given = announced and word[0].isupper() and plain in _WORDS
    if not plain or (
        not given and plain in (_STOP if announced else _NOBODY) - (_PARTICLES if before else set())
    ):
        return False
    if before and before[0][1][0].isupper():
        loud = word.isupper() and len(word) > 2
        return (word[0].isupper() or plain in _PARTICLES) and not (loud and len(before) > 1)
    if before:
        return len(before) < 2 and not word[0].isupper() and not plain.startswith("و")
    return announced or (word[0].isupper() and not (word.isupper() and len(word) == 1))
