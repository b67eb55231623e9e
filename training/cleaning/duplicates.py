"""Copies: to the letter, but for spelling, and nearly (MinHash over five words at a time).

Signatures are made anywhere, in any process; the indices live in one. It knows no rule.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

from datasketch import MinHash

from training.sources.pair import Pair

PERMUTATIONS = 126
ROWS_A_BAND = 6  # pair: 21 bands find 99.8 % of what is 0.8 alike
ROWS_AN_ANSWER_BAND = 9  # answer: 14 bands find 99.9 % of what is 0.9 alike
SHINGLE = 5  # words
SHORTEST_ANSWER = 20  # words; shorter ones may well be the same for good reasons
LONGEST = 20_000  # characters that are looked at

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """NFKC, case folded, words only: what makes two texts the same."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def key(*texts: str) -> bytes:
    """16 bytes that stand for texts as they are."""
    return blake2b("\x00".join(texts).encode("utf-8", "replace"), digest_size=16).digest()


def same(*texts: str) -> bytes:
    """16 bytes that stand for texts whatever their case, spaces and punctuation."""
    return key(*(" ".join(words(text)) for text in texts))


def shingles(text: str) -> set[str]:
    """Every run of five words; all words where there are fewer."""
    found = words(text[:LONGEST])
    return {" ".join(found[i : i + SHINGLE]) for i in range(max(1, len(found) - SHINGLE + 1))}


def jaccard(one: set[str], other: set[str]) -> float:
    """How alike two sets are, from 0 to 1."""
    return len(one & other) / (len(one | other) or 1)


def bands(texts: Iterable[str], rows: int) -> list[array[int]]:
    """The keys under which each text is looked for: alike texts share one, almost surely."""
    hashed = ([s.encode("utf-8", "replace") for s in shingles(text)] for text in texts)
    minhashes = MinHash.generator(
        hashed, num_perm=PERMUTATIONS, seed=1, hashfunc=crc32, scheme="affine32"
    )
    return [array("Q", _bands(minhash.hashvalues.tobytes(), rows)) for minhash in minhashes]


def _bands(signature: bytes, rows: int) -> Iterable[int]:
    width = len(signature) // PERMUTATIONS * rows
    for number, start in enumerate(range(0, len(signature), width)):
        band = blake2b(
            signature[start : start + width], digest_size=8, key=bytes([number])
        ).digest()
        yield int.from_bytes(band, "big")


def whole(pair: Pair) -> str:
    """Question and answer in one."""
    return f"{pair.question}\n{pair.answer}"


@dataclass(slots=True)
class Index:
    """The texts kept so far, by their bands. `text` gives the text of a number."""

    likeness: float
    text: Callable[[int], str]
    _kept: dict[int, int] = field(default_factory=dict)
    _shingles: Callable[[int], set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self._shingles = lru_cache(maxsize=2048)(lambda number: shingles(self.text(number)))

    def find(self, number: int, keys: Iterable[int]) -> int | None:
        """The first kept text that is alike, or None, and then this one is kept."""
        keys = list(keys)
        candidates = sorted({self._kept[key] for key in keys if key in self._kept})
        mine = shingles(self.text(number)) if candidates else set()
        for candidate in candidates:
            if jaccard(mine, self._shingles(candidate)) >= self.likeness:
                return candidate
        for key in keys:
            self._kept.setdefault(key, number)
        return None


@dataclass(slots=True)
class Clusters:
    """What belongs together, by union of anything with anything."""

    _above: dict[object, object] = field(default_factory=dict)

    def root(self, item: object) -> object:
        """What stands for all that this one was joined with."""
        path = []
        while (above := self._above.get(item, item)) != item:
            path.append(item)
            item = above
        for passed in path:
            self._above[passed] = item
        return item

    def join(self, one: object, other: object) -> None:
        """Let two and all theirs belong together; the one named first stands for them."""
        top, bottom = self.root(one), self.root(other)
        if top != bottom:
            self._above[bottom] = top
