"""Questions of given lengths, for measuring: what they say means nothing."""

import random
from dataclasses import dataclass

from doctor_llama.engine import ChatMessage
from doctor_llama.engine.local import shapes, tokens

SPREAD = 0.5  # ragged lengths lie between 1 - this and 1 + this times what was asked for
SEED = 7
PLAIN = ("water", "rest", "sleep", "pain")


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of all three."""

    prompt_tokens: int
    new_tokens: int
    ragged: bool = False
    rounds: int = 1  # questions of each client, one after the other


@dataclass(frozen=True, slots=True)
class Question:
    messages: list[ChatMessage]
    ids: list[int]
    new_tokens: int


class Asker:
    """Makes questions that begin differently, so that no prompt's cache serves another."""

    def __init__(self, tokenizer: tokens.Tokenizer, load: Load) -> None:
        self._tokenizer, self._load = tokenizer, load
        self._draw = random.Random(SEED)
        known = [shapes.WORD + str(n) for n in range(1000)]
        self._words = known if known[1] in tokenizer.get_vocab() else list(PLAIN)

    def questions(self, concurrency: int) -> list[Question]:
        """Those of one round of the load, or more."""
        count = concurrency * self._load.rounds
        spread = SPREAD if self._load.ragged else 0.0
        steps = [2 * i / max(1, count - 1) - 1 for i in range(count)]  # from -1 to 1, evenly
        prompts = [round(self._load.prompt_tokens * (1 + spread * step)) for step in steps]
        answers = [round(self._load.new_tokens * (1 + spread * step)) for step in steps]
        self._draw.shuffle(prompts)
        self._draw.shuffle(answers)
        return [self.question(p, max(2, a)) for p, a in zip(prompts, answers, strict=True)]

    def question(self, length: int, new_tokens: int) -> Question:
        """One whose prompt has so many tokens, or a few less."""
        words = [str(self._draw.random())] if self._words == list(PLAIN) else []
        words += [self._draw.choice(self._words) for _ in range(length)]
        while True:
            messages = [ChatMessage("user", " ".join(words))]
            ids = tokens.encode(self._tokenizer, messages)
            if len(ids) <= length or len(words) == 1:
                return Question(messages, ids, new_tokens)
            del words[max(1, len(words) - (len(ids) - length)) :]
