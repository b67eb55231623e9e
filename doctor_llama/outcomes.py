"""What became of questions, for whoever must account for all of them; it changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, create_engine, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama.db import Database
from doctor_llama.schema import InboxUpdate, Job, JobKind, JobStatus, Message

_answer, _question = aliased(Message), aliased(Message)
_NEWER = (
    select(Job.id, _question.ref)
    .join(_answer, Job.message_id == _answer.id)
    .join(_question, _answer.parent_id == _question.id)
    .where(Job.id > bindparam("job_id"), _question.ref.is_not(None))
    .order_by(Job.id)
)

_WAITING = select(func.count()).where(Job.status == JobStatus.QUEUED, Job.kind == JobKind.ANSWER)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a question's newest job stands."""

    status: str
    created_at: datetime
    finished_at: datetime | None
    delivered_at: datetime | None
    conversation_id: int

    @property
    def delivered(self) -> bool:
        return self.delivered_at is not None


async def of_questions(session: AsyncSession) -> dict[str, Outcome]:
    """What became of every question, by its name in the channel."""
    rows = await session.execute(
        select(
            *(_question.ref, Job.status, Job.created_at),
            *(Job.finished_at, Job.delivered_at, _question.conversation_id),
        )
        .join(_answer, Job.message_id == _answer.id)
        .join(_question, _answer.parent_id == _question.id)
        .where(_question.ref.is_not(None))
        .order_by(Job.id)
    )
    return {row.ref: Outcome(*row[1:]) for row in rows if row.ref is not None}


class Follower:
    """Tells which questions are new since it was last asked, without an event loop.

    Who times a trial asks a hundred times a second, which must not cost what is measured.
    """

    def __init__(self, database: Database) -> None:
        url = database.url
        self._engine = create_engine(url.set(drivername="sqlite") if database.is_sqlite else url)
        self._last = 0

    def newer(self) -> list[str]:
        """The names in the channel of the questions that have a job now. Raises Trouble."""
        with self._engine.connect() as connection:
            rows = connection.execute(_NEWER, {"job_id": self._last}).all()
        if rows:
            self._last = rows[-1][0]
        return [ref for _, ref in rows if ref is not None]

    def waiting(self) -> int:
        """How many questions wait. Raises Trouble."""
        with self._engine.connect() as connection:
            return connection.scalar(_WAITING) or 0

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()


async def unsettled(session: AsyncSession) -> int:
    """How many updates are still to be handled, and jobs that somebody still waits for."""
    untold = select(func.count()).where(Job.delivered_at.is_(None), Job.channel.is_not(None))
    updates = select(func.count()).select_from(InboxUpdate)
    counted = select(untold.scalar_subquery() + updates.scalar_subquery())
    return await session.scalar(counted) or 0
