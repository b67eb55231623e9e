"""Lines for the triage classifier: our own, in files by language, spread out and roughened.

A file has a heading `[label topic]` and lines below it; `{a|b|}` in a line stands for one of
several wordings. Nothing here was copied from a data set, and no clinician has reviewed it.
"""

import itertools
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("corpus")
# What to refuse (`unsafe`) and what looks like it: `safe`, or safe to answer and yet `alarming`.
REQUESTS = Path(__file__).with_name("requests")
WORDINGS = 10  # most that one line is spread into
_CHOICE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One way to say a thing; `source` is the same for all ways of one line."""

    text: str
    label: str
    topic: str
    language: str
    source: str


def read(folder: Path = FOLDER) -> Iterator[Line]:
    """All lines in all their wordings, at most `WORDINGS` of each, the same in every run."""
    for path in sorted(folder.glob("*.txt")):
        language = path.name.split(".")[0]
        label = topic = ""
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines()):
            line = raw.strip()
            if not line:
                continue
            if line.startswith("["):
                label, _, topic = line.strip("[]").partition(" ")
                continue
            for text in _spread(line):
                yield Line(text, label, topic, language, f"{path.name}:{number}")


def _spread(line: str) -> list[str]:
    parts = _CHOICE.split(line)
    slots = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    ways = 1
    for slot in slots:
        ways *= len(slot)
    if ways <= WORDINGS:
        chosen = ["".join(way) for way in itertools.product(*slots)]
    else:
        dice = random.Random(zlib.crc32(line.encode()))
        # every alternative at least once where that is possible
        shuffled = [dice.sample(slot, len(slot)) for slot in slots]
        count = max(WORDINGS, *(len(slot) for slot in slots))
        chosen = ["".join(slot[i % len(slot)] for slot in shuffled) for i in range(count)]
    return [" ".join(text.split()).replace(" ,", ",") for text in dict.fromkeys(chosen)]
