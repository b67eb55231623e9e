"""Does the demonstration model know this? A strict, deterministic check before the model.

It passes a question only when it names one known topic, fits one of four intents and holds no
word that is not listed in grammar.toml. It knows no model; it reads two data files.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

Intent = Literal["what", "symptoms", "treatment", "doctor"]
INTENTS: tuple[Intent, ...] = get_args(Intent)

# Where two cues fit, the narrower intent wins: "what should I do" before "what is".
NARROWEST_FIRST: tuple[Intent, ...] = ("doctor", "treatment", "symptoms", "what")
LONGEST_QUESTION = 32  # words
FUZZY_LETTERS = 6  # shorter words must be spelt right: "gout" is one letter from "goat"
# Other illnesses and everyday words that lie one letter away from a listed word: rubella is not
# rubeola, an injection is no infection.
NOT_TYPOS = frozenset(
    (
        *("rubella", "anemic", "anomia", "singles", "single", "reflex", "injection", "injections"),
        *("topical", "tonsil", "threat", "threats", "bitter", "butter", "prison", "sample"),
    )
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CONTRACTIONS = {
    "what's": "what is",
    "whats": "what is",
    "how's": "how is",
    "that's": "that is",
    "it's": "it is",
    "i'm": "i am",
    "i've": "i have",
    "i'd": "i would",
    "ive": "i have",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: a topic's name and an intent."""

    topic: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class _Cues:
    """One intent's patterns and the words it allows beside the common ones."""

    cues: tuple[re.Pattern[str], ...]
    follow_up: tuple[re.Pattern[str], ...]
    words: frozenset[str]


class Recognition:
    """The topics and the grammar, read from `folder` once and then only looked up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _data(self) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((self._folder / "topics.json").read_text("utf-8"))
        return data

    @cached_property
    def _grammar(self) -> dict[str, Any]:
        return tomllib.loads((self._folder / "grammar.toml").read_text("utf-8"))

    @cached_property
    def _aliases(self) -> dict[tuple[str, ...], tuple[str, frozenset[str]]]:
        """Alias words -> (topic, phrases it may not follow)."""
        found: dict[tuple[str, ...], tuple[str, frozenset[str]]] = {}
        for topic in self._data["topics"]:
            for alias in topic["aliases"]:
                # one word that also means something else is held back by its neighbours
                held = frozenset(topic["not_after"]) if " " not in alias else frozenset()
                found[tuple(_words(alias))] = (topic["name"], held)
        return found

    @cached_property
    def _common(self) -> frozenset[str]:
        return frozenset(self._grammar["common"].split())

    @cached_property
    def _intents(self) -> dict[Intent, _Cues]:
        return {
            intent: _Cues(
                tuple(re.compile(c) for c in self._grammar[intent]["cues"]),
                tuple(re.compile(c) for c in self._grammar[intent]["follow_up"]),
                frozenset(self._grammar[intent]["words"].split()),
            )
            for intent in NARROWEST_FIRST
        }

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        return self._common.union(*(cues.words for cues in self._intents.values()))

    @cached_property
    def _greeting(self) -> re.Pattern[str]:
        return re.compile(rf"^({'|'.join(self._grammar['greetings'])})\b ?")

    @cached_property
    def _closing(self) -> re.Pattern[str]:
        return re.compile(rf" ?\b({'|'.join(self._grammar['closings'])})$")

    @cached_property
    def questions(self) -> dict[str, dict[Intent, str]]:
        """Topic -> intent -> the plainest way to ask, which the model answers best."""
        return {topic["name"]: topic["questions"] for topic in self._data["topics"]}

    def recognise(self, text: str, history: Sequence[str]) -> Asked | None:
        """Return what a question asks, or None for whatever the model was not made for."""
        words = _words(text)
        if not words or len(words) > LONGEST_QUESTION:
            return None
        topics, rest = self._name_topics(words)
        intent = self._intent(rest, follow_up=not topics)
        if intent is None:
            return None
        if len(topics) == 1:
            return Asked(topics.pop(), intent)
        if topics or not history:
            return None
        before = self.recognise(history[-1], history[:-1])
        return before and Asked(before.topic, intent)

    def _name_topics(self, words: Sequence[str]) -> tuple[set[str], str]:
        """Return the topics named and the question with TOPIC in their places."""
        topics: set[str] = set()
        rest: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(6, len(words) - at), 0, -1):
                name = self._topic(tuple(words[at : at + length]), words[:at])
                if name:
                    topics.add(name)
                    rest.append("TOPIC")
                    at += length
                    break
            else:
                rest.append(self._spell(words[at]))
                at += 1
        return topics, " ".join(rest)

    def _topic(self, span: tuple[str, ...], before: Sequence[str]) -> str | None:
        alias = span if span in self._aliases else self._near(span)
        if alias is None:
            return None
        name, held = self._aliases[alias]
        earlier = f" {' '.join(before)}"
        return None if any(earlier.endswith(f" {phrase}") for phrase in held) else name

    def _near(self, span: tuple[str, ...]) -> tuple[str, ...] | None:
        if any(word in self._vocabulary for word in span if len(word) >= FUZZY_LETTERS):
            return None
        for alias in self._aliases:
            if len(alias) == len(span) and all(map(_same_word, span, alias)):
                return alias
        return None

    def _spell(self, word: str) -> str:
        if word in self._vocabulary:
            return word
        return next((known for known in sorted(self._vocabulary) if _same_word(word, known)), word)

    def _intent(self, question: str, *, follow_up: bool) -> Intent | None:
        question = self._strip(question)
        if any(re.search(rf"\b{veto}\b", question) for veto in self._grammar["veto"]):
            return None
        fitting = [
            intent
            for intent, cues in self._intents.items()
            if _fits(cues.follow_up if follow_up else cues.cues, question)
        ]
        allowed = self._common.union(*(self._intents[intent].words for intent in fitting))
        if not fitting or any(w not in allowed for w in question.split() if w != "TOPIC"):
            return None
        return fitting[0]

    def _strip(self, question: str) -> str:
        """Return the question without its greetings and thanks."""
        while True:
            shorter = self._closing.sub("", self._greeting.sub("", question))
            if shorter == question:
                return question
            question = shorter


def _fits(patterns: Iterable[re.Pattern[str]], question: str) -> bool:
    return any(pattern.search(question) for pattern in patterns)


def _words(text: str) -> list[str]:
    """Return the words, NFKC, casefolded, without possessives."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    found: list[str] = []
    for word in _WORD.findall(plain):
        found += _CONTRACTIONS.get(word, word.removesuffix("'s").replace("'", "")).split()
    return found


def _same_word(typed: str, known: str) -> bool:
    """Tell whether a typed word is the known one, give or take one slip in a long word."""
    if typed == known:
        return True
    if min(len(typed), len(known)) < FUZZY_LETTERS or typed in NOT_TYPOS or typed[0] != known[0]:
        return False
    return _one_slip(typed, known)


def _one_slip(typed: str, known: str) -> bool:
    """Tell whether one letter was added, lost, changed, or two neighbours were swapped."""
    if abs(len(typed) - len(known)) > 1:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(typed, known, strict=False)) if a != b),
        min(len(typed), len(known)),
    )
    left, right = typed[at:], known[at:]
    return (
        left[1:] == right
        or left == right[1:]
        or left[1:] == right[1:]
        or (left[2:] == right[2:] and left[:2] == right[1::-1])
    )
