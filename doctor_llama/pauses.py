"""A pause of the whole house: questions are taken in and wait, emergencies are answered on.

A row says so, and claiming looks at it, so it holds in every process at once. What is being
written when it begins is finished.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import Job, JobKind, Switch, now

NAME = "pause"
_ROW = select(Switch).where(Switch.name == NAME)  # built once: it is asked several times a second


@dataclass(frozen=True, slots=True)
class Pause:
    since: datetime
    until: datetime | None  # as far as those who run it can say

    @property
    def seconds_left(self) -> float | None:
        """Until its expected end; None where none is known, or it has passed."""
        left = (self.until - now()).total_seconds() if self.until else 0.0
        return left if left > 0 else None


async def current(session: AsyncSession) -> Pause | None:
    """The pause that holds now."""
    row = await session.scalar(_ROW)
    if row is None:
        return None
    until = row.value.get("until")
    return Pause(row.at, datetime.fromisoformat(until) if until else None)


async def begin(session: AsyncSession, minutes: int | None = None) -> None:
    """Pause, or change when it is expected to end. Nothing ends it but `end`."""
    row = await session.scalar(_ROW)
    if row is None:
        row = Switch(name=NAME)
        session.add(row)
    until = (now() + timedelta(minutes=minutes)).isoformat() if minutes else None
    row.value = {"until": until}
    await session.flush()


async def end(session: AsyncSession) -> bool:
    """Go on; false when there was no pause."""
    found = await session.scalars(
        delete(Switch)
        .where(Switch.name == NAME)
        .returning(Switch.id)
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None


def claimable() -> ColumnElement[bool]:
    """Of a job: whether a pause lets it be claimed."""
    paused = select(Switch.id).where(Switch.name == NAME).exists()
    return or_(Job.kind != JobKind.ANSWER, ~paused)
