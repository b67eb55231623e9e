"""The engine that a worker holds: many answers in flight on one 4-bit model.

Three kinds of thread: the event loop (admission, text, stop strings), the batcher's thread (the
only one that runs the model) and helpers for what takes long (loading, encoding, swapping).
"""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch

from doctor_llama import prompt
from doctor_llama.engine import ChatMessage, Chunk, EngineCard, SamplingParams
from doctor_llama.engine.local import batching, hub, loading, lora, sampling, tokens
from doctor_llama.engine.local.answers import Answer
from doctor_llama.engine.local.batching import Batcher, Size
from doctor_llama.engine.local.flight import Flight
from doctor_llama.errors import AdapterError, EngineDownError, EngineError, InvalidRequestError


@dataclass(frozen=True, slots=True)
class Voice:
    """What an adapter brings besides its weights; exchanged together with them."""

    tokenizer: tokens.Tokenizer
    eos_ids: tuple[int, ...]
    label: str | None


@dataclass(slots=True)
class Running:
    """What there is between `start` and `stop`."""

    loaded: loading.Loaded
    voice: Voice
    flight: Flight
    encoding: ThreadPoolExecutor  # of one thread, since a tokenizer is not made for two
    context_length: int
    swapping: asyncio.Lock


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
        model_label: str | None = None,
        adapter_label: str | None = None,
        demo: bool = False,
    ) -> None:
        """Take a base model and an adapter, each a folder or a Hub id. Nothing is loaded yet.

        `context_length` is in tokens, for prompt and answer together; `threads` are torch's, on a
        CPU; labels are what people are shown in place of paths.
        """
        self._model, self._adapter, self._token = model, adapter, token
        self._device, self._dtype, self._threads = device, dtype, threads
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
        loaded = await asyncio.to_thread(
            loading.load,
            self._model,
            self._adapter,
            token=self._token,
            device=self._device,
            dtype=self._dtype,
        )
        known = loaded.base.config.get_text_config().max_position_embeddings
        context_length = min(self._context_length, known)
        room = batching.size(
            loaded.base,
            context_length=context_length,
            concurrency=self._max_concurrency,
            free_bytes=batching.free_memory(loaded.device),
        )

        def make(room: Size) -> Batcher:
            return Batcher(loaded.base, eos_ids=loaded.eos_ids, room=room)

        flight = Flight(make, room, context_length=context_length)
        # a full collection walks all of torch and transformers, and holds every thread meanwhile
        # for a third of a second; what exists now is here to stay, so let it be passed over
        gc.collect()
        gc.freeze()
        flight.start()
        return Running(
            loaded=loaded,
            voice=Voice(loaded.tokenizer, loaded.eos_ids, self._adapter_label),
            flight=flight,
            encoding=ThreadPoolExecutor(1, thread_name_prefix="encoding"),
            context_length=context_length,
            swapping=asyncio.Lock(),
        )

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
            gc.unfreeze()
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
            weights="nf4",
            context_length=running.context_length,
            demo=self._demo,
        )

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
        voice, ids = await _encode(running, messages, max_tokens)
        async with flight.places:
            # checked again after each wait: an event that was set may be cleared by now
            while not flight.open.is_set() or voice is not running.voice:
                await flight.open.wait()
                flight.require_up()
                if voice is not running.voice:
                    voice, ids = await _encode(running, messages, max_tokens)
            flight.require_up()
            text = tokens.TextStream(voice.tokenizer, params.stop)
            answer = Answer(
                ids, max_tokens=max_tokens, sampling=how, eos_ids=voice.eos_ids, text=text
            )
            flight.begin(answer)
            try:
                while True:
                    event = await answer.events.get()
                    if isinstance(event, EngineError):
                        raise event
                    yield event
                    if event.finish is not None:
                        return
            finally:
                flight.end(answer)

    async def swap(self, adapter: str, *, label: str | None = None, drain: float = 10.0) -> float:
        """Exchange the live adapter for another one; returns for how long new answers waited.

        Answers in flight get `drain` seconds to end as they began; what is left then goes on from
        its text so far under the new weights. Raises `AdapterError`, with nothing changed, when
        the new adapter does not fit the slot.
        """
        running = self._require_running()
        flight = running.flight
        async with running.swapping:
            flight.require_up()
            new, voice = await asyncio.to_thread(self._judge, running.loaded, adapter, label)
            began = time.monotonic()
            flight.open.clear()
            try:
                await flight.drain(drain)
                await flight.exchange(lambda: lora.exchange(running.loaded.model, new))
                running.voice = voice
            finally:
                flight.open.set()
            return time.monotonic() - began

    def _judge(
        self, loaded: loading.Loaded, adapter: str, label: str | None
    ) -> tuple[lora.Lora, Voice]:
        """Read and check an adapter beside the one that answers."""
        if loaded.adapter is None:
            raise AdapterError("No adapter is live; restart the worker to load one.")
        new = lora.read(hub.fetch(adapter, token=self._token, error=AdapterError))
        lora.check_swappable(new, loaded.model.peft_config[lora.SLOT], loaded.shapes)
        tokenizer = loading.tokenizer_for(loaded.base_folder, new)
        if tokenizer.get_vocab() != loaded.tokenizer.get_vocab():
            raise AdapterError(f"The adapter in {adapter} has other tokens: it needs a restart.")
        eos_ids = loading.eos_ids(tokenizer, loaded.base.generation_config.eos_token_id)
        return new, Voice(tokenizer, eos_ids, label or adapter)

    def _require_running(self) -> Running:
        if self._running is None:
            raise EngineDownError("The engine is not running.")
        return self._running


async def _encode(
    running: Running, messages: Sequence[ChatMessage], max_tokens: int
) -> tuple[Voice, list[int]]:
    """Fit the conversation into the context, in the thread that owns the tokenizer."""
    voice = running.voice
    budget = running.context_length - max_tokens

    def fitted() -> list[int]:
        window = prompt.fit(messages, tokens.counter(voice.tokenizer), budget)
        return tokens.encode(voice.tokenizer, window)

    ids = await asyncio.get_running_loop().run_in_executor(running.encoding, fitted)
    if len(ids) > budget:
        raise InvalidRequestError(
            f"The question is too long: {len(ids)} tokens, and there is room for {budget}."
        )
    if max(ids) >= running.loaded.vocabulary:
        raise InvalidRequestError("The question holds a token that the model does not know.")
    return voice, ids
