"""Conversations: ask a question, ask it anew, answer it once more. It knows no channel's ways.

Asking is one transaction: triage, consent, limits, the question, an empty answer, its job.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama import feedback, history, jobs, privacy, triage
from doctor_llama.errors import ConsentNeededError, ShutOutError, TooLateError
from doctor_llama.limits import Limits
from doctor_llama.schema import LIVE, Job, JobKind, JobStatus, Message, Role, User, now
from doctor_llama.triage import Label

RED = (Label.EMERGENCY, Label.CRISIS)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the channel hands it in. `ref` names it there and makes asking idempotent."""

    text: str
    ref: str  # such as "telegram:CHAT/MESSAGE"
    channel: str  # such as "telegram:CHAT" or "telegram:CHAT:THREAD"
    reply_to: str  # the message id in that channel
    language: str = "en"
    calm: bool = False  # the person said that it is no emergency: answer anyway
    pause: timedelta | None = None  # after which a conversation is over
    replaces: int | None = None  # the earlier wording


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question."""

    job: Job
    label: Label
    new: bool  # false: this question had been asked already


def _admit(user: User) -> None:
    """Raise `ShutOutError` for somebody blocked, `ConsentNeededError` for who has not agreed."""
    if user.role == Role.BLOCKED:
        raise ShutOutError
    if not privacy.may_store(user):
        raise ConsentNeededError


async def ask(session: AsyncSession, user: User, question: Question, limits: Limits) -> Asked:
    """Put a question into the queue, or answer a red flag at once.

    A red flag is not a branch: its job is born finished with the emergency text and is delivered
    like any other, before consent and before any limit; without consent its text is not stored.

    Raises `ShutOutError`, `ConsentNeededError` and what `jobs.enqueue_answer` raises; then nothing
    is written.
    """
    if (known := await _asked_before(session, question.ref)) is not None:
        return known
    verdict = triage.assess(question.text)
    red = verdict.label in RED and not question.calm
    if not red:
        _admit(user)
    stored = question.text if privacy.may_store(user) else ""
    conversation, fresh = await history.current(
        session, user, question.channel, words=stored, pause=question.pause
    )
    asked = Message(
        conversation_id=conversation.id,
        parent_id=question.replaces,
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
        payload={"language": question.language, "triage": verdict.label, "fresh": fresh},
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
    waits = known.job.status == JobStatus.QUEUED and "again" not in known.job.payload
    if not waits or known.job.user_id != user.id:
        raise TooLateError
    verdict = triage.assess(question.text)
    asked.content, asked.edited_at = question.text, now()
    asked.triage, asked.triage_rule = verdict.label, verdict.rule
    known.job.payload = {**known.job.payload, "triage": verdict.label}
    if verdict.label in RED:
        answer = await session.get_one(Message, known.job.message_id)
        answer.content = triage.reply(verdict.label, question.language, user.country)
        known.job.status, known.job.finished_at = JobStatus.SUCCEEDED, now()
    await session.flush()
    return Asked(known.job, verdict.label, new=False)


async def ask_anew(session: AsyncSession, user: User, question: Question, limits: Limits) -> Asked:
    """Ask a question whose wording was changed when its answer had begun, or was there.

    `question.ref` is that of the first wording and a version, such as "telegram:CHAT/MESSAGE#2".
    What is still being written for an earlier wording is cancelled. Raises what `ask` raises.
    """
    if (known := await _asked_before(session, question.ref)) is not None:
        return known
    first = question.ref.partition("#")[0]
    earlier = await session.scalar(
        select(Message)
        .where(Message.role == "user")
        .where(or_(Message.ref == first, Message.ref.startswith(f"{first}#", autoescape=True)))
        .order_by(Message.id.desc())
        .limit(1)
    )
    if earlier is None:
        return await ask(session, user, question, limits)
    for job in await _jobs_of(session, earlier.id):
        await jobs.cancel(session, job.id)
    return await ask(session, user, replace(question, replaces=earlier.id), limits)


async def again(session: AsyncSession, user: User, answer_id: int, limits: Limits) -> Asked | None:
    """Have a question answered once more; the earlier answers stay.

    Only its latest answer can be asked for another one, so what is pressed twice is done once:
    then `new` is false. None where there is nothing to answer.
    Raises `NotYoursError`, `ConsentNeededError`, `TooManyWaitingError`, `QueueFullError`.
    """
    answer = await feedback.answer_of(session, user, answer_id)
    question = await question_of(session, answer.id)
    _admit(user)
    before = await _jobs_of(session, question.id) if question is not None else []
    if question is None or not question.content or not before:
        return None
    last, label = before[-1], Label(question.triage or Label.ROUTINE)
    if last.attempts == 0 and last.status == JobStatus.SUCCEEDED:  # an emergency text
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


async def alternatives(session: AsyncSession, answer_id: int) -> list[Message]:
    """The whole answers to the question of this one, itself among them, oldest first."""
    question = await question_of(session, answer_id)
    if question is None:
        return []
    rows = await session.scalars(
        select(Message)
        .join(Job, Job.message_id == Message.id)
        .where(Message.parent_id == question.id, Message.role == "assistant")
        .where(Message.content != "", Job.status == JobStatus.SUCCEEDED)
        .order_by(Message.id)
    )
    return list(rows)


async def _jobs_of(session: AsyncSession, question_id: int) -> list[Job]:
    """The jobs of all answers to a question, oldest first."""
    rows = await session.scalars(
        select(Job)
        .join(Message, Job.message_id == Message.id)
        .where(Message.parent_id == question_id, Message.role == "assistant")
        .order_by(Job.id)
    )
    return list(rows)


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
