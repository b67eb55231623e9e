"""Concepts in a message: which words of lexicon.toml stand where, and what is denied.

It knows no label: rules and classifier read what is found here. One set of names for all.
"""

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from doctor_llama.triage import text as plain_text

GAP = 3  # most words that ".." stands for
REACH = 4  # words between a "no" and what it denies
LATIN = ("en", "es", "pt", "fr", "hl")
SCRIPTS = (("ru", "а", "я"), ("ar", "ء", "ي"), ("hi", "\u0900", "\u097f"))
ROMANISED = ("ru", "ar")  # also written in Latin letters, in which we know no words of them
FOREIGN = (
    0.3  # a share of known words under which a text is in none of `LATIN` (they have 0.28-0.8)
)
AFTER = ("hi", "hl")  # languages that deny after the word
STOPS = (".", "?", ",")
ENDINGS = {"hi": 3, "hl": 4}  # letters from which the last word of an entry may go on
NEGATION = "NEG"
SAMPLE = 120  # words of a long message by which its language is told
ARABIC_PREFIXES = "وبلا"


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept at the tokens from `start` to `end`, in a sentence, perhaps denied."""

    concept: str
    start: int
    end: int
    sentence: int
    denied: bool = False

    @property
    def context(self) -> bool:
        """Whether it says how a thing is said (denied, long ago, asked), not what."""
        return self.concept.isupper()

    @property
    def name(self) -> str:
        return f"-{self.concept}" if self.denied else self.concept


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as its tokens, its language and its concepts."""

    tokens: list[str]
    language: str
    hits: list[Hit]


Entries = list[tuple[tuple[str, ...], str]]  # the words after the first, and the concept


class Index:
    """Entries by their first word and, where it is a whole one, the second."""

    def __init__(self) -> None:
        self.whole: dict[str, dict[str, Entries]] = {}
        self.beginning: dict[str, dict[str, Entries]] = {}
        self.lengths: list[int] = []

    def add(self, entry: str, concept: str) -> None:
        words = tuple(word for word in entry.split("_") if word)
        first, rest = words[0], words[1:]
        second = rest[0] if rest and rest[0] != ".." and not rest[0].endswith("*") else ""
        table = self.beginning if first.endswith("*") else self.whole
        by_second = table.setdefault(first.rstrip("*"), {})
        by_second.setdefault(second, []).append((rest, concept))

    def fill(self, entries: str, concept: str, language: str) -> None:
        """Add a list of entries as it stands in a file."""
        for raw in entries.split():
            if entry := _entry(raw, language):
                self.add(entry, concept)
        self.lengths = sorted({len(word) for word in self.beginning})

    def words(self) -> Iterator[str]:
        """Every word of the entries, and the beginnings."""
        for table in (self.whole, self.beginning):
            for first, by_second in table.items():
                yield first
                for entries in by_second.values():
                    for rest, _ in entries:
                        yield from (word.rstrip("*") for word in rest if word != "..")

    def at(self, words: Sequence[str], start: int) -> Iterator[tuple[str, int]]:
        """Concepts that begin at a token, with where they end."""
        following = ("", *(_forms(words[start + 1]) if start + 1 < len(words) else ()))
        for word in _forms(words[start]):
            tables = [self.whole.get(word)]
            for length in self.lengths:
                if length > len(word):
                    break
                tables.append(self.beginning.get(word[:length]))
            for table in tables:
                if table is not None:
                    yield from self._matching(table, words, start, following)

    def _matching(
        self,
        table: dict[str, Entries],
        words: Sequence[str],
        start: int,
        following: tuple[str, ...],
    ) -> Iterator[tuple[str, int]]:
        for second in following:
            for rest, concept in table.get(second, ()):
                if (end := _end(words, start + 1, rest)) is not None:
                    yield concept, end


def _forms(word: str) -> tuple[str, ...]:
    """An Arabic word with and without what is written together with it: and, the, with, for."""
    if word[0] not in ARABIC_PREFIXES or len(word) < 4:
        return (word,)
    bare = word[1:] if word[0] == "و" else word
    for prefix in ("بال", "لل", "ال"):
        if bare.startswith(prefix) and len(bare) >= len(prefix) + 2:
            return tuple(dict.fromkeys((word, bare, bare[len(prefix) :])))
    return (word, bare) if bare != word else (word,)


def _fits(word: str, wanted: str) -> bool:
    if word == wanted:
        return True
    if word[0] in ARABIC_PREFIXES:
        return any(_same(form, wanted) for form in _forms(word))
    return wanted[-1] == "*" and _same(word, wanted)


def _same(word: str, wanted: str) -> bool:
    if wanted in ("20*", "19*"):
        return len(word) == 4 and word.startswith(wanted[:2]) and word.isdigit()
    if wanted.endswith("*"):
        return word.startswith(wanted[:-1]) and word not in STOPS
    return word == wanted


def _end(words: Sequence[str], at: int, rest: tuple[str, ...]) -> int | None:
    for number, wanted in enumerate(rest):
        if wanted == "..":
            for skip in range(GAP + 1):
                if (end := _end(words, at + skip, rest[number + 1 :])) is not None:
                    return end
            return None
        if at >= len(words) or not _fits(words[at], wanted):
            return None
        at += 1
    return at


def _entry(raw: str, language: str) -> str:
    """An entry in the form that messages are read in; Hindi words may go on at their end."""
    parts = []
    for word in raw.split("_"):
        star = "*" if word.endswith("*") else ""
        inner = ".." if word == ".." else " ".join(plain_text.tokens(word.rstrip("*")))
        parts += [f"{inner}{star}".replace(" ", "_")] if inner or star else []
    entry = "_".join(parts)
    last = entry.rpartition("_")[2]
    return (
        f"{entry}*" if len(last) >= ENDINGS.get(language, 99) and not last.endswith("*") else entry
    )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


@cache
def _indexes() -> dict[str, Index]:
    data = _data()
    made = {language: Index() for language in (*LATIN, "ru", "ar", "hi")}
    for concept in concepts():
        for language, entries in data[concept].items():
            made[language].fill(entries, concept, language)
    return made


def concepts() -> list[str]:
    """The names of all concepts, in their order in the file."""
    return [name for name, entries in _data().items() if isinstance(entries, dict)]


@cache
def words(concept: str) -> frozenset[str]:
    """The single whole words that say a concept in any language."""
    entries = " ".join(_data()[concept].values())
    return frozenset(word for one in entries.split() for word in plain_text.tokens(one))


@cache
def known() -> frozenset[str]:
    """Every whole word of all entries in all languages."""
    return frozenset(word for index in _indexes().values() for word in index.words())


def read(message: str, hint: str | None = None) -> Reading:
    """Find the concepts of a message. `hint` is a language code that decides between equals."""
    words = plain_text.tokens(message)
    language = script(words)
    language = language or _spoken(words[:SAMPLE], hint)
    hits = _found(words, language)
    if language == "hl":  # people mix the two
        hits += _found(words, "en")
    return Reading(words, language, _settled(words, hits, language))


def script(words: Sequence[str]) -> str | None:
    """The language that a script gives away; None for Latin letters."""
    counts = dict.fromkeys(("ru", "ar", "hi"), 0)
    latin = 0
    for word in words:
        for language, low, high in SCRIPTS:
            if low <= word[0] <= high:
                counts[language] += 1
                break
        else:
            latin += word[0].isalpha()
    best = max(counts, key=lambda one: counts[one])
    return best if counts[best] and counts[best] * 3 >= latin else None


@cache
def _common(language: str) -> frozenset[str]:
    data = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
    return frozenset(word for words in data["common"][language] for word in words.split())


def _spoken(words: Sequence[str], hint: str | None) -> str:
    """Which of the languages in Latin letters is spoken: common words and known ones.

    Where next to none is, and the person's language has letters of its own, it is that one, written
    in Latin letters.
    """
    hint = {"hi": "hl"}.get(hint or "", hint)
    scores = {}
    for language in LATIN:
        common = sum(word in _common(language) for word in words)
        covered = {at for hit in _found(words, language) for at in range(hit.start, hit.end)}
        scores[language] = common + 0.7 * len(covered) + (0.6 if language == hint else 0)
    best = max(LATIN, key=lambda one: scores[one])
    count = sum(word[0].isalpha() for word in words)
    if hint in ROMANISED and scores[best] < FOREIGN * count:
        return hint
    return best


def _found(words: Sequence[str], language: str) -> list[Hit]:
    index, hits, sentence = _indexes()[language], [], 0
    for at, word in enumerate(words):
        if word in (".", "?"):
            sentence += 1
            continue
        if word == ",":
            continue
        hits += [Hit(concept, at, end, sentence) for concept, end in index.at(words, at)]
    return hits


def _settled(words: Sequence[str], hits: Sequence[Hit], language: str) -> list[Hit]:
    """Mark what is denied. A "no" or "may" inside of a longer entry belongs to that alone."""
    inside = {at for hit in hits if not hit.context for at in range(hit.start, hit.end)}
    kept = [h for h in hits if not h.context or not inside.issuperset(range(h.start, h.end))]
    denials = sorted({hit.start for hit in kept if hit.concept == NEGATION})
    spared, hard = _data()["never_denied"], _data()["hardly_denied"]
    marked = []
    for hit in kept:
        if hit.context or hit.concept in spared:
            marked.append(hit)
            continue
        close = hit.concept in hard
        marked.append(replace(hit, denied=_denied(words, hit, denials, language, close=close)))
    denied = {(hit.concept, at) for hit in marked if hit.denied for at in range(hit.start, hit.end)}
    return [
        replace(hit, denied=True) if (hit.concept, hit.end - 1) in denied else hit for hit in marked
    ]


def _denied(
    words: Sequence[str], hit: Hit, denials: Sequence[int], language: str, *, close: bool
) -> bool:
    if language in AFTER:
        first, last = hit.end, hit.end + 2
    else:
        first, last = hit.start - (1 if close else REACH), hit.start - 1
    for at in denials[bisect_left(denials, first) : bisect_right(denials, last)]:
        between = words[hit.end : at] if language in AFTER else words[at + 1 : hit.start]
        if not _breaks(between, words[hit.start], close=close):
            return True
    return False


def _breaks(between: Sequence[str], then: str, *, close: bool) -> bool:
    """Whether a denial ends in these words, before the next."""
    for word, following in pairwise([*between, then]):
        if word in (".", "?"):
            return True
        if word == "," and (close or following in _starters()):
            return True
    return False


@cache
def _starters() -> frozenset[str]:
    return frozenset(_data()["starters"])
