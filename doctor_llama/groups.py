"""Groups of people: whether one was told what is stored, and whether it wants us at all."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import Group, now


async def _group(session: AsyncSession, channel: str) -> Group | None:
    return await session.scalar(select(Group).where(Group.channel == channel))


async def notice(session: AsyncSession, channel: str) -> bool:
    """Whether this group is to be told now what is stored; true only once."""
    group = await _group(session, channel)
    if group is not None and group.noticed_at is not None:
        return False
    if group is None:
        group = Group(channel=channel)
        session.add(group)
    group.noticed_at = now()
    await session.flush()
    return True


async def was_told(session: AsyncSession, channel: str) -> bool:
    """Whether `notice` said true for this group before."""
    group = await _group(session, channel)
    return group is not None and group.noticed_at is not None


async def switch(session: AsyncSession, channel: str, *, on: bool) -> bool:
    """Switch us on or off in a group; false when it was so already."""
    group = await _group(session, channel)
    if group is None:
        group = Group(channel=channel)
        session.add(group)
    if (group.off_at is None) == on:
        await session.flush()
        return False
    group.off_at = None if on else now()
    await session.flush()
    return True


async def is_on(session: AsyncSession, channel: str) -> bool:
    """Whether we may speak in this group."""
    group = await _group(session, channel)
    return group is None or group.off_at is None


async def move(session: AsyncSession, old: str, new: str) -> None:
    """A group has another name now; what is known of the new one counts."""
    group = await _group(session, old)
    if group is None:
        return
    if await _group(session, new) is None:
        group.channel = new
    else:
        await session.delete(group)
    await session.flush()
