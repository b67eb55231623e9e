"""How many questions may come in how much time. Windows roll: nothing opens at midnight.

Counted are the questions that wait, ran or run; an emergency text at once is none. It says when
to come back, and never sees a red flag: that one is answered before anybody counts.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Integer, and_, bindparam, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.errors import BusyError, NotYetError, QuotaError, TooFastError
from doctor_llama.schema import Job, JobKind, JobStatus, now

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


# Built once, since every question asks them: the question before so many others in a window.
_card = and_(Job.status == JobStatus.SUCCEEDED, Job.attempts == 0)
_ASKED = (
    select(Job.created_at)
    .where(Job.kind == JobKind.ANSWER, Job.created_at > bindparam("since"), not_(_card))
    .order_by(Job.created_at.desc())
    .offset(bindparam("before", type_=Integer))
    .limit(1)
)
_ASKED_BY = _ASKED.where(Job.user_id == bindparam("person"))


@dataclass(frozen=True, slots=True)
class Limits:
    """Questions that may be live at a time, and that may come in a window; 0 is without limit."""

    queue: int  # waiting, of everybody
    person: int  # waiting or running, of one person
    person_minute: int = 0
    person_day: int = 0
    minute: int = 0  # of everybody


async def check(session: AsyncSession, user_id: int | None, limits: Limits) -> None:
    """Raise `QuotaError`, `TooFastError` or `BusyError`, which know for how many seconds."""
    windows: tuple[tuple[int, timedelta, bool, type[NotYetError]], ...] = (
        (limits.person_day, DAY, True, QuotaError),
        (limits.person_minute, MINUTE, True, TooFastError),
        (limits.minute, MINUTE, False, BusyError),
    )
    for limit, window, own, error in windows:
        if limit and (seconds := await _closed(session, limit, window, user_id if own else None)):
            raise error(seconds)


async def _closed(
    session: AsyncSession, limit: int, window: timedelta, user_id: int | None
) -> float:
    """Seconds until there is room in a window; 0 when there is."""
    at = now()
    given = {"since": at - window, "before": limit - 1, "person": user_id}
    oldest = await session.scalar(_ASKED if user_id is None else _ASKED_BY, given)
    return (oldest + window - at).total_seconds() if oldest else 0.0
