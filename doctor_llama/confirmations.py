"""Steps that are asked for once more before they are taken: one person, one time, for a while.

A row is the question; taking it is deleting it, in the transaction of the step itself. So a second
press finds nothing to do, and a crash leaves either both or neither.
"""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import Confirmation, User, now

MINUTES = 10
DIGITS = 6  # of a code that is typed


async def ask(
    session: AsyncSession, user: User, action: str, *, typed: bool = False, **detail: Any
) -> Confirmation:
    """Remember what is to be confirmed; the token goes on a button, or is typed as a code."""
    await session.execute(delete(Confirmation).where(Confirmation.expires_at < now()))
    token = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}" if typed else secrets.token_urlsafe(12)
    if typed:  # a code need not be unique for all: it is bound to its person
        token = f"{user.id}.{token}"
    row = Confirmation(
        token=token,
        user_id=user.id,
        action=action,
        detail=detail,
        expires_at=now() + timedelta(minutes=MINUTES),
    )
    await session.execute(delete(Confirmation).where(Confirmation.token == token))
    session.add(row)
    await session.flush()
    return row


def code(row: Confirmation) -> str:
    """What the person types for a confirmation that was asked for as `typed`."""
    return row.token.rpartition(".")[2]


async def take(session: AsyncSession, user: User, token: str) -> Confirmation | None:
    """What this person confirms with this token or code; None when it was taken, is old, or
    was never theirs. It cannot be taken twice."""
    found = await session.scalars(
        delete(Confirmation)
        .where(
            Confirmation.token.in_((token, f"{user.id}.{token}")),
            Confirmation.user_id == user.id,
            Confirmation.expires_at >= now(),
        )
        .returning(Confirmation)
        .execution_options(synchronize_session=False)
    )
    return found.one_or_none()


async def drop(session: AsyncSession, user: User, action: str) -> None:
    """Forget what this person was asked about an action: they were asked anew, or said no."""
    await session.execute(
        delete(Confirmation).where(Confirmation.user_id == user.id, Confirmation.action == action)
    )
