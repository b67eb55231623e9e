"""Training runs as rows: when one may start, what it was given, how it goes, what came of it.

Knows no process and no model. A refresh is enqueued by whoever wants one, always as the same row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import jobs
from doctor_llama.schema import (
    LIVE,
    Feedback,
    FeedbackKind,
    Job,
    JobKind,
    JobStatus,
    Review,
    TrainedOn,
    TrainingRun,
    User,
    now,
)

KEY = "refresh"
LOCK = "training"  # of refreshes and comparisons: one of them at a time, on whatever machine
KINDS = (JobKind.REFRESH, JobKind.COMPARE)
# how much of a run each phase takes, for the bar; measured on the embedded model
PHASES = {"data": 0.05, "sft": 0.5, "preference": 0.1, "export": 0.05, "evaluate": 0.3}


@dataclass(frozen=True, slots=True)
class Timing:
    """When a run that nobody waits for may begin."""

    quiet: tuple[int, int] | None  # hours in UTC, from and to; None: at any hour
    deadline: timedelta  # after which it waits for nothing any more


async def enqueue(
    session: AsyncSession, *, at_once: bool, user_id: int | None = None, **payload: Any
) -> Job | None:
    """Ask for a refresh; None when one waits or runs already.

    `at_once`: somebody asked for it now; otherwise it waits for quiet hours and a short queue.
    """
    job = await jobs.enqueue_once(session, JobKind.REFRESH, KEY, at_once=at_once, **payload)
    if job is not None:
        job.lock, job.user_id = LOCK, user_id
        await session.flush()
    return job


async def live(session: AsyncSession) -> Job | None:
    """The refresh that waits or runs."""
    return await session.scalar(
        select(Job).where(Job.kind == JobKind.REFRESH, Job.status.in_(LIVE)).limit(1)
    )


async def due(session: AsyncSession) -> Job | None:
    """The run that is next, unless one runs already."""
    query = select(Job).where(Job.kind.in_(KINDS), Job.run_at <= now())
    running = await session.scalar(query.where(Job.status == JobStatus.RUNNING).limit(1))
    if running is not None:
        return None
    waiting = query.where(Job.status == JobStatus.QUEUED)
    return await session.scalar(waiting.order_by(Job.priority.desc(), Job.id).limit(1))


def may_start(
    job: Job, at: datetime, timing: Timing, *, busy: bool, own_pace: bool = False
) -> bool:
    """Whether a waiting run may begin. `busy`: people wait for answers; `own_pace`: not here."""
    if job.payload.get("at_once") or at - job.created_at >= timing.deadline:
        return True
    return in_hours(at, timing.quiet) and (own_pace or not busy)


def in_hours(at: datetime, hours: tuple[int, int] | None) -> bool:
    """Whether a time lies within hours of the day, which may pass midnight."""
    if hours is None:
        return True
    start, end = hours
    return start <= at.hour < end if start < end else at.hour >= start or at.hour < end


def share(phase: str, done: float) -> float:
    """How much of a whole run is done."""
    before = 0.0
    for name, weight in PHASES.items():
        if name == phase:
            return min(1.0, before + weight * min(1.0, max(0.0, done)))
        before += weight
    return before


def eta(share_done: float, elapsed: float) -> float | None:
    """Seconds left by the pace so far; None while it is too early to say."""
    return elapsed * (1 - share_done) / share_done if share_done >= 0.03 else None


# -- what there is to learn ------------------------------------------------------------------------


async def unused(session: AsyncSession) -> int:
    """Approved corrections, ratings and preferences that no adapter has learned from yet."""
    used = select(TrainedOn.id).where(TrainedOn.feedback_id == Feedback.id)
    query = (
        select(func.count())
        .select_from(Feedback)
        .join(User, Feedback.user_id == User.id)
        .where(Feedback.training_consent_version.is_not(None))
        .where(User.training_consent_version.is_not(None), ~used.exists())
        .where(
            (Feedback.kind != FeedbackKind.CORRECTION) | (Feedback.review == Review.APPROVED),
            func.coalesce(Feedback.reviewed_at, Feedback.created_at) > (await _last_began(session)),
        )
    )
    return await session.scalar(query) or 0


async def _last_began(session: AsyncSession) -> datetime:
    """When the last run that came to an end of its own began; what it left out was judged then."""
    began = select(func.max(TrainingRun.started_at)).where(
        TrainingRun.finished_at.is_not(None), TrainingRun.error.is_(None)
    )
    return await session.scalar(began) or datetime.min.replace(tzinfo=now().tzinfo)


# -- runs ------------------------------------------------------------------------------------------


async def begin(session: AsyncSession, job: Job, recipe: dict[str, Any]) -> TrainingRun:
    """The row of a run that begins; a resumed one continues with its own."""
    number = job.payload.get("resume")
    run = await session.get(TrainingRun, number) if number else None
    if run is None:
        run = TrainingRun(recipe=recipe)
        session.add(run)
    run.job_id, run.error, run.finished_at, run.progress = job.id, None, None, {}
    run.started_at = now()
    await session.flush()
    return run


async def settle_orphans(session: AsyncSession) -> None:
    """Runs whose process is gone with its worker: write down that they were interrupted."""
    rows = await session.scalars(
        select(TrainingRun)
        .outerjoin(Job, TrainingRun.job_id == Job.id)
        .where(TrainingRun.finished_at.is_(None), TrainingRun.job_id.is_not(None))
        .where(Job.id.is_(None) | Job.status.not_in(LIVE))
    )
    for run in rows:
        run.finished_at, run.error = now(), "interrupted"


async def latest(session: AsyncSession) -> TrainingRun | None:
    """The run that began last."""
    return await session.scalar(
        select(TrainingRun).order_by(TrainingRun.started_at.desc(), TrainingRun.id.desc()).limit(1)
    )


async def of_job(session: AsyncSession, job_id: int) -> TrainingRun | None:
    return await session.scalar(
        select(TrainingRun).where(TrainingRun.job_id == job_id).order_by(TrainingRun.id.desc())
    )


@dataclass(frozen=True, slots=True)
class Learning:
    """A training run in progress, as those see it who wait for an answer."""

    alone: bool  # it has the machine to itself: nothing is answered meanwhile
    seconds: float | None  # until its end, where that is known


async def learning(session: AsyncSession) -> Learning | None:
    """The run that is in progress now, where there is one."""
    run = await session.scalar(
        select(TrainingRun)
        .join(Job, TrainingRun.job_id == Job.id)
        .where(Job.status == JobStatus.RUNNING, TrainingRun.finished_at.is_(None))
        .limit(1)
    )
    if run is None:
        return None
    eta = run.progress.get("eta")
    return Learning(bool(run.progress.get("alone")), float(eta) if eta else None)
