"""One answer in flight, and how many there may be. It knows neither model nor batcher."""

import asyncio
from collections.abc import Sequence

from doctor_llama.engine import Chunk, FinishReason
from doctor_llama.engine.local.sampling import Sampling
from doctor_llama.engine.local.tokens import TextStream
from doctor_llama.errors import EngineError


class Answer:
    """What is known about an answer while it is made; lives on the event loop only.

    It outlives a submission: after a crash it goes on from its tokens. It does not outlive the
    weights that it began with.
    """

    def __init__(
        self,
        prompt: list[int],
        *,
        max_tokens: int,
        sampling: Sampling,
        eos_ids: Sequence[int],
        text: TextStream,
    ) -> None:
        self.prompt = prompt
        self.max_tokens = max_tokens
        self.sampling = sampling
        self.eos_ids = frozenset(eos_ids)
        self.tokens: list[int] = []
        # None: the weights were exchanged, and it is to be begun again
        self.events: asyncio.Queue[Chunk | EngineError | None] = asyncio.Queue()
        self.request_id = ""  # of the present submission; empty between two
        self.retries = 0
        self.finished = False
        self._text = text
        self._carried = 0  # tokens that the present submission got as part of its prompt

    def submitted(self, request_id: str) -> None:
        """Note a new submission that goes on from the tokens so far."""
        self.request_id = request_id
        self._carried = len(self.tokens)

    def take(self, generated: Sequence[int]) -> int:
        """Take the tokens of the present submission, all that there are so far.

        Returns how many were new. Sets `finished` at an end token, a stop string or the limit.
        """
        new = generated[len(self.tokens) - self._carried :]
        for token in new:
            self.tokens.append(token)
            if token in self.eos_ids:
                self.finish(FinishReason.STOP)
                break
            text = self._text.feed(token)
            if text:
                self.events.put_nowait(Chunk(text))
            if self._text.stopped:
                self.finish(FinishReason.STOP)
                break
            if len(self.tokens) >= self.max_tokens:
                self.finish(FinishReason.LENGTH)
                break
        return len(new)

    def finish(self, reason: FinishReason) -> None:
        """End the answer with the text that was held back and the token counts."""
        self.finished = True
        self.events.put_nowait(
            Chunk(
                self._text.flush(),
                finish=reason,
                prompt_tokens=len(self.prompt),
                completion_tokens=len(self.tokens),
            )
        )

    def fail(self, error: EngineError) -> None:
        """End the answer with an error, unless it has ended."""
        if not self.finished:
            self.finished = True
            self.events.put_nowait(error)

    def give_up(self) -> None:
        """End the answer without an end: it must begin again under other weights."""
        if not self.finished:
            self.finished = True
            self.events.put_nowait(None)


class Places:
    """How many answers may be in flight: a semaphore whose limit can be lowered."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._free = asyncio.Semaphore(limit)
        self._owed = 0  # places that go away as soon as they are given back

    def lower(self, limit: int) -> None:
        """Lower the limit, to one at least. Answers in flight stay."""
        limit = max(1, limit)
        self._owed += max(0, self.limit - limit)
        self.limit = min(self.limit, limit)

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        if self._owed:
            self._owed -= 1
        else:
            self._free.release()
