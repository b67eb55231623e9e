"""When a refresh may begin, that there is one at most, and what it costs to have asked."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from doctor_llama import jobs, review, runs
from doctor_llama.db import Database
from doctor_llama.runs import Timing
from doctor_llama.schema import Job, JobKind, JobStatus, TrainingRun, now
from tests.samples.people import Town

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NIGHTLY = Timing(quiet=(22, 6), deadline=timedelta(hours=10))


def job(hours_ago: float = 0.0, *, at_once: bool = False, at: datetime = NOON) -> Job:
    return Job(
        kind=JobKind.REFRESH,
        created_at=at - timedelta(hours=hours_ago),
        payload={"at_once": at_once},
    )


def test_quiet_hours_may_pass_midnight() -> None:
    inside = [hour for hour in range(24) if runs.in_hours(NOON.replace(hour=hour), (22, 6))]
    assert inside == [*range(6), 22, 23]
    assert [h for h in range(24) if runs.in_hours(NOON.replace(hour=h), (1, 4))] == [1, 2, 3]
    assert runs.in_hours(NOON, None)


def test_a_run_waits_for_the_night_and_a_short_queue_but_not_for_ever() -> None:
    assert not runs.may_start(job(), NOON, NIGHTLY, busy=False)
    night = NOON.replace(hour=23)
    assert runs.may_start(job(at=night), night, NIGHTLY, busy=False)
    assert not runs.may_start(job(at=night), night, NIGHTLY, busy=True)
    assert runs.may_start(job(at=night), night, NIGHTLY, busy=True, own_pace=True)
    assert runs.may_start(job(10.0), NOON, NIGHTLY, busy=True), "the deadline has passed"
    assert runs.may_start(job(at_once=True), NOON, NIGHTLY, busy=True), "somebody asked for it"


@given(st.sampled_from(sorted(runs.PHASES)), st.floats(0, 1), st.floats(0, 1))
def test_the_bar_only_grows(phase: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= runs.share(phase, low) <= runs.share(phase, high) <= 1
    later = list(runs.PHASES)[list(runs.PHASES).index(phase) :]
    assert all(runs.share(name, 0.0) >= runs.share(phase, 0.0) for name in later)


async def test_never_two_refreshes(database: Database) -> None:
    async def ask() -> bool:
        async with database.session() as session:
            return await runs.enqueue(session, at_once=True) is not None

    assert sum(await asyncio.gather(*(ask() for _ in range(5)))) == 1
    async with database.session() as session:
        first = await jobs.claim(session, worker="a", kinds=[JobKind.REFRESH])
        assert first is not None
    assert not await ask(), "it runs"
    async with database.session() as session:
        session.add(Job(kind=JobKind.COMPARE, lock=runs.LOCK))
    async with database.session() as session:
        assert await runs.due(session) is None, "a comparison waits for the refresh"
        assert await jobs.claim(session, worker="b", kinds=[JobKind.COMPARE]) is None


async def test_a_refresh_is_not_begun_again_when_its_worker_dies(database: Database) -> None:
    async with database.session() as session:
        job = await runs.enqueue(session, at_once=True)
        assert job is not None
    async with database.session() as session:
        claimed = await jobs.claim(session, worker="w", kinds=[JobKind.REFRESH])
        assert claimed is not None
        await runs.begin(session, claimed, {})
    async with database.session() as session:
        await jobs.release(session, "w")
        await runs.settle_orphans(session)
    async with database.reading() as session:
        row = await session.get_one(Job, job.id)
        run = (await session.scalars(select(TrainingRun))).one()
        assert (row.status, row.result) == (JobStatus.FAILED, {"error": "interrupted"})
        assert (run.error, run.finished_at is not None) == ("interrupted", True)


async def test_what_is_new_is_counted_until_a_run_has_seen_it(database: Database) -> None:
    town = Town(database)
    number = await town.correct(1, "What is gout?", "A kind of arthritis.")
    async with database.session() as session:
        assert await runs.unused(session) == 0, "not approved yet"
        await review.approve(session, number, None)
        assert await runs.unused(session) == 1
        session.add(TrainingRun(started_at=now(), finished_at=now()))
    async with database.session() as session:
        assert await runs.unused(session) == 0, "that run left it out or learned it"
    await town.rate(2, "What is asthma?", "Narrow airways.", 1)
    async with database.reading() as session:
        assert await runs.unused(session) == 1
