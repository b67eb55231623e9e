"""SQLite as an async queue needs it: pragmas, our own BEGIN, and statements without a thread hop.

aiosqlite hands every call to a thread, four times a statement, and a write transaction holds the
one write lock of the file all that while. A statement takes some 40 microseconds; only COMMIT is
worth a thread, which waits for the disk. To begin, we try again and again without one.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT_MS = 5_000
TRY_SECONDS = 0.002  # between two tries to begin
WRITE = "BEGIN IMMEDIATE"
READ = "BEGIN"
CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
WAITING = ("commit", "close")  # of a connection; a cursor's `close` is one of every statement


class InlineConnection(aiosqlite.Connection):
    """An aiosqlite connection that runs in its thread only what waits for the disk."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        of_connection = isinstance(getattr(fn, "__self__", None), sqlite3.Connection)
        if (of_connection and fn.__name__ in WAITING) or (args and args[0] == CHECKPOINT):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        if args and args[0] == WRITE:
            cursor: sqlite3.Cursor = getattr(fn, "__self__")  # noqa: B009 - no type has it
            return await _begin(cursor)
        return fn(*args, **kwargs)


async def _begin(cursor: sqlite3.Cursor) -> sqlite3.Cursor:
    """Begin to write, as soon as nobody else does.

    SQLite itself sleeps up to 100 ms between two tries, in a thread whose news may wait for the
    event loop just as long, and nobody can write meanwhile.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1e3
    while True:
        cursor.connection.execute("PRAGMA busy_timeout=0").close()
        try:
            return cursor.execute(WRITE)
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
        finally:
            cursor.connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}").close()
        await asyncio.sleep(random.uniform(0.5, 1.5) * TRY_SECONDS)


async def connect(path: Path, *, read_only: bool) -> InlineConnection:
    """Open a file; `read_only` connections cannot write, whatever they are asked."""

    def opened() -> sqlite3.Connection:
        mode = "ro" if read_only else "rwc"
        # the event loop's thread and the connection's own use it, never at the same time
        return sqlite3.connect(f"file:{path}?mode={mode}", uri=True, check_same_thread=False)

    connection = InlineConnection(opened, iter_chunk_size=64)
    connection._thread.daemon = True  # a connection that was forgotten must not keep us alive
    await connection
    return connection


def hooks(engine: Engine, *, begin: str, foreign_keys: bool = True) -> None:
    """Set the pragmas on connect, and begin transactions ourselves with `begin`."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute("PRAGMA trusted_schema=OFF")
        if begin == WRITE:  # only a writer may change the file
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")  # an accepted question is a promise
            cursor.execute("PRAGMA secure_delete=ON")  # an erased text leaves the file
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
