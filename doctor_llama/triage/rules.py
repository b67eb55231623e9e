"""Which messages cannot wait: concepts in plain words, rules over them, all from rules.toml.

It reads one message, in English; it knows no person, no history and no model. A "routine" says
only that no rule fired.
"""

import logging
import re
import tomllib
import unicodedata
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

log = logging.getLogger(__name__)

MAX_CHARACTERS = 4096  # Telegram's own bound; what lies beyond is not read
TOGETHER = 20  # words: short sentences next to each other are read as one
NEAR = 120  # characters looked at on either side of a hit for its scope


class Label(StrEnum):
    """Strongest first; the order counts."""

    EMERGENCY = "emergency"  # act now
    CRISIS = "crisis"  # self-harm, suicide, abuse
    URGENT = "urgent"  # to be seen within hours to two days
    ROUTINE = "routine"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label and the rule that gave it; no rule for routine."""

    label: Label
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds when all of its concepts are together and none of the others is."""

    id: str
    label: Label
    all: frozenset[str]
    none: frozenset[str]


_DATA = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


def _pattern(alternatives: list[str], start: str = " ", end: str = "(?= )") -> re.Pattern[str]:
    """One expression for the shorthand of rules.toml; gaps are bounded and never backtrack."""
    joined = "|".join(alternatives)
    for _ in range(2):  # a word group may name another
        for name, group in _DATA["words"].items():
            joined = joined.replace(f"<{name}>", group)
    return re.compile(start + "(?:" + joined.replace(" ~ ", "(?: [^ |]++){0,4}? ") + ")" + end)


_SCOPE: dict[str, list[str]] = _DATA["scope"]
_CONCEPTS = {name: _pattern(patterns) for name, patterns in _DATA["concept"].items()}
_RULES = sorted(
    (
        Rule(
            rule["id"],
            Label(rule["label"]),
            frozenset(rule["all"]),
            frozenset(rule.get("none", ())),
        )
        for rule in _DATA["rule"]
    ),
    key=lambda rule: list(Label).index(rule.label),
)
_NEGATED = _pattern(_SCOPE["negated"], end="((?: [^ ,|]++){0,3})$")
_NEGATED_NEXT = _pattern(_SCOPE["negated_next"], end="((?: [^ ,|]++)?)$")
_NOT_NEGATED = _pattern(_SCOPE["not_negated"])
_PAST = _pattern(_SCOPE["past"])
_PRESENT = _pattern(_SCOPE["present"])
_ASKED = _pattern(_SCOPE["asked"])
_PERSONAL = _pattern(_SCOPE["personal"])
_STUDY = _pattern(_SCOPE["study"])
_IDIOM = _pattern(_SCOPE["idioms"])
_CLAUSE_END = re.compile(" (?:,|and|but|so|because|then|now)(?= )")

_NOT_JOINED = re.compile(
    " (can|could|do|did|does|is|are|was|were|will|would|has|have|had) not(?= )"
)
_I_AM = re.compile(" (i|he|she) (am|is)(?= )")
_QUOTE = re.compile("['`\u00b4\u02bc\u2018\u2019\uff07]")
_STOP = re.compile(r"[!?;|\u2026\u3002]|\.(?!\d)|\n\s*\n")
_COMMA = re.compile(r"[,:()\u2013\u2014\n]")
_STOPS = re.compile("(?: [,|]){2,}")
_OTHER = re.compile(r"[^\w .,|]|_|(?<!\d)[.]|(?<!\d)\.(?=\d)")


def normalise(text: str) -> str:
    """The form that the patterns read: see the head of rules.toml."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS].casefold()
    text = unicodedata.normalize("NFD", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf"))[:MAX_CHARACTERS]
    text = _COMMA.sub(" , ", _STOP.sub(" | ", _QUOTE.sub("", text)))
    text = f" {' '.join(_OTHER.sub(' ', text).split())} "
    text = _I_AM.sub(
        lambda m: " im" if m[1] == "i" else f" {m[1]}s", _NOT_JOINED.sub(r" \1nt", text)
    )
    text = _STOPS.sub(lambda m: " |" if "|" in m[0] else " ,", text)
    spelling: dict[str, str] = _DATA["spelling"]
    return f" {' '.join(spelling.get(word, word) for word in text.split())} | "


@dataclass(slots=True)
class _Reading:
    """One normalised message, its sentences and what was truly said in each."""

    text: str
    bars: list[int] = field(default_factory=list)
    asked_from: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bars = [-1, *(i for i, c in enumerate(self.text) if c == "|")]

    def sentences(self) -> list[set[str]]:
        found: list[set[str]] = [set() for _ in self.bars]
        for name, pattern in _CONCEPTS.items():
            for hit in pattern.finditer(self.text):
                sentence = bisect(self.bars, hit.start()) - 1
                if name not in found[sentence] and not self._silenced(name, hit, sentence):
                    found[sentence].add(name)
        return found

    def groups(self) -> Iterator[frozenset[str]]:
        """Concepts that stand together: a sentence, with its short neighbours."""
        found = self.sentences()
        ends = [*self.bars[1:], len(self.text)]
        words = [self.text.count(" ", a + 1, b) for a, b in zip(self.bars, ends, strict=True)]
        seen: set[frozenset[str]] = set()
        for first, concepts in enumerate(found):
            together, room = set(concepts), TOGETHER - words[first]
            for other in range(first + 1, len(found)):
                room -= words[other]
                if room < 0:
                    break
                together |= found[other]
            group = frozenset(together)
            if group and group not in seen:
                seen.add(group)
                yield group

    def _silenced(self, name: str, hit: re.Match[str], sentence: int) -> bool:
        """Whether the words around a hit take it back: denied, long ago or only asked about."""
        start = self.bars[sentence] + 1
        end = self.bars[sentence + 1] if sentence + 1 < len(self.bars) else len(self.text)
        before = self.text[max(start, hit.start() - NEAR) : hit.start()]
        after = self.text[hit.end() : min(end, hit.end() + NEAR)]
        return (
            (name not in _SCOPE["never_negated"] and _negated(before, after))
            or _past(before, hit[0], after)
            or (name not in _SCOPE["never_asked"] and self._asked(sentence, hit, start, end))
        )

    def _asked(self, sentence: int, hit: re.Match[str], start: int, end: int) -> bool:
        if sentence not in self.asked_from:
            self.asked_from[sentence] = _asked_from(self.text, start, end)
        return hit.start() >= self.asked_from[sentence]


def _negated(before: str, after: str) -> bool:
    said = _NEGATED.search(before) or _NEGATED_NEXT.search(before)
    if said is None or _NOT_NEGATED.search(f"{said[1]} "):
        return False
    return not (
        said[0].startswith(" never") and re.match(" (?:before|like this|so|this)(?= )", after)
    )


def _past(before: str, hit: str, after: str) -> bool:
    breaks = [m.end() for m in _CLAUSE_END.finditer(f"{before} ")]
    ending = _CLAUSE_END.search(after)
    clause = before[breaks[-1] :] if breaks else before
    clause += hit + (after[: ending.start()] if ending else after) + " "
    return _PAST.search(clause) is not None and _PRESENT.search(clause) is None


def _asked_from(text: str, start: int, end: int) -> int:
    """Where in a sentence a question for knowledge begins; its end when there is none."""
    sentence = text[start:end] + " "
    if _STUDY.search(sentence):
        return start
    question = _ASKED.search(sentence)
    if question is None or _PERSONAL.search(sentence, question.start()):
        return end
    return start + question.start()


def assess(text: str) -> Verdict:
    """The strongest label that a rule gives. It never raises: on its own failure it is urgent."""
    try:
        return _assess(text)
    except Exception as error:  # a gate that breaks must not open
        log.critical("triage failed: %s", type(error).__name__)
        return Verdict(Label.URGENT, "error")


def _assess(text: str) -> Verdict:
    groups = list(_Reading(_IDIOM.sub(" ", normalise(text))).groups())
    for rule in _RULES:
        for group in groups:
            if rule.all <= group and rule.none.isdisjoint(group):
                return Verdict(rule.label, rule.id)
    return Verdict(Label.ROUTINE)
