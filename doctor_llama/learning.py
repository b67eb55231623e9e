"""What the loop has done so far, in counts: ratings by adapter, corrections, runs. Reads only."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import privacy
from doctor_llama.schema import (
    Adapter,
    Feedback,
    FeedbackKind,
    Message,
    Review,
    TrainedOn,
    TrainingRun,
    User,
)

Z = 1.959964  # of a 95 % interval
NO_ADAPTER = "none"


@dataclass(frozen=True, slots=True)
class Share:
    """How an adapter's answers were rated; one person's thumbs count as they come."""

    adapter: str
    n: int
    ups: int
    low: float  # Wilson's 95 % interval
    high: float

    @property
    def share(self) -> float:
        return self.ups / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh that ended."""

    number: int
    adapter: str | None
    passed: bool | None
    error: str | None
    gained: int
    lost: int


@dataclass(frozen=True, slots=True)
class Overview:
    ratings: list[Share] = field(default_factory=list)
    corrections: dict[str, int] = field(default_factory=dict)
    preferences: int = 0
    runs: list[Run] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["ratings"] = [asdict(row) | {"share": row.share} for row in self.ratings]
        return told


def wilson(ups: int, n: int, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share; (0, 1) where nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    p, zz = ups / n, z * z
    centre = (p + zz / (2 * n)) / (1 + zz / n)
    half = z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
    return max(0.0, centre - half), min(1.0, centre + half)


async def overview(session: AsyncSession, last: int = 10) -> Overview:
    """Everything at once; `last` adapters and runs, oldest first."""
    preferences = select(func.count()).where(Feedback.kind == FeedbackKind.PREFERENCE)
    return Overview(
        ratings=await ratings(session, last),
        corrections=await corrections(session),
        preferences=await session.scalar(preferences) or 0,
        runs=await runs(session, last),
    )


async def ratings(session: AsyncSession, last: int = 10) -> list[Share]:
    """The rating share of each adapter that was rated, in the order of their first rating."""
    rows = await session.execute(
        select(Message.adapter, func.count(), func.sum((Feedback.rating + 1) / 2))
        .join(Feedback, Feedback.message_id == Message.id)
        .where(Feedback.kind == FeedbackKind.RATING)
        .group_by(Message.adapter)
        .order_by(func.min(Feedback.id))
    )
    found = []
    for adapter, n, liked in rows:
        ups = round(liked or 0)
        found.append(Share(adapter or NO_ADAPTER, n, ups, *wilson(ups, n)))
    return found[-last:]


async def corrections(session: AsyncSession) -> dict[str, int]:
    """How many wait, were approved, were refused, and taught an adapter."""
    mine = (
        Feedback.kind == FeedbackKind.CORRECTION,
        User.training_consent_version == privacy.TRAINING_CONSENT_VERSION,
    )
    reviewed = await session.execute(
        select(Feedback.review, func.count())
        .join(User, Feedback.user_id == User.id)
        .where(*mine)
        .group_by(Feedback.review)
    )
    counted = dict(reviewed.all())
    used = select(func.count(func.distinct(TrainedOn.feedback_id))).where(
        TrainedOn.kind == FeedbackKind.CORRECTION
    )
    return {
        "open": counted.get(None, 0),
        "approved": counted.get(Review.APPROVED, 0),
        "refused": counted.get(Review.REFUSED, 0),
        "used": await session.scalar(used) or 0,
    }


async def runs(session: AsyncSession, last: int = 10) -> list[Run]:
    """The last runs, oldest first, with what each gained and lost by its gate's table."""
    rows = await session.execute(
        select(TrainingRun, Adapter)
        .outerjoin(Adapter, Adapter.training_run_id == TrainingRun.id)
        .where(TrainingRun.finished_at.is_not(None))
        .order_by(TrainingRun.id.desc())
        .limit(last)
    )
    return [_run(run, adapter) for run, adapter in rows][::-1]


def _run(run: TrainingRun, adapter: Adapter | None) -> Run:
    verdict = adapter.verdict if adapter else {}
    table: Sequence[dict[str, Any]] = verdict.get("table", ())
    return Run(
        number=run.id,
        adapter=adapter.name if adapter else None,
        passed=verdict.get("passed"),
        error=run.error,
        gained=sum(line["gained"] for line in table),
        lost=sum(line["lost"] for line in table),
    )
