"""What is stored of a person, read off the tables themselves: a new table is part of it at once.

The foreign keys say it: whatever would go with a row when that row goes is its holding.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama.schema import CASCADE, Base, User

AT_ONCE = 5_000  # ids in one statement
Ids = dict[str, set[int]]


def _references(*, cascading: bool) -> Iterator[tuple[Table, Column[Any], str]]:
    """Every foreign key: the table that has it, its column, the table that it points to."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if (key.ondelete == CASCADE) == cascading:
                yield table, key.parent, key.column.table.name


async def below(session: AsyncSession, table: str, ids: Iterable[int]) -> Ids:
    """These rows and all that would go with them: table name -> ids."""
    found: Ids = {table: set(ids)}
    fresh = {table: set(found[table])}
    while fresh:
        further: Ids = {}
        for child, column, target in _references(cascading=True):
            async for number in _pointing(session, child, column, fresh.get(target, set())):
                if number not in found.setdefault(child.name, set()):
                    found[child.name].add(number)
                    further.setdefault(child.name, set()).add(number)
        fresh = further
    return {name: numbers for name, numbers in found.items() if numbers}


async def _pointing(session: AsyncSession, table: Table, column: Column[Any], ids: set[int]) -> Any:
    wanted = sorted(ids)
    for at in range(0, len(wanted), AT_ONCE):
        chunk = column.in_(wanted[at : at + AT_ONCE])
        for number in await session.scalars(select(table.c.id).where(chunk)):
            yield number


async def of(session: AsyncSession, user: User) -> Ids:
    """Everything of a person: table name -> ids."""
    return await below(session, User.__tablename__, [user.id])


async def named_in(session: AsyncSession, user: User) -> Ids:
    """Rows of others, or of nobody, that name a person and outlive them: `table.column` -> ids."""
    found: Ids = {}
    for table, column, target in _references(cascading=False):
        if target == User.__tablename__:
            rows = await session.scalars(select(table.c.id).where(column == user.id))
            found[f"{table.name}.{column.name}"] = set(rows)
    return {name: ids for name, ids in found.items() if ids}


async def rows(session: AsyncSession, ids: Ids) -> dict[str, list[dict[str, Any]]]:
    """The rows themselves, as JSON takes them, by table and in the order of their ids."""
    written: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        numbers = sorted(ids.get(table.name, ()))
        for at in range(0, len(numbers), AT_ONCE):
            chunk = table.c.id.in_(numbers[at : at + AT_ONCE])
            found = await session.execute(select(table).where(chunk).order_by(table.c.id))
            written.setdefault(table.name, []).extend(
                {name: _plain(value) for name, value in row._mapping.items()} for row in found
            )
    return written


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
