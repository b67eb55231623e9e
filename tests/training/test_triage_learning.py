"""The lines that triage learns from, apart from those it is tested on, and the learning itself."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from doctor_llama.triage import classifier, lexicon, model
from doctor_llama.triage import text as plain_text
from doctor_llama.triage.net import LONG
from training.triage import corpus, learning, net, roughening

TRIAGE = Path(__file__).parents[1] / "triage"
HALVES = "abcdefghijklm"
TESTED = [
    TRIAGE / f"{name}.jsonl"
    for name in (
        "held_out",
        "messages",
        "requests",
        "requests_2",
        "requests_3",
        "requests_4",
        *(f"sealed_{half}" for half in HALVES),
    )
]


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


def rarest(cut: frozenset[str], counts: Counter[str]) -> list[str]:
    """Of runs of letters so many that two texts which share two thirds share one of these."""
    return sorted(cut, key=lambda one: (counts[one], one))[: len(cut) // 3 + 1]


def test_no_line_is_one_of_the_test_set(lines: list[corpus.Line]) -> None:
    """Nothing that is tested was learned: no line shares two thirds of its letters in fives."""
    tested = [
        json.loads(row)["text"]
        for file in TESTED
        for row in file.read_text(encoding="utf-8").splitlines()
    ]
    cut = [shingles(text) for text in tested]
    counts = Counter(shingle for one in cut for shingle in one)
    by_shingle: dict[str, set[int]] = {}
    for number, one in enumerate(cut):
        for shingle in rarest(one, counts):
            by_shingle.setdefault(shingle, set()).add(number)
    near = set()
    for line in [*lines, *corpus.read(corpus.REQUESTS)]:
        mine = shingles(line.text)
        candidates = {n for one in rarest(mine, counts) for n in by_shingle.get(one, ())}
        for number in candidates:
            theirs = cut[number]
            if not 2 / 3 < len(mine) / len(theirs) < 3 / 2:
                continue
            both = len(mine & theirs)
            if both / (len(mine) + len(theirs) - both) > 2 / 3:
                near.add((line.source, number))
    assert near == set()


def test_learning_is_the_same_every_time(tmp_path: Path, lines: list[corpus.Line]) -> None:
    few = list(roughening.roughen(lines[::100], 0))
    assert few == list(roughening.roughen(lines[::100], 0))
    files = []
    for name in ("a", "b"):
        texts = [example.text for example in few]
        matrix, words = learning.vectors(texts), net.Texts(texts)
        labels = np.array([learning.LABELS.index(example.label) for example in few])
        weights = np.array([example.weight for example in few])
        learned, bias = learning.fit(matrix, labels, weights, rounds=20)
        files.append(tmp_path / name)
        learner = net.fit(words, np.arange(len(few)), labels, weights, epochs=2, epoch=960)
        nothing = np.zeros((0, 4))
        heard = learning.Heard(nothing, nothing, learned, bias, net.tensors(learner))
        learning.save(files[-1], heard, 0.5, {"red": 0.0, "longer": 0.0, "urgent": 0.0})
    assert files[0].read_bytes() == files[1].read_bytes()
    learned_model = model.load(files[0])
    said = classifier.judge(lexicon.read("I want to kill myself"), by=learned_model)
    assert said.value in learning.LABELS
    assert files[0].stat().st_size < 900_000


def test_the_shipped_net_says_what_the_learner_said(lines: list[corpus.Line]) -> None:
    """NumPy reads the weights as torch did, rounded to 8 and 16 bits, up to the learned lengths."""
    short = [line.text for line in lines[::500] if len(plain_text.tokens(line.text)) <= LONG]
    texts = [*short, "", "no", "my chest " * (LONG // 2)]
    words = net.Texts(texts)
    labels, weights = np.arange(len(texts)) % 4, np.ones(len(texts))
    learner = net.fit(words, np.arange(len(texts)), labels, weights, epochs=2, epoch=960)
    expected = net.odds(learner, words, np.arange(len(texts)))
    shipped = model.net_of(
        {name: np.asarray(one) for name, one in net.tensors(learner).items()}, net.NAMES
    )
    found = np.array([shipped.odds(lexicon.read(text)) for text in texts])
    assert np.abs(found - expected).max() < 0.05
    assert expected.std() > 0.1
