"""Copies of the database: made while it is in use, verified by restoring them, pruned, put back.

SQLite is copied by SQLite itself, PostgreSQL by its own `pg_dump` and `pg_restore`. A copy holds
health data: only its owner can read it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import URL

from doctor_llama import db
from doctor_llama.db import Database
from doctor_llama.errors import DatabaseError

DUMP_SECONDS = 3_600.0
STAMP = "%Y-%m-%dT%H-%M-%S"
SQLITE, POSTGRES = ".db", ".pgdump"


def make(database: Database, target: Path | None = None) -> Path:
    """Write a verified copy while others read and write; return its path.

    Without `target` it lies in the database's folder of backups, named by the time in UTC.
    Raises `DatabaseError`: there is no database, the target exists, no room, it did not verify.
    """
    suffix = SQLITE if database.is_sqlite else POSTGRES
    name = f"{datetime.now(UTC).strftime(STAMP)}{suffix}"
    target = (target or database.backups / name).resolve()
    if target.exists():
        raise DatabaseError(f"{target} exists already.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    try:
        if database.is_sqlite:
            _copy_sqlite(database.path, partial)
        else:
            _dump_postgres(database.url, partial)
        partial.chmod(0o600)
        partial.rename(target)
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"The backup failed: {error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def existing(folder: Path) -> list[Path]:
    """The copies in a folder, the newest first."""
    found = [path for suffix in (SQLITE, POSTGRES) for path in folder.glob(f"*{suffix}")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` copies that `make` named; return what went."""
    ours = [path for path in existing(folder) if _stamped(path)]
    for path in ours[keep:]:
        path.unlink(missing_ok=True)
    return ours[keep:]


def _stamped(path: Path) -> bool:
    try:
        datetime.strptime(path.stem, STAMP)
    except ValueError:
        return False
    return True


def restore(database: Database, source: Path) -> Path | None:
    """Put a copy in the database's place; return where the former state was kept, if there was one.

    Nothing may use the database meanwhile. The copy is verified before anything is touched, and
    the former state is moved aside, never deleted: a damaged file too may be worth a look.
    Raises `DatabaseError`.
    """
    if not source.is_file():
        raise DatabaseError(f"There is no backup at {source}.")
    if database.is_sqlite:
        return _restore_sqlite(database, source)
    _restore_postgres(database, source)
    return None


# -- SQLite ----------------------------------------------------------------------------------------


def _copy_sqlite(path: Path, partial: Path) -> None:
    """`VACUUM INTO` blocks writers for some 50 ms per 100 MB; the stepwise backup API starts over
    at every write and may never end."""
    if not path.exists():
        raise DatabaseError(f"There is no database at {path}.")
    if shutil.disk_usage(partial.parent).free < path.stat().st_size * 2:
        raise DatabaseError(f"There is not enough room for a backup in {partial.parent}.")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
    verify(partial)


def verify(path: Path) -> dict[str, int]:
    """Open a SQLite copy as a restore would; return its rows by table.

    Raises `DatabaseError` when it is damaged or not a database of ours.
    """
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
            problems = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
            if problems == ["ok"]:
                problems = [str(row) for row in copy.execute("PRAGMA foreign_key_check")]
                counts = _counts(copy)
                revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"{path} is not a whole backup: {error}.") from error
    if problems:
        raise DatabaseError(f"{path} is damaged: {problems[0]}.")
    if revision is None or not db.knows(revision[0]):
        raise DatabaseError(f"{path} was made by a newer version of Doctor Llama than this one.")
    return counts


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in tables.fetchall()
    }


def _restore_sqlite(database: Database, source: Path) -> Path | None:
    verify(source)
    path = database.path
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".restoring")
    shutil.copyfile(source, fresh)
    fresh.chmod(0o600)
    aside = None
    if path.exists():
        stamp = datetime.now(UTC).strftime(STAMP)
        aside = path.with_name(f"{path.name}.before-restore-{stamp}")
        for ending in ("-wal", "-shm"):  # they belong to the former file and would ruin the new one
            companion = path.with_name(path.name + ending)
            if companion.exists():
                companion.rename(aside.with_name(aside.name + ending))
        path.rename(aside)
    fresh.rename(path)
    return aside


# -- PostgreSQL ------------------------------------------------------------------------------------


def _dump_postgres(url: URL, partial: Path) -> None:
    _run(url, ["pg_dump", "--format=custom", "--no-owner", f"--file={partial}"])
    _run(url, ["pg_restore", f"--file={os.devnull}", str(partial)])  # reads all of it


def _restore_postgres(database: Database, source: Path) -> None:
    _run(database.url, ["pg_restore", f"--file={os.devnull}", str(source)])
    name = database.url.database or ""
    _run(
        database.url,
        [
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            f"--dbname={name}", str(source),
        ],
    )  # fmt: skip


def _run(url: URL, command: Sequence[str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise DatabaseError(
            f"{command[0]} is not on this machine. It comes with PostgreSQL's client "
            "(Debian: apt-get install postgresql-client)."
        )
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [program, *command[1:]],
        env=os.environ | _environment(url),
        capture_output=True,
        text=True,
        timeout=DUMP_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise DatabaseError(f"{command[0]} failed: {reason}")


def _environment(url: URL) -> dict[str, str]:
    """What libpq reads, so that the password is in no command line."""
    query = {name: str(value) for name, value in url.query.items()}
    values = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("sslmode"),
    }
    return {name: str(value) for name, value in values.items() if value}
