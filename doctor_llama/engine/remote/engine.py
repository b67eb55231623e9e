"""The engine that a worker holds when the model runs elsewhere: one answer, from any server.

As long as nothing of an answer was shown, a failed attempt is repeated elsewhere, with back-off
once all servers have failed. What was shown when a server breaks off is gone on with, where a
server has proved that it can (`Features.resume`); elsewhere the answer begins again, and says so
(`Chunk.restart`). Two answers are never glued together.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from doctor_llama.engine import ChatMessage, Chunk, EngineCard, FinishReason, SamplingParams
from doctor_llama.engine.remote import address, answers, attempt, labelling
from doctor_llama.engine.remote.answers import Answer, Held
from doctor_llama.engine.remote.attempt import Attempt, Usage
from doctor_llama.engine.remote.faults import Fault, Kind
from doctor_llama.engine.remote.loras import Adapter
from doctor_llama.engine.remote.servers import Fleet, Server, Timing
from doctor_llama.engine.remote.voices import Voices
from doctor_llama.errors import (
    AdapterError,
    EngineDownError,
    EngineError,
    InvalidRequestError,
    ModelUnavailableError,
    WrongBaseError,
)

log = logging.getLogger(__name__)

USAGE_SECONDS = 2.0  # for the token counts, once the answer has ended


@dataclass(slots=True)
class Running:
    """What there is between `start` and `stop`."""

    fleet: Fleet
    voices: Voices
    places: asyncio.Semaphore
    attempts: set[Attempt] = field(default_factory=set)
    active: int = 0
    stopped: bool = False


class RemoteEngine:
    """Implements `doctor_llama.engine.Engine`. All its methods belong to one event loop."""

    down = False  # whatever is wrong is elsewhere: a new process would find the same

    def __init__(  # noqa: PLR0913 - each by keyword
        self,
        base_urls: Sequence[str],
        model: str | None,
        *,
        adapter: str | None = None,
        adapter_label: str | None = None,
        api_key: str | None = None,
        max_concurrency: int = 16,
        context_length: int = 4096,
        timing: Timing | None = None,
        owner: str = "",
    ) -> None:
        """Take the servers' URLs, with or without `/v1`; `model` None is the first one listed.

        `adapter` is a name that the servers know, or a folder that they can read; `owner` is whose
        adapters this engine loads there, unlike any other worker's. No connection is made yet.
        Raises `ModelUnavailableError` for what is not an http or https URL.
        """
        try:
            self._addresses = tuple(address.parse(url) for url in base_urls)
        except ValueError as error:
            raise ModelUnavailableError(f"DOCTOR_LLAMA_REMOTE_URLS: {error}.") from None
        if not self._addresses:
            raise ModelUnavailableError("DOCTOR_LLAMA_REMOTE_URLS names no server.")
        self._model, self._adapter, self._key = model, adapter, api_key
        self._adapter_label, self._owner = adapter_label, owner
        self._max_concurrency = max_concurrency
        self._context_length = context_length
        self._timing = timing or Timing()
        self._progress = time.monotonic()
        self._running: Running | None = None
        self._changing = asyncio.Lock()  # start and stop

    # -- the life of an engine --------------------------------------------------------------------

    async def start(self) -> None:
        """Wait until a server can answer.

        Raises `ModelUnavailableError`, `AdapterError` or `WrongBaseError` (they load no adapters)
        when all of them answer and none can serve what was asked for, and `EngineDownError` when
        `timing.start` is over: the questions are better off in the queue then.
        """
        async with self._changing:
            if self._running is not None:
                return
            voices = Voices(self._adapter, self._adapter_label, self._owner)
            servers = [Server(each, self._key) for each in self._addresses]
            fleet = Fleet(servers, self._model, timing=self._timing, prepare=voices.prepare)
            fleet.start()
            try:
                await fleet.settled(self._timing.start)
            finally:
                if not fleet.ready:
                    await fleet.stop()
            if not fleet.ready:
                raise self._not_ready(fleet)
            self._running = Running(fleet, voices, asyncio.Semaphore(self._max_concurrency))

    def _not_ready(self, fleet: Fleet) -> Exception:
        sentence = f"No remote server can answer: {fleet.troubles()}."
        if not fleet.hopeless:
            return EngineDownError(sentence)
        if any(server.kind is Kind.INCAPABLE for server in fleet.servers):
            return WrongBaseError(sentence)
        examined = all(server.model for server in fleet.servers)
        return AdapterError(sentence) if examined else ModelUnavailableError(sentence)

    async def stop(self, drain: float = 10.0) -> None:
        """Let answers in flight end for `drain` seconds, fail the rest, close all connections."""
        async with self._changing:
            running = self._running
            if running is None:
                return
            self._running = None  # from here on no new question is taken
            deadline = time.monotonic() + drain
            while running.active and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            running.stopped = True
            for each in running.attempts:
                each.abort(Fault(Kind.BROKEN, "is not asked any more"))
            await running.voices.stop()
            await running.fleet.stop()

    def card(self) -> EngineCard:
        running = self._require_running()
        servers = running.fleet.ready or running.fleet.servers
        known = [s.listing.context_length for s in servers if s.listing.context_length]
        return EngineCard(
            model=self._model or servers[0].model,
            adapter=running.voices.label,
            device="remote",
            weights=servers[0].listing.weights or "unknown",
            context_length=min([self._context_length, *known]),
        )

    def capabilities(self) -> dict[str, str]:
        """Each server, and in one line what it can do or why it is not asked."""
        servers = self._require_running().fleet.servers
        return {str(s): s.features.line() if s.ready else s.trouble for s in servers}

    @property
    def last_progress(self) -> float:
        """`time.monotonic()` of the last token or look at a server; now, where nothing is asked.

        A look counts whatever it found: this process is well, and a new one could do no better.
        """
        running = self._running
        if running is None or not running.active:
            return time.monotonic()
        return max(self._progress, running.fleet.checked)

    @property
    def concurrency(self) -> int:
        """Answers at once."""
        return self._max_concurrency

    async def swap(
        self, adapter: str | None, *, label: str | None = None, drain: float = 10.0
    ) -> float:
        """Give new answers with another adapter; returns for how long they waited, which is zero.

        `adapter` is a name that the servers know, a folder that they can read, which they load
        under a versioned name, or None for the model without any. Answers in flight end with the
        adapter that they began with; the former one is unloaded after the last of them, for which
        this waits `drain` seconds at most. A server that is away now gets it when it comes back.

        Raises, with nothing changed, `AdapterError` when a server refuses it, `WrongBaseError`
        when the servers load no adapters at all, `EngineDownError` when none is there for
        `timing.patience` seconds.
        """
        running = self._require_running()
        await running.fleet.settled(self._timing.patience)
        servers = running.fleet.ready
        if not servers:  # which says nothing about the adapter
            raise EngineDownError(f"No remote server is there: {running.fleet.troubles()}.")
        failed = await running.voices.swap(adapter, label, servers, drain)
        for server, fault in failed.items():
            running.fleet.drop(server, fault)
        return 0.0

    def why_no_labels(self) -> str | None:
        return labelling.why_not(self._require_running().fleet)

    async def likelihoods(
        self, messages: Sequence[ChatMessage], labels: Sequence[str]
    ) -> tuple[float, ...]:
        """As `Labelling` says, of one server that can."""
        fleet, seconds = self._require_running().fleet, self._timing.first_token
        return await labelling.ask(fleet, messages, labels, seconds)

    # -- one answer -------------------------------------------------------------------------------

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        params: SamplingParams,
        *,
        adapter: str | None = None,
    ) -> AsyncGenerator[Chunk, None]:
        """Stream one answer; waits while all places are taken. An empty chunk is a sign of life.

        `adapter` names one that the servers know, for this answer only. Oldest turns are dropped
        until prompt and answer fit the context. Token counts are the server's, or, where it gives
        none and after a stop string that it does not know, the number of pieces of text.

        Raises `InvalidRequestError`; `EngineDownError` when no server could be asked for
        `timing.patience` seconds; `EngineError` when servers failed on this question.
        """
        running = self._require_running()
        context_length = self.card().context_length
        answer = answers.begin(messages, params, context_length=context_length, adapter=adapter)
        async with running.places:
            if running.stopped or self._running is not running:
                raise EngineDownError("The engine is not running.")
            answer.deadline = time.monotonic() + self._timing.patience
            self._progress = time.monotonic()
            running.active += 1
            try:
                async with aclosing(self._answer(running, answer)) as stream:
                    async for chunk in stream:
                        yield chunk
            finally:
                running.active -= 1

    async def _answer(self, running: Running, answer: Answer) -> AsyncGenerator[Chunk, None]:
        """Go from server to server until one has answered to the end."""
        with Held() as voice:
            while answer.pieces < answer.params.max_tokens:
                if not answer.begun:
                    answer.restart()
                    voice.exchange(answer.named or running.voices.live)
                server = self._pick(running, answer, voice.adapter)
                if server is None and answer.begun and self._could_restart(running, answer):
                    yield Chunk("", restart=True)
                    answer.restart()
                    continue
                async with aclosing(
                    self._pause(running, answer)
                    if server is None
                    else self._attempt(running, answer, server, voice.adapter)
                ) as stream:
                    try:
                        async for chunk in stream:
                            if chunk.finish is not None:
                                yield replace(chunk, adapter=voice.label)
                                return
                            yield chunk
                    except Fault as fault:
                        self._learn(running, answer, server, fault)
            # what was shown before a server was lost has the full length
            yield replace(answer.end(FinishReason.LENGTH, None, 0), adapter=voice.label)

    def _pick(self, running: Running, answer: Answer, adapter: Adapter | None) -> Server | None:
        if answer.begun and not answer.resumes:
            return None
        return running.fleet.pick(adapter, avoid=answer.tried, resume=answer.begun)

    def _could_restart(self, running: Running, answer: Answer) -> bool:
        adapter = answer.named or running.voices.live
        return running.fleet.pick(adapter, avoid=answer.tried) is not None

    async def _pause(self, running: Running, answer: Answer) -> AsyncGenerator[Chunk, None]:
        """Wait while there is nobody to ask, with signs of life."""
        if time.monotonic() > answer.deadline:
            reason = running.fleet.troubles() or f"the last one {answer.last}"
            raise EngineDownError(f"No remote server could answer: {reason}.")
        if not answer.tried:
            yield Chunk("")
            await running.fleet.wait(self._timing.sign)
            self._require_not_stopped(running)
            return
        longest = min(self._timing.backoff * 2**answer.rounds, self._timing.longest_backoff)
        until = time.monotonic() + longest * random.uniform(0.5, 1.0)
        answer.rounds += 1
        answer.tried.clear()
        while (left := until - time.monotonic()) > 0:
            yield Chunk("")
            await asyncio.sleep(min(left, self._timing.sign))
            self._require_not_stopped(running)

    def _learn(self, running: Running, answer: Answer, server: Server | None, fault: Fault) -> None:
        """Draw the conclusions of a failed attempt. Raises what cannot be mended by another."""
        self._require_not_stopped(running)
        if server is None:
            raise EngineError(f"A remote server {fault}.") from fault
        log.info("an attempt on %s failed: it %s", server, fault)
        if answer.named is not None and fault.kind is Kind.UNFIT:
            raise InvalidRequestError(f"The remote server {fault}.") from fault
        running.fleet.note(server, fault)
        answer.last = fault
        if not answer.begun and fault.kind is Kind.REFUSED:
            raise InvalidRequestError(f"The remote server {fault}.") from fault
        if not answer.begun and fault.kind is Kind.TOO_LONG:
            answer.shorten()
            return
        answer.tried.add(server)
        answer.failures += fault.kind not in (Kind.BUSY, Kind.UNREACHABLE, Kind.UNFIT)
        if answer.failures >= self._timing.attempts:
            raise EngineError(
                f"Remote servers failed on this question {answer.failures} times; the last one "
                f"{fault}."
            ) from fault
        if answer.begun and fault.kind in (Kind.REFUSED, Kind.TOO_LONG):
            answer.resumes = False

    async def _attempt(
        self, running: Running, answer: Answer, server: Server, adapter: Adapter | None
    ) -> AsyncGenerator[Chunk, None]:
        """Ask one server. Raises `Fault`."""
        carried = answer.pieces
        one = Attempt(
            server,
            attempt.request(
                adapter.name if adapter else server.model,
                answer.window(),
                replace(answer.params, max_tokens=answer.params.max_tokens - carried),
                server.features,
                begun=answer.wording.begun() if answer.begun else "",
            ),
        )
        running.attempts.add(one)
        finish, usage, limit = None, None, self._timing.first_token
        try:
            async with aclosing(self._events(one, lambda: limit)) as events:
                async for event in events:
                    if isinstance(event, Usage):
                        usage = event
                    elif isinstance(event, FinishReason):
                        finish, limit = event, USAGE_SECONDS
                    elif event:
                        answer.pieces, limit = answer.pieces + 1, self._timing.next_token
                        if shown := answer.wording.feed(event):
                            yield Chunk(shown)
                        if answer.wording.stopped:
                            finish = FinishReason.STOP
                            break
                    else:
                        yield Chunk("")
        except Fault:
            if finish is None:
                raise
        finally:
            running.attempts.discard(one)
            await one.close()
        if finish is None:
            raise Fault(Kind.BROKEN, "ended the answer before its end")
        yield answer.end(finish, usage, carried)

    async def _events(
        self, one: Attempt, limit: Callable[[], float]
    ) -> AsyncGenerator[str | FinishReason | Usage, None]:
        """What comes in until the end, with an empty string now and then while nothing does.

        Raises `Fault`, also when nothing came for `limit()` seconds.
        """
        since = time.monotonic()
        while True:
            try:
                event = await one.next(min(self._timing.sign, limit()))
            except TimeoutError:
                if one.lost:
                    raise Fault(Kind.BROKEN, one.server.trouble or "was lost") from None
                if time.monotonic() - since >= limit():
                    raise Fault(Kind.BROKEN, f"was silent for {limit():g} s") from None
                event = ""
            else:
                since = self._progress = time.monotonic()
            if event is None:
                return
            if isinstance(event, Fault):
                raise event
            yield event

    def _require_running(self) -> Running:
        if self._running is None:
            raise EngineDownError("The engine is not running.")
        return self._running

    def _require_not_stopped(self, running: Running) -> None:
        if running.stopped:
            raise EngineDownError("The engine is not running.")
