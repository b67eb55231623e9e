"""The inbox: updates that the channel believes we have, kept until their handler has committed.

Each is held by one bot; what a bot that is gone has left, another one takes over. It knows nothing
of what is in an update.
"""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import InboxUpdate

_DONE = delete(InboxUpdate).where(InboxUpdate.update_id == bindparam("number"))
MAX_TRIES = 3  # an update that met the end of three programs is not handled again, only answered
LAST_TRY = 2 * MAX_TRIES  # and not even that, where answering it has ended as many


async def put(session: AsyncSession, rows: Sequence[InboxUpdate]) -> set[int]:
    """Keep updates; return the ids of those that were not there already, whoever has them."""
    ids = [row.update_id for row in rows]
    there = select(InboxUpdate.update_id).where(InboxUpdate.update_id.in_(ids))
    known = set(await session.scalars(there))
    fresh = [row for row in rows if row.update_id not in known]
    try:
        async with session.begin_nested():
            session.add_all(fresh)
    except IntegrityError:  # the channel gave one to another bot at the same instant
        if len(fresh) == 1:
            return set()
        return {update_id for row in fresh for update_id in await put(session, [row])}
    return {row.update_id for row in fresh}


async def adopt(
    session: AsyncSession, holder: str, living: Container[str]
) -> Sequence[InboxUpdate]:
    """Take over what bots that are gone have left, in the order of arrival.

    Each time counts as a try; what had more than `LAST_TRY` is dropped.
    """
    mine = InboxUpdate.holder == holder
    others = select(InboxUpdate.holder).where(~mine).distinct()
    gone = [name for name in await session.scalars(others) if name and name not in living]
    left = or_(InboxUpdate.holder.is_(None), InboxUpdate.holder.in_(gone))
    taken = (
        update(InboxUpdate)
        .where(left)
        .values(holder=holder, tries=InboxUpdate.tries + 1)
        .returning(InboxUpdate)
        .execution_options(synchronize_session=False)
    )
    rows = (await session.scalars(taken)).all()
    await session.execute(delete(InboxUpdate).where(mine, InboxUpdate.tries > LAST_TRY))
    kept = [row for row in rows if row.tries <= LAST_TRY]
    return sorted(kept, key=lambda row: row.update_id)


async def held_up(session: AsyncSession, update_id: int, place: str) -> bool:
    """Whether an earlier update of the same place is still to be handled, by whichever bot."""
    earlier = select(InboxUpdate.update_id).where(
        InboxUpdate.place == place, InboxUpdate.update_id < update_id
    )
    return await session.scalar(earlier.limit(1)) is not None


async def done(session: AsyncSession, update_id: int) -> None:
    """Forget an update: what it asked for is committed, in the same transaction."""
    await session.execute(_DONE, {"number": update_id})


async def of(session: AsyncSession, account: str) -> list[InboxUpdate]:
    """What is there of a person: by their number, wherever an update has it as somebody's id."""
    number = account.rpartition(":")[2]
    rows = await session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id))
    return [row for row in rows if _mentions(row.body, number)]


async def forget(session: AsyncSession, account: str) -> None:
    """Take out what is there of a person."""
    ids = [row.update_id for row in await of(session, account)]
    await session.execute(delete(InboxUpdate).where(InboxUpdate.update_id.in_(ids)))


def _mentions(value: Any, number: str) -> bool:
    if isinstance(value, Mapping):
        return str(value.get("id")) == number or any(_mentions(v, number) for v in value.values())
    return isinstance(value, list) and any(_mentions(v, number) for v in value)
