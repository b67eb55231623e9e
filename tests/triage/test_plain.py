"""Plain and short messages: all of them hold, in every dress; the calm ones stay calm."""

import random
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from doctor_llama.triage import RED, Label, assess, lexicon, plain, refusals, refused

HERE = Path(__file__).parent
Rows = list[tuple[str, Label]]


def read(name: str) -> dict[str, Rows]:
    data = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return {
        language: [(text, Label(label)) for label, texts in parts.items() for text in texts]
        for language, parts in data.items()
    }


FILES = ("plain.toml", "plain_variants.toml")
SAID = {name: read(name) for name in FILES}
LANGUAGES = ("en", "es", "pt", "fr", "ru", "ar", "hi")
ALARMS = [
    text
    for name in FILES
    for rows in SAID[name].values()
    for text, label in rows
    if label is not Label.ROUTINE
]
STORY = (
    "We spent the week by the sea and ate well. The children built castles and slept like stones. "
    "In the evening we played cards and my aunt sang. The soup was good and the bread was fresh. "
)


def test_the_lists_are_what_they_say() -> None:
    assert sum(len(rows) for rows in SAID["plain.toml"].values()) == 357
    assert all(len(SAID["plain_variants.toml"][language]) >= 30 for language in LANGUAGES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_messages_are_understood(name: str, language: str) -> None:
    wrong = []
    for text, label in SAID[name][language]:
        found = assess(text).label
        if (found in RED) is not (label in RED) or (label not in RED and found is not label):
            wrong.append((text, label, found))
    assert wrong == []


DRESSES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "please help": lambda text: f"please help {text} please help",
    "exclamation": lambda text: f"{text}!!!",
    "emoji": lambda text: f"😭 {text} 🙏",
    "greeting": lambda text: f"Hello doctor, {text}",
    "lines": lambda text: f"hi\n{text}\nplease",
    "long story before": lambda text: f"{STORY * 8}{text}",
    "long story around": lambda text: f"{STORY * 4}{text}. {STORY * 4}",
    "long story after": lambda text: f"{text}. {STORY * 8}",
}


@pytest.mark.parametrize("dress", DRESSES)
def test_an_alarm_is_one_in_every_dress(dress: str) -> None:
    calm = [text for text in ALARMS if assess(DRESSES[dress](text)).label not in RED]
    assert calm == []


def slipped(text: str, dice: random.Random) -> str:
    """One slip of the finger inside the longest word; the first letter is right."""
    word = max(text.split(), key=len)
    at = dice.randrange(1, len(word) - 1)
    other = {"a": "abcdefghijklmnopqrstuvwxyz", "а": "абвгдеиклмнопрст"}
    letters = next((one for low, one in other.items() if low <= word[0].lower() <= one[-1]), None)
    kinds = [
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + dice.choice(letters) + word[at + 1 :] if letters else word,
    ]
    return text.replace(word, dice.choice(kinds), 1)


def test_most_alarms_bear_a_slip_of_the_finger() -> None:
    """Not all: "strke" may be many things. Words of eight letters and more, four slips each."""
    dice = random.Random(0)
    long = [text for text in ALARMS if max(map(len, text.split())) >= 8]
    tried = [slipped(text, dice) for text in long for _ in range(4)]
    missed = [text for text in tried if assess(text).label not in RED]
    print(f"{1 - len(missed) / len(tried):.3f} of {len(tried)} slips of {len(long)} alarms", missed)
    assert len(long) >= 100
    assert len(missed) / len(tried) <= 0.05, missed


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("my mum is having a stroke", Label.EMERGENCY),
        ("he isn't choking", None),
        ("I don't want to die", None),
        ("stroke", Label.EMERGENCY),
        ("stroke?", None),
        ("stroke symptoms", Label.ROUTINE),
        ("stroke cushions", None),
        ("my cat is choking", Label.ROUTINE),
        ("I'm dying of boredom", Label.ROUTINE),
        ("he had a seizure two years ago", None),
        ("In the film: he is choking", None),
        ("my mum is cooking", None),
        ("my mum is chokng", Label.EMERGENCY),
        ("bleeding to death", Label.EMERGENCY),
    ],
)
def test_what_decides_alone(text: str, label: Label | None) -> None:
    assert plain.judge(lexicon.read(text)) is label


def test_every_language_has_its_words() -> None:
    data = plain._data()
    for part in (data["emergency"]["said"], data["emergency"]["named"], data["company"]):
        assert set(part) >= {*LANGUAGES, "hl"}
    for part in (data["crisis"]["said"], data["crisis"]["named"], data["calm"]):
        assert set(part) >= {*LANGUAGES, "hl"}


TALK = ["tell me more", "Explain that again, please!", "why?", "dime más", "me explica melhor",
        "dis-m'en plus", "расскажи подробнее", "اشرح لي", "और बताओ", "aur batao"]  # fmt: skip


@pytest.mark.parametrize("text", TALK)
def test_what_moves_the_talk_on_is_neither_alarm_nor_refused(text: str) -> None:
    assert assess(text).label is Label.ROUTINE
    assert not refused(text)
    assert not refusals.dubious(text)


@pytest.mark.parametrize("text", ["I can't go on", "go on without me", "goodbye forever"])
def test_talk_is_no_cover(text: str) -> None:
    assert assess(text).label is Label.CRISIS


def test_common_follow_ups_are_not_refused() -> None:
    asked = ["how do I do that", "help me", "give me advice", "tell me what to do", "tell me how"]
    assert [text for text in asked if refused(text)] == []
