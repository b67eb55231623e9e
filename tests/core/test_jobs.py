"""The queue: order, fairness, fences, crashes, limits."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor_llama import jobs
from doctor_llama.db import Database
from doctor_llama.errors import QueueFullError, TooManyWaitingError
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, JobKind, JobStatus, User, now

pytestmark = pytest.mark.every_database

KINDS = (JobKind.ANSWER,)
ROOMY = Limits(queue=10_000, person=10_000)


async def people(database: Database, count: int) -> None:
    async with database.session() as session:
        session.add_all(User(id=n + 1, account=f"telegram:{n + 1}") for n in range(count))


async def add(
    database: Database, user: int, lock: str | None = None, limits: Limits = ROOMY
) -> int:
    async with database.session() as session:
        job = Job(kind=JobKind.ANSWER, user_id=user, lock=lock or f"user:{user}", channel="c")
        return (await jobs.enqueue_answer(session, job, limits)).id


async def take(database: Database, worker: str = "w", *, alone: bool = True) -> Job | None:
    async with database.session() as session:
        return await jobs.claim(session, worker=worker, kinds=KINDS, alone=alone)


async def end(database: Database, job: Job) -> bool:
    async with database.session() as session:
        return await jobs.finish(session, job, JobStatus.SUCCEEDED, {})


async def test_each_job_is_claimed_once(database: Database) -> None:
    await people(database, 100)
    for n in range(100):
        await add(database, n + 1)
    seen: Counter[int] = Counter()

    async def worker(name: str) -> None:
        while (job := await take(database, name)) is not None:
            seen[job.id] += 1

    await asyncio.gather(*(worker(f"w{i}") for i in range(8)))
    assert len(seen) == 100
    assert set(seen.values()) == {1}


async def test_a_conversation_is_answered_in_order(database: Database) -> None:
    await people(database, 2)
    first, second, other = (
        await add(database, 1, "a"),
        await add(database, 1, "a"),
        await add(database, 2, "b"),
    )
    one = await take(database)
    assert one is not None
    assert one.id == first
    two = await take(database)
    assert two is not None
    assert two.id == other
    assert await take(database) is None
    await end(database, one)
    three = await take(database)
    assert three is not None
    assert three.id == second


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=st.lists(st.integers(1, 4), min_size=1, max_size=25), takers=st.integers(1, 5))
async def test_order_within_a_conversation_holds_under_many_workers(
    database: Database, asked: list[int], takers: int
) -> None:
    """Whatever the order of claims and ends, one conversation never overtakes itself."""
    async with database.session() as session:
        for user in range(1, 5):
            if await session.get(User, user) is None:
                session.add(User(id=user, account=f"telegram:{user}"))
    for user in asked:
        await add(database, user)
    ended: list[tuple[str, int]] = []

    async def worker(name: str) -> None:
        while True:
            job = await take(database, name)
            if job is None:
                async with database.reading() as session:
                    if not await jobs.anything_due(session, KINDS):
                        return
                await asyncio.sleep(0)
                continue
            await asyncio.sleep(0.001)
            assert await end(database, job)
            ended.append((job.lock or "", job.id))

    await asyncio.gather(*(worker(f"w{i}") for i in range(takers)))
    assert len(ended) == len(asked)
    for lock in {lock for lock, _ in ended}:
        ids = [number for held, number in ended if held == lock]
        assert ids == sorted(ids)


async def test_ten_questions_of_one_person_hold_up_nobody(database: Database) -> None:
    await people(database, 3)
    for n in range(10):
        await add(database, 1, f"flood:{n}")
    await add(database, 2)
    await add(database, 3)
    order = []
    while (job := await take(database)) is not None:
        order.append(job.user_id)
        await end(database, job)
    assert order[:3] == [1, 2, 3]
    assert order[3:] == [1] * 9


async def test_a_full_queue_and_an_eager_person_are_refused(database: Database) -> None:
    await people(database, 3)
    limits = Limits(queue=3, person=2)
    await add(database, 1, "a", limits)
    await add(database, 1, "b", limits)
    with pytest.raises(TooManyWaitingError):
        await add(database, 1, "c", limits)
    await add(database, 2, "d", limits)
    with pytest.raises(QueueFullError):
        await add(database, 3, "e", limits)


async def test_the_fence_keeps_a_late_worker_out(database: Database) -> None:
    await people(database, 1)
    await add(database, 1)
    stale = await take(database, "dead")
    assert stale is not None
    async with database.session() as session:
        await jobs.release(session, "dead")
    fresh = await take(database, "alive")
    assert fresh is not None
    assert (fresh.id, fresh.attempts) == (stale.id, 2)
    async with database.session() as session:
        assert not await jobs.renew(session, [stale])
        assert not await jobs.finish(session, stale, JobStatus.SUCCEEDED, {})
        assert await jobs.renew(session, [fresh])
    assert await end(database, fresh)
    assert not await end(database, fresh)


async def test_a_job_that_kills_twice_is_set_aside(database: Database) -> None:
    await people(database, 1)
    await add(database, 1)
    for crash in (1, 2):
        assert await take(database, "w") is not None
        async with database.session() as session:
            poison = await jobs.release(session, "w")
        assert len(poison) == (crash == 2)
    assert await take(database) is None
    assert poison[0].status == JobStatus.FAILED
    assert poison[0].result == {"error": "crashed"}


async def test_a_suspect_runs_alone(database: Database) -> None:
    await people(database, 2)
    suspect, other = await add(database, 1), await add(database, 2)
    await take(database, "w")
    async with database.session() as session:
        await jobs.release(session, "w")
    job = await take(database, "w", alone=False)
    assert job is not None
    assert job.id == other
    await end(database, job)
    job = await take(database, "w", alone=True)
    assert job is not None
    assert job.id == suspect


async def test_a_lease_runs_out_for_others_but_not_for_oneself(database: Database) -> None:
    await people(database, 1)
    await add(database, 1)
    async with database.session() as session:
        await jobs.claim(session, worker="w", kinds=KINDS, lease=-1)
    async with database.session() as session:
        assert await jobs.expire(session, "w") == []
    assert await take(database, "v") is None
    async with database.session() as session:
        await jobs.expire(session, "v")
    taken = await take(database, "v")
    assert taken is not None
    assert taken.crashes == 1


async def test_a_cancelled_job_is_neither_claimed_nor_renewed(database: Database) -> None:
    await people(database, 2)
    waiting, running = await add(database, 1), await add(database, 2)
    async with database.session() as session:
        assert await jobs.cancel(session, waiting)
        assert not await jobs.cancel(session, waiting)
    job = await take(database)
    assert job is not None
    assert job.id == running
    async with database.session() as session:
        assert await jobs.cancel(session, running)
        assert not await jobs.renew(session, [job])
    assert not await end(database, job)
    async with database.reading() as session:
        shown = await jobs.undelivered(session, [JobStatus.CANCELLED])
    assert list(shown) == [waiting, running]


async def test_put_back_costs_nothing(database: Database) -> None:
    await people(database, 1)
    await add(database, 1)
    job = await take(database)
    assert job is not None
    async with database.session() as session:
        assert await jobs.put_back(session, job)
    again = await take(database, alone=False)
    assert again is not None
    assert again.crashes == 0


async def test_one_live_job_per_key(database: Database) -> None:
    async with database.session() as session:
        assert await jobs.enqueue_once(session, JobKind.BACKUP, "backup") is not None
        assert await jobs.enqueue_once(session, JobKind.BACKUP, "backup") is None


async def test_a_job_for_later_waits(database: Database) -> None:
    async with database.session() as session:
        session.add(Job(kind=JobKind.ANSWER, run_at=now() + timedelta(hours=1)))
    assert await take(database) is None


async def test_positions_follow_the_order_of_service(database: Database) -> None:
    await people(database, 2)
    ids = [await add(database, 1, f"x{n}") for n in range(3)] + [await add(database, 2)]
    async with database.reading() as session:
        places = [
            await jobs.position(session, await session.get_one(Job, number)) for number in ids
        ]
        assert await jobs.depth(session) == 4
    assert places == [0, 2, 3, 1]


async def test_where_something_is_on_its_way(database: Database) -> None:
    places = {"telegram:-1": (0, None), "telegram:-2": (9, 0), "telegram:-3": (9, 9)}
    async with database.session() as session:
        for channel, (asked, told) in places.items():
            session.add(
                Job(
                    kind=JobKind.ANSWER,
                    status=JobStatus.SUCCEEDED,
                    channel=channel,
                    created_at=now() - timedelta(minutes=asked),
                    delivered_at=None if told is None else now() - timedelta(minutes=told),
                )
            )
    async with database.reading() as session:
        assert await jobs.lately(session, timedelta(minutes=1)) == {"telegram:-1", "telegram:-2"}
