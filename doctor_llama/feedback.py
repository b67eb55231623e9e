"""What people say of answers. It knows no buttons: the channel hands in who said what of which."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import privacy
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import Conversation, Feedback, FeedbackKind, Message, User


async def answer_of(session: AsyncSession, user: User, message_id: int) -> Message:
    """A finished answer that this person received. Raises `NotYoursError`."""
    row = await session.scalar(
        select(Message)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .where(Message.id == message_id, Message.role == "assistant")
        .where(Conversation.user_id == user.id)
    )
    if row is None:
        raise NotYoursError
    return row


async def rate(session: AsyncSession, user: User, message_id: int, rating: int) -> int | None:
    """Rate an answer 1 or -1; the same thumb again takes it back. Return what holds now.

    One row a person and answer, whatever happens: changed in place, never counted twice.
    Raises `NotYoursError`.
    """
    answer = await answer_of(session, user, message_id)
    row = await session.scalar(
        select(Feedback).where(
            Feedback.user_id == user.id,
            Feedback.message_id == answer.id,
            Feedback.kind == FeedbackKind.RATING,
        )
    )
    if row is not None and row.rating == rating:
        await session.delete(row)
        return None
    if row is None:
        row = Feedback(user_id=user.id, message_id=answer.id, kind=FeedbackKind.RATING)
        session.add(row)
    row.rating = rating
    row.training_consent_version = (
        user.training_consent_version if privacy.may_train(user) else None
    )
    await session.flush()
    return rating


async def rating(session: AsyncSession, user: User, message_id: int) -> int | None:
    """How this person rated an answer."""
    return await session.scalar(
        select(Feedback.rating).where(
            Feedback.user_id == user.id,
            Feedback.message_id == message_id,
            Feedback.kind == FeedbackKind.RATING,
        )
    )


async def let_rating_be(
    session: AsyncSession, user: User, message_id: int, wanted: int | None
) -> None:
    """Make 1, -1 or None the rating, whatever it was: said twice, it stays. See `rate`."""
    answer = await answer_of(session, user, message_id)
    present = await rating(session, user, answer.id)
    if present != wanted:
        await rate(session, user, answer.id, wanted or present or 0)
