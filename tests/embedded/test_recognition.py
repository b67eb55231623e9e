"""The known-topic check: what it lets through, and all that it must refuse."""

import random
import tomllib
from pathlib import Path

import pytest

from doctor_llama import embedded
from doctor_llama.embedded import Asked
from training.embedded.corpus import Corpus

HERE = Path(__file__).parent
OFF_TOPIC = [line for line in (HERE / "off_topic.txt").read_text("utf-8").splitlines() if line]
PARAPHRASES: list[tuple[str, str]] = tomllib.loads((HERE / "paraphrases.toml").read_text("utf-8"))[
    "questions"
]
CORPUS = Corpus()


def test_there_are_enough_questions_off_the_topics() -> None:
    assert len(set(OFF_TOPIC)) >= 60


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_refuses_what_it_does_not_know(question: str) -> None:
    assert embedded.known_topic(question) is None


@pytest.mark.parametrize(("topic", "question"), PARAPHRASES)
def test_passes_known_topics_in_other_words(topic: str, question: str) -> None:
    assert embedded.known_topic(question) == topic


@pytest.mark.parametrize("held_out", [False, True])
def test_passes_the_corpus_wordings(held_out: bool) -> None:
    draw = random.Random(3)
    right = asked = 0
    for topic, intent in CORPUS.pairs():
        wordings = CORPUS.wordings[intent]
        for wording in wordings.held_out if held_out else wordings.train:
            question = CORPUS.held_out(draw, topic, intent, wording)
            asked += 1
            right += embedded.recognise(question) == Asked(topic.name, intent)
    assert right / asked >= 0.98


@pytest.mark.parametrize(
    ("question", "history", "topic"),
    [
        ("What about its treatment?", ["What is asthma?"], "asthma"),
        ("And the symptoms?", ["Tell me about gout"], "gout"),
        ("When should I see a doctor?", ["What is gout?", "How is it treated?"], "gout"),
        ("How is it treated?", ["What is gout?", "What is asthma?"], "asthma"),
        ("And the symptoms of flu?", ["What is gout?"], "flu"),
        ("How is it treated?", ["What is lupus?"], None),
        ("How is it treated?", ["What is asthma?", "What is lupus?"], None),
        ("How many mg should I take?", ["What is asthma?"], None),
        ("Is it contagious?", ["What is flu?"], None),
        ("Thanks!", ["What is asthma?"], None),
        ("Why?", ["What is asthma?"], None),
        ("What about lupus?", ["What is asthma?"], None),
        ("What can you do?", ["What is asthma?"], None),
    ],
)
def test_follow_ups_lean_on_the_question_before(
    question: str, history: list[str], topic: str | None
) -> None:
    assert embedded.known_topic(question, history) == topic


def test_names_the_intent_too() -> None:
    assert embedded.recognise("How is athlete's foot treated?") == Asked(
        "athlete's foot", "treatment"
    )
    assert embedded.recognise("I have a cold, when should I see a doctor?") == Asked(
        "common cold", "doctor"
    )


@pytest.mark.parametrize(
    "typed", ["What is asthhma?", "what is migriane", "Pnemonia symptoms", "How is ECZEMA treated"]
)
def test_forgives_one_slip_in_a_long_word(typed: str) -> None:
    assert embedded.known_topic(typed) is not None


@pytest.mark.parametrize("typed", ["What is gaut?", "What is flue?", "What is hypotension?"])
def test_does_not_guess_at_short_words_or_other_illnesses(typed: str) -> None:
    assert embedded.known_topic(typed) is None


@pytest.mark.parametrize("text", ["", " ", "?", "\u200b", "🤒", "what " * 400 + "asthma"])
def test_refuses_text_that_is_no_question(text: str) -> None:
    assert embedded.known_topic(text) is None


def test_full_width_letters_and_curly_quotes_are_read() -> None:
    assert embedded.known_topic("Ｗｈａｔ ｉｓ ａｓｔｈｍａ？") == "asthma"
    assert embedded.known_topic("What’s athlete’s foot?") == "athlete's foot"


def test_suggestions_are_known_and_turn_the_intents() -> None:
    offered = embedded.suggestions(8)
    assert len(set(offered)) == 8
    asked = [embedded.recognise(question) for question in offered]
    assert [a.intent for a in asked if a] == [*embedded.INTENTS] * 2


def test_plain_question_of_every_topic_and_intent_is_recognised_as_itself() -> None:
    for topic in embedded.topics():
        for intent in embedded.INTENTS:
            asked = Asked(topic, intent)
            assert embedded.recognise(embedded.plain_question(asked)) == asked


def test_notice_names_only_topics_it_knows() -> None:
    for named in ("asthma", "migraine", "high blood pressure"):
        assert named in embedded.DEMO_NOTICE
        assert named in embedded.topics()
    assert "small demonstration model" in embedded.DEMO_NOTICE
