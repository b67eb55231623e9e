"""`doctor-llama people …`: what people ask for by another way than the chat: a copy, an erasure."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from doctor_llama import audit, db, erasures, privacy, settings
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.erasures import Scope
from doctor_llama.errors import NobodyError
from doctor_llama.schema import User
from doctor_llama.settings import Settings

commands = typer.Typer(
    help="Answer what people ask for by mail: a copy of their data, or its erasure.",
    no_args_is_help=True,
)
app.add_typer(commands, name="people")
Number = Annotated[int, typer.Argument(help="The person's number in Telegram; /privacy shows it.")]


@asynccontextmanager
async def _opened(chosen: Settings) -> AsyncIterator[Database]:
    database = Database(chosen.database)
    await asyncio.to_thread(storage.prepare, database)
    try:
        yield database
    finally:
        await database.close()


async def _known(session: db.Session, number: int) -> User:
    user = await privacy.known(session, f"telegram:{number}")
    if user is None:
        raise NobodyError(f"Nothing is stored of {number}.")
    return user


@commands.command()
def export(
    number: Number,
    out: Annotated[Path | None, typer.Option(help="Where to write. Default: the terminal.")] = None,
) -> None:
    """Write everything that is stored of a person as JSON, as /mydata does."""

    async def found() -> str:
        async with _opened(settings.load()) as database, database.reading() as session:
            told = await privacy.export(session, await _known(session, number))
        return json.dumps(told, ensure_ascii=False, indent=1)

    text = asyncio.run(found())
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text, encoding="utf-8")


@commands.command()
def erase(
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything of a person, as /forget does. It cannot be undone."""
    if not yes:
        typer.confirm(f"Erase everything that is stored of {number}?", abort=True)
    chosen = settings.load()

    async def erased() -> int:
        async with _opened(chosen) as database:
            async with database.session() as session:
                user = await _known(session, number)
                note = await erasures.erase(session, user, Scope.EVERYTHING, user.id)
                audit.note(session, None, "people.erase", audit.ERASED)
            await erasures.record(chosen.data_dir, note)
            await database.checkpoint()
        return sum(len(ids) for ids in note.rows.values())

    typer.echo(f"Erased: {asyncio.run(erased())} rows.")
