"""The inbox: updates that the channel believes we have, kept until their handler has committed.

It knows nothing of what is in an update.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import InboxUpdate

MAX_TRIES = 3  # an update whose handling ended three programs is set aside


async def put(session: AsyncSession, update_id: int, body: Mapping[str, Any]) -> bool:
    """Keep an update; false when it is there already."""
    if await session.get(InboxUpdate, update_id) is not None:
        return False
    session.add(InboxUpdate(update_id=update_id, body=dict(body)))
    await session.flush()
    return True


async def pending(session: AsyncSession) -> list[InboxUpdate]:
    """What an earlier run left, in the order of arrival; each look counts as a try."""
    await session.execute(update(InboxUpdate).values(tries=InboxUpdate.tries + 1))
    await session.execute(delete(InboxUpdate).where(InboxUpdate.tries > MAX_TRIES))
    return list(await session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id)))


async def done(session: AsyncSession, update_id: int) -> None:
    """Forget an update: what it asked for is committed, in the same transaction."""
    await session.execute(delete(InboxUpdate).where(InboxUpdate.update_id == update_id))


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
