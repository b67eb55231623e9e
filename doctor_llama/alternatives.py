"""Several answers to one question: another one, and which is better. It knows no buttons."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama import conversations, feedback, history, jobs
from doctor_llama.conversations import Asked
from doctor_llama.limits import Limits
from doctor_llama.schema import LIVE, Conversation, Job, JobKind, JobStatus, Message, User, now
from doctor_llama.triage import Label

RARELY = timedelta(hours=6)  # between two times that a person is asked which answer is better


async def again(session: AsyncSession, user: User, answer_id: int, limits: Limits) -> Asked | None:
    """Have a question answered once more; the earlier answers stay.

    Only its latest answer can be asked for another one, so what is pressed twice is done once:
    then `new` is false. None where there is nothing to answer.
    Raises `NotYoursError` and what `ask` raises.
    """
    answer = await feedback.answer_of(session, user, answer_id)
    question = await conversations.question_of(session, answer.id)
    conversations.admit(user)
    before = await conversations.jobs_of(session, question.id) if question is not None else []
    if question is None or not question.content or not before:
        return None
    last, label = before[-1], Label(question.triage or Label.ROUTINE)
    if last.status == JobStatus.SUCCEEDED and not jobs.is_answer(last):  # an emergency text
        return None
    if last.message_id != answer.id or last.status in LIVE:
        return Asked(last, label, new=False)
    another = Message(
        conversation_id=answer.conversation_id, parent_id=question.id, role="assistant"
    )
    session.add(another)
    await session.flush()
    job = Job(
        kind=JobKind.ANSWER,
        lock=last.lock,
        user_id=user.id,
        message_id=another.id,
        channel=last.channel,
        reply_to=last.reply_to,
        shown={},
        payload={**last.payload, "fresh": False, "again": len(before)},
        result={},
    )
    await jobs.enqueue_answer(session, job, limits)
    return Asked(job, label, new=True)


async def is_whole(session: AsyncSession, answer_id: int) -> bool:
    """Whether this answer came to its end."""
    status = await session.scalar(select(Job.status).where(Job.message_id == answer_id))
    return status == JobStatus.SUCCEEDED


async def is_latest(session: AsyncSession, answer: Message) -> bool:
    """Whether no other answer to the same question came after this one."""
    later = select(Message.id).where(
        Message.parent_id == answer.parent_id, Message.role == "assistant", Message.id > answer.id
    )
    return await session.scalar(later.limit(1)) is None


async def to_compare(session: AsyncSession, answer_id: int) -> tuple[int, int] | None:
    """This answer and the one before it, where its reader is to be asked which is better.

    Asked rarely, never while questions wait, and once for a question: what is returned counts as
    asked, also when a crash then keeps the question from being shown.
    """
    found = await _whole(session, answer_id)
    if len(found) < 2 or found[-1].id != answer_id or await jobs.depth(session):
        return None
    first, second = found[-2:]
    question = await conversations.question_of(session, answer_id)
    if question is None or question.compared_at or first.content == second.content:
        return None
    mine = aliased(Conversation)
    lately = await session.scalar(
        select(func.max(Message.compared_at))
        .join(Conversation, Message.conversation_id == Conversation.id)
        .join(mine, mine.user_id == Conversation.user_id)
        .where(mine.id == question.conversation_id, Message.compared_at > now() - RARELY)
    )
    if lately is not None:
        return None
    question.compared_at = now()
    await session.flush()
    return first.id, second.id


async def _whole(session: AsyncSession, answer_id: int) -> list[Message]:
    """The whole answers to the question of this one, itself among them, oldest first."""
    answer = await session.get(Message, answer_id)
    if answer is None or answer.parent_id is None:
        return []
    rows = await session.scalars(
        select(Message)
        .where(Message.parent_id == answer.parent_id, Message.role == "assistant")
        .where(Message.content != "", history.FINISHED)
        .order_by(Message.id)
    )
    return list(rows)
