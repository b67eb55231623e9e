"""Counts and series for those who run the bot: numbers only, and no text of anybody's.

How answers are rated by adapter is `learning.ratings`.
"""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import Job, JobKind, Message, now

MOST = 20_000  # answers that percentiles are taken of, the latest


@dataclass(frozen=True, slots=True)
class Daily:
    """How many of something on each day, in UTC, without gaps; the last day is today."""

    days: list[date]
    counts: list[int]
    people: list[int]  # different ones on that day


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Seconds that half, nine in ten, and ninety-nine in a hundred stayed below."""

    name: str
    n: int
    half: float
    nine: float
    most: float


@dataclass(frozen=True, slots=True)
class Depth:
    """How many questions waited at each of some moments."""

    at: list[datetime]
    waiting: list[int]


async def questions(session: AsyncSession, days: int) -> Daily:
    """Questions and people a day."""
    today = now().date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, datetime.min.time(), now().tzinfo)
    rows = await session.execute(
        select(Job.created_at, Job.user_id).where(
            Job.kind == JobKind.ANSWER, Job.created_at >= since
        )
    )
    counts, people = Counter[date](), dict[date, set[int | None]]()
    for at, user in rows:
        counts[at.date()] += 1
        people.setdefault(at.date(), set()).add(user)
    span = [first + timedelta(days=number) for number in range(days)]
    return Daily(span, [counts[d] for d in span], [len(people.get(d, ())) for d in span])


async def latency(session: AsyncSession, days: int) -> list[Percentiles]:
    """Waiting, first words, and the whole answer; nothing where nobody was answered."""
    rows = list(
        await session.execute(
            select(Message.queue_seconds, Message.first_token_seconds, Message.seconds)
            .where(Message.seconds.is_not(None), Message.created_at > now() - timedelta(days=days))
            .order_by(Message.id.desc())
            .limit(MOST)
        )
    )
    columns = zip(("queue", "first", "whole"), zip(*rows, strict=True), strict=False)
    return [percentiles(name, [v for v in values if v is not None]) for name, values in columns]


def percentiles(name: str, values: Sequence[float]) -> Percentiles:
    """Of at least one value; of fewer than a hundred the highest stands for the last."""
    if len(values) < 2:
        only = values[0] if values else 0.0
        return Percentiles(name, len(values), only, only, only)
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return Percentiles(name, len(values), cuts[49], cuts[89], cuts[98])


async def depth(session: AsyncSession, hours: int, points: int = 96) -> Depth:
    """The length of the queue over the last hours, from when each question came and was begun."""
    end = now()
    begin = end - timedelta(hours=hours)
    rows = await session.execute(
        select(Job.created_at, Job.started_at, Job.finished_at).where(
            Job.kind == JobKind.ANSWER,
            Job.created_at <= end,
            or_(Job.finished_at.is_(None), Job.finished_at >= begin),
        )
    )
    step = (end - begin) / points
    moments = [begin + step * number for number in range(points + 1)]
    waiting = [0] * len(moments)
    for came, begun, finished in rows:
        left = begun or finished or end + step
        first = max(0, -((begin - came) // step))
        last = min(len(moments) - 1, (left - begin) // step)
        for number in range(first, last + 1):
            waiting[number] += came <= moments[number] < left
    return Depth(moments, waiting)
