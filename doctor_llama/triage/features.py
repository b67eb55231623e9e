"""A message as numbers: hashed words, pairs of words, runs of letters, concepts and their pairs."""

import itertools
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from doctor_llama.triage.lexicon import Reading

CONCEPTS = 1 << 13  # hashed concepts and pairs of them
LETTERS = 1 << 15  # hashed runs of letters and words, after those
GRAMS = (3, 4, 5)  # letters in a run, across words as well
NEIGHBOURS = 30  # concepts of one sentence that are paired


def mixed(values: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """Hashes below `size`, a power of two."""
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (values ^ (values >> np.uint64(32))) & np.uint64(size - 1)


def features(
    reading: Reading, letters_of: int = LETTERS
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The numbers of all features, and their weights; `letters_of` is a power of two."""
    letters, concepts = _letters(reading.tokens, letters_of), _concepts(reading)
    weights = np.concatenate(
        [
            np.full(len(letters), 1 / np.sqrt(max(1, len(letters))), dtype=np.float32),
            np.full(len(concepts), 1 / np.sqrt(max(6, len(concepts))), dtype=np.float32),
        ]
    )
    return np.concatenate([letters + CONCEPTS, concepts]), weights


def _letters(tokens: Iterable[str], size: int) -> NDArray[np.int64]:
    words = [
        "#" + "0" * min(4, len(word)) if word[0].isdigit() else word
        for word in tokens
        if word not in (".", ",")
    ]
    padded = np.array([ord(c) for c in f" {' '.join(words)} "], dtype=np.uint64)
    found = []
    for n in GRAMS:
        if len(padded) < n:
            continue
        run = np.full(len(padded) - n + 1, n, dtype=np.uint64)
        for at in range(n):
            run = run * np.uint64(0x100000001B3) + padded[at : len(padded) - n + 1 + at]
        found.append(run)
    hashed = np.array([zlib.crc32(word.encode()) for word in words], dtype=np.uint64)
    found.append(hashed + np.uint64(1 << 40))
    found.append(hashed[:-1] * np.uint64(31) + hashed[1:] + np.uint64(1 << 41))
    found.append(hashed[:-2] * np.uint64(37) + hashed[2:] + np.uint64(1 << 42))
    return np.unique(mixed(np.concatenate(found), size)).astype(np.int64)


def _concepts(reading: Reading) -> NDArray[np.int64]:
    names = set()
    by_sentence: dict[int, list[str]] = {}
    for hit in reading.hits:
        by_sentence.setdefault(hit.sentence, []).append(hit.name)
    for found in by_sentence.values():
        one = sorted(set(found))[:NEIGHBOURS]
        names.update(one)
        names.update(f"{a} {b}" for a, b in itertools.combinations(one, 2))
    hashed = np.array([zlib.crc32(name.encode()) for name in sorted(names)], dtype=np.uint64)
    return np.unique(mixed(hashed, CONCEPTS)).astype(np.int64)
