"""Lines as they come in life: with a greeting, a question, a slip of the finger, other talk."""

import random
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

from training.triage.corpus import FOLDER, Line

TALK = 0.4  # share of lines that also come with a harmless one beside them
LONG = 0.08  # share that also comes in a long story


@dataclass(frozen=True, slots=True)
class Example:
    """A text to learn from; lines of many wordings weigh less each."""

    text: str
    label: str
    weight: float
    source: str


def roughen(lines: Sequence[Line], seed: int) -> Iterator[Example]:
    """Each line as it is, and in one or two rougher forms."""
    dice = random.Random(seed)
    around = tomllib.loads((FOLDER / "around.toml").read_text(encoding="utf-8"))
    wordings = Counter(line.source for line in lines)
    calm: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        if line.label == "routine":
            calm[line.language].append(line.text)
    for line in lines:
        weight = (1 + log2(wordings[line.source])) / wordings[line.source]
        yield Example(line.text, line.label, weight, line.source)
        rougher = _rougher(line.text, around[line.language], dice)
        yield Example(rougher, line.label, weight / 2, line.source)
        if dice.random() < TALK:
            other = dice.choice(calm[line.language])
            pair = [line.text, other] if dice.random() < 0.5 else [other, line.text]
            yield Example(". ".join(pair), line.label, weight / 3, line.source)
        if dice.random() < LONG:
            story = [*dice.choices(calm[line.language], k=3), line.text]
            dice.shuffle(story)
            yield Example(". ".join(story), line.label, weight / 4, line.source)


def _rougher(text: str, around: dict[str, list[str]], dice: random.Random) -> str:
    match dice.randrange(3):
        case 0:
            return f"{dice.choice(around['before'])} {text}"
        case 1:
            return f"{text} {dice.choice(around['after'])}"
    return _slipped(text, dice)


def _slipped(text: str, dice: random.Random) -> str:
    """One slip of the finger in about thirty letters."""
    letters = list(text)
    for _ in range(max(1, len(letters) // 30) if len(letters) > 1 else 0):
        at = dice.randrange(len(letters) - 1)
        match dice.randrange(3):
            case 0:
                letters[at] = ""
            case 1:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            case _:
                letters[at] *= 2
    return "".join(letters)
