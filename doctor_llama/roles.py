"""Who may do what. A role is in a person's row, but the owners': those are named in the settings.

It knows people by account only, which holds a number: names change hands, numbers do not.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import audit
from doctor_llama.errors import NotAllowedError, OwnersError
from doctor_llama.schema import Role, User

RANKS = (Role.BLOCKED, Role.USER, Role.MEMBER, Role.REVIEWER, Role.ADMIN, Role.OWNER)


def reaches(role: Role, needed: Role) -> bool:
    """Whether someone with `role` may do what asks for `needed`."""
    return RANKS.index(role) >= RANKS.index(needed)


def of(user: User | None, owners: Collection[str]) -> Role:
    """A person's role; `owners` are accounts. A row cannot make an owner, nor unmake one."""
    if user is None:
        return Role.USER
    if user.account in owners:
        return Role.OWNER
    role = Role(user.role)
    return Role.USER if role is Role.OWNER else role


async def give(
    session: AsyncSession, actor: User, target: User, role: Role, owners: Collection[str]
) -> Role:
    """Let someone have a role; return the one that they had.

    Owners may give any but their own; admins may give those below admin, to people below admin.
    Raises `NotAllowedError`, `OwnersError`.
    """
    mine, theirs = of(actor, owners), of(target, owners)
    if role is Role.OWNER or theirs is Role.OWNER:
        raise OwnersError
    below = mine is Role.OWNER or not (reaches(role, Role.ADMIN) or reaches(theirs, Role.ADMIN))
    if not reaches(mine, Role.ADMIN) or not below:
        raise NotAllowedError
    target.role = role
    await session.flush()
    audit.note(session, actor.id, "role.give", target.account, role=role, former=theirs)
    return theirs


async def special(session: AsyncSession) -> Sequence[User]:
    """Everybody whose role is not that of any user, the latest first."""
    rows = await session.scalars(
        select(User).where(User.role != Role.USER).order_by(User.id.desc())
    )
    return rows.all()
