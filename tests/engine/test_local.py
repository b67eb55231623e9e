"""The local engine as a worker sees it: exact, streaming, and alive after what kills others."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from doctor_llama.engine import ChatMessage, FinishReason, SamplingParams
from doctor_llama.engine.local import LocalEngine, tokens
from doctor_llama.engine.local.batching import Batcher
from doctor_llama.errors import EngineDownError, EngineError, InvalidRequestError
from tests.engine.conftest import GREEDY, MakeEngine, answer, ask, finish
from tests.engine.test_batching import LONG, inside
from tests.pace import within

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTIONS = [f"What helps against {what}?" for what in ("pain", "fever", "cold", "a headache")] * 3


def greedy_by_generate(engine: LocalEngine, question: str) -> str:
    loaded = inside(engine).loaded
    ids = tokens.encode(loaded.tokenizer, ask(question))
    out = loaded.model.generate(
        input_ids=torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        max_new_tokens=GREEDY.max_tokens,
        do_sample=False,
        eos_token_id=list(loaded.eos_ids),
        pad_token_id=loaded.eos_ids[0],
    )
    text: str = loaded.tokenizer.decode(out[0, len(ids) :], skip_special_tokens=True)
    return text


async def test_many_at_once_say_what_each_would_say_alone(shared: LocalEngine) -> None:
    expected = [greedy_by_generate(shared, question) for question in QUESTIONS]
    together = await asyncio.gather(*(answer(shared, question) for question in QUESTIONS))
    assert together == expected


async def test_the_limit_ends_an_answer(shared: LocalEngine) -> None:
    params = SamplingParams(max_tokens=5, temperature=0.0)
    reason, _, count = await finish(shared, ask("What helps?"), params)
    assert (reason, count) == (FinishReason.LENGTH, 5)


async def test_the_oldest_turns_are_dropped(make_engine: MakeEngine) -> None:
    turn = [ChatMessage("user", "Water and sleep " * 10), ChatMessage("assistant", "Rest " * 20)]
    system, question = ask("And what helps against fever?")
    async with make_engine(context_length=256) as engine:
        short = await answer(engine, [system, question])
        _, short_tokens, _ = await finish(engine, [system, question])
        _, long_tokens, _ = await finish(engine, [system, *turn * 20, question])
        assert short_tokens < long_tokens <= 256 - GREEDY.max_tokens
        # with room for no old turn the answer is that of the question alone
        wide = SamplingParams(max_tokens=128, temperature=0.0)
        assert (await answer(engine, [system, *turn * 20, question], wide)).startswith(short)
        with pytest.raises(InvalidRequestError, match="too long"):
            await answer(engine, [system, ChatMessage("user", "Water " * 300)])


async def test_an_answer_never_takes_more_than_half_the_context(make_engine: MakeEngine) -> None:
    async with make_engine(context_length=256) as engine:
        params = SamplingParams(max_tokens=100_000, temperature=0.0)
        reason, _, count = await finish(engine, ask("What helps?"), params)
        assert (reason, count) == (FinishReason.LENGTH, 128)
        assert engine.card().context_length == 256


def break_forward(engine: LocalEngine, fault: BaseException, *, after: int, times: int = 1) -> None:
    """Let the real forward pass raise, as the device would, some steps from now."""
    net = inside(engine).loaded.base
    forward: Callable[..., Any] = net.forward
    left = {"steps": after, "times": times}

    def broken(*args: object, **named: object) -> object:
        left["steps"] -= 1
        if left["steps"] < 0 and left["times"] > 0:
            left["times"] -= 1
            raise fault
        return forward(*args, **named)

    net.forward = broken


@pytest.mark.parametrize("after", [0, 3, 9])
async def test_answers_go_on_after_a_crash(make_engine: MakeEngine, after: int) -> None:
    async with make_engine() as engine:
        expected = [await answer(engine, question) for question in QUESTIONS[:4]]
        first = inside(engine).flight.batcher
        break_forward(engine, RuntimeError("simulated crash"), after=after)
        again = await asyncio.gather(*(answer(engine, question) for question in QUESTIONS[:4]))
        assert again == expected
        assert inside(engine).flight.batcher is not first
        assert engine.concurrency == 8
        assert not engine.down


async def test_out_of_memory_lowers_the_concurrency(make_engine: MakeEngine) -> None:
    async with make_engine() as engine:
        expected = [await answer(engine, question) for question in QUESTIONS]
        break_forward(engine, torch.OutOfMemoryError("simulated"), after=4)
        assert await asyncio.gather(*(answer(engine, q) for q in QUESTIONS)) == expected
        assert engine.concurrency == 4
        assert inside(engine).flight.batcher.room.requests == 4
        assert await asyncio.gather(*(answer(engine, q) for q in QUESTIONS)) == expected


async def test_a_crash_without_end_brings_the_engine_down(make_engine: MakeEngine) -> None:
    async with make_engine() as engine:
        break_forward(engine, RuntimeError("simulated crash"), after=0, times=100)
        results = await asyncio.gather(
            *(answer(engine, q) for q in QUESTIONS[:3]), return_exceptions=True
        )
        assert [type(result) for result in results] == [EngineDownError] * 3
        assert engine.down
        with pytest.raises(EngineDownError):
            await answer(engine, "Anybody?")


async def test_what_cannot_be_rebuilt_is_told(make_engine: MakeEngine) -> None:
    async with make_engine() as engine:
        flight = inside(engine).flight

        def impossible(*_: object) -> Batcher:
            raise ValueError("no batcher any more")

        flight._make = impossible
        break_forward(engine, RuntimeError("simulated crash"), after=2)
        with pytest.raises(EngineDownError):
            await answer(engine, "What helps?")
        assert engine.down


async def test_one_unreadable_answer_fails_alone(shared: LocalEngine) -> None:
    expected = await answer(shared, "What helps?")
    good = asyncio.create_task(answer(shared, "What helps?"))
    bad = asyncio.create_task(answer(shared, "What else helps?"))
    flight = inside(shared).flight
    while flight.count < 2:
        await asyncio.sleep(0)
    list(flight._active)[1]._text._decoder = None  # type: ignore[assignment]
    with pytest.raises(EngineError):
        await bad
    assert await good == expected
    assert not shared.down


async def test_a_lost_device_is_told_at_once(make_engine: MakeEngine) -> None:
    async with make_engine(max_concurrency=2) as engine:
        break_forward(engine, RuntimeError("CUDA error: device-side assert triggered"), after=2)
        results = await asyncio.gather(
            *(answer(engine, q) for q in QUESTIONS[:5]), return_exceptions=True
        )
        assert [type(result) for result in results] == [EngineDownError] * 5
        assert engine.down


async def test_progress_stands_still_in_a_hang(make_engine: MakeEngine) -> None:
    async with make_engine() as engine:
        assert time.monotonic() - engine.last_progress < within(0.05), "idle is not a hang"
        net = inside(engine).loaded.base
        forward, hanging = net.forward, asyncio.Event()
        release = asyncio.Event()

        def stuck(*args: object, **named: object) -> object:
            hanging.set()
            while not release.is_set():
                time.sleep(0.01)
            return forward(*args, **named)

        net.forward = stuck
        task = asyncio.create_task(answer(engine, "What helps?"))
        while not hanging.is_set():
            await asyncio.sleep(0.01)
        stood = engine.last_progress
        await asyncio.sleep(0.1)
        assert engine.last_progress == stood
        release.set()
        assert await task
        assert engine.last_progress > stood


async def test_stop_lets_answers_end(make_engine: MakeEngine) -> None:
    async with make_engine() as engine:
        expected = await answer(engine, "What helps?")
        task = asyncio.create_task(answer(engine, "What helps?"))
        while inside(engine).flight.count == 0:
            await asyncio.sleep(0)
        await engine.stop()
        assert await task == expected
        with pytest.raises(EngineDownError):
            await answer(engine, "Anybody?")
        await engine.start()
        assert await answer(engine, "What helps?") == expected


async def test_stop_does_not_wait_for_ever(make_engine: MakeEngine) -> None:
    async with make_engine(max_concurrency=1) as engine:
        tasks = [asyncio.create_task(answer(engine, "What helps?", LONG)) for _ in range(3)]
        while inside(engine).flight.count == 0:
            await asyncio.sleep(0)
        await engine.stop(drain=0.0)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [EngineDownError] * 3


async def test_the_card(make_engine: MakeEngine) -> None:
    labels = {"model_label": "Tiny", "adapter_label": "first", "demo": True}
    async with make_engine(**labels) as engine:
        card = engine.card()
        assert (card.model, card.adapter, card.demo) == ("Tiny", "first", True)
        assert (card.device, card.weights) == ("CPU", "nf4")


async def test_bfloat16_as_in_production(make_engine: MakeEngine) -> None:
    async with make_engine(dtype=torch.bfloat16) as engine:
        assert all(await asyncio.gather(*(answer(engine, q) for q in QUESTIONS)))


async def test_the_legacy_adapter_ends_with_its_own_token(
    make_engine: MakeEngine, folders: dict[str, Path]
) -> None:
    async with make_engine(adapter="legacy") as engine:
        voice = inside(engine).voice
        assert voice.tokenizer.convert_tokens_to_ids("<|im_end|>") in voice.eos_ids
        assert await answer(engine, "What helps?") == greedy_by_generate(engine, "What helps?")
