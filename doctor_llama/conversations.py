"""Conversations: ask a question, read what was said, begin anew. It knows no channel's ways.

Asking is one transaction: triage, consent, limits, the question, an empty answer, its job.
"""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama import jobs, privacy, triage
from doctor_llama.engine import ChatMessage
from doctor_llama.errors import ConsentNeededError, TooLateError
from doctor_llama.jobs import Limits
from doctor_llama.schema import Conversation, Job, JobKind, JobStatus, Message, User, now
from doctor_llama.triage import Label

HISTORY_TURNS = 40  # messages that a prompt may reach back; the token window cuts further
TITLE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the channel hands it in. `ref` names it there and makes asking idempotent."""

    text: str
    ref: str  # such as "telegram:CHAT/MESSAGE"
    channel: str  # such as "telegram:CHAT" or "telegram:CHAT:THREAD"
    reply_to: str  # the message id in that channel
    language: str = "en"
    calm: bool = False  # the person said that it is no emergency: answer anyway


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question."""

    job: Job
    label: Label
    new: bool  # false: this question had been asked already


async def ask(session: AsyncSession, user: User, question: Question, limits: Limits) -> Asked:
    """Put a question into the queue, or answer a red flag at once.

    A red flag is not a branch: its job is born finished with the emergency text and is delivered
    like any other, before consent and before any limit; without consent its text is not stored.

    Raises `ConsentNeededError`, `TooManyWaitingError`, `QueueFullError`; then nothing is written.
    """
    if (known := await _asked_before(session, question.ref)) is not None:
        return known
    verdict = triage.assess(question.text)
    red = verdict.label in (Label.EMERGENCY, Label.CRISIS) and not question.calm
    if not red and not privacy.may_store(user):
        raise ConsentNeededError
    stored = question.text if privacy.may_store(user) else ""
    conversation = await _current(session, user, question.channel, stored)
    asked = Message(
        conversation_id=conversation.id,
        role="user",
        content=stored,
        ref=question.ref,
        triage=verdict.label,
        triage_rule=verdict.rule,
    )
    session.add(asked)
    await session.flush()
    answer = Message(conversation_id=conversation.id, parent_id=asked.id, role="assistant")
    session.add(answer)
    await session.flush()
    job = Job(
        kind=JobKind.ANSWER,
        lock=f"conversation:{conversation.id}",
        user_id=user.id,
        message_id=answer.id,
        channel=question.channel,
        reply_to=question.reply_to,
        shown={},
        payload={"language": question.language, "triage": verdict.label},
        result={},
    )
    if red:
        answer.content = triage.reply(verdict.label, question.language, user.country)
        job.status, job.finished_at = JobStatus.SUCCEEDED, now()
        session.add(job)
        await session.flush()
    else:
        await jobs.enqueue_answer(session, job, limits)
    return Asked(job, verdict.label, new=True)


async def amend(
    session: AsyncSession, user: User, question: Question, limits: Limits
) -> Asked | None:
    """A question was rewritten: one that still waits is replaced and judged anew.

    None for a text that is as it was. What was never asked is asked now. Raises `TooLateError`
    when its answer has begun, and what `ask` raises.
    """
    known = await _asked_before(session, question.ref)
    if known is None:
        return await ask(session, user, question, limits)
    asked = await session.scalar(select(Message).where(Message.ref == question.ref))
    if asked is None or asked.content == question.text:
        return None
    if known.job.status != JobStatus.QUEUED or known.job.user_id != user.id:
        raise TooLateError
    verdict = triage.assess(question.text)
    asked.content, asked.edited_at = question.text, now()
    asked.triage, asked.triage_rule = verdict.label, verdict.rule
    known.job.payload = {**known.job.payload, "triage": verdict.label}
    if verdict.label in (Label.EMERGENCY, Label.CRISIS):
        answer = await session.get_one(Message, known.job.message_id)
        answer.content = triage.reply(verdict.label, question.language, user.country)
        known.job.status, known.job.finished_at = JobStatus.SUCCEEDED, now()
    await session.flush()
    return Asked(known.job, verdict.label, new=False)


async def question_of(session: AsyncSession, answer_id: int) -> Message | None:
    """The question of an answer."""
    answer = await session.get(Message, answer_id)
    if answer is None or answer.parent_id is None:
        return None
    return await session.get(Message, answer.parent_id)


async def stands_at(session: AsyncSession, answer_id: int, ref: str) -> None:
    """Note where an answer is to be seen, so that what is done to it there can be understood."""
    if await session.scalar(select(Message.id).where(Message.ref == ref)) is None:
        await session.execute(update(Message).where(Message.id == answer_id).values(ref=ref))


async def answer_at(session: AsyncSession, ref: str) -> Message | None:
    """The answer that is to be seen there."""
    return await session.scalar(
        select(Message).where(Message.ref == ref, Message.role == "assistant")
    )


async def _asked_before(session: AsyncSession, ref: str) -> Asked | None:
    answer = aliased(Message)
    row = (
        await session.execute(
            select(Job, Message.triage)
            .join(answer, Job.message_id == answer.id)
            .join(Message, answer.parent_id == Message.id)
            .where(Message.ref == ref)
            .order_by(Job.id.desc())
            .limit(1)
        )
    ).first()
    if row is None:
        return None
    job, label = row
    return Asked(job, Label(label or Label.ROUTINE), new=False)


async def _current(
    session: AsyncSession, user: User, channel: str, first_words: str
) -> Conversation:
    found = await session.scalar(
        select(Conversation)
        .where(
            Conversation.user_id == user.id,
            Conversation.channel == channel,
            Conversation.closed_at.is_(None),
        )
        .order_by(Conversation.id.desc())
        .limit(1)
    )
    if found is None:
        title = first_words[:TITLE_CHARACTERS] or None
        found = Conversation(user_id=user.id, channel=channel, title=title)
        session.add(found)
        await session.flush()
    return found


async def new(session: AsyncSession, user: User, channel: str) -> None:
    """Close the person's conversation in this place; the next question begins another."""
    await session.execute(
        update(Conversation)
        .where(
            Conversation.user_id == user.id,
            Conversation.channel == channel,
            Conversation.closed_at.is_(None),
        )
        .values(closed_at=now())
    )


async def turns(session: AsyncSession, answer: Message) -> list[ChatMessage]:
    """What was said before this answer, oldest first, ending with its question.

    Only finished answers of the model count: an emergency text or a broken answer teaches nothing.
    """
    before = await session.execute(
        select(Message.role, Message.content, Message.id, Message.parent_id)
        .outerjoin(Job, Job.message_id == Message.id)
        .where(Message.conversation_id == answer.conversation_id, Message.id < answer.id)
        .where(
            or_(
                Message.role == "user",
                and_(Job.status == JobStatus.SUCCEEDED, Message.model.is_not(None)),
            )
        )
        .order_by(Message.id.desc())
        .limit(HISTORY_TURNS)
    )
    rows = list(before)[::-1]
    answered = {row.parent_id for row in rows if row.role == "assistant"} | {answer.parent_id}
    return [
        ChatMessage(row.role, row.content)
        for row in rows
        if row.content and (row.role == "assistant" or row.id in answered)
    ]
