"""What an evaluation asks of a started engine: many answers, and how likely given answers are.

The same questions in the same order give the same bits on the same machine: a batch begins with
all of its questions in one step, for in bfloat16 an answer can depend on what is beside it. The
engine must serve nobody else meanwhile.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from doctor_llama.engine import ChatMessage, FinishReason, SamplingParams
from doctor_llama.engine.local import tokens
from doctor_llama.engine.local.batching import Batcher
from doctor_llama.engine.local.engine import LocalEngine
from doctor_llama.errors import InvalidRequestError

BATCH_TOKENS = 4096  # of one forward pass, padding included
BATCH_LOGITS = 1024  # positions whose logits are held at once: 0.5 GB for Llama 3 in fp32
IGNORE = -100

Turns = Sequence[ChatMessage]
Row = tuple[list[int], list[int]]  # ids of the prompt and of the answer


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `refusal` says why there is none."""

    text: str = ""
    tokens: int = 0
    ended: bool = False  # by itself, not at the limit
    seconds: float = 0.0
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Of a given answer: the sum of its tokens' log probabilities (base e), and how many."""

    log: float
    tokens: int


async def answers(
    engine: LocalEngine, conversations: Sequence[Turns], params: SamplingParams
) -> list[Reply]:
    """Answer them all, as many at once as the engine can, in their order."""
    found: list[Reply] = []
    while len(found) < len(conversations):
        wave = conversations[len(found) : len(found) + engine.concurrency]
        found += await _wave(engine, wave, params)
    return found


async def _wave(engine: LocalEngine, wave: Sequence[Turns], params: SamplingParams) -> list[Reply]:
    flight = engine._require_running().flight
    async with _held(flight.batcher):
        asked = [asyncio.create_task(answer(engine, turns, params)) for turns in wave]
        while flight.count + sum(task.done() for task in asked) < len(asked):
            await asyncio.sleep(0.001)
    return await asyncio.gather(*asked)


@contextlib.asynccontextmanager
async def _held(batcher: Batcher) -> AsyncIterator[None]:
    """Hold the batcher between two steps; by a thread, since a pause belongs to one."""
    loop = asyncio.get_running_loop()
    paused, release = loop.create_future(), threading.Event()

    def hold() -> None:
        with batcher.paused():
            loop.call_soon_threadsafe(paused.set_result, None)
            release.wait()

    holding = loop.run_in_executor(None, hold)
    await asyncio.wait({holding, paused}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        release.set()
        await holding


async def answer(engine: LocalEngine, turns: Turns, params: SamplingParams) -> Reply:
    """Answer one, to its end. What the engine refuses is said in the reply."""
    began, text = time.perf_counter(), ""
    try:
        async with aclosing(engine.generate(turns, params)) as stream:
            async for chunk in stream:
                text = "" if chunk.restart else text + chunk.text
                if chunk.finish is not None:
                    ended = chunk.finish is FinishReason.STOP
                    seconds = time.perf_counter() - began
                    return Reply(text, chunk.completion_tokens, ended, seconds)
    except InvalidRequestError as problem:
        return Reply(refusal=str(problem))
    return Reply(text)


def likelihoods(
    engine: LocalEngine, pairs: Sequence[tuple[Turns, str]], *, with_end: bool = True
) -> list[Likelihood | None]:
    """How likely each answer is after its prompt; None where both do not fit the context.

    `with_end` counts the token that ends the answer as one of it.
    """
    loaded, most = engine.loaded, engine.card().context_length
    rows: list[Row] = []
    for turns, text in pairs:
        whole, begins = tokens.encode_answered(loaded.tokenizer, turns, text, loaded.eos_ids)
        rows.append((whole[:begins], whole[begins : None if with_end else -1]))
    fitting = [n for n, (prompt, given) in enumerate(rows) if len(prompt) + len(given) <= most]
    found: list[Likelihood | None] = [None] * len(rows)
    with _at_rest(engine) as base:
        for batch in _batches(rows, fitting):
            told = _forward(base, [rows[n] for n in batch])
            for n, log in zip(batch, told, strict=True):
                found[n] = Likelihood(log, len(rows[n][1]))
    return found


@contextlib.contextmanager
def _at_rest(engine: LocalEngine) -> Iterator[Any]:
    """The bare language model, with the attention of a plain forward pass."""
    base = engine.loaded.base
    serving = base.config._attn_implementation
    base.set_attn_implementation("eager" if serving == "paged|eager" else "sdpa")
    try:
        yield base
    finally:
        base.set_attn_implementation(serving)


def _batches(rows: Sequence[Row], chosen: Sequence[int]) -> Iterator[list[int]]:
    """Cut into batches of similar lengths, so that little is padding."""
    order = sorted(chosen, key=lambda n: (sum(map(len, rows[n])), n))
    batch: list[int] = []
    for n in order:
        size = len(batch) + 1
        longest = sum(map(len, rows[n]))  # the order is by length
        answer = max(len(rows[m][1]) for m in [*batch, n]) + 1
        if batch and (size * longest > BATCH_TOKENS or size * answer > BATCH_LOGITS):
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


@torch.no_grad()
def _forward(base: Any, rows: Sequence[Row]) -> list[float]:
    """The sum of log probabilities of each row's answer; rows are padded on the left."""
    width = max(len(prompt) + len(given) for prompt, given in rows)
    keep = max(len(given) for _, given in rows) + 1
    padding = [width - len(prompt) - len(given) for prompt, given in rows]
    ids = torch.tensor([[0] * p + a + b for p, (a, b) in zip(padding, rows, strict=True)])
    mask = torch.tensor([[0] * p + [1] * (width - p) for p in padding])
    labels = torch.tensor([[IGNORE] * (width - len(b)) + b for _, b in rows])[:, 1 - keep :]
    logits = base(
        input_ids=ids.to(base.device),
        attention_mask=mask.to(base.device),
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0).to(base.device),
        use_cache=False,
        logits_to_keep=keep,
    ).logits[:, :-1]
    taught = labels != IGNORE
    lost = cross_entropy(
        logits[taught.to(base.device)].float(), labels[taught].to(base.device), reduction="none"
    )
    sums = torch.zeros(len(rows), dtype=torch.float64)
    sums.index_add_(0, taught.nonzero()[:, 0], lost.double().cpu())
    return [-value for value in sums.tolist()]
