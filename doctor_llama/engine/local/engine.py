"""The engine that a worker holds: many answers in flight on one 4-bit model.

Three kinds of thread: the event loop (admission, text, stop strings), the batcher's thread (the
only one that runs the model) and helpers for what takes long (loading, encoding, swapping).
"""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import torch

from doctor_llama import process
from doctor_llama.engine import ChatMessage, Chunk, EngineCard, SamplingParams
from doctor_llama.engine.local import (
    attention,
    batching,
    hub,
    judging,
    labelling,
    loading,
    lora,
    sampling,
    slimming,
    slot,
    tokens,
)
from doctor_llama.engine.local.answers import Answer
from doctor_llama.engine.local.batching import Batcher, Size
from doctor_llama.engine.local.flight import Flight
from doctor_llama.engine.local.running import Running, Voice, admitted
from doctor_llama.engine.local.weights import Weights, free_memory, held
from doctor_llama.errors import AdapterError, EngineDownError, EngineError, RestartNeededError

log = logging.getLogger(__name__)

TRIAL = "Hello. What helps against a headache?"  # new weights must yield numbers for it


@dataclass(frozen=True, slots=True)
class Change:
    """Another adapter, tried in a shadow of the model, and what it brings."""

    voice: Voice
    new: lora.Lora | None
    fitted: Any  # the shadow
    rebuilt: bool  # whether the shadow takes the model's place

    def made(self, loaded: loading.Loaded) -> loading.Loaded:
        """What is loaded from now on; to be called while no step runs."""
        rows = loaded.plan.rows
        net = slot.adopt(loaded.model, self.fitted, self.new, rebuilt=self.rebuilt, base_rows=rows)
        return replace(loaded, model=net, adapter=self.new)


class LocalEngine:
    """Implements `doctor_llama.engine.Engine`. All its methods belong to one event loop."""

    def __init__(  # noqa: PLR0913 - each is one setting, by keyword
        self,
        model: str,
        adapter: str | None = None,
        *,
        context_length: int = 4096,
        max_concurrency: int = 16,
        token: str | None = None,
        device: str = "auto",
        dtype: torch.dtype = torch.bfloat16,
        threads: int | None = None,
        weights: str = Weights.NF4,
        attention: str = "auto",
        cuda_graphs: bool = False,
        max_memory: int | None = None,
        model_label: str | None = None,
        adapter_label: str | None = None,
        demo: bool = False,
    ) -> None:
        """Take a base model and an adapter, each a folder or a Hub id. Nothing is loaded yet.

        `context_length` is in tokens, for prompt and answer together; `threads` are torch's, on a
        CPU; `weights` are one of `Weights`, `attention` is for `attention.settle`; `max_memory` is
        in bytes, for the model and its cache together; labels are what people are shown in place
        of paths.
        """
        self._model, self._adapter, self._token = model, adapter, token
        self._device, self._dtype, self._threads = device, dtype, threads
        self._weights, self._attention = Weights(weights), attention
        self._cuda_graphs, self._max_memory = cuda_graphs, max_memory
        self._model_label = model_label or model
        self._adapter_label = adapter_label or adapter
        self._demo = demo
        self._context_length = context_length
        self._max_concurrency = max_concurrency
        self._running: Running | None = None
        self._changing = asyncio.Lock()  # start and stop

    async def start(self) -> None:
        """Load the model and begin to take questions. See `loading.load` for its errors."""
        async with self._changing:
            if self._running is None:
                self._running = await self._start()

    async def _start(self) -> Running:
        if self._threads:
            torch.set_num_threads(self._threads)
        process.pass_over_libraries()
        loaded = await asyncio.to_thread(
            loading.load,
            self._model,
            self._adapter,
            token=self._token,
            device=self._device,
            dtype=self._dtype,
            weights=self._weights,
            memory=self._max_memory,
        )
        attends = attention.settle(loaded.base, self._attention)
        known = loaded.base.config.get_text_config().max_position_embeddings
        context_length = min(self._context_length, known)
        room = batching.size(
            loaded.base,
            context_length=context_length,
            concurrency=self._max_concurrency,
            free_bytes=self._free_for_cache(loaded),
        )
        log.info(
            "weights %s, attention %s, context %d tokens, cache for %d tokens, %d answers at once",
            loaded.weights,
            attends,
            context_length,
            room.blocks * batching.PAGE,
            room.requests,
        )

        def make(base: Any, room: Size) -> Batcher:
            return Batcher(base, eos_ids=loaded.eos_ids, room=room, graphs=self._cuda_graphs)

        flight = Flight(make, loaded.base, room, context_length=context_length)
        flight.start()
        return Running(
            loaded=loaded,
            voice=Voice(loaded.tokenizer, loaded.eos_ids, self._adapter_label),
            flight=flight,
            encoding=ThreadPoolExecutor(1, thread_name_prefix="encoding"),
            context_length=context_length,
            swapping=asyncio.Lock(),
        )

    def _free_for_cache(self, loaded: loading.Loaded) -> int:
        free = free_memory(loaded.device)
        if self._max_memory is None:
            return free
        return min(free, max(0, self._max_memory - held(loaded.model)))

    async def stop(self, drain: float = 10.0) -> None:
        """Let answers in flight end for `drain` seconds, fail the rest, free the memory."""
        async with self._changing:
            if self._running is None:
                return
            running = self._running
            await running.flight.stop(drain)
            running.encoding.shutdown(wait=False)
            self._running = None
            del running  # and with it the model
            gc.collect()
            if torch.cuda.is_available():
                torch.cuda.empty_cache()

    def card(self) -> EngineCard:
        running = self._require_running()
        device = running.loaded.device
        return EngineCard(
            model=self._model_label,
            adapter=running.voice.label,
            device=torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU",
            weights=running.loaded.weights,
            context_length=running.context_length,
            demo=self._demo,
        )

    @property
    def loaded(self) -> loading.Loaded:
        """The model itself, for whoever measures it; the present one until the next swap."""
        return self._require_running().loaded

    @property
    def last_progress(self) -> float:
        """`time.monotonic()` of the last token; now, where nothing is asked of the model."""
        return self._running.flight.last_progress if self._running else time.monotonic()

    @property
    def down(self) -> bool:
        """Whether only a new process can help, as after a CUDA fault."""
        return self._running is not None and self._running.flight.down

    @property
    def concurrency(self) -> int:
        """Answers at once; lower than asked for after the device ran out of memory."""
        return self._running.flight.places.limit if self._running else self._max_concurrency

    async def generate(
        self, messages: Sequence[ChatMessage], params: SamplingParams
    ) -> AsyncGenerator[Chunk, None]:
        """Stream one answer; waits while all places are taken.

        Oldest turns are dropped until prompt and answer fit the context. Raises
        `InvalidRequestError`, when the last message alone is too long among others, and
        `EngineDownError`, also when this answer's batch died three times.
        """
        running = self._require_running()
        flight = running.flight
        flight.require_up()
        how = sampling.clamp(params, vocabulary=running.loaded.vocabulary)
        max_tokens = min(int(params.max_tokens), running.context_length // 2)
        shown = False
        async with flight.places:
            while True:
                voice, ids = await admitted(running, messages, max_tokens)
                text = tokens.TextStream(voice.tokenizer, params.stop)
                answer = Answer(
                    ids, max_tokens=max_tokens, sampling=how, eos_ids=voice.eos_ids, text=text
                )
                flight.begin(answer)
                try:
                    while (event := await answer.events.get()) is not None:
                        if isinstance(event, EngineError):
                            raise event
                        if event.finish is not None:
                            yield replace(event, adapter=voice.label)
                            return
                        yield event
                        shown = True
                finally:
                    flight.end(answer)
                if shown:
                    yield Chunk("", restart=True)
                    shown = False

    async def swap(
        self, adapter: str | None, *, label: str | None = None, drain: float = 10.0
    ) -> float:
        """Exchange the live adapter for another one; returns for how long new answers waited.

        None leaves the bare base. The new adapter is tried beside the old one, which answers
        meanwhile. Then answers in flight get `drain` seconds to end as they began, and what is left
        begins again under the new weights, for no answer mixes two adapters. Raises `AdapterError`,
        with nothing changed, when the new adapter does not fit the model, and `RestartNeededError`
        when the old one cannot be taken out of it.
        """
        running = self._require_running()
        flight = running.flight
        async with running.swapping:
            flight.require_up()
            change = await asyncio.to_thread(self._prepare, running.loaded, adapter, label)
            if drain > 0:
                flight.close()

            def exchange() -> Any:
                running.loaded = change.made(running.loaded)
                return running.loaded.base

            try:
                await flight.drain(drain)
                await flight.exchange(exchange)
                running.voice = change.voice
                if change.rebuilt and self._cuda_graphs:
                    await flight.renew()  # graphs know weights by their addresses
            finally:
                waited = flight.reopen()
            return waited

    def why_no_labels(self) -> str | None:
        return labelling.why_not(self._require_running().loaded)

    async def likelihoods(
        self, messages: Sequence[ChatMessage], labels: Sequence[str]
    ) -> tuple[float, ...]:
        """As `Labelling` says. Answers in flight wait as long as for one more prompt."""
        return await labelling.ask(self._require_running(), messages, labels)

    def _prepare(self, loaded: loading.Loaded, adapter: str | None, label: str | None) -> Change:
        """Read, check and try an adapter beside the one that answers."""
        new, voice = self._judge(loaded, adapter, label)
        trial = tokens.encode(voice.tokenizer, [ChatMessage("user", TRIAL)])
        try:
            fitted, rebuilt = slot.fit(slot.shadow(loaded.model), new)
            slot.require_finite(fitted, trial, new, base_rows=loaded.plan.rows)
        except RuntimeError as problem:
            raise AdapterError(f"The adapter does not fit the model: {problem}") from problem
        return Change(voice, new, fitted, rebuilt)

    def _judge(
        self, loaded: loading.Loaded, adapter: str | None, label: str | None
    ) -> tuple[lora.Lora | None, Voice]:
        """Read and check an adapter beside the one that answers."""
        if loaded.alone:
            raise RestartNeededError(
                "The adapter that answers has trained embeddings, which cannot be taken out of "
                "the model again. Restart the worker to change it."
            )
        new = None
        if adapter is not None:
            folder = hub.fetch(adapter, token=self._token, error=AdapterError)
            new = judging.judge(folder, loaded.plan)
        tokenizer = loading.tokenizer_for(loaded.base_folder, new)
        if new is not None:
            slimming.require_rows(new, loading.highest(tokenizer), loaded.plan)
        eos_ids = loading.eos_ids(tokenizer, loaded.base.generation_config.eos_token_id)
        known = loaded.plan.rows + (new.extra_rows if new else 0)
        # rows of tokens that this adapter does not have are empty; sampled all the same, they end
        # the answer
        eos_ids += tuple(range(known, loaded.vocabulary))
        return new, Voice(tokenizer, eos_ids, label or adapter)

    def _require_running(self) -> Running:
        if self._running is None:
            raise EngineDownError("The engine is not running.")
        return self._running
