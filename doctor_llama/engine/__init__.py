"""What an engine is: something that turns a conversation into a stream of text.

It knows no queue, no database and no person. Implementations: `local` (4-bit model with a LoRA
adapter), `remote` (any server that speaks OpenAI's protocol), `scripted` (fixed answers, for load
tests).
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from doctor_llama.prompt import ChatMessage

__all__ = [
    "ChatMessage",
    "Chunk",
    "Engine",
    "EngineCard",
    "FinishReason",
    "Labelling",
    "SamplingParams",
    "Swapping",
]


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """How to sample one answer; the names are those of vLLM and OpenAI.

    `temperature` below 0.05 means greedy. An engine clamps what it cannot do and raises
    `InvalidRequestError` for what is not a number. `seed` makes an answer repeatable where the
    engine offers that: a remote one hands it on to servers that take it, a local one ignores it,
    since its answers share one stream of random numbers.
    """

    max_tokens: int = 512
    temperature: float = 0.6
    top_p: float = 0.9
    top_k: int = 50
    stop: tuple[str, ...] = ()
    seed: int | None = None


class FinishReason(StrEnum):
    STOP = "stop"  # the model ended its answer, or a stop string was met
    LENGTH = "length"  # the token limit was reached


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer. The last chunk of a stream carries `finish` and the token counts.
    One without text before the last is a sign of life: the answer is still to come.

    `restart` takes back all that came before it in the stream: the answer begins again, so that
    none mixes two adapters.
    """

    text: str
    finish: FinishReason | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    adapter: str | None = None  # of the last chunk: what the answer was made with
    restart: bool = False


@dataclass(frozen=True, slots=True)
class EngineCard:
    """What answers, in words that a person can be shown."""

    model: str
    adapter: str | None
    device: str
    weights: str  # such as "nf4" or "bf16"
    context_length: int  # tokens
    demo: bool = False  # the embedded model, which knows a few topics only

    def __str__(self) -> str:
        """One line that says what answers, for the log and the terminal."""
        adapter = f" with adapter {self.adapter}" if self.adapter else ""
        demo = ", a small demonstration model" if self.demo else ""
        return f"{self.model}{adapter} ({self.weights} on {self.device}{demo})"


class Engine(Protocol):
    """The seam between the worker and whatever generates text."""

    @property
    def down(self) -> bool:
        """Whether it is beyond repair: only a new process can answer again."""

    async def start(self) -> None:
        """Make ready to answer. Raises `ModelUnavailableError` or `AdapterError`."""

    async def stop(self) -> None:
        """End what is in flight and free memory. Safe to call twice."""

    def card(self) -> EngineCard:
        """What answers now; callable after `start`."""

    def generate(
        self, messages: Sequence[ChatMessage], params: SamplingParams
    ) -> AsyncGenerator[Chunk, None]:
        """Stream one answer. Closing the generator cancels it and frees what it held.

        Raises `InvalidRequestError` (this request only) and `EngineDownError`.
        """


@runtime_checkable
class Swapping(Protocol):
    """An engine whose adapter can be exchanged while it answers."""

    async def swap(
        self, adapter: str | None, *, label: str | None = None, drain: float = 10.0
    ) -> float:
        """Answer with another adapter, or with None; returns for how long new answers waited.

        No answer mixes two: it ends within `drain` seconds as it began, or begins again. Raises,
        with nothing changed, `AdapterError`, and `RestartNeededError` when what answers now cannot
        make room for another.
        """


@runtime_checkable
class Labelling(Protocol):
    """An engine whose base model, without any adapter, can be asked which of a few labels fits."""

    def why_no_labels(self) -> str | None:
        """Why it cannot be asked now, in half a sentence; None where it can. After `start`."""

    async def likelihoods(
        self, messages: Sequence[ChatMessage], labels: Sequence[str]
    ) -> tuple[float, ...]:
        """How likely each label is as the base's next token, among these alone: together 1.

        The labels are words of one token, such as letters. Answers in flight are unharmed. Raises
        `EngineError`, and `InvalidRequestError` for what cannot be asked.
        """
