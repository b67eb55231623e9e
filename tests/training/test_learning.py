"""Learning is real: the embedded model learns answers that it did not know, word for word.

Six topics with each other's answers; the build of the embedded model learns all fifty.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from doctor_llama.embedded import INTENTS
from doctor_llama.engine.local.weights import Weights
from doctor_llama.prompt import ChatMessage
from tests.training import samples
from training import kinds, qlora, recipe, sft
from training.embedded import measure
from training.embedded.corpus import Corpus, Question

TOPICS, EACH = 6, 14
RECIPE = (
    'adapter.targets=["all-linear"]', "run.tracker=none", "run.patience=0", "run.checkpoints=1",
    "batch.step_tokens=1024", "optimizer.epochs=6", "optimizer.learning_rate=8e-3",
)  # fmt: skip


def swapped(corpus: Corpus) -> dict[tuple[str, str], str]:
    """Each answer goes to the next topic: nothing that the base knows is right any more."""
    topics = corpus.topics[:TOPICS]
    following = [*topics[1:], topics[0]]
    return {
        (topic.name, intent): other.answers[intent]
        for topic, other in zip(topics, following, strict=True)
        for intent in INTENTS
    }


def row(asked: str, answer: str) -> dict[str, Any]:
    return {
        "prompt": [samples.turn("user", asked)],
        "completion": [samples.turn("assistant", answer)],
    }


@pytest.mark.timeout(300)
def test_new_answers_are_learnt_word_for_word_also_in_wordings_never_seen(tmp_path: Path) -> None:
    kinds.quiet()
    corpus, draw = Corpus(), random.Random(0)
    answers = swapped(corpus)
    taught, held_out, plain = [], [], []
    for topic in corpus.topics[:TOPICS]:
        for intent in INTENTS:
            answer = answers[topic.name, intent]
            taught += [row(corpus.question(draw, topic, intent), answer) for _ in range(EACH)]
            for wording in corpus.wordings[intent].held_out[:2]:
                held_out.append(row(corpus.held_out(draw, topic, intent, wording), answer))
            asked = ChatMessage("user", corpus.canonical(topic, intent))
            plain.append(Question((asked,), answer))
    samples.write(tmp_path / "train.parquet", taught)
    samples.write(tmp_path / "validation.parquet", held_out)
    chosen = recipe.load("embedded", RECIPE)
    before = sft.train(
        recipe.change(chosen, ["optimizer.learning_rate=1e-12", "optimizer.steps=1"]),
        tmp_path, tmp_path / "base",
    )  # fmt: skip
    after = sft.train(chosen, tmp_path, tmp_path / "run")
    was, now = (found.metrics["held_out_perplexity"] for found in (before, after))
    assert now < 0.7 * was
    made = qlora.plan(chosen, after.adapter)
    net = qlora.load(chosen, made, Weights.NF4)
    assert measure.right(net, made.tokenizer, plain) >= 0.95
