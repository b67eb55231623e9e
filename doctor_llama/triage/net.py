"""A small convolutional net over the words of a message in their order, beside the linear model.

A word is the mean of its hashed runs of letters, plus what the lexicon knows of it. NumPy alone
reads it; `training/triage/net.py` learns it. It knows no rule and no threshold.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from doctor_llama.triage import features
from doctor_llama.triage.lexicon import Reading

LENGTHS = (3, 4, 5)  # letters in a run, ends of words counted
WORDS = 150  # of one reading that are looked at
KERNELS = (1, 3, 5)  # words that stand together
ROWS = 48  # words that are multiplied at once
LONG = 40  # words from which a sum over them is a mean times a constant
SHORT = 4  # words from which a sum over them is scaled down
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Net:
    """Weights: runs of letters in 8 bits, all else as numbers."""

    grams: NDArray[np.int8]  # (a power of two of hashed runs of letters, width)
    scale: Floats  # (width,)
    names: dict[str, int]  # of concepts, denied ones with a minus
    concepts: Floats  # (names, width)
    kernels: tuple[tuple[Floats, Floats], ...]  # (words * width, hidden) and (hidden,) of each
    out: Floats  # (2 * hidden of all kernels, labels)
    bias: Floats  # (labels,)

    def odds(self, reading: Reading) -> Floats:
        """Logarithms of the labels' probabilities."""
        words = self._words(reading)
        pooled = []
        for weights, bias in self.kernels:
            around = len(weights) // words.shape[1] // 2
            padded = np.pad(words, ((around, around), (0, 0)))
            beside = [padded[at : at + len(words)] for at in range(2 * around + 1)]
            found = np.maximum(_product(np.concatenate(beside, axis=1), weights) + bias, 0)
            pooled += [found.max(axis=0), found.sum(axis=0) / _scale(len(words))]
        logits = np.einsum("h,hl->l", np.concatenate(pooled), self.out) + self.bias
        logits -= logits.max()
        odds: Floats = logits - np.log(np.exp(logits).sum())
        return odds

    def _words(self, reading: Reading) -> Floats:
        """(words, width): what each word is."""
        tokens = reading.tokens[:WORDS] or ["."]
        ids, owners = grams(tokens, len(self.grams))
        order = np.argsort(owners, kind="stable")
        ends, count = np.searchsorted(owners[order], np.arange(len(tokens))), np.bincount(owners)
        sums: Floats = np.add.reduceat(self.grams[ids[order]].astype(np.float32), ends)
        words: Floats = (sums * self.scale / count[:, None]).astype(np.float32)
        for at, name in concepts(reading, len(tokens)):
            if (number := self.names.get(name)) is not None:
                words[at] += self.concepts[number]
        return words


def _scale(words: int) -> float:
    """What a sum over words is divided by: above `LONG`, longer than was learned, as for a mean."""
    return sqrt(max(SHORT, words)) * max(1.0, sqrt(words / LONG))


def _product(left: Floats, right: Floats) -> Floats:
    """A product of matrices, so small a part at a time that BLAS takes no second thread to it."""
    made: Floats = np.empty((len(left), right.shape[1]), dtype=np.float32)
    for at in range(0, len(left), ROWS):
        np.matmul(left[at : at + ROWS], right, out=made[at : at + ROWS])
    return made


def grams(tokens: Sequence[str], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The hashed runs of letters of all words, and the number of the word each belongs to.

    Hashes are below `size`, a power of two.
    """
    words = [f"#{'0' * min(4, len(word))}" if word[0].isdigit() else word for word in tokens]
    text = "".join(f"<{word}>" for word in words)
    letters = np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    owner = np.repeat(np.arange(len(words)), [len(word) + 2 for word in words])
    whole = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    found, owners = [whole + np.uint64(1 << 40)], [np.arange(len(words))]
    for n in LENGTHS:
        count = len(letters) - n + 1
        if count <= 0:
            continue
        run = np.full(count, n, dtype=np.uint64)
        for at in range(n):
            run = run * np.uint64(0x100000001B3) + letters[at : count + at]
        inside = owner[:count] == owner[n - 1 :]
        found.append(run[inside])
        owners.append(owner[:count][inside])
    return features.mixed(np.concatenate(found), size).astype(np.int64), np.concatenate(owners)


def concepts(reading: Reading, words: int) -> list[tuple[int, str]]:
    """Which concept stands at which of the first words, each once."""
    placed = (
        product(range(max(0, hit.start), min(hit.end, words)), (hit.name,)) for hit in reading.hits
    )
    return sorted({pair for pairs in placed for pair in pairs})
