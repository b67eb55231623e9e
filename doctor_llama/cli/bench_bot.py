"""`doctor-llama bench bot`: load and faults on the whole program, and what became of it."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from doctor_llama.cli.bench import bench
from doctor_llama.errors import TrialError

FAMILIES = "none, telegram (errors, lost answers, duplicates, blocks), kills (-9, hangs), or all."


@bench.command("bot")
def bot(  # noqa: PLR0917 - each is an option of the command
    people: Annotated[int, typer.Option(min=1, help="People who ask.")] = 40,
    seconds: Annotated[float, typer.Option(min=1, help="How long they ask.")] = 30.0,
    rate: Annotated[
        float | None, typer.Option(min=0.01, help="Questions a second in all. Default: people/10.")
    ] = None,
    length: Annotated[float, typer.Option(min=0, help="Mean seconds of an answer.")] = 1.0,
    faults: Annotated[str, typer.Option(help=FAMILIES)] = "none",
    kill_every: Annotated[float, typer.Option(min=1, help="Mean seconds between kills.")] = 8.0,
    poison: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of questions that end the worker.")
    ] = 0.0,
    concurrency: Annotated[int, typer.Option(min=1, help="Answers at the same time.")] = 16,
    messages: Annotated[
        int, typer.Option(min=1, max=1000, help="Messages a second that the bot may send.")
    ] = 28,
    seed: Annotated[int, typer.Option(help="The same seed asks and breaks the same.")] = 1,
    database_url: Annotated[
        str | None, typer.Option(help="An empty PostgreSQL database. Default: SQLite, new.")
    ] = None,
    bots: Annotated[int, typer.Option(min=1, help="Bots, behind a webhook; PostgreSQL.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Workers; PostgreSQL.")] = 1,
    picture: Annotated[
        Path | None, typer.Option(help="Write the queue's depth over time, as PNG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Let people ask the whole program, break things meanwhile, account for every question.

    The engine is scripted: what is measured is the house. Exit status 1 when a question was lost,
    answered twice or answered in another chat.
    """
    from bot.trials import load
    from bot.trials.mischief import Faults

    if faults not in list(Faults):
        raise TrialError(f"--faults is one of: {', '.join(Faults)}.")
    if (bots > 1 or workers > 1) and not (database_url or "").startswith("postgresql"):
        raise TrialError("Several bots or workers share a PostgreSQL: give its --database-url.")
    plan = load.Plan(
        people=people,
        seconds=seconds,
        rate=rate or max(people / 10, 0.1),
        slow=length,
        faults=Faults(faults),
        kill_every=kill_every,
        poison=poison,
        seed=seed,
        concurrency=concurrency,
        messages=messages,
        database_url=database_url,
        bots=bots,
        workers=workers,
    )
    outcome = asyncio.run(load.run(plan, lambda line: typer.echo(line, err=True)))
    if picture is not None:
        from bot.trials import picture as drawing

        picture.write_bytes(drawing.depth(outcome.depth))
    _report(outcome.summary(), as_json=as_json)
    if not outcome.account.clean:
        sys.exit(1)


def _report(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told))
        return
    table = Table("what", "how much", title="The account of the trial")
    for name, value in told.items():
        table.add_row(name.replace("_", " "), str(value))
    Console().print(table)
