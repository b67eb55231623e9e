"""What people say of answers. It knows no buttons: the channel hands in who said what of which."""

from enum import StrEnum

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import privacy
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import Conversation, Feedback, FeedbackKind, Message, Reason, User

_RECEIVED = (  # built once, as is the next: every rating asks both, twice
    select(Message)
    .join(Conversation, Message.conversation_id == Conversation.id)
    .where(Message.id == bindparam("answer"), Message.role == "assistant")
    .where(Conversation.user_id == bindparam("person"))
)
_OPINION = select(Feedback).where(
    Feedback.user_id == bindparam("person"),
    Feedback.message_id == bindparam("answer"),
    Feedback.kind == FeedbackKind.RATING,
)


class Better(StrEnum):
    """Which of two answers to the same question is better."""

    FIRST = "1"
    SECOND = "2"
    SAME = "same"
    BAD = "bad"  # both of them


async def answer_of(session: AsyncSession, user: User, message_id: int) -> Message:
    """A finished answer that this person received. Raises `NotYoursError`."""
    row = await session.scalar(_RECEIVED, {"answer": message_id, "person": user.id})
    if row is None:
        raise NotYoursError
    return row


async def opinion(session: AsyncSession, user: User, message_id: int) -> Feedback | None:
    """This person's rating of an answer, with its reason."""
    return await session.scalar(_OPINION, {"answer": message_id, "person": user.id})


async def rate(
    session: AsyncSession,
    user: User,
    message_id: int,
    rating: int | None,
    reason: Reason | None = None,
) -> None:
    """Let 1, -1 or None be this person's rating of an answer, whatever it was before.

    One row a person and answer: changed in place, never counted twice; said twice, it stays. A
    `reason` belongs to -1; the same rating without one takes the reason back.
    Raises `NotYoursError`.
    """
    answer = await answer_of(session, user, message_id)
    row = await opinion(session, user, answer.id)
    if rating is None:
        if row is not None:
            await session.delete(row)
            await session.flush()
        return
    if row is None:
        row = Feedback(user_id=user.id, message_id=answer.id, kind=FeedbackKind.RATING, parts={})
        session.add(row)
    row.rating, row.reason = rating, reason
    row.training_consent_version = agreed_version(user)
    await session.flush()


async def prefer(
    session: AsyncSession, user: User, first_id: int, second_id: int, better: Better
) -> None:
    """Note which of two answers to one question is better; a later choice replaces this one.

    Raises `NotYoursError`, also for two answers to different questions.
    """
    first = await answer_of(session, user, first_id)
    second = await answer_of(session, user, second_id)
    if first.parent_id is None or first.parent_id != second.parent_id:
        raise NotYoursError
    pair = (first.id, second.id)
    row = await session.scalar(
        select(Feedback).where(
            Feedback.user_id == user.id,
            Feedback.kind == FeedbackKind.PREFERENCE,
            Feedback.message_id.in_(pair),
            or_(Feedback.rejected_id.is_(None), Feedback.rejected_id.in_(pair)),
        )
    )
    if row is None:
        row = Feedback(user_id=user.id, kind=FeedbackKind.PREFERENCE, parts={})
        session.add(row)
    chosen, other = (second, first) if better is Better.SECOND else (first, second)
    decided = better in (Better.FIRST, Better.SECOND)
    row.message_id, row.rejected_id = chosen.id, other.id if decided else None
    row.reason = None if decided else better
    row.review = None
    row.training_consent_version = agreed_version(user)
    await session.flush()


def agreed_version(user: User) -> int | None:
    """What the person had agreed to about training when they gave this feedback."""
    return user.training_consent_version if privacy.may_train(user) else None
