"""One attempt at one answer on one server: a stream that is read beside whoever waits for it.

Waiting with a limit on the stream itself would break it at the first slow token.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from doctor_llama.engine import ChatMessage, FinishReason, SamplingParams
from doctor_llama.engine.remote import faults
from doctor_llama.engine.remote.capabilities import OPTIONS, RESUME, Features
from doctor_llama.engine.remote.faults import Fault, Kind
from doctor_llama.engine.remote.servers import Server

GREEDY_BELOW = 0.05  # temperature, as with the local engine


@dataclass(frozen=True, slots=True)
class Usage:
    """What the server counted."""

    prompt_tokens: int
    completion_tokens: int


Event = str | FinishReason | Usage | Fault | None  # None is the end


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: plain fields, and those beyond the plain protocol that the server takes."""

    model: str
    messages: list[dict[str, str]]
    plain: Mapping[str, Any]
    extras: Mapping[str, object]


def request(
    model: str,
    messages: Sequence[ChatMessage],
    params: SamplingParams,
    features: Features,
    *,
    begun: str = "",
) -> Request:
    """Put a question into what this server understands; with `begun`, to be gone on with."""
    turns = [{"role": m.role, "content": m.content} for m in messages]
    extras: dict[str, object] = {}
    greedy = params.temperature < GREEDY_BELOW
    plain: dict[str, Any] = {
        "max_tokens": int(params.max_tokens),
        "temperature": 0.0 if greedy else float(min(params.temperature, 2.0)),
        "top_p": 1.0 if greedy else float(min(max(params.top_p, 0.05), 1.0)),
    }
    if params.stop:
        plain["stop"] = list(params.stop)
    if params.seed is not None and features.seed:
        extras["seed"] = params.seed
    if features.top_k and not greedy and params.top_k >= 1:
        extras["top_k"] = int(params.top_k)
    if features.asks_usage:
        extras |= OPTIONS["usage"]
    if begun:
        turns.append({"role": "assistant", "content": begun})
        extras |= RESUME
    return Request(model, turns, plain, extras)


class Attempt:
    """Begins when it is made; `close` ends it, which closes the connection."""

    def __init__(self, server: Server, what: Request) -> None:
        self.server = server
        self.life = server.lives
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._task = asyncio.create_task(self._read(what))
        server.in_flight += 1

    async def next(self, seconds: float) -> Event:
        """The next event. Raises `TimeoutError` after so long; nothing is lost by that."""
        async with asyncio.timeout(seconds):
            return await self._events.get()

    @property
    def lost(self) -> bool:
        """Whether its server was given up since it began."""
        return self.life != self.server.lives

    def abort(self, fault: Fault) -> None:
        """Have whoever waits meet this fault."""
        self._events.put_nowait(fault)

    async def close(self) -> None:
        self.server.in_flight -= 1
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self, what: Request) -> None:
        try:
            stream = await self.server.client.chat.completions.create(
                model=what.model,
                messages=cast(Any, what.messages),
                stream=True,
                extra_body=dict(what.extras),
                **what.plain,
            )
            async with stream:
                async for chunk in stream:
                    self._take(chunk)
        except Fault as fault:
            self._events.put_nowait(fault)
        except Exception as error:  # whatever a strange server makes of the client
            self._events.put_nowait(faults.judge(error))
        else:
            self._events.put_nowait(None)

    def _take(self, chunk: Any) -> None:
        for choice in chunk.choices or ():
            if choice.delta is not None and choice.delta.content:
                self._events.put_nowait(str(choice.delta.content))
            if choice.finish_reason in ("abort", "error"):  # vLLM's words for its own failure
                raise Fault(Kind.BROKEN, "gave the answer up")
            if choice.finish_reason is not None:
                cut = choice.finish_reason == "length"
                self._events.put_nowait(FinishReason.LENGTH if cut else FinishReason.STOP)
        if chunk.usage is not None:
            used = Usage(int(chunk.usage.prompt_tokens), int(chunk.usage.completion_tokens))
            self._events.put_nowait(used)
