"""The lines that triage learns from, apart from those it is tested on, and the learning itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from doctor_llama.triage import classifier, lexicon
from doctor_llama.triage import text as plain_text
from training.triage import corpus, learning, roughening

HELD_OUT = Path(__file__).parents[1] / "triage" / "held_out.jsonl"


@pytest.fixture(scope="module")
def lines() -> list[corpus.Line]:
    return list(corpus.read())


def shingles(text: str) -> frozenset[str]:
    plain = " ".join(plain_text.tokens(text))
    return frozenset(plain[at : at + 5] for at in range(len(plain) - 4))


def test_there_are_enough_lines_in_every_language(lines: list[corpus.Line]) -> None:
    assert len(lines) >= 4000
    for language in ("en", "es", "pt", "fr", "ru", "ar", "hi", "hi-Latn"):
        labels = {line.label for line in lines if line.language == language}
        assert labels == {"emergency", "crisis", "urgent", "routine"}
    assert not any("{" in line.text or "|" in line.text for line in lines)


def test_no_line_is_one_of_the_test_set(lines: list[corpus.Line]) -> None:
    """Nothing that is tested was learned: no line shares two thirds of its letters in fives."""
    tested = [json.loads(row)["text"] for row in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    by_shingle: dict[str, set[int]] = {}
    cut = [shingles(text) for text in tested]
    for number, one in enumerate(cut):
        for shingle in one:
            by_shingle.setdefault(shingle, set()).add(number)
    near: set[tuple[str, str, str]] = set()
    for line in lines:
        mine = shingles(line.text)
        counts: dict[int, int] = {}
        for shingle in mine:
            for number in by_shingle.get(shingle, ()):
                counts[number] = counts.get(number, 0) + 1
        for number, shared in counts.items():
            if shared / len(mine | cut[number]) > 2 / 3:
                near.add((line.source, line.text, tested[number]))
    assert near == set()


def test_learning_is_the_same_every_time(tmp_path: Path, lines: list[corpus.Line]) -> None:
    few = list(roughening.roughen(lines[::100], 0))
    assert few == list(roughening.roughen(lines[::100], 0))
    files = []
    for name in ("a", "b"):
        matrix = learning.vectors([example.text for example in few])
        labels = np.array([learning.LABELS.index(example.label) for example in few])
        weights = np.array([example.weight for example in few])
        learned, bias = learning.fit(matrix, labels, weights, rounds=20)
        files.append(tmp_path / name)
        learning.save(files[-1], learned, bias, {"red": 0.0, "urgent": 0.0})
    assert files[0].read_bytes() == files[1].read_bytes()
    model = classifier.load(files[0])
    assert classifier.judge(lexicon.read("I want to kill myself"), model).value in learning.LABELS
    assert files[0].stat().st_size < 600_000
