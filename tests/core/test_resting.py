"""A worker that lets answers rest while a refresh has the machine to itself."""

import asyncio
from pathlib import Path

from doctor_llama import settings
from doctor_llama.db import Database
from doctor_llama.engine import SamplingParams
from doctor_llama.schema import JobStatus
from doctor_llama.serving import Serving
from doctor_llama.worker import Worker
from tests.core.test_worker import ask, ended, row, until


async def test_answers_rest_without_a_loss_and_go_on_with_the_model_loaded_again(
    database: Database, tmp_path: Path
) -> None:
    serving = Serving(database, settings.load(data_dir=tmp_path, model="scripted"))
    await serving.start()
    worker = Worker(
        database, serving.engine, name="w", params=SamplingParams(), concurrency=4,
        stall_seconds=60.0, serving=serving,
    )  # fmt: skip
    running = asyncio.create_task(worker.run(5.0))
    try:
        before = await ask(database, 1, "What helps against a cold? [[slow 1]]", person=1)
        await until(database, before, lambda _job, message: bool(message.content))
        async with worker.resting():
            job, _ = await row(database, before)
            assert job.status == JobStatus.SUCCEEDED, "what was in flight came to its end"
            waiting = await ask(database, 2, "And this?", person=2)
            await asyncio.sleep(1.0)
            job, _ = await row(database, waiting)
            assert job.status == JobStatus.QUEUED
            assert worker.healthy()
        job, message = await until(database, waiting, ended)
        assert job.status == JobStatus.SUCCEEDED
        assert message.content
        assert worker.fatal is None
    finally:
        worker.stop()
        await running
        await serving.engine.stop()
