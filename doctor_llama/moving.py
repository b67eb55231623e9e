"""All rows of one database into another, empty one: how a house moves from SQLite to PostgreSQL."""

from sqlalchemy import Connection, Table, func, insert, select, text

from doctor_llama import db
from doctor_llama.db import Database
from doctor_llama.errors import DatabaseError
from doctor_llama.schema import Base

BATCH = 1_000


def move(source: Database, target: Database) -> dict[str, int]:
    """Copy every table in one transaction of the target; return the rows by table.

    Ids stay as they are, and the source stays whole. Nothing may write to it meanwhile: on SQLite
    it is locked. Raises `DatabaseError` when the source is not at this program's revision, or the
    target holds rows already.
    """
    source.require_current()
    if target.revision() != db.head():
        target.upgrade()
    tables = Base.metadata.sorted_tables
    with source.maintaining() as old, target.maintaining() as new:
        filled = [table.name for table in tables if _count(new, table)]
        if filled:
            raise DatabaseError(f"The target is not empty; these hold rows: {', '.join(filled)}.")
        counts = {table.name: _copy(old, new, table) for table in tables}
        for table in tables:
            _count_on(old, new, table)
    return counts


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _copy(old: Connection, new: Connection, table: Table) -> int:
    """In the order of ids: a row's parent in the same table is older than the row."""
    order = list(table.primary_key.columns)
    rows = old.execution_options(yield_per=BATCH).execute(select(table).order_by(*order))
    copied = 0
    for batch in rows.mappings().partitions():
        new.execute(insert(table), [dict(row) for row in batch])
        copied += len(batch)
    return copied


def _count_on(old: Connection, new: Connection, table: Table) -> None:
    """Let the next id be one that was never given, not even to a row that is erased by now."""
    (key, *more) = table.primary_key.columns
    if more or key.autoincrement is False:
        return
    given = _highest(old, table, key.name)
    if new.dialect.name == "sqlite":
        new.execute(
            text("UPDATE sqlite_sequence SET seq = max(seq, :given) WHERE name = :name"),
            {"name": table.name, "given": given},
        )
    else:
        new.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, :key), :next, false)"),
            {"name": table.name, "key": key.name, "next": given + 1},
        )


def _highest(connection: Connection, table: Table, key: str) -> int:
    if connection.dialect.name == "sqlite":
        found = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.scalar(found, {"name": table.name}) or 0
    sequence = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, :key)"), {"name": table.name, "key": key}
    )
    given = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608
    return connection.scalar(text(given)) or 0
