"""The worker with the scripted engine: claim, stream, settle, stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from doctor_llama import backups, conversations, jobs, privacy, status
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.engine import SamplingParams
from doctor_llama.engine.scripted import ScriptedEngine, marker
from doctor_llama.errors import EngineDownError
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, JobKind, JobStatus, Message, User
from doctor_llama.worker import Worker
from tests.pace import within

pytestmark = pytest.mark.every_database

ROOMY = Limits(queue=1_000, person=1_000)


def make(database: Database, engine: ScriptedEngine, **options: object) -> Worker:
    settings: dict[str, object] = {"concurrency": 8, "stall_seconds": 60.0, **options}
    return Worker(database, engine, name="w", params=SamplingParams(), **settings)  # type: ignore[arg-type]


@asynccontextmanager
async def working(
    database: Database, drain: float = 5.0, **options: object
) -> AsyncIterator[Worker]:
    engine = ScriptedEngine()
    await engine.start()
    worker = make(database, engine, **options)
    running = asyncio.create_task(worker.run(drain))
    try:
        yield worker
    finally:
        if not worker.stopping:
            worker.stop()
        await running
        await engine.stop()


async def ask(database: Database, number: int, text: str, person: int = 1) -> int:
    channel = f"telegram:{person}"
    async with database.session() as session:
        user = await privacy.person(session, channel)
        privacy.consent(user)
        question = Question(text, f"{channel}/{number}", channel, str(number))
        return (await conversations.ask(session, user, question, ROOMY)).job.id


async def row(database: Database, job_id: int) -> tuple[Job, Message]:
    async with database.reading() as session:
        job = await session.get_one(Job, job_id)
        return job, await session.get_one(Message, job.message_id)


async def until(
    database: Database, job_id: int, holds: Callable[[Job, Message], bool]
) -> tuple[Job, Message]:
    async with asyncio.timeout(60):
        while True:
            job, message = await row(database, job_id)
            if holds(job, message):
                return job, message
            await asyncio.sleep(0.02)


def ended(job: Job, _message: Message) -> bool:
    return job.finished_at is not None


async def test_answers_are_written_with_what_they_cost(database: Database) -> None:
    async with working(database):
        ids = [await ask(database, n, f"Question {n}?", person=n % 5) for n in range(20)]
        for n, number in enumerate(ids):
            job, message = await until(database, number, ended)
            assert job.status == JobStatus.SUCCEEDED
            assert message.content.startswith(marker(f"Question {n}?"))
            assert message.model == "scripted"
            assert message.finish_reason == "stop"
            assert message.completion_tokens
            assert message.seconds is not None


async def test_an_answer_grows_in_its_row(database: Database) -> None:
    async with working(database):
        number = await ask(database, 1, "What helps against a cold? [[slow 3]]")
        began = time.monotonic()
        _, first = await until(database, number, lambda _job, message: bool(message.content))
        assert time.monotonic() - began < within(1.0)
        length = len(first.content)
        await until(database, number, lambda _job, message: len(message.content) > length)
        job, _ = await until(database, number, ended)
        assert job.status == JobStatus.SUCCEEDED


async def test_a_cancelled_answer_stops_within_a_second(database: Database) -> None:
    async with working(database) as worker:
        number = await ask(database, 1, "What helps against a cold? [[slow 30]]")
        _, message = await until(database, number, lambda _job, m: bool(m.content))
        async with database.session() as session:
            assert await jobs.cancel(session, number)
        async with asyncio.timeout(1.5):
            while worker.flights:
                await asyncio.sleep(0.02)
        job, kept = await row(database, number)
        assert job.status == JobStatus.CANCELLED
        assert kept.content.startswith(message.content)


async def test_an_erased_person_stops_their_answer(database: Database) -> None:
    async with working(database) as worker:
        number = await ask(database, 1, "What helps against a cold? [[slow 30]]")
        await until(database, number, lambda _job, m: bool(m.content))
        async with database.session() as session:
            await session.delete((await session.scalars(select(User))).one())
        async with asyncio.timeout(2):
            while worker.flights:
                await asyncio.sleep(0.02)


async def test_a_failing_answer_hurts_nobody_else(database: Database) -> None:
    async with working(database):
        bad = await ask(database, 1, "Bad [[error]]", person=1)
        good = await ask(database, 1, "Good?", person=2)
        job, _ = await until(database, bad, ended)
        assert (job.status, job.result["error"]) == (JobStatus.FAILED, "engine")
        job, _ = await until(database, good, ended)
        assert job.status == JobStatus.SUCCEEDED


async def test_an_empty_answer_is_a_failure(database: Database) -> None:
    engine = ScriptedEngine(answers={"Silence?": "   "})
    await engine.start()
    worker = make(database, engine)
    running = asyncio.create_task(worker.run(1))
    number = await ask(database, 1, "Silence?")
    job, _ = await until(database, number, ended)
    assert job.status == JobStatus.FAILED
    worker.stop()
    await running
    await engine.stop()


async def test_a_dead_engine_ends_the_worker_and_its_jobs_return(database: Database) -> None:
    engine = ScriptedEngine()
    await engine.start()
    worker = make(database, engine)
    bad = await ask(database, 1, "Bad [[oom]]", person=1)
    slow = await ask(database, 1, "Slow [[slow 20]]", person=2)
    with pytest.raises(EngineDownError):
        await worker.run(5)
    await engine.stop()
    again = make(database, ScriptedEngine())
    await again.recover()
    for number in (bad, slow):
        job, _ = await row(database, number)
        assert (job.status, job.crashes) == (JobStatus.QUEUED, 1)


async def test_what_waits_together_is_claimed_together_and_a_suspect_alone(
    database: Database,
) -> None:
    """Claims share a transaction; still nobody is beside an answer that ended a worker before."""
    ids = [await ask(database, n, "A cold [[slow 0.4]]", person=n) for n in range(1, 8)]
    async with database.session() as session:
        (await session.get_one(Job, ids[2])).crashes = 1
    async with working(database, concurrency=6) as worker:
        beside: set[int] = set()
        most = 0
        while not all([ended(*await row(database, job_id)) for job_id in ids]):
            most = max(most, len(worker.flights))
            if ids[2] in worker.flights:
                beside |= set(worker.flights) - {ids[2]}
            await asyncio.sleep(0.01)
    assert beside == set()
    assert most >= 4
    assert [(await row(database, job_id))[0].status for job_id in ids] == [JobStatus.SUCCEEDED] * 7


async def test_a_stop_drains(database: Database) -> None:
    async with working(database, drain=10) as worker:
        number = await ask(database, 1, "Slow [[slow 1.5]]")
        await until(database, number, lambda _job, m: bool(m.content))
        later = await ask(database, 1, "Another", person=2)
        await until(database, later, ended)
        worker.stop()
    job, message = await row(database, number)
    assert job.status == JobStatus.SUCCEEDED
    assert message.model == "scripted"


async def test_what_does_not_fit_into_the_drain_goes_back_unharmed(database: Database) -> None:
    async with working(database, drain=0.1):
        number = await ask(database, 1, "Slow [[slow 30]]")
        await until(database, number, lambda _job, m: bool(m.content))
    job, _ = await row(database, number)
    assert (job.status, job.crashes) == (JobStatus.QUEUED, 0)


async def test_a_second_stop_does_not_wait(database: Database) -> None:
    began = time.monotonic()
    async with working(database, drain=60) as worker:
        number = await ask(database, 1, "Slow [[slow 30]]")
        await until(database, number, lambda _job, m: bool(m.content))
        worker.stop()
        worker.stop()
    assert time.monotonic() - began < 20
    job, _ = await row(database, number)
    assert job.status == JobStatus.QUEUED


async def test_beats_cease_in_a_hang_and_only_then(database: Database) -> None:
    beats: list[float] = []
    async with working(
        database, drain=0.0, stall_seconds=1.0, beat=lambda: beats.append(time.monotonic())
    ):
        await ask(database, 1, "Slow [[slow 2]]", person=1)
        await asyncio.sleep(1.5)
        assert time.monotonic() - beats[-1] < within(0.7)
        number = await ask(database, 1, "Hang [[hang]]", person=2)
        await until(database, number, lambda job, _m: job.status == JobStatus.RUNNING)
        async with asyncio.timeout(60):
            while time.monotonic() - beats[-1] < 1.5:
                await asyncio.sleep(0.1)


async def test_the_history_reaches_the_engine(database: Database) -> None:
    async with working(database):
        first = await ask(database, 1, "First?")
        await until(database, first, ended)
        second = await ask(database, 2, "Second?")
        _, message = await until(database, second, ended)
        _, earlier = await row(database, first)
    assert message.prompt_tokens is not None
    assert earlier.prompt_tokens is not None
    assert message.prompt_tokens > earlier.prompt_tokens + 20


async def test_a_backup_is_a_job_like_any_other(database: Database) -> None:
    async with database.session() as session:
        assert await jobs.enqueue_once(session, JobKind.BACKUP, "backup")
    async with working(database):
        async with asyncio.timeout(60):
            while not backups.existing(database.backups):
                await asyncio.sleep(0.05)


async def test_the_worker_reports_what_answers(database: Database) -> None:
    async with working(database):
        async with asyncio.timeout(60):
            while True:
                async with database.reading() as session:
                    if cards := await status.cards(session):
                        break
                await asyncio.sleep(0.05)
    assert cards[0].model == "scripted"
