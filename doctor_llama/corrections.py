"""Better answers that people write: waited for, written in parts, edited, taken back.

What the next message of a person is for is kept in their row, for each place apart, so that it
outlives a restart. It knows no buttons and no chats, only their names.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import feedback
from doctor_llama.schema import Feedback, FeedbackKind, User, now

PATIENCE = timedelta(minutes=30)  # for the correction that somebody said they would write
RECENT = 50  # corrections of a person among which an edited message is looked for
_LATEST = (  # built once, since every message asks it
    select(Feedback)
    .where(Feedback.user_id == bindparam("person"), Feedback.kind == FeedbackKind.CORRECTION)
    .order_by(Feedback.id.desc())
    .limit(RECENT)
)
KEY = "correction"
# A part of so many characters was cut by the app that sent it: at a space, which got lost; one
# of the most that fits into a message, anywhere.
CUT, CUT_ANYWHERE = 4_000, 4_096


@dataclass(frozen=True, slots=True)
class Expected:
    """A correction that the next message in a place is, or goes on with."""

    answer: int
    prompt: str | None = None  # the channel's name of the message that asked for it
    row: int | None = None  # the correction that is gone on with
    until: float = 0.0  # seconds since the epoch


def expect(
    user: User,
    channel: str,
    answer: int,
    *,
    prompt: str | None = None,
    row: int | None = None,
    patience: timedelta = PATIENCE,
) -> None:
    """Take the person's next message in this place for a correction."""
    until = (now() + patience).timestamp()
    places = {**user.awaiting.get(KEY, {}), channel: asdict(Expected(answer, prompt, row, until))}
    user.awaiting = {**user.awaiting, KEY: places}


def expected(user: User, channel: str) -> Expected | None:
    """What was said to `expect` here, unless that is too long ago."""
    found = user.awaiting.get(KEY, {}).get(channel)
    if found is None:
        return None
    waiting = Expected(**found)
    return waiting if datetime.fromtimestamp(waiting.until, UTC) > now() else None


def unexpect(user: User, channel: str) -> bool:
    """The next message is a question again; false when it was one already."""
    places = dict(user.awaiting.get(KEY, {}))
    if places.pop(channel, None) is None:
        return False
    rest = {key: value for key, value in user.awaiting.items() if key != KEY}
    user.awaiting = {**rest, KEY: places} if places else rest
    return True


async def of(session: AsyncSession, user: User, row_id: int) -> Feedback | None:
    """A correction of this person; None for anybody else's, and for one that is gone."""
    return await session.scalar(
        select(Feedback).where(
            Feedback.id == row_id,
            Feedback.user_id == user.id,
            Feedback.kind == FeedbackKind.CORRECTION,
        )
    )


async def correct(
    session: AsyncSession,
    user: User,
    answer_id: int,
    ref: str,
    text: str,
    *,
    quote: str | None = None,
) -> Feedback:
    """Note a better answer, or better words for the quoted part of one.

    A person has one correction for an answer, and one for each part: a new one replaces it. `ref`
    is the channel's name of the message that it stands in; the same message said twice stays one.
    Raises `NotYoursError`.
    """
    answer = await feedback.answer_of(session, user, answer_id)
    row = await session.scalar(
        select(Feedback).where(
            Feedback.user_id == user.id,
            Feedback.message_id == answer.id,
            Feedback.kind == FeedbackKind.CORRECTION,
            Feedback.quote.is_(None) if quote is None else Feedback.quote == quote,
        )
    )
    if row is None:
        row = Feedback(
            user_id=user.id, message_id=answer.id, kind=FeedbackKind.CORRECTION, quote=quote
        )
        session.add(row)
    _let_be(row, {ref: text}, user)
    await session.flush()
    return row


async def go_on(
    session: AsyncSession, user: User, row_id: int, ref: str, text: str
) -> Feedback | None:
    """Add another message to a correction; None when that was taken back meanwhile."""
    row = await of(session, user, row_id)
    if row is not None:
        _let_be(row, {**row.parts, ref: text}, user)
        await session.flush()
    return row


async def latest(session: AsyncSession, user: User) -> Feedback:
    """The correction that this person wrote last."""
    return (
        await session.scalars(
            select(Feedback)
            .where(Feedback.user_id == user.id, Feedback.kind == FeedbackKind.CORRECTION)
            .order_by(Feedback.id.desc())
            .limit(1)
        )
    ).one()


async def standing_at(session: AsyncSession, user: User, ref: str) -> Feedback | None:
    """The correction of which this message is a part."""
    rows = await session.scalars(_LATEST, {"person": user.id})
    return next((row for row in rows if ref in row.parts), None)


async def edit(session: AsyncSession, user: User, ref: str, text: str) -> Feedback | None:
    """A message was changed: where it was part of a correction, so is the correction."""
    row = await standing_at(session, user, ref)
    if row is not None and row.parts[ref] != text:
        _let_be(row, {**row.parts, ref: text}, user)
        await session.flush()
    return row


async def take_back(session: AsyncSession, user: User, row_id: int) -> Feedback | None:
    """Delete a correction and return what it was; None when it is gone already."""
    row = await of(session, user, row_id)
    if row is not None:
        await session.delete(row)
        await session.flush()
    return row


def _let_be(row: Feedback, parts: dict[str, str], user: User) -> None:
    row.parts, row.content = parts, _whole(list(parts.values()))
    row.review = row.edited = row.review_reason = None  # other words than those reviewed
    row.training_consent_version = feedback.agreed_version(user)


def _whole(parts: list[str]) -> str:
    """The text that was written in these messages."""
    whole = parts[0]
    for before, part in pairwise(parts):
        cut = "" if len(before) >= CUT_ANYWHERE else " "
        whole += (cut if len(before) >= CUT else "\n\n") + part
    return whole
