"""`doctor-llama db …`: the database's own commands."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from doctor_llama import backups, db, locks, moving, settings
from doctor_llama.cli import database
from doctor_llama.db import Database
from doctor_llama.errors import DatabaseError
from doctor_llama.settings import Settings


@database.command()
def upgrade() -> None:
    """Create the database, or bring it to this version. A backup is made first."""
    opened = _configured()
    before = opened.revision()
    copy = prepare(opened)
    if before == db.head():
        typer.echo(f"The database is at revision {before}; there is nothing to do.")
    else:
        typer.echo(f"The database is now at revision {db.head()}.")
    if copy is not None:
        typer.echo(f"The former state was kept in {copy}.")


def prepare(opened: Database) -> Path | None:
    """Check the database and bring it up to date; return the backup when one was made.

    Raises `DatabaseError` for a damaged file: nothing is ever started on an empty one instead.
    """
    opened.check()
    revision, copy = opened.revision(), None
    if opened.is_sqlite and revision is not None and revision != db.head():
        copy = backups.make(opened)
    if revision != db.head():
        opened.upgrade()
    return copy


@database.command()
def check() -> None:
    """Look for damage, and for an outdated revision. Exit status 1 when something is wrong."""
    opened = _configured()
    opened.check()
    opened.require_current()
    typer.echo("The database is whole and up to date.")


@database.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="Where to write. Default: the data folder's backups/.")
    ] = None,
) -> None:
    """Write a verified copy, while everything keeps running."""
    typer.echo(str(backups.make(_configured(), target)))


@database.command()
def restore(
    source: Annotated[
        Path | None, typer.Argument(help="The copy. Default: the newest in backups/.")
    ] = None,
) -> None:
    """Put a backup in the database's place. Stop Doctor Llama first; the former state is kept."""
    chosen = settings.load()
    opened = open_database(chosen)
    if source is None:
        found = backups.existing(opened.backups)
        if not found:
            raise DatabaseError(f"There is no backup in {opened.backups}.")
        source = found[0]
    running = "Doctor Llama is running on this database. Stop it, then restore."
    with ExitStack() as stack:
        for lock in (chosen.data_dir / "run.lock", *chosen.data_dir.glob("worker-*.lock")):
            stack.enter_context(locks.held(lock, running))
        aside = backups.restore(opened, source)
        opened.upgrade()
    typer.echo(f"The database is as it was in {source}.")
    if aside is not None:
        typer.echo(f"What was there before lies in {aside}.")


@database.command()
def copy(
    source: Annotated[str, typer.Argument(help="SQLAlchemy URL, such as sqlite:///data/x.db")],
    target: Annotated[str, typer.Argument(help="URL of an empty database, postgresql://…")],
) -> None:
    """Copy everything into an empty database, as when moving to PostgreSQL. Stop all first."""
    counts = moving.move(Database(source), Database(target))
    for table, rows in counts.items():
        typer.echo(f"{rows:>9,} {table}")
    typer.echo("Everything is copied. Set DATABASE_URL to the new one and start again.")


def open_database(chosen: Settings) -> Database:
    """The database of the settings, with its folder of backups."""
    return Database(chosen.database, chosen.data_dir / "backups")


def _configured() -> Database:
    return open_database(settings.load())
