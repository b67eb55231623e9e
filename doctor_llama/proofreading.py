"""The review after the model: sentence by sentence, so that nothing is shown which was not read.

It knows no engine and no queue: raw text in, text that may be shown out. What it changes it counts.
A sentence that has a number or a word in it that what we look for is made of is held back until it
has ended; of others all but the last words may be seen while they are written.
"""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from doctor_llama.scrubbing import scrub
from doctor_llama.triage import Label, lexicon
from doctor_llama.triage.text import fold

LONG = 700  # characters from which an answer ends with the safety line
HELD = 600  # characters of a sentence without an end that are held back at most
TWICE = 20  # letters from which a sentence may not come twice
LOOP = 3  # repeated sentences after which the rest is left out
LAG = 3  # words at the end of an unfinished sentence that are not seen yet
TELLING = 120  # characters from which the language of an answer is told

_END = re.compile(r"(?<=[.!?।؟…])[\"')\]*_]*\s+|\n+")
_TOKENS = re.compile(
    r"<\s*[|｜][^<>]{0,40}[|｜]\s*>|</?(?:s|pad|unk|think|tool_call|im_start|im_end)>"
    r"|\[/?INST\]|<</?SYS>>|^(?:assistant|system|user)\s*(?::|\n)",
    re.IGNORECASE | re.MULTILINE,
)
_OPEN = re.compile(r"<\s*[|｜]?[^<>\s]{0,40}$|\[/?I?N?S?T?$")
_STUTTER = re.compile(r"(\b\S.{0,60}?)(?:[\s,;]+\1){4,}", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"\d[\d.,]*")


class Proofreader:
    """Reads one answer as it grows; `take` is handed the whole raw text so far each time."""

    def __init__(self, question: str, language: str, label: Label = Label.ROUTINE) -> None:
        self.language = language if language in _data() else "en"
        self.careful = label is not Label.ROUTINE
        self.counts: Counter[str] = Counter()
        self._asked = fold(question)
        self._numbers = set(_NUMBER.findall(self._asked))
        self._read = 0  # characters of the raw text that were read
        self._shown: list[str] = []
        self._said: Counter[str] = Counter()
        self._looping = False

    def take(self, raw: str, *, whole: bool = False) -> str:
        """What may be shown of an answer; with `whole` it has ended, and its last words too."""
        while not self._looping:
            rest = raw[self._read :]
            end = _END.search(rest)
            if end is not None and (whole or end.end() < len(rest)):
                cut = end.end()
            elif len(rest) > HELD or (whole and rest):
                cut = len(rest)
            else:
                break
            self._read += cut
            self._shown.append(self._sentence(rest[:cut]))
        if whole:
            self._whole(raw)
            return "".join(self._shown)
        return "".join(self._shown) + self._beginning(raw[self._read :])

    def _beginning(self, rest: str) -> str:
        """What may be seen of a sentence that has not ended."""
        if self._looping:
            return ""
        words = list(_WORD.finditer(rest))
        begun = rest[: words[-LAG].start()] if len(words) > LAG else ""
        plain = _NUMBER.sub(lambda m: "" if m[0] in self._numbers else m[0], fold(begun))
        return "" if _risky().search(plain) else begun

    def _sentence(self, raw: str) -> str:
        """A sentence with the space after it, as it may be shown."""
        text = _TOKENS.sub("", raw)
        if text != raw:
            self.counts["tokens"] += 1
        body = text.strip()
        if not body:
            return "" if text != raw else raw
        gap = text[len(text.rstrip()) :]
        plain = fold(body)
        if self._repeated(plain):
            return ""
        found = self._found(plain)
        if found is not None:
            self.counts[found] += 1
            ours = str(_data()[self.language][found])
            self._said[found] += 1
            return ours + (gap or " ") if self._said[found] == 1 else ""
        return self._without_others(body) + gap if body != text else self._without_others(text)

    def _repeated(self, plain: str) -> bool:
        """Whether a sentence turns in a circle, or came before."""
        circle = _STUTTER.search(plain) is not None
        self._said[plain] += 1
        if not circle and (len(plain) < TWICE or self._said[plain] == 1):
            return False
        self.counts["loop"] += 1
        self._looping = self.counts["loop"] >= LOOP
        return True

    def _found(self, plain: str) -> str | None:
        """The first thing in a sentence that must not be said."""
        for kind, pattern in _patterns().items():
            if kind == "calm" and not self.careful:
                continue
            if kind == "dose":
                if self._dosed(pattern, plain):
                    return kind
            elif pattern.search(plain):
                return kind
        return None

    def _dosed(self, pattern: re.Pattern[str], plain: str) -> bool:
        """Whether an amount of a medicine is named that the question did not name itself."""
        for hit in pattern.finditer(_allowed().sub(" ", plain)):
            numbers = _NUMBER.findall(hit[0])
            if not numbers or not set(numbers) <= self._numbers:
                return True
        return False

    def _without_others(self, text: str) -> str:
        """Without addresses and numbers of people who are not in the question."""
        if not any(mark in text for mark in "@0123456789"):
            return text
        scrubbed = scrub(text)
        others = sum(scrubbed.counts.values())
        named = [word for word in fold(text).split() if "@" in word or _NUMBER.search(word)]
        if not others or all(word.strip(".,;:()") in self._asked for word in named):
            return text
        self.counts["data"] += others
        return scrubbed.text

    def _whole(self, raw: str) -> None:
        if _OPEN.search(raw):
            self._shown = [_OPEN.sub("", part) for part in self._shown]
        text = "".join(self._shown)
        if len(text) >= TELLING:
            told = lexicon.read(text, self.language).language
            if {"hl": "hi"}.get(told, told) != self.language:
                self.counts["language"] += 1


def safety_line(text: str, language: str) -> str | None:
    """The line that ends a long answer; it is ours, not the model's."""
    if len(text) < LONG:
        return None
    data = _data()
    return str(data.get(language, data["en"])["safety"])


@cache
def _data() -> dict[str, Any]:
    file = Path(__file__).with_suffix(".toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = _data()
    return {kind: re.compile("|".join(data["pattern"][kind])) for kind in data["order"]}


@cache
def _risky() -> re.Pattern[str]:
    return re.compile("|".join(_data()["risky"]))


@cache
def _allowed() -> re.Pattern[str]:
    return re.compile("|".join(_data()["allowed"]))
