"""The owners' words to everybody: a job that is worked off one person at a time, and resumed.

Who is next is committed before they are told, so a crash may leave one person out, and tells
nobody twice.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import LIVE, Job, JobKind, JobStatus, Role, User, now


def _reached() -> tuple[Any, ...]:
    """Everybody who once agreed to storing, is not blocked, and has not blocked us."""
    return (
        User.consent_version.is_not(None),
        User.role != Role.BLOCKED,
        User.unreachable_at.is_(None),
    )


async def audience(session: AsyncSession) -> int:
    """How many people would be told."""
    return await session.scalar(select(func.count(User.id)).where(*_reached())) or 0


async def enqueue(session: AsyncSession, user: User, text: str) -> Job:
    """Begin one; several go one after the other."""
    job = Job(kind=JobKind.BROADCAST, user_id=user.id, payload={"text": text}, shown={})
    session.add(job)
    await session.flush()
    return job


async def due(session: AsyncSession) -> Job | None:
    """The one to work on: the oldest that has not ended."""
    return await session.scalar(
        select(Job)
        .where(Job.kind == JobKind.BROADCAST, Job.status.in_(LIVE))
        .order_by(Job.id)
        .limit(1)
    )


async def step(session: AsyncSession, job_id: int, counts: Mapping[str, int]) -> User | None:
    """Note how it went so far, and who is next; None when it was cancelled, or everybody knows.

    Then the job has ended.
    """
    job = await session.get(Job, job_id)
    if job is None or job.status not in LIVE:
        return None
    after = int(job.shown.get("after", 0))
    person = await session.scalar(
        select(User).where(User.id > after, *_reached()).order_by(User.id).limit(1)
    )
    job.shown = {**job.shown, **counts, "after": person.id if person else after}
    if person is None:
        job.status, job.finished_at = JobStatus.SUCCEEDED, now()
        job.delivered_at = now()
    elif job.status == JobStatus.QUEUED:
        job.status, job.started_at = JobStatus.RUNNING, now()
    await session.flush()
    return person


async def unreachable(session: AsyncSession, account: str, *, gone: bool) -> None:
    """Note that a person has blocked us, or let us write again."""
    await session.execute(
        update(User).where(User.account == account).values(unreachable_at=now() if gone else None)
    )
