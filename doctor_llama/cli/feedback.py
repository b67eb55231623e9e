"""`doctor-llama feedback …`: review corrections, look at feedback, take it out as training data."""

import asyncio
import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import click
import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import learning, lineage, privacy, review, samples, settings
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.errors import ReviewError
from doctor_llama.review import Item
from doctor_llama.schema import Review, Role, User
from doctor_llama.settings import Settings

commands = typer.Typer(
    help="Review corrections, look at feedback, take it out as training data.",
    no_args_is_help=True,
)
app.add_typer(commands, name="feedback")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
STATES = {"open": None, "approved": Review.APPROVED, "refused": Review.REFUSED}


@asynccontextmanager
async def opened(chosen: Settings) -> AsyncIterator[AsyncSession]:
    database = Database(chosen.database)
    await asyncio.to_thread(storage.prepare, database)
    try:
        async with database.session() as session:
            yield session
    finally:
        await database.close()


async def _operator(session: AsyncSession) -> User:
    """Whoever sits at this terminal, as a reviewer among the others."""
    user = await privacy.person(session, f"terminal:{getpass.getuser()}")
    if user.role == Role.USER:
        user.role = Role.REVIEWER
        await session.flush()
    return user


@commands.command("review")
def reviewing(
    approve: Annotated[int | None, typer.Option(help="Approve this correction.")] = None,
    refuse: Annotated[int | None, typer.Option(help="Refuse this correction.")] = None,
    reopen: Annotated[int | None, typer.Option(help="Take the decision on it back.")] = None,
    text: Annotated[str | None, typer.Option(help="With --approve: in these words.")] = None,
    reason: Annotated[str, typer.Option(help="With --refuse: why.")] = "",
    anyway: Annotated[
        bool, typer.Option("--anyway", help="With --approve: though the rules hold it back.")
    ] = False,
) -> None:
    """Go through the corrections that wait, one by one; or decide on one by its number."""
    chosen = settings.load()
    if sum(number is not None for number in (approve, refuse, reopen)) > 1:
        raise ReviewError("Give one of --approve, --refuse and --reopen.")

    async def decided() -> str | None:
        async with opened(chosen) as session:
            operator = await _operator(session)
            if approve is not None:
                row = await review.approve(session, approve, operator, text=text, anyway=anyway)
            elif refuse is not None:
                row = await review.refuse(session, refuse, operator, reason)
            elif reopen is not None:
                row = await review.reopen(session, reopen, operator)
            else:
                return None
            return f"Correction {row.id} is {row.review or 'open again'}."

    done = asyncio.run(decided())
    if done is not None:
        typer.echo(done)
    else:
        _one_by_one(chosen)


def _one_by_one(chosen: Settings) -> None:
    console, after = Console(), 0

    async def following(after: int) -> Item | None:
        async with opened(chosen) as session:
            await review.refuse_harmful(session)
            return await review.take(session, await _operator(session), after=after)

    while (item := asyncio.run(following(after))) is not None and item.row.id > after:
        console.print(_panel(item))
        key = typer.prompt("[a]pprove, [e]dit, [r]efuse, [s]kip, [q]uit", default="s").lower()[:1]
        if key == "q":
            return
        after = item.row.id
        try:
            asyncio.run(_by_key(chosen, item, key))
        except ReviewError as problem:
            console.print(str(problem), style="red", markup=False)
    typer.echo("No correction waits." if after == 0 else "That was the last one.")


async def _by_key(chosen: Settings, item: Item, key: str) -> None:
    number, reason, anyway = item.row.id, "", False
    text: str | None = None
    if key == "e":
        text = click.edit(item.correction) or item.correction
    if key == "r":
        reason = typer.prompt("Why", default="")
    if key in "ae" and item.warning:
        anyway = typer.confirm(f"It is held back: {item.warning}. Approve it anyway?")
    async with opened(chosen) as session:
        operator = await _operator(session)
        if key in "ae":
            await review.approve(session, number, operator, text=text, anyway=anyway)
        elif key == "r":
            await review.refuse(session, number, operator, reason)


def _panel(item: Item) -> Panel:
    from rich.text import Text

    told = Text()
    for head, words in (
        ("Question\n", item.question),
        ("\n\nAnswer\n", item.answer),
        ("\n\nCorrection\n", item.correction),
    ):
        told.append(head, style="bold")
        told.append(words)
    for doubt in filter(None, (item.harm, item.warning)):
        told.append(f"\n\n{doubt}", style="red")
    return Panel(told, title=f"Correction {item.row.id}")


@commands.command("list")
def listing(
    state: Annotated[str, typer.Option(help="open, approved or refused.")] = "open",
    as_json: AsJson = False,
) -> None:
    """The corrections in a state, without anybody's name; texts are scrubbed."""
    if state not in STATES:
        raise ReviewError(f"--state is one of {', '.join(STATES)}.")

    async def found() -> list[dict[str, Any]]:
        async with opened(settings.load()) as session:
            rows = await review.listing(session, STATES[state])
            return [
                _told(await review.item(session, row))
                | {"taught": [a.name for a in await lineage.adapters_of(session, row.id)]}
                for row in rows
            ]

    items = asyncio.run(found())
    if as_json:
        typer.echo(json.dumps({"corrections": items}, ensure_ascii=False))
        return
    if not items:
        typer.echo(f"No correction is {state}.")
        return
    table = Table("No.", "Question", "Correction", "Notes")
    for item in items:
        taught = f"taught {', '.join(item['taught'])}" if item["taught"] else ""
        notes = "; ".join(filter(None, (item["reason"], item["harm"], item["warning"], taught)))
        table.add_row(str(item["number"]), item["question"], item["correction"], notes)
    Console().print(table)


def _told(item: Item) -> dict[str, Any]:
    return {
        "number": item.row.id,
        "state": item.state,
        "question": item.question,
        "answer": item.answer,
        "correction": item.correction,
        "reason": item.row.review_reason or "",
        "harm": item.harm or "",
        "warning": item.warning or "",
    }


@commands.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    fmt: Annotated[str, typer.Option("--format", help="jsonl or parquet.")] = "parquet",
    as_json: AsJson = False,
) -> None:
    """Write what may be learned from now, in the shapes of TRL; one file a shape.

    Only of people who agree to it at this moment, scrubbed, under pseudonyms.
    """
    if fmt not in samples.files.FORMATS:
        raise ReviewError("--format is jsonl or parquet.")
    chosen = settings.load()

    async def collected() -> samples.Collected:
        async with opened(chosen) as session:
            return await samples.collect(
                session,
                samples.pseudonyms(chosen.data_dir),
                samples.Caps(chosen.samples_per_person),
            )

    found = asyncio.run(collected())
    written = samples.write(found.samples, folder, fmt)
    told = {
        "samples": len(found.samples),
        "left_out": {why: n for why, n in found.left_out.items() if n},
        "files": {name: str(path) for name, path in written.items()},
    }
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{told['samples']} samples in {len(written)} files in {folder}.")
    for why, number in found.left_out.items():
        if number:
            typer.echo(f"  left out: {number} ({why})")


@commands.command()
def stats(as_json: AsJson = False) -> None:
    """How answers are rated by adapter, what waits for review, what may be learned from."""

    async def found() -> dict[str, Any]:
        async with opened(settings.load()) as session:
            return (await learning.overview(session)).to_json()

    told = asyncio.run(found())
    if as_json:
        typer.echo(json.dumps(told))
        return
    table = Table("Adapter", "Ratings", "👍", "95 % interval")
    for row in told["ratings"]:
        band = f"{row['low']:.0%} – {row['high']:.0%}"
        table.add_row(row["adapter"], str(row["n"]), f"{row['share']:.0%}", band)
    Console().print(table)
    for name, number in told["corrections"].items():
        typer.echo(f"corrections {name}: {number}")
