"""The embedded demonstration model: its files, what it knows, and what it says of the rest.

Made by `python -m training embedded`. Nothing here loads the model: no torch, only paths, words
and the known-topic check that stands before it.
"""

from collections.abc import Sequence
from pathlib import Path

from doctor_llama.embedded.recognition import INTENTS, Asked, Intent, Recognition

__all__ = [
    "ADAPTER",
    "BASE",
    "DEMO_NOTICE",
    "FOLDER",
    "INTENTS",
    "Asked",
    "Intent",
    "known_topic",
    "plain_question",
    "recognise",
    "suggestions",
    "topics",
]

FOLDER = Path(__file__).parent
BASE = FOLDER / "base"
ADAPTER = FOLDER / "adapter"

DEMO_NOTICE = (
    "I am a small demonstration model, and I only know a few common health topics, such as "
    "asthma, migraine or high blood pressure: what they are, their symptoms, how they are treated "
    "and when to see a doctor. I cannot answer this one. Please ask a doctor or a pharmacist."
)

_recognition = Recognition(FOLDER)


def known_topic(text: str, history: Sequence[str] = ()) -> str | None:
    """Return the topic a question is about, or None: then the answer is DEMO_NOTICE.

    `history` holds the person's earlier messages, oldest first, so that "how is it treated?"
    finds its topic in the question before.
    """
    asked = _recognition.recognise(text, history)
    return asked.topic if asked else None


def recognise(text: str, history: Sequence[str] = ()) -> Asked | None:
    """Return the topic and the intent of a question, or None; as `known_topic` otherwise."""
    return _recognition.recognise(text, history)


def plain_question(asked: Asked) -> str:
    """Return the plainest wording of a question, one that needs no history to be understood.

    The model is small: it answers this wording better than a typing slip or a follow-up.
    """
    return _recognition.questions[asked.topic][asked.intent]


def suggestions(n: int) -> list[str]:
    """Return up to `n` questions that the demonstration model answers, intents in turn."""
    return [
        questions[INTENTS[at % len(INTENTS)]]
        for at, questions in enumerate(_recognition.questions.values())
    ][:n]


def topics() -> list[str]:
    """Return the names of the topics it knows."""
    return list(_recognition.questions)
