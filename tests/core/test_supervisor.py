"""The supervisor with real worker processes: crash, hang, poison, orphan."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from doctor_llama.db import Database
from doctor_llama.errors import ModelUnavailableError
from doctor_llama.schema import JobStatus
from doctor_llama.supervisor import Supervisor
from tests.core.test_worker import ask, ended, row, until


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch, database: Database, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string())
    monkeypatch.setenv("DOCTOR_LLAMA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DOCTOR_LLAMA_MODEL", "scripted")
    monkeypatch.setenv("DOCTOR_LLAMA_STALL_SECONDS", "1")


@asynccontextmanager
async def supervised(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    monkeypatch.setattr("doctor_llama.supervisor.BEAT_SECONDS", 3.0)
    supervisor = Supervisor()
    running = asyncio.create_task(supervisor.run())
    try:
        async with asyncio.timeout(30):
            await supervisor.ready.wait()
        yield supervisor
    finally:
        await supervisor.stop(10)
        await running


async def test_a_killed_worker_comes_back_and_its_answer_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with supervised(monkeypatch) as supervisor:
        number = await ask(database, 1, "Slow [[slow 2]]")
        await until(database, number, lambda _job, message: bool(message.content))
        assert supervisor.pid is not None
        os.kill(supervisor.pid, signal.SIGKILL)
        job, message = await until(database, number, ended)
        assert (job.status, job.crashes) == (JobStatus.SUCCEEDED, 1)
        assert message.content.startswith("Answer to")
    assert supervisor.starts == 2


async def test_a_poison_question_stops_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with supervised(monkeypatch) as supervisor:
        others = [await ask(database, 1, "Slow [[slow 2]]", person=n) for n in (2, 3, 4)]
        for number in others:
            await until(database, number, lambda _job, message: bool(message.content))
        poison = await ask(database, 1, "Trouble [[crash]]", person=1)
        job, _ = await until(database, poison, ended)
        assert (job.status, job.result) == (JobStatus.FAILED, {"error": "crashed"})
        for number in others:
            job, _ = await until(database, number, ended)
            assert job.status == JobStatus.SUCCEEDED
        assert supervisor.starts == 3


async def test_a_hang_is_noticed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with supervised(monkeypatch) as supervisor:
        number = await ask(database, 1, "Hang [[hang]]")
        async with asyncio.timeout(40):
            while supervisor.starts < 2:
                await asyncio.sleep(0.05)
        await until(database, number, lambda job, _message: job.crashes == 1)


async def test_a_model_that_cannot_be_had_ends_the_run_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCTOR_LLAMA_MODEL", str(tmp_path / "nowhere"))
    with pytest.raises(ModelUnavailableError):
        await asyncio.wait_for(Supervisor().run(), 60)


PARENT = """
import asyncio
from doctor_llama.supervisor import Supervisor
async def main():
    supervisor = Supervisor()
    task = asyncio.create_task(supervisor.run())
    await supervisor.ready.wait()
    print(supervisor.pid, flush=True)
    await task
asyncio.run(main())
"""


async def test_a_worker_never_outlives_its_parent(database: Database) -> None:
    number = await ask(database, 1, "Slow [[slow 60]]")
    with subprocess.Popen(  # noqa: ASYNC220 - it is only started here
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(await asyncio.to_thread(parent.stdout.readline)))
        await until(database, number, lambda _job, message: bool(message.content))
        parent.kill()
        deadline = time.monotonic() + 5
        while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    job, _ = await row(database, number)
    assert job.status == JobStatus.RUNNING  # the next worker of this name takes it back


async def test_two_workers_of_one_name_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with supervised(monkeypatch):
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "doctor_llama", "worker", stderr=asyncio.subprocess.PIPE
        )
        _, stderr = await second.communicate()
    assert second.returncode == 73
    assert b"is running already" in stderr
    assert b"Traceback" not in stderr
