"""Text of evaluation sets, kept as hashes, so that nothing we are measured by is taught.

A row is contaminated when one of its texts is a whole text of theirs, when it shares two runs of
13 words, or when one run is a fifth of a text of theirs.
"""

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from doctor_llama.errors import DatasetError
from training.cleaning.duplicates import words
from training.sources import files
from training.sources.pair import Pair

SHARED = 2  # runs
FIFTH = 5  # a text with this many runs or fewer is given away by one
SHORTEST_WHOLE = 8  # words: a shorter text says too little to be anybody's

_HASH_LINE = re.compile(r"[FN] [0-9a-f]{16}\s*")


class Guard:
    """The hashes of everything that must not be taught. Empty, it lets everything pass."""

    def __init__(self, runs: int = 13) -> None:
        self.runs = runs
        self.whole: set[int] = set()
        self.shared: set[int] = set()
        self.telling: set[int] = set()  # runs of which one is enough

    def __bool__(self) -> bool:
        return bool(self.whole or self.shared)

    def add(self, text: str) -> None:
        """Keep a text of an evaluation set out."""
        found = words(text)
        if len(found) >= SHORTEST_WHOLE:
            self.whole.add(_hash(found))
        runs = list(self._runs(found))
        self.shared.update(runs)
        if len(runs) <= FIFTH:
            self.telling.update(runs)

    def read(self, path: Path) -> None:
        """Keep out every text of a table, or the hashes of a file that has nothing but these.

        Raises `DatasetError` where it is neither.
        """
        if _holds_hashes(path):
            self._read_hashes(path)
            return
        for record in files.records(path):
            for text in _texts(record):
                self.add(text)

    def _read_hashes(self, path: Path) -> None:
        """Lines `F hash` of whole texts and `N hash` of runs of 13 words; `#` begins a remark."""
        if self.runs != 13:
            raise DatasetError(f"{path} holds hashes of 13 words at a time; set against.words=13.")
        with files.told(str(path)), _open(path) as lines:
            for number, line in enumerate(lines, 1):
                if line.startswith("#") or not line.strip():
                    continue
                if not _HASH_LINE.fullmatch(line):
                    raise DatasetError(f"{path}, line {number} is no hash of a text.")
                (self.whole if line[0] == "F" else self.shared).add(int(line[2:], 16))

    def meets(self, pair: Pair) -> bool:
        """Whether a pair is contaminated."""
        question, answer = words(pair.question), words(pair.answer)
        if any(_hash(text) in self.whole for text in (question, answer, question + answer)):
            return True
        hits: set[int] = set()
        for text in (question, answer):
            hits.update(run for run in self._runs(text) if run in self.shared)
            if len(hits) >= SHARED or hits & self.telling:
                return True
        return False

    def _runs(self, found: Sequence[str]) -> Iterator[int]:
        for start in range(len(found) - self.runs + 1):
            yield _hash(found[start : start + self.runs])


def _hash(found: Iterable[str]) -> int:
    return int.from_bytes(blake2b(" ".join(found).encode(), digest_size=8).digest(), "big")


def _open(path: Path) -> Any:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _holds_hashes(path: Path) -> bool:
    if not path.is_file():
        return False
    if path.name.removesuffix(".gz").endswith(files.TABLES):
        return False
    with files.told(str(path)), _open(path) as lines:
        head = [line for _, line in zip(range(20), lines, strict=False)]
    return any(_HASH_LINE.fullmatch(line) for line in head)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a record, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
