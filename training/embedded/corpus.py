"""The sample corpus and the ways of asking: topics and wordings in, chat turns out.

It reads two data files and draws questions from them. It knows no tokenizer and no model.
"""

import hashlib
import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doctor_llama.embedded import DEMO_NOTICE, INTENTS, Intent
from doctor_llama.engine import ChatMessage

TOPICS_FILE = Path(__file__).with_name("topics.toml")
WORDINGS_FILE = Path(__file__).with_name("wordings.toml")

# Questions the product answers with DEMO_NOTICE; in training they stand between real turns, so
# that a conversation with one of them in it does not throw the model off.
OFF_TOPIC = (
    "Hello!",
    "Who are you?",
    "Thank you very much.",
    "What is the capital of France?",
    "How many tablets may I take?",
    "Can you write a poem?",
    "What is lupus?",
    "My knee hurts when I run.",
    "Which football team is the best?",
    "Is it safe to fly with a broken arm?",
    "What causes leprosy?",
    "Tell me a joke.",
)


@dataclass(frozen=True)
class Topic:
    """One health topic: the forms a question may use and one answer per intent."""

    name: str
    forms: tuple[str, ...]
    plural: frozenset[str]
    not_after: tuple[str, ...]
    answers: dict[Intent, str]

    def fill(self, wording: str, form: str) -> str:
        """Put one form of the topic into a wording, verbs agreeing with it."""
        many = form in self.plural
        return (
            wording.replace("{is}", "are" if many else "is")
            .replace("{does}", "do" if many else "does")
            .replace("{has}", "have" if many else "has")
            .replace("{c}", form)
            .replace("{t}", bare(form))
        )


@dataclass(frozen=True)
class Wordings:
    """The ways of asking for one intent; the held-out ones never enter training."""

    train: tuple[str, ...]
    held_out: tuple[str, ...]
    follow_up: tuple[str, ...]
    follow_up_held_out: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One scored question: the turns that end in it and the only right answer."""

    turns: tuple[ChatMessage, ...]
    answer: str


def bare(form: str) -> str:
    """Return a form without its article."""
    return form.removeprefix("a ").removeprefix("an ").removeprefix("the ")


def corpus_sha256() -> str:
    """Return the hash of both data files, which names the corpus in the manifest."""
    return hashlib.sha256(TOPICS_FILE.read_bytes() + WORDINGS_FILE.read_bytes()).hexdigest()


class Corpus:
    """Topics, answers and wordings, and every kind of turn drawn from them."""

    def __init__(self) -> None:
        topics: list[dict[str, Any]] = tomllib.loads(TOPICS_FILE.read_text("utf-8"))["topic"]
        raw: dict[str, Any] = tomllib.loads(WORDINGS_FILE.read_text("utf-8"))
        self.topics = tuple(
            Topic(
                t["name"],
                tuple(t["forms"]),
                frozenset(t.get("plural", ())),
                tuple(t.get("not_after", ())),
                {intent: t[intent] for intent in INTENTS},
            )
            for t in topics
        )
        self.wordings = {
            intent: Wordings(**{k: tuple(v) for k, v in raw[intent].items()}) for intent in INTENTS
        }
        self.prefixes: tuple[str, ...] = tuple(raw["prefixes"])
        self.suffixes: tuple[str, ...] = tuple(raw["suffixes"])

    def pairs(self) -> list[tuple[Topic, Intent]]:
        """Return every (topic, intent): one answer each."""
        return [(t, intent) for t in self.topics for intent in INTENTS]

    def canonical(self, topic: Topic, intent: Intent) -> str:
        """Return the plain question for a topic: the first wording with the first form."""
        return _finish(topic.fill(self.wordings[intent].train[0], topic.forms[0]), "", "?")

    def question(self, draw: random.Random, topic: Topic, intent: Intent) -> str:
        """Draw one training question, sometimes with a slip of the finger in the topic."""
        form = draw.choice(topic.forms)
        asked = topic.fill(draw.choice(self.wordings[intent].train), form)
        if draw.random() < 0.06:
            asked = asked.replace(bare(form), mistype(draw, bare(form)))
        return self._dress(draw, asked)

    def held_out(self, draw: random.Random, topic: Topic, intent: Intent, wording: str) -> str:
        """Return a question in a wording that training never used, with a drawn form."""
        return self._dress(draw, topic.fill(wording, draw.choice(topic.forms)))

    def follow_up(self, draw: random.Random, intent: Intent) -> str:
        """Draw one question that leans on the turn before."""
        return self._dress(draw, draw.choice(self.wordings[intent].follow_up))

    def _dress(self, draw: random.Random, asked: str) -> str:
        if draw.random() < 0.3:
            asked = asked.replace("what is ", "what's ", 1).replace("how is ", "how's ", 1)
        text = _finish(asked, draw.choice(self.prefixes), draw.choice(self.suffixes))
        return text.lower() if draw.random() < 0.25 else text[0].upper() + text[1:]

    def dialogue(self, draw: random.Random, topic: Topic, intent: Intent) -> list[ChatMessage]:
        """Draw a conversation that ends in the answer for (topic, intent); most have one turn."""
        chance = draw.random()
        turns: list[ChatMessage] = []
        if chance < 0.28:
            for _ in range(2 if chance < 0.08 else 1):
                turns += self._earlier(draw)
        if chance > 0.78:
            first = draw.choice(INTENTS)
            turns += _turn(self.question(draw, topic, first), topic.answers[first])
            asked = self.follow_up(draw, intent)
        else:
            asked = self.question(draw, topic, intent)
        return [*turns, *_turn(asked, topic.answers[intent])]

    def _earlier(self, draw: random.Random) -> list[ChatMessage]:
        if draw.random() < 0.1:
            return _turn(draw.choice(OFF_TOPIC), DEMO_NOTICE)
        topic, intent = draw.choice(self.topics), draw.choice(INTENTS)
        return _turn(self.question(draw, topic, intent), topic.answers[intent])

    def dialogues(self, draw: random.Random) -> Iterator[list[ChatMessage]]:
        """Yield conversations without end, every (topic, intent) equally often."""
        pairs = self.pairs()
        while True:
            draw.shuffle(pairs)
            for topic, intent in pairs:
                yield self.dialogue(draw, topic, intent)

    def own_questions(self) -> list[Question]:
        """Return the plain question of every (topic, intent)."""
        return [
            Question((ChatMessage("user", self.canonical(t, i)),), t.answers[i])
            for t, i in self.pairs()
        ]

    def new_wordings(self, seed: int) -> list[Question]:
        """Return every (topic, intent) in every held-out wording."""
        draw = random.Random(seed)
        return [
            Question((ChatMessage("user", self.held_out(draw, t, i, wording)),), t.answers[i])
            for t, i in self.pairs()
            for wording in self.wordings[i].held_out
        ]

    def with_history(self, seed: int) -> list[Question]:
        """Return every (topic, intent) in a held-out wording, after a turn on something else."""
        draw = random.Random(seed)
        return [
            Question(
                (
                    *self._earlier(draw),
                    ChatMessage(
                        "user", self.held_out(draw, t, i, draw.choice(self.wordings[i].held_out))
                    ),
                ),
                t.answers[i],
            )
            for t, i in self.pairs()
        ]

    def follow_ups(self, seed: int) -> list[Question]:
        """Return every (topic, intent) asked without its name, in a held-out wording."""
        draw = random.Random(seed)
        found: list[Question] = []
        for topic, intent in self.pairs():
            first = draw.choice(INTENTS)
            asked = self._dress(draw, draw.choice(self.wordings[intent].follow_up_held_out))
            turns = _turn(self.question(draw, topic, first), topic.answers[first])
            found.append(Question((*turns, ChatMessage("user", asked)), topic.answers[intent]))
        return found


def mistype(draw: random.Random, words: str) -> str:
    """Return the words with one letter of one long word dropped, doubled, swapped or changed."""
    parts = words.split(" ")
    long = [n for n, part in enumerate(parts) if len(part) >= 6]
    if not long:
        return words
    chosen = draw.choice(long)
    word = parts[chosen]
    at = draw.randrange(1, len(word) - 1)
    parts[chosen] = draw.choice(
        (
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + draw.choice("aeiorst") + word[at + 1 :],
        )
    )
    return " ".join(parts)


def _turn(asked: str, answer: str) -> list[ChatMessage]:
    return [ChatMessage("user", asked), ChatMessage("assistant", answer)]


def _finish(asked: str, prefix: str, suffix: str) -> str:
    text = prefix + asked + suffix
    return text[0].upper() + text[1:] if not prefix else text


def texts(dialogues: Sequence[Sequence[ChatMessage]]) -> Iterator[str]:
    """Yield the bare text of every turn, for the tokenizer."""
    for dialogue in dialogues:
        for message in dialogue:
            yield message.content
