"""What an evaluation set is: examples to put to a model, and how its answers are measured.

One small module a set beside this one. Nothing here knows a model, and nothing loads torch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from doctor_llama import prompt
from doctor_llama.prompt import ChatMessage
from training.significance import Measure


class Way(StrEnum):
    """How the examples of a set are put to a model."""

    WRITE = "write"  # it writes an answer, greedily; references are scored by likelihood as well
    CHOOSE = "choose"  # the likelihood of each option is taken; nothing is written


@dataclass(frozen=True, slots=True)
class Example:
    """One item. `id` stays the same from run to run, whatever else is in the set."""

    id: str
    turns: tuple[ChatMessage, ...]  # ends with the question; without the system prompt
    reference: str = ""  # a good answer, where there is one
    options: tuple[str, ...] = ()  # in a fixed order
    gold: int = 0  # the right option
    expects: str = ""  # what a written answer must do, for sets without references

    @property
    def conversation(self) -> list[ChatMessage]:
        """The turns as serving puts them to the model."""
        return prompt.conversation(self.turns)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one model made of one example. A likelihood is None where it did not fit the context."""

    example: Example
    text: str = ""
    tokens: int = 0
    ended: bool = False  # by itself, not at the limit
    refusal: str = ""  # why the engine would not answer, or empty
    reference_log: float | None = None  # log probability (base e) of the reference, end included
    reference_tokens: int = 0
    option_logs: tuple[float, ...] = ()
    option_tokens: tuple[int, ...] = ()

    @property
    def chosen(self) -> int:
        """The likeliest option; -1 where none could be scored."""
        logs = self.option_logs
        return max(range(len(logs)), key=lambda n: logs[n]) if logs else -1

    @property
    def chosen_per_token(self) -> int:
        """The likeliest option per token, for options of different lengths."""
        each = [a / max(1, b) for a, b in zip(self.option_logs, self.option_tokens, strict=True)]
        return max(range(len(each)), key=lambda n: each[n]) if each else -1


Measuring = Callable[[Sequence[Outcome]], Mapping[str, Measure]]
Marking = Callable[[Outcome], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Task:
    """An evaluation set: its examples, and its metrics over all of them and for each."""

    name: str
    examples: tuple[Example, ...]
    way: Way
    measures: Measuring
    marks: Marking  # of one outcome, for its row in the report
    max_tokens: int = 256  # of a written answer
    about: str = ""  # where the examples are from, in words for the report


def ask(text: str) -> tuple[ChatMessage, ...]:
    """The turns of a single question."""
    return (ChatMessage("user", text),)
