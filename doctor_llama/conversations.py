"""Conversations: ask a question, ask it anew in other words. It knows no channel's ways.

Asking is one transaction: triage, consent, limits, the question, an empty answer, its job.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from doctor_llama import history, jobs, privacy, triage
from doctor_llama.errors import ConsentNeededError, ShutOutError, TooLateError
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, JobKind, JobStatus, Message, Role, User, now
from doctor_llama.triage import RED, Label, Verdict, likelihoods, refusals

_answer = aliased(Message)
_NEWEST = (  # the newest job of a question; built once, since every question is looked up
    select(Job, Message.triage)
    .join(_answer, Job.message_id == _answer.id)
    .join(Message, _answer.parent_id == Message.id)
    .where(Message.ref == bindparam("asked"))
    .order_by(Job.id.desc())
    .limit(1)
)
_STANDING = select(Message.id).where(Message.ref == bindparam("place"))
_PLACED = (
    update(Message)
    .where(Message.id == bindparam("answer"))
    .values(ref=bindparam("place"))
    .execution_options(synchronize_session=False)
)


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
    verdict: Verdict | None = None  # of triage, where the channel has asked it already


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a question."""

    job: Job
    label: Label
    new: bool  # false: this question had been asked already


def admit(user: User) -> None:
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
    verdict = question.verdict or triage.assess(question.text, question.language)
    red = verdict.label in RED and not question.calm
    if not red:
        admit(user)
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
    job = _job(user, question, answer, verdict, fresh=fresh)
    if unsafe := not red and triage.refused(question.text, question.language):
        asked.triage_rule = refusals.RULE
    if red or unsafe:
        answer.content = (
            triage.refusal(verdict.language)
            if unsafe
            else triage.reply(verdict.label, verdict.language, user.country)
        )
        job.status, job.finished_at = JobStatus.SUCCEEDED, now()
        session.add(job)
        await session.flush()
    else:
        await jobs.enqueue_answer(session, job, limits)
    return Asked(job, verdict.label, new=True)


def _job(user: User, question: Question, answer: Message, verdict: Verdict, *, fresh: bool) -> Job:
    return Job(
        kind=JobKind.ANSWER,
        lock=f"conversation:{answer.conversation_id}",
        user_id=user.id,
        message_id=answer.id,
        channel=question.channel,
        reply_to=question.reply_to,
        shown={},
        payload={
            "language": question.language,
            "spoken": verdict.language,  # of the question itself
            "triage": verdict.label,
            "placed": user.country is not None,
            "fresh": fresh,
            "calm": question.calm,
        },
        result={},
    )


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
    verdict = triage.assess(question.text, question.language)
    asked.content, asked.edited_at = question.text, now()
    asked.triage, asked.triage_rule = verdict.label, verdict.rule
    known.job.payload = {
        **known.job.payload,
        "spoken": verdict.language,
        "triage": verdict.label,
    }
    unsafe = verdict.label not in RED and triage.refused(question.text, question.language)
    if unsafe:
        asked.triage_rule = refusals.RULE
    if unsafe or verdict.label in RED:
        answer = await session.get_one(Message, known.job.message_id)
        answer.content = (
            triage.refusal(verdict.language)
            if unsafe
            else triage.reply(verdict.label, verdict.language, user.country)
        )
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
    for job in await jobs_of(session, earlier.id):
        await jobs.cancel(session, job.id)
    return await ask(session, user, replace(question, replaces=earlier.id), limits)


async def raised(session: AsyncSession, job: Job, label: Label) -> str:
    """A model takes the question of this job for a red flag: note it, return what its writer is
    told in place of an answer. In the transaction that ends the job."""
    row = await session.get_one(Job, job.id)
    answer = await session.get_one(Message, row.message_id)
    asked = await session.get_one(Message, answer.parent_id)
    user = await session.get(User, row.user_id) if row.user_id is not None else None
    asked.triage, asked.triage_rule = label, likelihoods.RULE
    country = user.country if user is not None else None
    row.payload = {**row.payload, "triage": label, "placed": country is not None}
    await session.flush()
    return triage.reply(label, str(row.payload.get("spoken", "en")), country)


async def jobs_of(session: AsyncSession, question_id: int) -> list[Job]:
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
    if await session.scalar(_STANDING, {"place": ref}) is None:
        await session.execute(_PLACED, {"answer": answer_id, "place": ref})


async def answer_at(session: AsyncSession, ref: str) -> Message | None:
    """The answer that is to be seen there."""
    return await session.scalar(
        select(Message).where(Message.ref == ref, Message.role == "assistant")
    )


async def _asked_before(session: AsyncSession, ref: str) -> Asked | None:
    row = (await session.execute(_NEWEST, {"asked": ref})).first()
    if row is None:
        return None
    job, label = row
    return Asked(job, Label(label or Label.ROUTINE), new=False)
