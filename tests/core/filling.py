"""Rows in every table that there is, whatever the tables are by then."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, insert

from doctor_llama.db import Database
from doctor_llama.schema import Base, UtcDateTime

ROWS = 3
VALUES: dict[type, Callable[[int], object]] = {
    UtcDateTime: lambda n: datetime(2026, 1, 1, 12, n, tzinfo=UTC),
    JSON: lambda n: {"n": n, "words": "naïve ☕"},
    Boolean: lambda n: n % 2 == 0,
    Float: lambda n: n / 4,
    Integer: lambda n: n,
    LargeBinary: lambda n: bytes([n]),
}


def fill(database: Database) -> dict[str, int]:
    """Put `ROWS` rows into each table, every column with a value; return the rows by table."""
    with database.maintaining() as connection:
        for table in Base.metadata.sorted_tables:
            rows = [{c.name: _value(c, n) for c in table.columns} for n in range(1, ROWS + 1)]
            connection.execute(insert(table), rows)
    return {table.name: ROWS for table in Base.metadata.sorted_tables}


def _value(column: "Column[Any]", n: int) -> object:
    for kind, value in VALUES.items():
        if isinstance(column.type, kind):
            return value(n)
    return f"{column.name} {n} ☕"
