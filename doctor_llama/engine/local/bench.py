"""Three ways to answer the same questions with the same weights, timed side by side.

(a) one after the other with `generate` on the merged model, as the parent project does; (b) all at
once in a static batch, which waits for the longest prompt and the longest answer; (c) our engine.
All three choose the likeliest token, and no answer ends early, so that only the way differs.
"""

import asyncio
import contextlib
import itertools
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import torch

from doctor_llama.engine import SamplingParams
from doctor_llama.engine.local import ceiling
from doctor_llama.engine.local.asking import Asker, Load, Question
from doctor_llama.engine.local.engine import LocalEngine
from doctor_llama.engine.local.loading import Loaded
from doctor_llama.engine.local.weights import parameters

SAMPLED = 3  # requests that stand for all of them in way (a)
ENDLESS = 10**9  # an id that no model has


@dataclass(frozen=True, slots=True)
class Speed:
    """Useful tokens, and what they took."""

    tokens: int
    seconds: float
    cpu_seconds: float

    def rate(self, *, cpu: bool) -> float:
        return self.tokens / (self.cpu_seconds if cpu else self.seconds)


@dataclass(slots=True)
class Stopwatch:
    """Wall and CPU seconds of a `with` block; waits for the device at both ends."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    _began: tuple[float, float] = field(default=(0.0, 0.0))

    def __enter__(self) -> "Stopwatch":
        _synchronise()
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        _synchronise()
        self.seconds = time.perf_counter() - self._began[0]
        self.cpu_seconds = time.process_time() - self._began[1]

    def speed(self, count: int) -> Speed:
        return Speed(count, self.seconds, self.cpu_seconds)


def _synchronise() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


@dataclass(frozen=True, slots=True)
class Served:
    """How way (c) went, as the people who asked see it."""

    speed: Speed
    first_token: list[float]  # seconds
    gap: float  # median seconds between two tokens of one answer


class Bench:
    """Measures on one started engine, whose own model the other two ways use while it rests."""

    def __init__(self, engine: LocalEngine, load: Load) -> None:
        self.loaded: Loaded = engine.loaded
        self.engine, self.load = engine, load
        self.on_cpu = self.loaded.device.type == "cpu"
        self.asker = Asker(self.loaded.tokenizer, load)

    def about(self) -> dict[str, Any]:
        """What was measured, for the head of the table."""
        size, card = parameters(self.loaded.base_folder), self.engine.card()
        return {
            "model": card.model,
            "parameters": size.linear + size.other if size else 0,
            "adapter": self.loaded.adapter is not None,
            "device": card.device,
            "threads": torch.get_num_threads(),
            "weights": card.weights,
            "attention": self.loaded.base.config._attn_implementation,
            "unit": "tokens per CPU-second" if self.on_cpu else "tokens per second",
            "prompt_tokens": self.load.prompt_tokens,
            "new_tokens": self.load.new_tokens,
            "ragged": self.load.ragged,
            "rounds": self.load.rounds,
            "torch": torch.__version__,
        }

    async def warm_up(self) -> None:
        """Let everything run once: the first time is slower and tells nothing."""
        questions = [self.asker.question(16, 4), self.asker.question(12, 4)]
        with self.resting():
            self.sequential(questions[:1])
            self.static(questions, 2)
        await self.serve([self.asker.question(16, 4), self.asker.question(12, 4)], 2)

    async def level(self, concurrency: int) -> dict[str, Any]:
        """All three ways with so many people at once."""
        questions = self.asker.questions(concurrency)
        with self.resting():
            one = self.sequential(questions[:: max(1, len(questions) // SAMPLED)][:SAMPLED])
            static = self.static(questions, concurrency)
        served = await self.serve(self.asker.questions(concurrency), concurrency)
        rates = [speed.rate(cpu=self.on_cpu) for speed in (one, static, served.speed)]
        result = {
            "concurrency": concurrency,
            "sequential_tps": rates[0],
            "static_tps": rates[1],
            "ours_tps": rates[2],
            "ratio_sequential": rates[2] / rates[0],
            "ratio_static": rates[2] / rates[1],
            "ttft_p50": median(served.first_token),
            "ttft_p95": _percentile(served.first_token, 0.95),
            "ours_tps_wall": served.speed.rate(cpu=False),
            "step_ms": served.gap * 1e3,
        }
        if not self.on_cpu:
            result |= self._ceiling(concurrency, served.gap)
        return {key: round(v, 4) if isinstance(v, float) else v for key, v in result.items()}

    def _ceiling(self, concurrency: int, gap: float) -> dict[str, Any]:
        size = parameters(self.loaded.base_folder)
        assert size is not None
        speed, source = ceiling.bandwidth(self.loaded.device)
        most = ceiling.ceiling(
            size,
            self.loaded.base.config.get_text_config(),
            self.loaded.weights,
            batch=concurrency,
            context=self.load.prompt_tokens + self.load.new_tokens // 2,
            bandwidth=speed,
        )
        decoding = concurrency / gap
        return {
            "decode_tps": decoding,
            "ceiling_tps": most.tokens_per_second,
            "ceiling_share": decoding / most.tokens_per_second,
            "ceiling": f"{most} ({source})",
        }

    # -- the three ways ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        """Give the model the attention that plain `generate` uses."""
        base = self.loaded.base
        name = base.config._attn_implementation
        base.set_attn_implementation("eager" if name == "paged|eager" else "sdpa")
        try:
            yield
        finally:
            base.set_attn_implementation(name)

    def sequential(self, questions: Sequence[Question]) -> Speed:
        """(a): one request after the other on the merged model."""
        with self._merged(), Stopwatch() as watch:
            for question in questions:
                self._generate([question])
        return watch.speed(sum(question.new_tokens for question in questions))

    def static(self, questions: Sequence[Question], size: int) -> Speed:
        """(b): batches of `size`, each as long as its longest member."""
        with Stopwatch() as watch:
            for first in range(0, len(questions), size):
                self._generate(questions[first : first + size])
        return watch.speed(sum(question.new_tokens for question in questions))

    @contextlib.contextmanager
    def _merged(self) -> Iterator[None]:
        if self.loaded.adapter is None:
            yield
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 4-bit weights lose precision: nobody reads this text
            self.loaded.model.merge_adapter()
            try:
                yield
            finally:
                self.loaded.model.unmerge_adapter()

    def _generate(self, batch: Sequence[Question]) -> None:
        longest = max(len(question.ids) for question in batch)
        pad = self.loaded.eos_ids[0]
        ids = [[pad] * (longest - len(question.ids)) + question.ids for question in batch]
        mask = [[0] * (longest - len(q.ids)) + [1] * len(q.ids) for q in batch]
        self.loaded.model.generate(
            input_ids=torch.tensor(ids, device=self.loaded.device),
            attention_mask=torch.tensor(mask, device=self.loaded.device),
            max_new_tokens=max(question.new_tokens for question in batch),
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            eos_token_id=ENDLESS,
            pad_token_id=pad,
        )

    async def serve(self, questions: Sequence[Question], clients: int) -> Served:
        """(c): so many clients, each asking one question after the other."""
        moments: list[list[float]] = []

        async def client(mine: Sequence[Question]) -> int:
            count = 0
            for question in mine:
                params = SamplingParams(max_tokens=question.new_tokens, temperature=0.0)
                seen = [time.perf_counter()]
                moments.append(seen)
                async with aclosing(self.engine.generate(question.messages, params)) as stream:
                    async for chunk in stream:
                        if chunk.text:
                            seen.append(time.perf_counter())
                        count += chunk.completion_tokens
            return count

        with Stopwatch() as watch:
            counts = await asyncio.gather(*(client(questions[n::clients]) for n in range(clients)))
        gaps = [b - a for seen in moments for a, b in itertools.pairwise(seen[1:])]
        first = [seen[1] - seen[0] for seen in moments if len(seen) > 1]
        return Served(watch.speed(sum(counts)), first or [0.0], median(gaps or [watch.seconds]))


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
