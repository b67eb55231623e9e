"""`doctor-llama adapters …`: take adapters in, look at them, choose the one that answers."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import adapters, lineage, serving, settings
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.engine import choice
from doctor_llama.schema import Adapter
from doctor_llama.settings import Settings

commands = typer.Typer(
    help="Take adapters in, look at them, choose the one that answers.", no_args_is_help=True
)
app.add_typer(commands, name="adapters")

Name = Annotated[str, typer.Argument(help="The adapter's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@asynccontextmanager
async def _registry(chosen: Settings) -> AsyncIterator[AsyncSession]:
    database = Database(chosen.database)
    await asyncio.to_thread(storage.prepare, database)
    try:
        async with database.session() as session:
            yield session
    finally:
        await database.close()


@commands.command("list")
def listing(as_json: AsJson = False) -> None:
    """Every adapter, the newest first. The active one answers."""
    rows, due = asyncio.run(_all(settings.load()))
    found = [_told(row) | {"retrain_due": due.get(row.id, 0)} for row in rows]
    if as_json:
        typer.echo(json.dumps({"adapters": found}))
    elif not found:
        typer.echo("There is none yet. Take one in with: doctor-llama adapters import")
    else:
        width = max(len(row["name"]) for row in found)
        for row in found:
            why = f"  {row['reason']}" if row["reason"] else ""
            why += "  retrain due" if row["retrain_due"] else ""
            typer.echo(f"{row['name']:<{width}}  {row['status']:<9}  {row['base_model']}{why}")


async def _all(chosen: Settings) -> tuple[list[Adapter], dict[int, int]]:
    async with _registry(chosen) as session:
        return list(await adapters.listing(session)), await lineage.due(session)


@commands.command()
def show(
    name: Name,
    ancestry: Annotated[
        bool, typer.Option("--lineage", help="The rows of feedback that it learned from.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What is known of one adapter; its files are checked to the last bit."""
    chosen = settings.load()
    if ancestry:
        _show_lineage(asyncio.run(_lineage(chosen, name)), as_json=as_json)
        return
    row = asyncio.run(one(chosen, name))
    from doctor_llama.engine.local import bundle

    verified = bundle.verify(chosen.data_dir / row.path)
    made = verified.manifest
    told = _told(row) | {
        "rank": made.rank,
        "targets": made.targets,
        "extra_rows": made.extra_rows,
        "eos_ids": made.eos_ids,
        "metrics": row.metrics,
        "lineage": row.lineage,
        "verdict": row.verdict,
        "bytes": sum(path.stat().st_size for path in verified.folder.iterdir()),
    }
    if as_json:
        typer.echo(json.dumps(told))
        return
    for key, value in told.items():
        typer.echo(f"{key:<12} {value if isinstance(value, (str, int)) else json.dumps(value)}")


async def _lineage(chosen: Settings, name: str) -> dict[str, Any]:
    async with _registry(chosen) as session:
        row = await adapters.get(session, name)
        rows = await lineage.of(session, row)
        parent = await session.get(Adapter, row.parent_id) if row.parent_id else None
        return {
            "name": row.name,
            "parent": parent.name if parent else None,
            "made": row.lineage,
            "retrain_due": any(one.state != "there" for one in rows),
            "rows": [asdict(one) for one in rows],
        }


def _show_lineage(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{told['name']}, trained from {told['parent'] or 'the base'}")
    for key, value in told["made"].items():
        typer.echo(f"  {key}: {value if isinstance(value, (str, int)) else json.dumps(value)}")
    for row in told["rows"]:
        typer.echo(f"  feedback {row['feedback']}: {row['kind']}, {row['state']}")
    if told["retrain_due"]:
        typer.echo("Retrain due: rows that it learned from are erased or withdrawn.")


async def one(chosen: Settings, name: str) -> Adapter:
    """A registered adapter by its name. Raises `RegistryError`."""
    async with _registry(chosen) as session:
        return await adapters.get(session, name)


@commands.command("import")
def take(
    source: Annotated[
        str, typer.Argument(help="A folder or a Hub id: a PEFT adapter, or an exported one.")
    ],
    name: Annotated[
        str | None, typer.Option(help="What to call it. Default: after its source.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(help="The base model that it is for. Default: the settings'.")
    ] = None,
    promote_it: Annotated[bool, typer.Option("--promote", help="Let it answer at once.")] = False,
) -> None:
    """Check an adapter against its base and keep a slim copy. It serves nobody before `promote`."""
    chosen = settings.load()
    place, label = choice.base_of(choice.choose(chosen))
    token = chosen.hf_token.get_secret_value() if chosen.hf_token else None
    from doctor_llama.engine.local import importing

    root = serving.folder(chosen)
    made = importing.take(
        source, root, base=base or place, base_label=None if base else label, token=token
    )
    row = asyncio.run(
        _register(
            chosen,
            name or _name_after(source),
            promote_it=promote_it,
            sha256=made.sha256,
            base_model=made.manifest.base_model,
            verdict={"imported": True},
            lineage={"source": source, **made.manifest.lineage},
        )
    )
    size = sum(path.stat().st_size for path in made.folder.iterdir()) / 1e6
    typer.echo(f"{row.name} is {row.status}: rank {made.manifest.rank}, {size:.1f} MB.")


async def _register(chosen: Settings, name: str, *, promote_it: bool, **columns: Any) -> Adapter:
    async with _registry(chosen) as session:
        row = await adapters.register(session, name=name, **columns)
        if promote_it:
            await adapters.promote(session, row)
        return row


def _name_after(source: str) -> str:
    last = Path(source).resolve().name if Path(source).is_dir() else source.rsplit("/", 1)[-1]
    return re.sub(r"[^a-z0-9._-]+", "-", last.lower()).strip("-._")[:64]


@commands.command()
def promote(
    name: Name,
    again: Annotated[
        bool, typer.Option("--again", help="Also one that was rejected, when that is mended.")
    ] = False,
) -> None:
    """Let an adapter answer: every worker changes to it between two answers."""

    async def promoted(chosen: Settings) -> Adapter | None:
        async with _registry(chosen) as session:
            return await adapters.promote(session, await adapters.get(session, name), again=again)

    former = asyncio.run(promoted(settings.load()))
    typer.echo(f"{name} is active{f', in place of {former.name}' if former else ''}.")


@commands.command()
def reject(
    name: Name, reason: Annotated[str, typer.Option(help="Why; it is kept with the adapter.")] = ""
) -> None:
    """Let an adapter answer nobody; an active one is followed by the one before it.

    `promote --again` takes that back.
    """

    async def rejected(chosen: Settings) -> Adapter | None:
        async with _registry(chosen) as session:
            row = await adapters.get(session, name)
            return await adapters.reject(session, row.id, reason or "by an operator")

    active = asyncio.run(rejected(settings.load()))
    typer.echo(f"{name} is rejected. Active: {active.name if active else 'none'}.")


@commands.command()
def rollback() -> None:
    """Go back to the adapter before; before the first, to what the settings say."""

    async def back(chosen: Settings) -> tuple[Adapter, Adapter | None]:
        async with _registry(chosen) as session:
            return await adapters.rollback(session)

    former, row = asyncio.run(back(settings.load()))
    now = f"{row.name} is active" if row else "The settings' adapter answers"
    typer.echo(f"{now}, in place of {former.name}.")


@commands.command()
def remove(name: Name) -> None:
    """Forget an adapter that is not active, and delete its files."""

    async def gone(chosen: Settings) -> Path | None:
        async with _registry(chosen) as session:
            row = await adapters.get(session, name)
            alone = await adapters.remove(session, row)
            return chosen.data_dir / row.path if alone else None

    chosen = settings.load()
    place = asyncio.run(gone(chosen))
    if place is not None and place.resolve().parent == serving.folder(chosen).resolve():
        shutil.rmtree(place, ignore_errors=True)
    typer.echo(f"{name} is removed.")


def _told(row: Adapter) -> dict[str, Any]:
    """A row in plain values."""
    reasons = [*row.verdict.get("reasons", []), row.verdict.get("failure")]
    return {
        "name": row.name,
        "status": str(row.status),
        "base_model": row.base_model,
        "sha256": row.sha256,
        "reason": "; ".join(str(reason) for reason in reasons if reason),
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "promoted_at": row.promoted_at.isoformat(timespec="seconds") if row.promoted_at else "",
    }
