"""`doctor-llama db …`: the database's own commands."""

from pathlib import Path
from typing import Annotated

import typer

from doctor_llama import db, settings
from doctor_llama.cli import database
from doctor_llama.db import Database


@database.command()
def upgrade() -> None:
    """Create the database, or bring it to this version. A backup is made first."""
    opened = Database(settings.load().database)
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
        copy = opened.backup()
    if revision != db.head():
        opened.upgrade()
    return copy


@database.command()
def check() -> None:
    """Look for damage, and for an outdated revision. Exit status 1 when something is wrong."""
    opened = Database(settings.load().database)
    opened.check()
    opened.require_current()
    typer.echo("The database is whole and up to date.")


@database.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="Where to write. Default: the data folder's backups/.")
    ] = None,
) -> None:
    """Write a checked copy, while everything keeps running."""
    typer.echo(str(Database(settings.load().database).backup(target)))
