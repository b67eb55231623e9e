"""What was said: the turns of a prompt, and a person's conversations to look at and go on with."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Update

from doctor_llama.engine import ChatMessage
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import (
    Conversation,
    Feedback,
    FeedbackKind,
    Job,
    JobStatus,
    Message,
    User,
    now,
)

TURNS = 20  # questions that a prompt may reach back; the token window cuts further
TITLE_CHARACTERS = 60
PAGE = 6  # conversations on a page

# Built once, since every question or every answer asks them.
_CURRENT = (
    select(Conversation)
    .where(Conversation.user_id == bindparam("person"), Conversation.channel == bindparam("place"))
    .where(Conversation.closed_at.is_(None))
    .order_by(Conversation.id.desc())
    .limit(1)
)
_later = aliased(Message)
# whether a question was asked anew in other words
_REPLACED = exists().where(_later.parent_id == Message.id, _later.role == "user")
# of an answer; not a join, which SQLite would begin with all jobs that ever succeeded
FINISHED = exists().where(Job.message_id == Message.id, Job.status == JobStatus.SUCCEEDED)
_QUESTIONS = (
    select(Message.id, Message.content)
    .where(Message.conversation_id == bindparam("conversation"), Message.role == "user")
    .where(Message.content != "", ~_REPLACED)
    .order_by(Message.id.desc())
)
_BEFORE = _QUESTIONS.where(Message.id < bindparam("question")).limit(TURNS)
_ANSWERS = (
    select(Message.parent_id, Message.id, Message.content)
    .where(Message.parent_id.in_(bindparam("questions", expanding=True)))
    .where(Message.role == "assistant", Message.content != "", Message.model.is_not(None))
    .where(FINISHED)
    .order_by(Message.id)
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a person's conversations, the latest first. Pages count from 0."""

    conversations: list[Conversation]
    number: int
    pages: int


def title(words: str) -> str | None:
    """A conversation's name, from the first words that were said in it."""
    line = " ".join(words.split())
    if len(line) <= TITLE_CHARACTERS:
        return line or None
    cut = line[:TITLE_CHARACTERS].rsplit(" ", 1)[0]
    return f"{cut}…"


async def current(
    session: AsyncSession,
    user: User,
    channel: str,
    *,
    words: str = "",
    pause: timedelta | None = None,
) -> tuple[Conversation, bool]:
    """The conversation that goes on in a place, and whether a new one took an old one's place.

    `words` name a new one. After a `pause` without a question the old one is closed.
    """
    found = await session.scalar(_CURRENT, {"person": user.id, "place": channel})
    at = now()
    stale = found is not None and pause is not None and at - (found.active_at or at) > pause
    if found is None or stale:
        await close(session, user, channel)
        found = Conversation(user_id=user.id, channel=channel)
        session.add(found)
    found.active_at = at
    found.title = found.title or title(words)
    await session.flush()
    return found, stale


async def close(session: AsyncSession, user: User, channel: str) -> None:
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


async def put(session: AsyncSession, message_id: int, **values: Any) -> None:
    """Write columns of a message."""
    await session.execute(_changing(*sorted(values)), {"_message": message_id, **values})


@functools.cache
def _changing(*columns: str) -> Update:
    return (
        update(Message)
        .where(Message.id == bindparam("_message"))
        .values({column: bindparam(column) for column in columns})
        .execution_options(synchronize_session=False)
    )


# -- looking back ----------------------------------------------------------------------------------


async def page(session: AsyncSession, user: User, channel: str, number: int = 0) -> Page:
    """A page of the conversations that a person had in a place; the nearest one there is."""
    asked = exists().where(
        Message.conversation_id == Conversation.id, Message.role == "user", Message.content != ""
    )
    theirs = and_(Conversation.user_id == user.id, Conversation.channel == channel, asked)
    count = await session.scalar(select(func.count()).select_from(Conversation).where(theirs)) or 0
    pages = max(1, math.ceil(count / PAGE))
    number = min(max(number, 0), pages - 1)
    rows = await session.scalars(
        select(Conversation)
        .where(theirs)
        .order_by(Conversation.active_at.desc(), Conversation.id.desc())
        .limit(PAGE)
        .offset(number * PAGE)
    )
    return Page(list(rows), number, pages)


async def conversation(session: AsyncSession, user: User, number: int) -> Conversation:
    """Raises `NotYoursError`, also for one that is gone."""
    found = await session.get(Conversation, number)
    if found is None or found.user_id != user.id:
        raise NotYoursError
    return found


async def exchanges(session: AsyncSession, number: int, last: int) -> list[ChatMessage]:
    """The last questions of a conversation with their answers, oldest first."""
    questions = await session.execute(_QUESTIONS.limit(last), {"conversation": number})
    return await _with_answers(session, questions.all()[::-1])


async def go_on(session: AsyncSession, user: User, number: int) -> Conversation:
    """Let an old conversation be the one that goes on in its place. Raises `NotYoursError`."""
    found = await conversation(session, user, number)
    await close(session, user, found.channel)
    await session.refresh(found)
    found.closed_at, found.active_at = None, now()
    await session.flush()
    return found


# -- a prompt --------------------------------------------------------------------------------------


async def turns(session: AsyncSession, answer: Message) -> list[ChatMessage]:
    """What was said before this answer, oldest first, ending with its question.

    Only finished answers of the model count: an emergency text or a broken answer teaches nothing.
    Of several answers to a question the one that was found better counts, else the latest; a
    question that was asked anew in other words does not count.
    """
    question = await session.get_one(Message, answer.parent_id)
    before = await session.execute(
        _BEFORE, {"conversation": question.conversation_id, "question": question.id}
    )
    said = await _with_answers(session, before.all()[::-1])
    return [*said, ChatMessage("user", question.content)]


async def _with_answers(
    session: AsyncSession, questions: Sequence[Row[int, str]]
) -> list[ChatMessage]:
    """The questions (id, text) that have an answer of the model, each followed by it."""
    if not questions:
        return []
    rows = await session.execute(_ANSWERS, {"questions": [number for number, _ in questions]})
    answers: dict[int | None, list[tuple[int, str]]] = {}
    for question, number, text in rows:
        answers.setdefault(question, []).append((number, text))
    several = [number for found in answers.values() if len(found) > 1 for number, _ in found]
    better = await _better(session, several)
    said = []
    for question, asked in questions:
        if found := answers.get(question):
            chosen = next((text for number, text in found if number in better), found[-1][1])
            said += [ChatMessage("user", asked), ChatMessage("assistant", chosen)]
    return said


async def _better(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Those of these answers that somebody preferred to another one."""
    if not ids:
        return set()
    return set(
        await session.scalars(
            select(Feedback.message_id).where(
                Feedback.message_id.in_(ids),
                Feedback.kind == FeedbackKind.PREFERENCE,
                Feedback.rejected_id.is_not(None),
            )
        )
    )
