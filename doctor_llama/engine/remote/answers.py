"""What is known of one answer while servers come and go. It knows no server."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from doctor_llama import prompt
from doctor_llama.engine import ChatMessage, Chunk, FinishReason, SamplingParams
from doctor_llama.engine.remote.attempt import Usage
from doctor_llama.engine.remote.faults import Fault
from doctor_llama.engine.remote.loras import Adapter
from doctor_llama.engine.remote.servers import Server
from doctor_llama.engine.remote.wording import Wording
from doctor_llama.errors import InvalidRequestError

# A server's tokenizer is not at hand. English has 4 to 5 bytes a token with Llama 3, Hindi and
# Persian about as many: with 3, turns are dropped a little early; over 6, nothing would fit.
BYTES_PER_TOKEN = 3
MOST_BYTES_PER_TOKEN = 6
TOKENS_PER_TURN = 5
SHRINK = 0.7  # of the history, each time a server finds it too long


def estimate(messages: Sequence[ChatMessage]) -> int:
    """About how many tokens a conversation has, rather too many than too few."""
    each = (len(m.content.encode(errors="replace")) // BYTES_PER_TOKEN for m in messages)
    return sum(each) + TOKENS_PER_TURN * len(messages)


def least(messages: Sequence[ChatMessage]) -> int:
    """How many tokens a conversation has at least, with all but its last turn dropped."""
    window = prompt.fit(messages, estimate, 0)
    return sum(len(m.content.encode(errors="replace")) for m in window) // MOST_BYTES_PER_TOKEN


@dataclass(slots=True)
class Answer:
    """One answer in the making."""

    messages: Sequence[ChatMessage]
    params: SamplingParams
    budget: int  # tokens of the prompt, as estimated
    named: Adapter | None  # an adapter for this answer only
    wording: Wording
    deadline: float = 0.0
    pieces: int = 0  # of text that came in; about one a token
    failures: int = 0  # of servers that had the question
    rounds: int = 0  # in which every server was tried
    tried: set[Server] = field(default_factory=set)
    resumes: bool = True  # until a server refuses to go on with it
    last: Fault | None = None

    @property
    def begun(self) -> bool:
        """Whether the person may have seen some of it."""
        return bool(self.wording.shown.strip())

    def restart(self) -> None:
        """Forget what came in: nothing of it was shown, or it was taken back."""
        self.pieces = 0
        self.wording.restart()

    def window(self) -> list[ChatMessage]:
        """Return the turns that are sent."""
        return prompt.fit(self.messages, estimate, self.budget)

    def shorten(self) -> None:
        """Send fewer turns the next time. Raises `InvalidRequestError` when none can go."""
        window = self.window()
        self.budget = int(SHRINK * estimate(window))
        if len(self.window()) == len(window):
            raise InvalidRequestError("The question is too long for the model.")

    def end(self, finish: FinishReason, usage: Usage | None, carried: int) -> Chunk:
        """Return the last chunk; `carried` pieces came before the attempt that ended it."""
        text = self.wording.flush()
        if usage is None:
            tokens = estimate(self.window())
            return Chunk(text, finish, prompt_tokens=tokens, completion_tokens=self.pieces)
        return Chunk(
            text,
            finish,
            prompt_tokens=max(1, usage.prompt_tokens - carried),
            completion_tokens=carried + usage.completion_tokens,
        )


def begin(
    messages: Sequence[ChatMessage],
    params: SamplingParams,
    *,
    context_length: int,
    adapter: str | None = None,
) -> Answer:
    """Check what is asked; `adapter` is a name. Raises `InvalidRequestError`."""
    if not messages:
        raise InvalidRequestError("There is no question in this conversation.")
    numbers = (params.temperature, params.top_p, params.top_k, params.max_tokens)
    if not all(isinstance(n, (int, float)) and math.isfinite(n) for n in numbers):
        raise InvalidRequestError("Temperature, top_p, top_k and max_tokens must be numbers.")
    if params.max_tokens < 1:
        raise InvalidRequestError("An answer needs at least one token: max_tokens is below 1.")
    if params.seed is not None and not isinstance(params.seed, int):
        raise InvalidRequestError("A seed is a whole number.")
    params = replace(params, max_tokens=min(int(params.max_tokens), context_length // 2))
    budget, needed = context_length - params.max_tokens, least(messages)
    if needed > budget:
        raise InvalidRequestError(
            f"The question is too long: {needed} tokens at least, and there is room for {budget}."
        )
    named = Adapter(adapter, adapter) if adapter else None
    return Answer(messages, params, budget, named, Wording(params.stop))


class Held:
    """The adapter that an answer holds, so that it is not unloaded under it."""

    def __init__(self) -> None:
        self.adapter: Adapter | None = None

    @property
    def label(self) -> str | None:
        """What people are shown."""
        return self.adapter.label if self.adapter else None

    def exchange(self, adapter: Adapter | None) -> None:
        """Hold this one instead."""
        if adapter is not self.adapter:
            if adapter is not None:
                adapter.take()
            if self.adapter is not None:
                self.adapter.leave()
            self.adapter = adapter

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.exchange(None)
