"""What became of questions, for whoever must account for all of them; it changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama.schema import InboxUpdate, Job, Message

_answer, _question = aliased(Message), aliased(Message)
_NEWER = (  # built once: who times a trial asks it a hundred times a second
    select(Job.id, _question.ref)
    .join(_answer, Job.message_id == _answer.id)
    .join(_question, _answer.parent_id == _question.id)
    .where(Job.id > bindparam("job_id"), _question.ref.is_not(None))
    .order_by(Job.id)
)


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


async def newer(session: AsyncSession, job_id: int) -> list[tuple[int, str]]:
    """The jobs above this id, each with the name of its question in the channel."""
    rows = await session.execute(_NEWER, {"job_id": job_id})
    return [(found, ref) for found, ref in rows if ref is not None]


async def unsettled(session: AsyncSession) -> int:
    """How many updates are still to be handled, and jobs that somebody still waits for."""
    jobs = select(func.count()).where(Job.delivered_at.is_(None), Job.channel.is_not(None))
    updates = select(func.count()).select_from(InboxUpdate)
    counted = select(jobs.scalar_subquery() + updates.scalar_subquery())
    return await session.scalar(counted) or 0
