"""What runs now: each worker's card, as rows. It knows no process."""

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.engine import EngineCard
from doctor_llama.schema import Worker, now

FRESH = timedelta(minutes=2)


async def report(session: AsyncSession, name: str, card: EngineCard) -> None:
    """Note that a worker is up and what it answers with."""
    row = await session.scalar(select(Worker).where(Worker.name == name))
    if row is None:
        row = Worker(name=name)
        session.add(row)
    if row.card != asdict(card):
        row.card, row.started_at = asdict(card), now()
    row.seen_at = now()
    await session.flush()


async def cards(session: AsyncSession, within: timedelta = FRESH) -> list[EngineCard]:
    """What the workers that were seen lately answer with, the latest first."""
    rows = await session.scalars(
        select(Worker).where(Worker.seen_at > now() - within).order_by(Worker.seen_at.desc())
    )
    return [EngineCard(**row.card) for row in rows]
