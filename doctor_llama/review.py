"""Review: what people corrected, before it may teach. Several reviewers never get the same item.

It knows no buttons. Everything that is decided is in the audit, without the text of anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import audit, history, privacy
from doctor_llama.errors import ReviewError
from doctor_llama.samples import collection, harm, suspicion
from doctor_llama.schema import Feedback, FeedbackKind, Message, Review, Role, User, now
from doctor_llama.scrubbing import scrub

LEASE = timedelta(minutes=15)  # for which an item lies before one reviewer alone
LONGEST = 4000  # characters of a correction as a reviewer may write it


@dataclass(frozen=True, slots=True)
class Item:
    """A correction as a reviewer sees it: scrubbed, with what the rules say of it."""

    row: Feedback
    question: str
    answer: str
    correction: str  # the whole answer as it would be taught
    quote: str | None  # the part of the answer that it is for
    harm: str | None  # it cannot be approved
    warning: str | None  # it can, by saying so

    @property
    def state(self) -> str:
        return self.row.review or "open"


def _open() -> list[object]:
    """What may be reviewed: corrections of people who agree to training now and did then."""
    return [
        Feedback.kind == FeedbackKind.CORRECTION,
        Feedback.training_consent_version.is_not(None),
        User.consent_version == privacy.CONSENT_VERSION,
        User.training_consent_version == privacy.TRAINING_CONSENT_VERSION,
        User.role != Role.BLOCKED,
    ]


async def take(
    session: AsyncSession, reviewer: User, *, after: int = 0, lease: timedelta = LEASE
) -> Item | None:
    """The oldest item that nobody else has before them, for this reviewer; None: all is done.

    One that this reviewer has already comes again. `after` passes over items up to that row; from
    the end it begins again at the first.
    """
    mine = Feedback.reviewer_id == reviewer.id
    free = or_(Feedback.review_until.is_(None), Feedback.review_until < now(), mine)
    pick = (
        select(Feedback.id)
        .join(User, Feedback.user_id == User.id)
        .where(*_open(), Feedback.review.is_(None), free)  # type: ignore[arg-type]
        .where(Feedback.user_id != reviewer.id)  # nobody approves their own
        .order_by(case((Feedback.id > after, 0), else_=1), Feedback.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Feedback)
    )
    row = await session.scalar(
        update(Feedback)
        .where(Feedback.id == pick.scalar_subquery(), Feedback.review.is_(None))
        .values(reviewer_id=reviewer.id, review_until=now() + lease)
        .returning(Feedback)
        .execution_options(populate_existing=True)
    )
    return await item(session, row) if row is not None else None


async def item(session: AsyncSession, row: Feedback) -> Item:
    """What there is to see of a correction."""
    answer = await session.get_one(Message, row.message_id)
    turns = await history.turns(session, answer)
    seen: dict[str, str] = {}
    question = scrub(turns[-1].content if turns else "", seen).text
    said = collection.corrected(row, answer.content.strip())
    held = suspicion.held(await collection.claims(session)) if row.review is None else {}
    return Item(
        row=row,
        question=question,
        answer=scrub(answer.content, seen).text,
        correction=scrub(said, seen).text,
        quote=scrub(row.quote, seen).text if row.quote else None,
        harm=harm.taught(said),
        warning=held.get(row.id),
    )


async def get(session: AsyncSession, number: int) -> Feedback:
    """A correction by its number. Raises `ReviewError` when there is none to review."""
    row: Feedback | None = await session.scalar(
        select(Feedback)
        .join(User, Feedback.user_id == User.id)
        .where(*_open(), Feedback.id == number)  # type: ignore[arg-type]
    )
    if row is None:
        raise ReviewError(
            f"There is no correction {number} to review. It may have been taken back."
        )
    return row


async def approve(
    session: AsyncSession,
    number: int,
    reviewer: User | None,
    *,
    text: str | None = None,
    anyway: bool = False,
) -> Feedback:
    """Let a correction teach, in the reviewer's words where `text` is given.

    Raises `ReviewError`: for one that teaches harm, always; for one that the rules hold back,
    unless `anyway`; for one that lies before somebody else.
    """
    row = await get(session, number)
    _require_free(row, reviewer)
    if text is not None:
        if not 0 < len(text.strip()) <= LONGEST:
            raise ReviewError(f"A correction has 1 to {LONGEST} characters.")
        row.edited = text.strip()
        await session.flush()
    seen = await item(session, row)
    if seen.harm is not None:
        raise ReviewError(f"Correction {number} cannot be approved: {seen.harm}.")
    if seen.warning is not None and not anyway:
        raise ReviewError(f"Correction {number} is held back: {seen.warning}.")
    return await _decide(
        session, row, reviewer, Review.APPROVED, seen.warning, edited=text is not None
    )


async def refuse(
    session: AsyncSession, number: int, reviewer: User | None, reason: str
) -> Feedback:
    """Never let a correction teach. Raises `ReviewError`."""
    row = await get(session, number)
    _require_free(row, reviewer)
    return await _decide(session, row, reviewer, Review.REFUSED, reason.strip() or None)


async def let_go(session: AsyncSession, number: int, reviewer: User) -> None:
    """Not now: the item is anybody's again."""
    row = await get(session, number)
    if row.review is None and row.reviewer_id == reviewer.id:
        row.reviewer_id = row.review_until = None
        await session.flush()


async def reopen(session: AsyncSession, number: int, reviewer: User | None) -> Feedback:
    """Take a decision back: it waits for review again. Raises `ReviewError`."""
    row = await get(session, number)
    before, row.review, row.edited, row.review_until = row.review, None, None, None
    row.review_reason = row.reviewed_at = None
    await session.flush()
    _note(session, "reopen", row, reviewer, before=before)
    return row


def _require_free(row: Feedback, reviewer: User | None) -> None:
    if row.review is not None:
        raise ReviewError(f"Correction {row.id} is {row.review} already. Reopen it to change that.")
    if (
        reviewer is not None
        and row.review_until is not None
        and row.review_until > now()
        and row.reviewer_id != reviewer.id
    ):
        raise ReviewError(f"Correction {row.id} lies before another reviewer.")
    if reviewer is not None and row.user_id == reviewer.id:
        raise ReviewError("Nobody approves or refuses their own correction.")


async def _decide(
    session: AsyncSession,
    row: Feedback,
    reviewer: User | None,
    decision: Review,
    reason: str | None,
    *,
    edited: bool = False,
) -> Feedback:
    row.review, row.review_reason, row.reviewed_at = decision, reason, now()
    row.reviewer_id, row.review_until = reviewer.id if reviewer else None, None
    await session.flush()
    _note(session, decision, row, reviewer, edited=edited, reason=reason)
    return row


def _note(
    session: AsyncSession, action: str, row: Feedback, reviewer: User | None, **detail: object
) -> None:
    actor = reviewer.id if reviewer else None
    audit.note(session, actor, f"review.{action}", f"feedback:{row.id}", **detail)


async def refuse_harmful(session: AsyncSession) -> int:
    """Refuse every open correction that teaches harm, so that reviewers see the rest; how many."""
    found = 0
    for row in await listing(session, None):
        why = harm.taught(row.content or "")
        if why is not None:
            await _decide(session, row, None, Review.REFUSED, f"by rule: {why}")
            found += 1
    return found


async def listing(session: AsyncSession, state: Review | None) -> Sequence[Feedback]:
    """Corrections in a state, oldest first; None: those that wait."""
    which = Feedback.review.is_(None) if state is None else Feedback.review == state
    return (
        await session.scalars(
            select(Feedback)
            .join(User, Feedback.user_id == User.id)
            .where(*_open(), which)  # type: ignore[arg-type]
            .order_by(Feedback.id)
        )
    ).all()


async def waiting(session: AsyncSession) -> int:
    """How many corrections wait for review."""
    return (
        await session.scalar(
            select(func.count())
            .select_from(Feedback)
            .join(User, Feedback.user_id == User.id)
            .where(*_open(), Feedback.review.is_(None))  # type: ignore[arg-type]
        )
        or 0
    )
