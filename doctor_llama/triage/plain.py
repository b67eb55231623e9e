"""Short messages, and short sentences of longer ones, that plainly say an emergency or a crisis.

Where hardly anything else is said there is nothing to weigh: what stands here decides alone, also
against the classifier. It knows the words of plain.toml, with one slip of the finger in long ones.
"""

import tomllib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from doctor_llama.triage import lexicon
from doctor_llama.triage import text as plain_text
from doctor_llama.triage.labels import Label
from doctor_llama.triage.lexicon import Hit, Reading

ALARMS = (Label.CRISIS, Label.EMERGENCY)  # somebody who wants to die of pills is met as such
RULE = "plain"  # what a verdict names
MOST = 18  # words of a sentence that is short enough
MORE = 3  # of them that say something else
LONG = 6  # letters of a word in which one may be wrong
CALM, PETS = "calm", "pets"
HAPPENS, TOPIC = f"{Label.EMERGENCY} said", f"{Label.EMERGENCY} named"
BARE = frozenset(
    {"pain", "fever", "headache", "back", "leg", "arm", "neck", "head", "tooth", "ear"}
    | {"diabetic", "pregnant"}
)
THE_PILL = frozenset({"pills", "pregnant"})  # contraceptive ones; bare pills may be an overdose
STORIES = frozenset({"FICTION", "STUDY"})  # these reach into the sentence beside them
SCOPE = frozenset({*STORIES, "EDU", "IDIOM", "LAUGH", "PAST", "animal"})
DENIED = 3  # words before which a "no" still denies
NEAR = frozenset({"NOW", "help", "family", "friend", "child", "baby"})  # somebody, or now


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The words from `start` to `end`; `asked` where a question mark ends them."""

    number: int
    start: int
    end: int
    asked: bool
    alone: bool  # nothing else is in the message


def judge(reading: Reading) -> Label | None:
    """The label that a short sentence plainly says, None where it is not plain.

    Routine for a bare topic or complaint with nothing else in the message, and for mere talk.
    """
    if is_talk(reading):
        return Label.ROUTINE
    hits: dict[int, list[Hit]] = {}
    for hit in reading.hits:
        hits.setdefault(hit.sentence, []).append(hit)
    for sentence in _sentences(reading):
        if label := _said(reading, sentence, hits):
            return label
    return None


def is_talk(reading: Reading) -> bool:
    """Whether a message only moves the talk on: "tell me more, please"."""
    said = [word for word in reading.tokens if word not in lexicon.STOPS]
    return len(said) <= MOST and any(
        tuple(words) in _talk() for words in (said, [one for one in said if one not in _polite()])
    )


def _sentences(reading: Reading) -> Iterator[_Sentence]:
    bounds, start = [], 0
    for at, word in enumerate([*reading.tokens, "."]):
        if word in (".", "?"):
            bounds.append((start, at, word == "?"))
            start = at + 1
    filled = sum(end > start for start, end, _ in bounds)
    for number, (start, end, asked) in enumerate(bounds):
        if 0 < end - start <= MOST:
            yield _Sentence(number, start, end, asked, filled == 1)


def _said(reading: Reading, sentence: _Sentence, hits: dict[int, list[Hit]]) -> Label | None:
    """What happens to somebody bears a few other words beside it; a bare name hardly any."""
    words = [_mended(word) for word in reading.tokens[sentence.start : sentence.end]]
    found, covered = _found(words)
    if not found - {CALM}:
        return Label.ROUTINE if sentence.alone and _bare(words, reading.hits) else None
    here = {
        hit.concept
        for hit in hits.get(sentence.number, ())
        if not covered.issuperset(range(hit.start - sentence.start, hit.end - sentence.start))
    }
    calm = CALM in found or _turned(here) or _beside(sentence, hits, STORIES)
    said, named = _strongest(found, "said"), _strongest(found, "named")
    rest = [
        word
        for at, word in enumerate(words)
        if at not in covered and word != "," and word not in _company()
    ]
    if said and not calm and len(rest) <= MORE:
        return said
    if named and not (calm or rest or sentence.asked or _beside(sentence, hits, {"EDU"})):
        return named
    if named and not said and CALM in found and sentence.alone and len(rest) <= MORE:
        return Label.ROUTINE if NEAR.isdisjoint(here) else None
    return None


def _strongest(found: Set[str], how: str) -> Label | None:
    return next((label for label in ALARMS if f"{label} {how}" in found), None)


def _bare(words: list[str], hits: list[Hit]) -> bool:
    """Whether a complaint is named and nothing said of it: "fever", "my back hurts"."""
    concepts = {hit.concept for hit in hits}
    told = {at for hit in hits for at in range(hit.start, hit.end)}
    return (
        bool(concepts)
        and (concepts <= BARE or concepts == THE_PILL)
        and (concepts == {"fever"} or "fever" not in concepts)  # a fever with a toothache is more
        and all(at in told or word in _company() | _everyday() for at, word in enumerate(words))
    )


def _turned(here: set[str]) -> bool:
    """Whether it is asked about, imagined, past or an animal's."""
    return not (SCOPE - {"PAST"} if "AGAIN" in here else SCOPE).isdisjoint(here)


def _beside(sentence: _Sentence, hits: dict[int, list[Hit]], concepts: Set[str]) -> bool:
    """Whether the sentence before or after it holds one of these."""
    near = [*hits.get(sentence.number - 1, ()), *hits.get(sentence.number + 1, ())]
    return any(hit.concept in concepts for hit in near)


def _found(words: list[str]) -> tuple[set[str], set[int]]:
    """What is said in a sentence, and at which words; without what a "no" before it denies."""
    hits = [
        (kind, at, end)
        for at, word in enumerate(words)
        if word != ","
        for index in (_alarms(), _calm())
        for kind, end in index.at(words, at)
    ]
    inside = {at for _, start, end in hits for at in range(start, end)}
    denials = {at for at, word in enumerate(words) if at not in inside and word in _denials()}
    found: set[str] = set()
    covered: set[int] = set()
    theirs: set[int] = set()  # words that follow on an animal
    for kind, start, end in hits:
        if kind in (CALM, PETS):
            found.add(CALM)
        elif _denied(words, start, denials):
            continue
        elif kind == HAPPENS and start in theirs:
            found.add(TOPIC)
        else:
            found.add(kind)
        if kind == PETS or start in theirs:
            theirs.update(range(start, end + 1))
        covered.update(range(start, end))
    return found, covered


def _denied(words: list[str], start: int, denials: set[int]) -> bool:
    for at in range(start - 1, max(-1, start - 1 - DENIED), -1):
        if words[at] == ",":
            return False
        if at in denials:
            return True
    return False


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("plain.toml").read_text(encoding="utf-8"))


@cache
def _alarms() -> lexicon.Index:
    made = lexicon.Index()
    for label in ALARMS:
        for how, languages in _data()[label].items():
            for language, entries in languages.items():
                made.fill(entries, f"{label} {how}", language)
    return made


@cache
def _calm() -> lexicon.Index:
    made = lexicon.Index()
    for kind in (CALM, PETS):
        for language, entries in _data()[kind].items():
            made.fill(entries, kind, language)
    return made


@cache
def _everyday() -> frozenset[str]:
    """What a bare complaint may come from: "my back hurts after sitting"."""
    return frozenset(plain_text.tokens(_data()["everyday"]["words"]))


@cache
def _company() -> frozenset[str]:
    return frozenset(
        word for entries in _data()["company"].values() for word in plain_text.tokens(entries)
    )


@cache
def _talk() -> frozenset[tuple[str, ...]]:
    phrases = {language: one for language, one in _data()["talk"].items() if language != "polite"}
    return frozenset(
        tuple(plain_text.tokens(line))
        for lines in phrases.values()
        for line in lines.strip().splitlines()
    )


@cache
def _polite() -> frozenset[str]:
    return frozenset(plain_text.tokens(_data()["talk"]["polite"]))


@cache
def _denials() -> frozenset[str]:
    return lexicon.words(lexicon.NEGATION)


@cache
def _slips() -> dict[str, str]:
    """Long words of the entries, whole and without each of their letters, to the right word."""
    whole = sorted(word for word in _alarms().words() if len(word) >= LONG)
    made = {word[:at] + word[at + 1 :]: word for word in whole for at in range(1, len(word))}
    return made | {word: word for word in whole}


@cache
def _others() -> frozenset[str]:
    return (
        frozenset(plain_text.tokens(_data()["other"]["words"]))
        | lexicon.known()
        | _company()
        | {*_alarms().words(), *_calm().words()}
    )


def _mended(word: str) -> str:
    """A long word with a slip of the finger as it was meant; the first letter is right."""
    if len(word) < LONG - 1 or word in _others():
        return word
    slips = _slips()
    if (meant := slips.get(word)) is not None:
        return meant
    changed = "a" <= word[0] <= "я"  # in other scripts another letter is most often another word
    for at in range(1, len(word)):
        cut = word[:at] + word[at + 1 :]
        meant = slips.get(cut)
        if meant is None or (meant != cut and not changed and sorted(meant) != sorted(word)):
            continue
        return meant
    return word
