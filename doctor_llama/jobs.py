"""The durable queue: one table, claimed by lease. It knows no channel and no engine.

`attempts` is the fence: whoever claims a job raises it, and only the holder of the newest attempt
may write. A renewal that answers false means cancelled, erased or taken over: stop.
"""

import functools
import statistics
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate, Update

from doctor_llama import limits, pauses
from doctor_llama.errors import QueueFullError, TooManyWaitingError
from doctor_llama.limits import Limits
from doctor_llama.schema import LIVE, Conversation, Job, JobKind, JobStatus, Message, now

MAX_CRASHES = 2  # a job that brought its worker down twice is set aside
LEASE_SECONDS = 30.0
ONCE = (JobKind.REFRESH, JobKind.COMPARE)  # too long to begin again unasked

# Built once: with every question and every answer these are asked, and to build one takes longer
# than to run it.
_mine = and_(Job.user_id == bindparam("person"), Job.status.in_(LIVE), Job.kind == JobKind.ANSWER)
_queued = and_(Job.status == JobStatus.QUEUED, Job.kind == JobKind.ANSWER)
_WAITING = select(func.count()).where(_queued)
_STATE = select(
    select(func.count()).where(_mine).scalar_subquery(),
    select(func.max(Job.seq)).where(_mine).scalar_subquery(),
    _WAITING.scalar_subquery(),
    select(func.min(Job.seq)).where(_queued, Job.priority == 0).scalar_subquery(),
)
_ORDER = select(Job.id).where(_queued).order_by(Job.priority, Job.seq, Job.id)
_WITH_ANSWERS = (
    select(Job, Message)
    .outerjoin(Message, Job.message_id == Message.id)
    .where(Job.id.in_(bindparam("ids", expanding=True)))
    .order_by(Job.id)
)
_UNDELIVERED = (
    select(Job.id, Job.status, Job.attempts, func.length(Message.content))
    .outerjoin(Message, Job.message_id == Message.id)
    .where(Job.delivered_at.is_(None), Job.channel.is_not(None))
    .where(Job.status.in_(bindparam("statuses", expanding=True)))
    .order_by(Job.id)
    .limit(bindparam("most", type_=Integer))
)
_SHOW = (
    update(Job)
    .where(Job.id == bindparam("_job"))
    .values(shown=bindparam("shown"))
    .execution_options(synchronize_session=False)
)
_TOLD = _SHOW.values(delivered_at=bindparam("delivered_at"))


async def depth(session: AsyncSession) -> int:
    """How many questions wait."""
    return await session.scalar(_WAITING) or 0


async def enqueue_answer(session: AsyncSession, job: Job, allowed: Limits) -> Job:
    """Add an answer job in its fair place.

    The place is a round number: the one now being served, or the one after this person's last
    live job. So ten questions of one person take ten rounds and hold up nobody.

    Raises `TooManyWaitingError`, `QueueFullError`, and what `limits.check` raises.
    """
    state = await session.execute(_STATE, {"person": job.user_id})
    live, last_round, waiting, current = state.one()
    if live >= allowed.person:
        raise TooManyWaitingError
    if waiting >= allowed.queue:
        raise QueueFullError
    await limits.check(session, job.user_id, allowed)
    job.seq = max(current or 0, last_round + 1 if last_round is not None else 0)
    session.add(job)
    await session.flush()
    return job


async def enqueue_once(
    session: AsyncSession, kind: JobKind, key: str, **payload: Any
) -> Job | None:
    """Add a job unless a live one has the same key; None when there is one."""
    job = Job(kind=kind, dedupe_key=key, payload=payload)
    try:
        async with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return None
    return job


async def anything_due(session: AsyncSession, kinds: Sequence[JobKind]) -> bool:
    """Whether a claim may find something; a read, so that an idle worker writes nothing."""
    due = select(Job.id).where(
        Job.status == JobStatus.QUEUED, Job.run_at <= now(), Job.kind.in_(kinds), pauses.claimable()
    )
    return await session.scalar(due.limit(1)) is not None


async def claim(
    session: AsyncSession,
    *,
    worker: str,
    kinds: Sequence[JobKind],
    alone: bool = True,
    lease: float = LEASE_SECONDS,
) -> Job | None:
    """Take the next due job, or None.

    `alone` says that nothing else is in flight: only then is a job taken that was in a crash, so
    that the next crash tells the guilty from its neighbours.
    """
    at = now()
    given = {"kinds": kinds, "by": worker, "at": at, "until": at + timedelta(seconds=lease)}
    try:
        async with session.begin_nested():
            return (await session.scalars(_taking(alone=alone), given)).one_or_none()
    except IntegrityError:  # another worker took this conversation at the same instant
        return None


@functools.cache
def _taking(*, alone: bool) -> ReturningUpdate[Job]:
    same, at = aliased(Job), bindparam("at", type_=Job.run_at.type)
    # the first living one of its lock; a scalar, so that no planner joins the whole queue with it
    first = select(func.min(same.id)).where(same.lock == Job.lock, same.status.in_(LIVE))
    its_turn = or_(Job.lock.is_(None), Job.id == first.scalar_subquery())
    suspects = [] if alone else [Job.crashes == 0]
    pick = (
        select(Job.id)
        .where(Job.status == JobStatus.QUEUED, Job.run_at <= at)
        .where(Job.kind.in_(bindparam("kinds", expanding=True)), its_turn)
        .where(pauses.claimable(), *suspects)
        .order_by(Job.priority, Job.seq, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return (
        update(Job)
        .where(Job.id == pick)
        .values(
            status=JobStatus.RUNNING,
            worker=bindparam("by"),
            attempts=Job.attempts + 1,
            started_at=at,
            lease_until=bindparam("until", type_=Job.lease_until.type),
        )
        .returning(Job)
        .execution_options(synchronize_session=False)
    )


async def _fenced(session: AsyncSession, job: Job, **values: Any) -> bool:
    given = {"_job": job.id, "_fence": job.attempts, **values}
    result = await session.execute(_changing(*sorted(values)), given)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


@functools.cache
def _changing(*columns: str) -> Update:
    return (
        update(Job)
        .where(Job.id == bindparam("_job"), Job.attempts == bindparam("_fence"))
        .where(Job.status == JobStatus.RUNNING)
        .values({column: bindparam(column) for column in columns})
        .execution_options(synchronize_session=False)
    )


async def renew(
    session: AsyncSession, held: Sequence[Job], lease: float = LEASE_SECONDS
) -> set[int]:
    """Keep the leases of jobs; return the ids of those that are still ours."""
    fence = tuple_(Job.id, Job.attempts).in_([(job.id, job.attempts) for job in held])
    kept = await session.scalars(
        update(Job)
        .where(fence, Job.status == JobStatus.RUNNING)
        .values(lease_until=now() + timedelta(seconds=lease))
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return set(kept)


async def finish(
    session: AsyncSession, job: Job, status: JobStatus, result: dict[str, Any]
) -> bool:
    """Settle a job; false when it is no longer ours, and then nothing was written."""
    return await _fenced(
        session, job, status=status, result=result, finished_at=now(), lease_until=None
    )


async def put_back(session: AsyncSession, job: Job) -> bool:
    """Return a job to the queue through no fault of its own, as a stopping worker does."""
    return await _fenced(session, job, status=JobStatus.QUEUED, worker=None, lease_until=None)


async def release(session: AsyncSession, worker: str) -> list[Job]:
    """Take back what a dead worker of this name held; return the jobs set aside as poison.

    Each job counts the crash; the poisonous ones become failed, so that the person is told.
    """
    held = select(Job).where(Job.worker == worker, Job.status == JobStatus.RUNNING)
    return await _take_back(session, list(await session.scalars(held)))


async def expire(session: AsyncSession, worker: str) -> list[Job]:
    """Take back what *other* workers let expire, as `release` does.

    One's own leases do not count: a clock that jumps takes nothing from a living worker.
    """
    expired = select(Job).where(
        Job.status == JobStatus.RUNNING, Job.lease_until < now(), Job.worker != worker
    )
    return await _take_back(session, list(await session.scalars(expired)))


async def _take_back(session: AsyncSession, held: Sequence[Job]) -> list[Job]:
    poison = []
    for job in held:
        job.crashes += 1
        job.lease_until = None
        if job.crashes >= MAX_CRASHES or job.kind in ONCE:
            job.status, job.finished_at = JobStatus.FAILED, now()
            job.result = {"error": "interrupted" if job.kind in ONCE else "crashed"}
            poison.append(job)
        else:
            job.status, job.worker = JobStatus.QUEUED, None
    await session.flush()
    return poison


def is_answer(job: Job) -> bool:
    """Whether it ended with an answer of the model, and not with a fixed text of triage."""
    return job.status == JobStatus.SUCCEEDED and job.attempts > 0 and "raised" not in job.result


async def cancel(session: AsyncSession, job_id: int, *, told: bool = False) -> bool:
    """Cancel a live job; false when it had ended. `told`: nobody waits for a notice."""
    at = now()
    result = await session.execute(
        update(Job)
        .where(Job.id == job_id, Job.status.in_(LIVE))
        .values(
            status=JobStatus.CANCELLED,
            finished_at=at,
            lease_until=None,
            delivered_at=at if told else None,
        )
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


async def live(session: AsyncSession, limit: int) -> list[Job]:
    """What runs and what waits, of every kind, in that order."""
    rows = await session.scalars(
        select(Job)
        .where(Job.status.in_(LIVE))
        .order_by(Job.status.desc(), Job.priority, Job.seq, Job.id)
        .limit(limit)
    )
    return list(rows)


async def live_of(session: AsyncSession, user_id: int, channel: str | None = None) -> list[Job]:
    """A person's waiting and running answers, oldest first; in one place when given."""
    where = [Job.channel == channel] if channel else []
    rows = await session.scalars(
        select(Job)
        .where(Job.user_id == user_id, Job.status.in_(LIVE), Job.kind == JobKind.ANSWER, *where)
        .order_by(Job.id)
    )
    return list(rows)


async def position(session: AsyncSession, job: Job) -> int:
    """How many questions are served before this one; 0 means next."""
    before = or_(
        Job.priority < job.priority,
        and_(Job.priority == job.priority, Job.seq < job.seq),
        and_(Job.priority == job.priority, Job.seq == job.seq, Job.id < job.id),
    )
    ahead = select(func.count()).where(
        Job.status == JobStatus.QUEUED, Job.kind == JobKind.ANSWER, before
    )
    return await session.scalar(ahead) or 0


async def service_seconds(session: AsyncSession, last: int = 20) -> float | None:
    """Median seconds that the last answers took from claim to end; None while there is none."""
    rows = await session.scalars(
        select(Message.seconds)
        .where(Message.seconds.is_not(None))
        .order_by(Message.id.desc())
        .limit(last)
    )
    took = [seconds for seconds in rows if seconds is not None]
    return statistics.median(took) if took else None


# -- delivery ------------------------------------------------------------------------------------


class Standing(NamedTuple):
    """As much of a job as tells whether there is news of it."""

    status: JobStatus
    attempts: int
    characters: int | None  # of its answer so far


async def undelivered(
    session: AsyncSession, statuses: Sequence[JobStatus], *, limit: int = 200
) -> dict[int, Standing]:
    """How the jobs stand that someone waits to hear of, by id, oldest first; see `of`."""
    rows = await session.execute(_UNDELIVERED, {"statuses": statuses, "most": limit})
    return {job_id: Standing(*rest) for job_id, *rest in rows}


async def untold(session: AsyncSession, kinds: Sequence[JobKind]) -> list[Job]:
    """Jobs of these kinds, live or ended, of which the staff have not heard the end."""
    rows = await session.scalars(
        select(Job).where(Job.delivered_at.is_(None), Job.kind.in_(kinds)).order_by(Job.id)
    )
    return list(rows)


async def show(session: AsyncSession, job_id: int, shown: dict[str, Any]) -> None:
    """Note what stands in the chat for this job."""
    await session.execute(_SHOW, {"_job": job_id, "shown": shown})


async def delivered(session: AsyncSession, job_id: int, shown: dict[str, Any]) -> None:
    """Note that the person has the whole answer, or the notice."""
    await session.execute(_TOLD, {"_job": job_id, "shown": shown, "delivered_at": now()})


async def waiting(session: AsyncSession) -> list[int]:
    """The ids of the questions that wait for a worker, in the order in which they are served."""
    return list(await session.scalars(_ORDER))


async def of(session: AsyncSession, ids: Sequence[int]) -> list[tuple[Job, Message | None]]:
    """These jobs, oldest first, each with its answer."""
    if not ids:
        return []
    rows = await session.execute(_WITH_ANSWERS, {"ids": ids})
    return [(job, message) for job, message in rows]


async def lately(session: AsyncSession, within: timedelta) -> set[str]:
    """The places in which something is, or was until a moment ago, on its way to somebody."""
    since = now() - within
    rows = await session.scalars(
        select(Job.channel)
        .where(or_(Job.delivered_at.is_(None), Job.delivered_at > since, Job.created_at > since))
        .where(Job.channel.is_not(None))
        .distinct()
    )
    return {channel for channel in rows if channel is not None}


async def abandon(session: AsyncSession, channel: str) -> None:
    """Nobody can be told anything in this place or its threads: cancel what lives, ask no more."""
    here = or_(Job.channel == channel, Job.channel.startswith(f"{channel}:", autoescape=True))
    for job_id in await session.scalars(select(Job.id).where(here, Job.status.in_(LIVE))):
        await cancel(session, job_id, told=True)
    await session.execute(
        update(Job).where(here, Job.delivered_at.is_(None)).values(delivered_at=now())
    )


async def move(session: AsyncSession, old: str, new: str) -> None:
    """A place has another name now."""
    for table in (Job, Conversation):
        await session.execute(update(table).where(table.channel == old).values(channel=new))
