"""Counts and series from rows whose figures are known beforehand; a pause that nobody claims in."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from doctor_llama import broadcasts, jobs, pauses, stats, status
from doctor_llama.db import Database
from doctor_llama.schema import Job, JobKind, JobStatus, Message, Role, User, now
from tests.core.talking import ROOMY, answer, ask, person, question


async def job(database: Database, user: int, *, came: float, begun: float | None) -> None:
    """A question that came, and was begun, so many hours ago."""
    async with database.session() as session:
        at = now() - timedelta(hours=came)
        started = now() - timedelta(hours=begun) if begun is not None else None
        done = JobStatus.SUCCEEDED if started else JobStatus.QUEUED
        session.add(
            Job(
                kind=JobKind.ANSWER,
                user_id=user,
                status=done,
                attempts=1 if started else 0,
                created_at=at,
                started_at=started,
                finished_at=started,
            )
        )


async def test_questions_and_people_a_day_have_no_gaps(database: Database) -> None:
    one, two = await person(database), await person(database, "telegram:8")
    for user, days in ((one, 0), (one, 0), (two, 0), (one, 3), (one, 40)):
        await job(database, user, came=days * 24, begun=days * 24)
    async with database.reading() as session:
        series = await stats.questions(session, 5)
    assert series.counts == [0, 1, 0, 0, 3]
    assert series.people == [0, 1, 0, 0, 2]
    assert series.days[-1] == now().date()
    assert len(series.days) == 5


async def test_the_queue_is_as_long_as_it_was(database: Database) -> None:
    user = await person(database)
    await job(database, user, came=9, begun=5.5)
    await job(database, user, came=6.5, begun=2.5)
    await job(database, user, came=1.5, begun=None)
    await job(database, user, came=90, begun=80)
    async with database.reading() as session:
        series = await stats.depth(session, 10, points=10)
    assert series.waiting == [0, 1, 1, 1, 2, 1, 1, 1, 0, 1, 1]
    assert (series.at[-1] - series.at[0]) == timedelta(hours=10)


@pytest.mark.parametrize(
    ("values", "half", "nine", "most"),
    [
        ([float(n) for n in range(1, 102)], 51.0, 91.0, 100.0),
        ([3.0], 3.0, 3.0, 3.0),
        ([], 0.0, 0.0, 0.0),
    ],
)
def test_percentiles(values: list[float], half: float, nine: float, most: float) -> None:
    found = stats.percentiles("whole", values)
    assert (found.n, found.half, found.nine, found.most) == (len(values), half, nine, most)


async def test_latency_is_of_what_was_answered_lately(database: Database) -> None:
    user = await person(database)
    for number in range(3):
        await ask(database, user, question(number))
        made = await answer(database, "Rest.")
        async with database.session() as session:
            await session.execute(
                update(Message)
                .where(Message.id == made.id)
                .values(queue_seconds=number, first_token_seconds=0.5, seconds=2.0)
            )
    async with database.reading() as session:
        rows = {one.name: one for one in await stats.latency(session, 7)}
    assert {name: (one.n, one.half) for name, one in rows.items()} == {
        "queue": (3, 1.0),
        "first": (3, 0.5),
        "whole": (3, 2.0),
    }


async def test_nobody_was_answered(database: Database) -> None:
    async with database.reading() as session:
        assert await stats.latency(session, 7) == []
        assert max((await stats.depth(session, 48)).waiting) == 0
        assert (await status.overview(session)).oldest is None


# -- a pause ---------------------------------------------------------------------------------------


@pytest.mark.every_database
async def test_nothing_is_claimed_in_a_pause_but_what_is_no_answer(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1), ROOMY)
    async with database.session() as session:
        await pauses.begin(session, 30)
        await jobs.enqueue_once(session, JobKind.BACKUP, "backup")
        both = [JobKind.ANSWER, JobKind.BACKUP]
        assert not await jobs.anything_due(session, [JobKind.ANSWER])
        assert await jobs.anything_due(session, both)
        claimed = await jobs.claim(session, worker="w", kinds=both)
        assert claimed is not None
        assert claimed.kind == JobKind.BACKUP
        assert await jobs.claim(session, worker="w", kinds=both) is None
        pause = await pauses.current(session)
        assert pause is not None
        assert pause.seconds_left == pytest.approx(1800, abs=5)
    async with database.session() as session:
        assert await pauses.end(session)
        assert not await pauses.end(session)
        claimed = await jobs.claim(session, worker="w", kinds=both)
        assert claimed is not None
        assert claimed.kind == JobKind.ANSWER


# -- a broadcast -----------------------------------------------------------------------------------


async def test_a_broadcast_goes_on_where_it_was(database: Database) -> None:
    people = [await person(database, f"telegram:{number}") for number in range(7, 12)]
    await person(database, "telegram:20", agreed=False)
    async with database.session() as session:
        (await session.get_one(User, people[1])).role = Role.BLOCKED
        await broadcasts.unreachable(session, "telegram:9", gone=True)
        assert await broadcasts.audience(session) == 3
        job = await broadcasts.enqueue(session, await session.get_one(User, people[0]), "Hello")
    told: list[int] = []
    while True:
        async with database.session() as session:
            found = await broadcasts.due(session)
            person_now = await broadcasts.step(session, job.id, {"sent": len(told)})
        if person_now is None:
            break
        assert found is not None
        told.append(person_now.id)
    assert told == [people[0], people[3], people[4]]
    async with database.session() as session:
        assert await broadcasts.due(session) is None
        ended = await session.get_one(Job, job.id)
        assert (ended.status, ended.shown["sent"]) == (JobStatus.SUCCEEDED, 3)
        await broadcasts.unreachable(session, "telegram:9", gone=False)
        assert await broadcasts.audience(session) == 4
        assert await session.scalar(select(func.count()).select_from(Job)) == 1
