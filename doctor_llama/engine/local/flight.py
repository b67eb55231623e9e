"""All answers in flight on a batcher that may die, and what happens then. It knows no text."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from doctor_llama.engine import FinishReason
from doctor_llama.engine.local import batching
from doctor_llama.engine.local.answers import Answer, Places
from doctor_llama.engine.local.batching import Batcher, Size
from doctor_llama.errors import EngineDownError, EngineError

log = logging.getLogger(__name__)

Found = TypeVar("Found")

WATCH_SECONDS = 0.05
MAX_RETRIES = 2  # of one answer, and of the batcher without a token in between

STOPPING = "The engine is stopping."
DEVICE_LOST = "The device failed; the worker must restart."
DIED = "The engine died several times in a row."


class Flight:
    """Keeps a batcher alive under the answers in flight. Belongs to one event loop."""

    def __init__(
        self, make: Callable[[Any, Size], Batcher], base: Any, room: Size, *, context_length: int
    ) -> None:
        """`make` builds a batcher for a model, not started yet; it is called in a thread."""
        self._make = make
        self._context = context_length
        self._batcher = make(base, room)
        self._active: dict[Answer, None] = {}  # in order of arrival
        self._idle = asyncio.Event()
        self._idle.set()
        self._surgery = asyncio.Lock()  # whoever replaces the batcher or the weights
        self._deaths = 0  # of batchers, since the last token
        self._progress = time.monotonic()
        self._watch: asyncio.Task[None] | None = None
        self._look: asyncio.Task[Any] | None = None  # what is looked at aside
        self.places = Places(room.requests)
        self.open = asyncio.Event()  # the gate: cleared while weights are exchanged
        self.open.set()
        self._closed = 0.0  # when it was closed last
        self.refusal: str | None = None  # what a new question is told, if not None
        self.down = False  # only a new process can help

    def start(self) -> None:
        self._batcher.start()
        self._watch = asyncio.create_task(self._watchdog())

    async def stop(self, drain: float) -> None:
        """Let answers end for `drain` seconds, fail the rest, end the batcher and its thread."""
        self._refuse(STOPPING)
        await self.drain(drain)
        async with self._surgery:
            if self._watch is not None:
                self._watch.cancel()
            self._fail_all(STOPPING)
            await asyncio.to_thread(self._batcher.stop)

    @property
    def batcher(self) -> Batcher:
        """The present one; another one after a crash."""
        return self._batcher

    @property
    def count(self) -> int:
        return len(self._active)

    @property
    def last_progress(self) -> float:
        """`time.monotonic()` of the last token; now, where nothing is asked of the model."""
        return self._progress if self._active else time.monotonic()

    def require_up(self) -> None:
        """Raise `EngineDownError` when no new question is taken."""
        if self.refusal is not None:
            raise EngineDownError(self.refusal)

    async def drain(self, seconds: float) -> None:
        """Wait until no answer is in flight, but not longer than that."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    def begin(self, answer: Answer) -> None:
        """Start an answer; its events then come by themselves. Match it with `end`."""
        if not self._active:
            self._progress = time.monotonic()
        self._active[answer] = None
        self._idle.clear()
        self._submit(answer)

    def end(self, answer: Answer, *, cancel: bool = True) -> None:
        """Let go of an answer, whether it ended or its reader left. Harmless when repeated."""
        if answer not in self._active:
            return
        answer.finished = True
        del self._active[answer]
        self._detach(answer, cancel=cancel)
        if not self._active:
            self._idle.set()

    def close(self) -> None:
        """Let no answer begin until `reopen`."""
        if self.open.is_set():
            self._closed = time.monotonic()
            self.open.clear()

    def reopen(self) -> float:
        """Open the gate; returns for how many seconds it was closed."""
        waited = 0.0 if self.open.is_set() else time.monotonic() - self._closed
        self.open.set()
        return waited

    async def exchange(self, change: Callable[[], Any]) -> None:
        """Run `change`, which returns the model to go on with, between two steps.

        The gate is closed once no step runs, for the caller to reopen. Answers that are in flight
        then are to be begun again: their readers are told. Raises what `change` raises.
        """
        loop = asyncio.get_running_loop()

        def changed() -> Any:
            asyncio.run_coroutine_threadsafe(self._give_up_all(), loop).result()
            return change()

        async with self._surgery:
            self.require_up()
            try:
                await asyncio.to_thread(self._batcher.between_steps, changed)
            finally:
                self._progress = time.monotonic()

    async def aside(self, look: Callable[[], Found]) -> Found:
        """Run `look`, which uses the model and leaves it as it was, between two steps.

        Once begun it goes on to its end, also when its caller leaves: nobody exchanges the weights
        under it. Raises `RuntimeError` where the batcher is dead, and what `look` raises.
        """
        await self._surgery.acquire()
        self._look = task = asyncio.create_task(asyncio.to_thread(self._batcher.aside, look))
        task.add_done_callback(self._looked)
        return await asyncio.shield(task)

    def _looked(self, _: asyncio.Task[Any]) -> None:
        self._progress = time.monotonic()
        self._surgery.release()

    async def _give_up_all(self) -> None:
        self.close()
        for answer in list(self._active):
            answer.give_up()
            self.end(answer)

    async def renew(self) -> None:
        """Begin with a new batcher, for one that holds on to parts of the model by address."""
        async with self._surgery:
            old = self._batcher
            await asyncio.to_thread(old.stop)
            self._batcher = await asyncio.to_thread(self._make, old.base, old.room)
            self._batcher.start()
            for answer in self._active:
                self._submit(answer)

    def _submit(self, answer: Answer) -> None:
        """Hand an answer to the batcher, going on from the tokens that it has."""
        request_id = uuid.uuid4().hex
        answer.submitted(request_id)

        def on_output(output: batching.Output) -> None:
            # an event may come late, from before a cancel or a new submission
            if answer.request_id != request_id or answer.finished:
                return
            try:
                self._take(answer, output)
            except Exception:  # whatever the text of one answer does, its reader must hear of it
                log.exception("one answer could not be read")
                answer.fail(EngineError())
                self.end(answer)

        self._batcher.submit(
            request_id,
            answer.prompt + answer.tokens,
            max_tokens=answer.max_tokens - len(answer.tokens),
            sampling=answer.sampling,
            eos_ids=sorted(answer.eos_ids),
            on_output=on_output,
        )

    def _take(self, answer: Answer, output: batching.Output) -> None:
        if output.error is not None:
            if not self._batcher.dying:  # else the watchdog submits it again
                log.error("one request failed: %s", output.error)
                answer.fail(EngineError())
                self.end(answer)
            return
        if answer.take(output.generated_tokens):
            self._progress = time.monotonic()
            self._deaths = 0
        if output.is_finished() and not answer.finished:
            answer.finish(FinishReason.LENGTH)
        if answer.finished:
            self.end(answer, cancel=not output.is_finished())

    def _detach(self, answer: Answer, *, cancel: bool) -> None:
        request_id, answer.request_id = answer.request_id, ""
        if request_id:
            self._batcher.forget(request_id, cancel=cancel)

    async def _watchdog(self) -> None:
        while not self.down:
            await asyncio.sleep(WATCH_SECONDS)
            async with self._surgery:
                self._batcher.tidy()
                if not self._batcher.alive:
                    try:
                        await self._rebuild()
                    except Exception:  # nobody awaits this task: it would die in silence
                        log.exception("the batcher could not be rebuilt")
                        self._give_up(DIED)

    async def _rebuild(self) -> None:
        """Replace a dead batcher and let the answers in flight go on from where they were."""
        dead, room = self._batcher, self._batcher.room
        death = dead.death
        log.error("the batcher died with %d answers in flight: %r", self.count, death)
        if is_sticky(death):
            self._give_up(DEVICE_LOST)
            return
        lowered = is_out_of_memory(death) and room.requests > 1
        if lowered:
            room = room.halved(self._context)
            self.places.lower(room.requests)
            log.warning("out of memory: %d answers at once from now on", room.requests)
        else:
            self._deaths += 1
        if self._deaths > MAX_RETRIES:
            self._give_up(DIED)
            return
        del death  # its frames hold tensors
        await asyncio.to_thread(dead.stop)
        self._batcher = await asyncio.to_thread(self._make, dead.base, room)
        self._batcher.start()
        self._progress = time.monotonic()
        for answer in list(self._active):
            answer.retries += 0 if lowered else 1
            if answer.retries > MAX_RETRIES:
                answer.fail(EngineDownError(DIED))
                self.end(answer)
            else:
                self._submit(answer)

    def _give_up(self, why: str) -> None:
        self.down = True
        self._refuse(why)
        self._fail_all(why)

    def _refuse(self, why: str) -> None:
        """Refuse new questions from now on, also those that wait for a place or a swap."""
        self.refusal = why
        self.open.set()

    def _fail_all(self, why: str) -> None:
        for answer in list(self._active):
            answer.fail(EngineDownError(why))
            self.end(answer)


def is_out_of_memory(death: BaseException | None) -> bool:
    """Whether fewer answers at once could have helped."""
    return isinstance(death, torch.OutOfMemoryError) or "ALLOC_FAILED" in str(death)


def is_sticky(death: BaseException | None) -> bool:
    """Whether the device is lost to this process: every later CUDA call would fail as well."""
    if is_out_of_memory(death):
        return False
    return isinstance(death, torch.AcceleratorError) or "CUDA error" in str(death)
