"""From which rows an adapter was made, and what is left of them. Knows no weights.

That a row was erased is not noted anywhere: ids never come back, so what is missing is gone. An
adapter that learned from a missing or withdrawn row is "retrain due" until nobody needs it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import privacy
from doctor_llama.schema import Adapter, AdapterStatus, Comparison, Feedback, TrainedOn, User

CHOICE = "choice"  # a row of `comparisons`; all other kinds are of `feedback`


@dataclass(frozen=True, slots=True)
class Ancestry:
    """One row that an adapter learned from."""

    feedback: int
    kind: str
    state: str  # "there", "withdrawn" or "erased"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an adapter that was trained here comes from."""

    made_at: datetime
    rows: int  # of people's feedback that it learned from
    reasons: tuple[str, ...]  # of the gate, in words


async def origin(session: AsyncSession, name: str) -> Origin | None:
    """None for an adapter that was trained elsewhere, or that the registry does not know."""
    row = await session.scalar(select(Adapter).where(Adapter.name == name))
    if row is None or row.training_run_id is None:
        return None
    reasons = tuple(str(reason) for reason in row.verdict.get("reasons", ()))
    return Origin(row.created_at, len(await of(session, row)), reasons)


async def learned(
    session: AsyncSession, adapter: Adapter, rows: Mapping[str, Sequence[int]]
) -> None:
    """Note what an adapter was made from, by kind; what its parent knew, it knows too."""
    known = {(kind, number) for kind, numbers in rows.items() for number in numbers}
    if adapter.parent_id is not None:
        inherited = await session.execute(
            select(TrainedOn.kind, TrainedOn.feedback_id).where(
                TrainedOn.adapter_id == adapter.parent_id
            )
        )
        known |= {(kind, number) for kind, number in inherited}
    for kind, number in sorted(known):
        session.add(TrainedOn(adapter_id=adapter.id, feedback_id=number, kind=kind))
    await session.flush()


async def of(session: AsyncSession, adapter: Adapter) -> list[Ancestry]:
    """The rows of an adapter, with what became of each."""
    rows = await session.execute(
        select(TrainedOn.feedback_id, TrainedOn.kind, Feedback.id, User)
        .outerjoin(Feedback, Feedback.id == TrainedOn.feedback_id)
        .outerjoin(User, User.id == Feedback.user_id)
        .where(TrainedOn.adapter_id == adapter.id, TrainedOn.kind != CHOICE)
        .order_by(TrainedOn.feedback_id)
    )
    chosen = await session.execute(
        select(TrainedOn.feedback_id, Comparison.id)
        .outerjoin(Comparison, Comparison.id == TrainedOn.feedback_id)
        .where(TrainedOn.adapter_id == adapter.id, TrainedOn.kind == CHOICE)
        .order_by(TrainedOn.feedback_id)
    )
    return [Ancestry(number, kind, _state(row, user)) for number, kind, row, user in rows] + [
        Ancestry(number, CHOICE, "there" if row is not None else "erased") for number, row in chosen
    ]


def _state(row: int | None, user: User | None) -> str:
    if row is None or user is None:
        return "erased"
    return "there" if privacy.may_train(user) else "withdrawn"


async def adapters_of(session: AsyncSession, feedback_id: int) -> Sequence[Adapter]:
    """The adapters that learned from a row, the oldest first."""
    rows = await session.scalars(
        select(Adapter)
        .join(TrainedOn, TrainedOn.adapter_id == Adapter.id)
        .where(TrainedOn.feedback_id == feedback_id, TrainedOn.kind != CHOICE)
        .order_by(Adapter.id)
    )
    return rows.all()


async def due(session: AsyncSession) -> dict[int, int]:
    """Adapter id -> how many of its rows are erased or withdrawn; only where there are some."""
    allowed = and_(
        User.consent_version == privacy.CONSENT_VERSION,
        User.training_consent_version == privacy.TRAINING_CONSENT_VERSION,
    )
    rows = await session.execute(
        select(TrainedOn.adapter_id, func.count())
        .outerjoin(Feedback, Feedback.id == TrainedOn.feedback_id)
        .outerjoin(User, User.id == Feedback.user_id)
        .where(TrainedOn.kind != CHOICE)
        .where(or_(User.id.is_(None), User.training_consent_version.is_(None), ~allowed))
        .group_by(TrainedOn.adapter_id)
    )
    chosen = await session.execute(
        select(TrainedOn.adapter_id, func.count())
        .outerjoin(Comparison, Comparison.id == TrainedOn.feedback_id)
        .where(TrainedOn.kind == CHOICE, Comparison.id.is_(None))
        .group_by(TrainedOn.adapter_id)
    )
    return dict(Counter(dict(rows.all())) + Counter(dict(chosen.all())))


async def clean_start(session: AsyncSession, adapter: Adapter | None) -> Adapter | None:
    """The adapter itself where all of its rows are still there, else its newest clean ancestor.

    None: only the base is clean.
    """
    marked = await due(session)
    while adapter is not None:
        usable = adapter.status != AdapterStatus.REJECTED
        if usable and adapter.id not in marked:
            return adapter
        adapter = (
            await session.get(Adapter, adapter.parent_id) if adapter.parent_id is not None else None
        )
    return None
