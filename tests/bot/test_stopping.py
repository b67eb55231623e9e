"""A stop at every stage: under a second, the engine free, what was written kept."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from bot.simulator.client import ChatView
from doctor_llama.engine import SamplingParams
from doctor_llama.engine.scripted import ScriptedEngine
from doctor_llama.schema import Job, JobStatus
from doctor_llama.worker import Worker
from tests.bot.conftest import ANA, Scene
from tests.pace import within


async def job_of(scene: Scene) -> Job:
    async with scene.database.reading() as session:
        return (await session.scalars(select(Job).order_by(Job.id.desc()).limit(1))).one()


@asynccontextmanager
async def real_worker(
    scene: Scene, raise_from: float | None = None
) -> AsyncIterator[tuple[Worker, ScriptedEngine]]:
    """The worker of the program, with the scripted engine, in place of the scene's own."""
    scene.worker.paused = True
    engine = ScriptedEngine()
    await engine.start()
    worker = Worker(
        scene.database,
        engine,
        name="real",
        params=SamplingParams(),
        concurrency=4,
        stall_seconds=60,
        raise_from=raise_from,
    )
    running = asyncio.create_task(worker.run(0.0))
    try:
        yield worker, engine
    finally:
        worker.stop()
        worker.stop()
        await running
        await engine.stop()


def drafting(words: str) -> Callable[[ChatView], bool]:
    return lambda view: any(words in draft.text for draft in view.drafts)


@pytest.mark.parametrize("how", ["command", "native", "button"])
async def test_a_stop_keeps_what_was_written(scene: Scene, how: str) -> None:
    await scene.agreed(ANA)
    scene.worker.delay, scene.worker.writes = 0.1, 300
    scene.worker.text = lambda _: " ".join(f"word{n}" for n in range(300))
    scene.worker.paused = how == "button"
    await scene.people.send(ANA, "What is flu?")
    if how == "button":
        status = await scene.answer(ANA, "You are next")
        scene.worker.paused = False
    await scene.people.wait_for(ANA, drafting("word3"))
    if how == "command":
        stop = (await scene.people.send(ANA, "/stop")).time
    elif how == "native":
        await scene.people.stop(ANA)
        stop = 0.0
    else:
        pressed = await scene.people.press(ANA, status.message_id, "Stop")
        assert pressed.text == "Stopping."
        stop = 0.0
    kept = await scene.answer(ANA, "— stopped")
    assert kept.text.startswith("word0 word1 word2 word3")
    assert kept.labels == ["🔄 Try again"]
    assert not stop or kept.changed - stop < 1.0
    assert (await job_of(scene)).status == JobStatus.CANCELLED
    await scene.all_delivered()


async def test_a_waiting_question_can_be_stopped(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is flu?")
    status = await scene.answer(ANA, "You are next")
    await scene.people.press(ANA, status.message_id, "Stop")
    stopped = await scene.answer(ANA, "Stopped.")
    assert stopped.message_id == status.message_id
    late = await scene.people.press(
        ANA, status.message_id, f"1:stop:{(await job_of(scene)).id}", stale=True
    )
    assert late.text == "That answer has ended already."


@pytest.mark.parametrize("how", ["command", "native", "button"])
async def test_the_engine_is_free_within_a_second(scene: Scene, how: str) -> None:
    await scene.agreed(ANA)
    async with real_worker(scene) as (worker, engine):
        if how == "button":
            worker.concurrency = 0  # so that there is a status with a button
        await scene.people.send(ANA, "What is flu? [[slow 30]]")
        if how == "button":
            status = await scene.answer(ANA, "You are next")
            worker.concurrency = 4
        await scene.people.wait_for(ANA, drafting("Answer to"))
        began = time.monotonic()
        if how == "command":
            await scene.people.send(ANA, "/stop")
        elif how == "native":
            await scene.people.stop(ANA)
        else:
            await scene.people.press(ANA, status.message_id, "Stop")
        async with asyncio.timeout(30):
            while worker.flights or engine._active:  # the answer has its place no more
                await asyncio.sleep(0.01)
        assert time.monotonic() - began < within(1.0)
        kept = await scene.answer(ANA, "— stopped")
    assert kept.text.startswith("Answer to")
