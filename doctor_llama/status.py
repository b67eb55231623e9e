"""What runs now: each worker's card, as rows. It knows no process."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import privacy
from doctor_llama.engine import EngineCard
from doctor_llama.schema import (
    LIVE,
    Adapter,
    AdapterStatus,
    Job,
    JobKind,
    JobStatus,
    Role,
    User,
    Worker,
    now,
)

FRESH = timedelta(minutes=2)


async def report(
    session: AsyncSession, name: str, card: EngineCard, vitals: dict[str, Any] | None = None
) -> None:
    """Note that a worker is up, what it answers with, and how it is (`metrics.vitals`)."""
    row = await session.scalar(select(Worker).where(Worker.name == name))
    if row is None:
        row = Worker(name=name)
        session.add(row)
    if row.card != asdict(card):
        row.card, row.started_at = asdict(card), now()
    row.vitals = vitals or {}
    row.seen_at = now()
    await session.flush()


async def cards(session: AsyncSession, within: timedelta = FRESH) -> list[EngineCard]:
    """What the workers that were seen lately answer with, the latest first."""
    rows = await session.scalars(
        select(Worker).where(Worker.seen_at > now() - within).order_by(Worker.seen_at.desc())
    )
    return [EngineCard(**row.card) for row in rows]


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the house at one moment."""

    workers: list[Worker]  # seen lately
    adapter: str | None  # active in the registry
    waiting: int
    running: int
    oldest: float | None  # seconds that the first in the queue has waited
    answered: int  # in the last 24 hours
    failed: dict[str, int]  # by cause, in the last 24 hours


async def overview(session: AsyncSession) -> Overview:
    """What an operator asks first."""
    at = now()
    workers = await session.scalars(
        select(Worker).where(Worker.seen_at > at - FRESH).order_by(Worker.name)
    )
    counts = await session.execute(
        select(Job.status, func.count(), func.min(Job.created_at))
        .where(Job.kind == JobKind.ANSWER, Job.status.in_(LIVE))
        .group_by(Job.status)
    )
    live = {how: (number, oldest) for how, number, oldest in counts}
    waiting, first = live.get(JobStatus.QUEUED, (0, None))
    cause = func.coalesce(Job.result["error"].as_string(), "unknown")
    # not the bare column: SQLite would walk all jobs there are in the order of its index
    status = func.coalesce(Job.status, "")
    ended = await session.execute(
        select(status, cause, func.count())
        .where(Job.kind == JobKind.ANSWER, Job.created_at > at - timedelta(days=1))
        .group_by(status, cause)
    )
    answered, failed = 0, dict[str, int]()
    for how, why, number in ended:
        answered += number if how == JobStatus.SUCCEEDED else 0
        if how == JobStatus.FAILED:
            failed[why] = number
    return Overview(
        workers=list(workers),
        adapter=await session.scalar(
            select(Adapter.name).where(Adapter.status == AdapterStatus.ACTIVE)
        ),
        waiting=waiting,
        running=live.get(JobStatus.RUNNING, (0, None))[0],
        oldest=(at - first).total_seconds() if first else None,
        answered=answered,
        failed=failed,
    )


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people there are."""

    known: int
    agreed: int  # to storing, in the present version
    training: int  # let their feedback train the model
    active: int  # asked something lately
    blocked: int


async def crowd(session: AsyncSession, lately: timedelta) -> Crowd:
    """Count everybody."""
    agreed = User.consent_version == privacy.CONSENT_VERSION
    training = User.training_consent_version == privacy.TRAINING_CONSENT_VERSION
    asked = select(Job.user_id).where(Job.kind == JobKind.ANSWER, Job.created_at > now() - lately)
    row = (
        await session.execute(
            select(
                func.count(User.id),
                func.count(User.id).filter(agreed),
                func.count(User.id).filter(agreed, training),
                func.count(User.id).filter(User.id.in_(asked)),
                func.count(User.id).filter(User.role == Role.BLOCKED),
            )
        )
    ).one()
    return Crowd(*row)


async def people(
    session: AsyncSession, lately: timedelta, *, limit: int, offset: int
) -> list[tuple[User, int]]:
    """The people who came last, each with the number of their questions lately."""
    asked = (
        select(func.count(Job.id))
        .where(Job.user_id == User.id, Job.kind == JobKind.ANSWER, Job.created_at > now() - lately)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(User, asked).order_by(User.id.desc()).limit(limit).offset(offset)
    )
    return [(user, number) for user, number in rows]
