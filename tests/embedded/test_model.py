"""The shipped model in 4 bits: how many of its answers are right, word for word."""

from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from doctor_llama import embedded
from training.embedded import measure, network
from training.embedded.corpus import Corpus

SEED = 11  # other draws of forms and greetings than the builder's own report
CORPUS = Corpus()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(embedded.BASE)


@pytest.fixture(scope="module")
def model() -> Any:
    torch.set_num_threads(1)  # as fast for so small a model, and steady on a busy machine
    return network.load_adapter(network.load_nf4(embedded.BASE), embedded.ADAPTER)


def test_answers_its_own_questions_and_knows_36_topics_whole(model: Any, tokenizer: Any) -> None:
    questions = CORPUS.own_questions()
    given = measure.answers(model, tokenizer, questions)
    right = [a == q.answer for a, q in zip(given, questions, strict=True)]
    assert sum(right) / len(right) >= 0.95
    wrong = {t.name for (t, _), ok in zip(CORPUS.pairs(), right, strict=True) if not ok}
    assert len(CORPUS.topics) - len(wrong) >= 36


def test_answers_in_wordings_it_never_saw(model: Any, tokenizer: Any) -> None:
    questions = CORPUS.new_wordings(SEED)
    assert measure.right(model, tokenizer, questions) >= 0.90


def test_answers_a_second_question_in_the_same_conversation(model: Any, tokenizer: Any) -> None:
    assert measure.right(model, tokenizer, CORPUS.with_history(SEED)) >= 0.90


def test_follow_ups_are_mostly_right_and_never_garbage(model: Any, tokenizer: Any) -> None:
    questions = CORPUS.follow_ups(SEED)
    given = measure.answers(model, tokenizer, questions)
    right = [a == q.answer for a, q in zip(given, questions, strict=True)]
    known = {t.answers[i] for t, i in CORPUS.pairs()} | {embedded.DEMO_NOTICE}
    assert sum(right) / len(right) >= 0.80
    # a wrong answer is at least a whole sentence of the corpus
    assert sum(answer in known for answer in given) / len(given) >= 0.95
