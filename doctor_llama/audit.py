"""Who did what, when: a note for every act that has power over others. It outlives its people.

No text of anybody goes into it: ids, names of adapters, counts.
"""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import Audit

ERASED = "erased"


def note(
    session: AsyncSession,
    actor: int | None,
    action: str,
    target: str | None = None,
    **detail: Any,
) -> None:
    """Write down an act in the transaction of the act itself. `actor` is a `User.id`."""
    session.add(Audit(user_id=actor, action=action, target=target, detail=detail))


async def latest(session: AsyncSession, limit: int = 20) -> list[Audit]:
    """The last acts, the newest first."""
    rows = await session.scalars(select(Audit).order_by(Audit.id.desc()).limit(limit))
    return list(rows)


async def forget(session: AsyncSession, account: str) -> None:
    """Leave the acts and take the account out of them."""
    await session.execute(update(Audit).where(Audit.target == account).values(target=ERASED))
