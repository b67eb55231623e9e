"""Continuous batching, kept within its limits: the only module that touches transformers' manager.

The manager runs the model in a thread of its own. What it does not forgive is prevented here or in
`sampling`. It uses parts of the manager that are not promised to stay, `batch_processor` and
`output_router`, which is why transformers is pinned to 5.23 and the tests hold each of them.
"""

import contextlib
import logging
import math
import queue
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import torch
from transformers import GenerationConfig
from transformers.generation.configuration_utils import ContinuousBatchingConfig
from transformers.utils.generic import is_flash_attention_requested

from doctor_llama.engine.local import attention, processors
from doctor_llama.engine.local.sampling import Sampling
from doctor_llama.errors import ModelUnavailableError

log = logging.getLogger(__name__)

PAGE = 32  # tokens; prompts share their beginning in whole pages
MEMORY_SHARE = 0.5  # of what is free goes to the cache; activations and masks need the rest
STOP_SECONDS = 10.0
STEP_TOKENS = {"cuda": 1024, "cpu": 512}  # more would let answers in flight wait for long prompts

Found = TypeVar("Found")

# A step's output: cumulative `generated_tokens`, `error`, `is_finished()`.
Output = Any


@dataclass(frozen=True, slots=True)
class Size:
    """What the manager may take. Left to itself it takes 60 % of the memory of the host."""

    blocks: int  # of PAGE tokens
    batch_tokens: int  # in one step; longer prompts are read in several
    requests: int  # in one step

    def halved(self, context_length: int) -> "Size":
        """Half of it, but room for one context at least."""
        requests = max(1, self.requests // 2)
        return Size(
            blocks=max(blocks_for(context_length), self.blocks // 2),
            batch_tokens=max(64, requests, self.batch_tokens // 2),
            requests=requests,
        )


def blocks_for(context_length: int) -> int:
    """Blocks that one full context needs."""
    return math.ceil(context_length / PAGE) + 1


def size(base: Any, *, context_length: int, concurrency: int, free_bytes: int) -> Size:
    """Room for `concurrency` full contexts, or for as much as half the free memory holds.

    Raises `ModelUnavailableError` when not even one full context fits.
    """
    config = base.config.get_text_config()
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    token_bytes = (
        2 * config.num_hidden_layers * config.num_key_value_heads * head * base.dtype.itemsize
    )
    one = blocks_for(context_length)
    most = int(free_bytes * MEMORY_SHARE) // (token_bytes * PAGE)
    if most < one:
        raise ModelUnavailableError(
            f"There is no memory for a context of {context_length} tokens: it needs "
            f"{one * PAGE * token_bytes >> 20} MiB. Set a shorter context."
        )
    return Size(
        blocks=min(one * concurrency, most),
        batch_tokens=max(STEP_TOKENS.get(base.device.type, 256), concurrency),
        requests=concurrency,
    )


class Batcher:
    """One run of the manager, from start to stop or death. A new one begins with an empty cache.

    Call everything but `stop`, `paused`, `aside` and `between_steps` on the engine's event loop.
    """

    def __init__(
        self, base: Any, *, eos_ids: Sequence[int], room: Size, graphs: bool = False
    ) -> None:
        """Prepare a manager for the causal language model `base` (its LoRA layers included).

        It attends as `attention.settle` left the model; `graphs` are CUDA's.
        """
        self.base, self.room = base, room
        flash = is_flash_attention_requested(base.config)
        if graphs and not flash:
            log.warning("no CUDA graphs: they need flash attention")
        with attention.as_sdpa(base):
            self._manager = self._made(base, eos_ids, room, graphs=graphs and flash)
        processors.install(self._manager)

    def _made(self, base: Any, eos_ids: Sequence[int], room: Size, *, graphs: bool) -> Any:
        return base.init_continuous_batching(
            # defaults other than "off" make the processors exist; each request brings its own
            generation_config=GenerationConfig(  # type: ignore[no-untyped-call]
                do_sample=True,
                temperature=0.6,
                top_p=0.9,
                top_k=50,
                max_new_tokens=512,
                eos_token_id=list(eos_ids),
                pad_token_id=eos_ids[0],
            ),
            continuous_batching_config=ContinuousBatchingConfig(
                page_size=PAGE,
                num_blocks=room.blocks,
                max_batch_tokens=room.batch_tokens,
                max_requests_per_batch=room.requests,
                per_request_processors=True,
                use_async_batching=False,  # a cancel during a step can end the loop
                use_cuda_graph=graphs,
                auto_switch_to_flash=False,  # `attention.settle` has chosen
                max_queue_size=0,  # a full queue would block the event loop for ten seconds
            ),
        )

    def start(self) -> None:
        self._manager.start()

    @property
    def alive(self) -> bool:
        return bool(self._manager.is_running())

    @property
    def dying(self) -> bool:
        """Whether it accepts nothing more: dead, or about to be."""
        return self._manager.background_thread_status.can_accept_new_requests() is not None

    @property
    def death(self) -> BaseException | None:
        """What ended the loop, once `alive` is false; None where it is not known."""
        fatal: BaseException | None = self._manager.background_thread_status.fatal_error
        return fatal

    @property
    def handlers(self) -> int:
        """How many requests are listened to."""
        return len(self._manager.output_router.result_handlers)

    @property
    def busy(self) -> bool:
        """Whether the manager holds any request, waiting or running."""
        processor = self._manager.batch_processor
        return processor is not None and bool(processor.has_pending_requests())

    @property
    def blocks_used(self) -> int:
        """Cache blocks that a request holds; shared prefixes kept for later do not count."""
        processor = self._manager.batch_processor
        if processor is None:
            return 0
        return sum(
            len(table)
            for allocator in processor.cache.cache_allocators.values()
            for table in allocator.block_table.values()
        )

    def submit(
        self,
        request_id: str,
        ids: Sequence[int],
        *,
        max_tokens: int,
        sampling: Sampling,
        eos_ids: Sequence[int],
        on_output: Callable[[Output], None],
    ) -> None:
        """Start a request; `on_output` runs on the event loop for each new token.

        A request id must never come twice: it would end the loop. When the manager is dying
        nothing happens, and whoever watches `alive` submits again to the next one.
        """
        self._manager.register_result_handler(request_id, on_output)
        self._manager.add_request(
            list(ids),
            request_id=request_id,
            max_new_tokens=max_tokens,
            streaming=True,
            eos_token_id=list(eos_ids),
            **asdict(sampling),
        )

    def forget(self, request_id: str, *, cancel: bool) -> None:
        """Stop listening to a request and, with `cancel`, free what it holds.

        The manager says nothing after a cancel, so its handler would stay for ever.
        """
        if cancel:
            self._manager.cancel_request(request_id)
        router = self._manager.output_router
        with router._lock:
            router.result_handlers.pop(request_id, None)

    def tidy(self) -> None:
        """Throw away outputs that came after their request was forgotten, and mend a deadlock.

        When the cache is full the manager puts requests back and takes none until one of the others
        ends; one that is cancelled does not count for it.
        """
        processor = self._manager.batch_processor
        if processor is not None and not processor.scheduler.active_requests:
            processor.scheduler.block_new_requests = False
        with contextlib.suppress(queue.Empty):
            while True:
                self._manager.output_router.output_queue.get_nowait()

    def between_steps(self, change: Callable[[], Any]) -> None:
        """Run `change`, which returns the model to go on with, while no step runs.

        Whatever requests are held then are dropped, and the cache emptied: it keeps prefixes by
        their tokens alone, and answers would go on from what the old weights had read. Blocks.
        """
        try:
            with self._manager.pause():
                model = change()
                self._drop_requests()
                self.base = self._manager.model = model
                self._manager.batch_processor.cache.reset()
        except RuntimeError:
            if self.alive:
                raise
            self.base = change()  # the loop is dead: nothing else runs the model

    def _drop_requests(self) -> None:
        """Forget every request, while the loop is paused."""
        processor = self._manager.batch_processor
        scheduler = processor.scheduler
        for request_id in (*scheduler.active_requests, *scheduler.waiting_requests):
            scheduler.set_request_cancellation(request_id)
        for state in scheduler.clear_cancelled_requests():
            processor.offloading_manager.free_request_cpu_cache(state)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Hold the loop between two steps: what is submitted meanwhile begins in one step.

        Entering blocks for a step; do it in a thread.
        """
        with self._manager.pause():
            yield

    def aside(self, look: Callable[[], Found]) -> Found:
        """Run `look`, which uses the model and leaves it as it was, while no step runs. Blocks.

        Raises `RuntimeError` where the loop is dead, and what `look` raises.
        """
        with self.paused():
            return look()

    def stop(self) -> None:
        """End the thread and free the cache. Blocks.

        Must come before the event loop closes, since the thread calls into the loop.
        """
        fatal = self.death
        if fatal is not None:
            fatal.__traceback__ = None  # its frames hold tensors
        if self._manager.batch_processor is not None or self.alive:
            self._manager.stop(block=True, timeout=STOP_SECONDS, hard_stop=True)
        self._manager.batch_processor = None
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
