"""`doctor-llama evaluate`: how good adapters are, side by side, with what chance alone would do."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama import adapters, settings
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.engine import choice
from doctor_llama.errors import EvaluationError, RegistryError, SettingsError
from doctor_llama.schema import Adapter
from doctor_llama.settings import Settings

SETS = ("small", "full")
ACTIVE, BASE = "active", "base"
MARKS = {
    "better": ("▲", "green"),
    "worse": ("▼", "red"),
    "different": ("◆", "yellow"),
    "same": (" ", ""),
}


@dataclass(frozen=True, slots=True)
class Contestant:
    """An adapter by the name it gets in the table; without a place it is the base alone."""

    name: str
    place: str = ""
    registered: bool = False


Names = Annotated[
    list[str],
    typer.Argument(
        metavar="ADAPTER...",
        help="A registered name or id, `active`, `base`, a folder, or a Hub id.",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(help="Compare with this one. Default: the active adapter, or the base."),
]
Set = Annotated[
    str,
    typer.Option(
        "--set",
        metavar="small|full",
        help="small: our own items, without the net. full: PubMedQA and MedQA as well.",
    ),
]
Data = Annotated[Path | None, typer.Option(help="Folder of a data set: its test part as well.")]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--place",
        metavar="SET=PLACE",
        help="Where pubmedqa or medqa lies, a file, a folder or a Hub id. Default: the Hub.",
    ),
]
Limit = Annotated[int | None, typer.Option(min=2, help="At most so many items of each set.")]
Harness = Annotated[
    bool, typer.Option("--harness", help="The choices by lm-evaluation-harness too (an extra).")
]
Speed = Annotated[
    bool, typer.Option("--speed/--no-speed", help="Measure tokens per second and waits too.")
]
Seed = Annotated[int, typer.Option(help="Of the intervals and tests.")]
Out = Annotated[
    Path | None, typer.Option(help="Folder of the report. Default: a new one in the data folder.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def evaluate(  # noqa: PLR0917 - each is an option of the command
    names: Names,
    against: Against = None,
    chosen_set: Set = "small",
    data: Data = None,
    places: Places = None,
    limit: Limit = None,
    harness: Harness = False,
    speed: Speed = True,
    seed: Seed = 0,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Score adapters: answers, choices, safety, speed; a table here and a report in a folder."""
    chosen = settings.load()
    base, label = _base(chosen)
    contestants, other = asyncio.run(_contestants(chosen, names, against))
    folder = out or chosen.data_dir / "evaluations" / datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    options = ["--base", base, "--base-label", label, "--seed", str(seed), "--out", str(folder)]
    for one in contestants:
        options += ["--adapter", f"{one.name}={one.place}"]
    options += ["--against", other] if other is not None else []
    options += _sets(chosen_set, data, places or [])
    options += ["--limit", str(limit)] if limit is not None else []
    options += ["--harness"] if harness else []
    options += [] if speed else ["--no-speed"]
    options += ["--weights", "nf4"] if label == choice.EMBEDDED_NAME else []  # as it is served
    _run(chosen, options)
    told: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    asyncio.run(_keep(chosen, contestants, told))
    if as_json:
        typer.echo(json.dumps(told | {"folder": str(folder)}, ensure_ascii=False))
    else:
        _table(told)
        typer.echo(f"Report: {folder / 'report.md'}, {folder / 'report.png'}")


def _run(chosen: Settings, options: list[str]) -> None:
    """Evaluate in a process of its own; what went wrong there it has said itself."""
    quiet = {} if chosen.log_level == "DEBUG" else {"DOCTOR_LLAMA_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "training", "evaluate", *options]
    code = subprocess.run(command, check=False, env=os.environ | quiet).returncode  # noqa: S603 - ourselves
    if code:
        raise typer.Exit(code if code > 0 else 128 - code)


def _sets(chosen_set: str, data: Path | None, places: list[str]) -> list[str]:
    if chosen_set not in SETS:
        raise EvaluationError(f"--set is {' or '.join(SETS)}, not {chosen_set}.")
    if odd := [place for place in places if "=" not in place]:
        raise EvaluationError(f"--place is SET=PLACE, such as medqa=test.jsonl, not {odd[0]}.")
    found = ["--set", chosen_set]
    if data is not None:
        found += ["--data", str(data)]
    return found + [part for place in places for part in ("--place", place)]


def _base(chosen: Settings) -> tuple[str, str]:
    own = choice.choose(chosen)
    if chosen.remote_urls or own.model == choice.SCRIPTED:
        raise SettingsError(
            "There is no model in this process to evaluate: it is on other machines, or scripted. "
            "Run the command where DOCTOR_LLAMA_MODEL names one and DOCTOR_LLAMA_REMOTE_URLS none."
        )
    return choice.base_of(own)


async def _contestants(
    chosen: Settings, names: list[str], against: str | None
) -> tuple[list[Contestant], str | None]:
    """Who is scored, and the name of the one that the others are compared with."""
    database = Database(chosen.database)
    await asyncio.to_thread(storage.prepare, database)
    try:
        found = [await _contestant(chosen, database, name) for name in names]
        _require_distinct(found)
        if against is not None:
            other = await _contestant(chosen, database, against)
        else:
            other = await _contestant(chosen, database, ACTIVE)
            if len(found) == 1 and other.place == found[0].place:
                other = Contestant(BASE)
    finally:
        await database.close()
    twin = next((one for one in found if one.place == other.place), None)
    if twin is not None:
        return found, twin.name if len(found) > 1 else None
    return [*found, other], other.name


def _require_distinct(found: list[Contestant]) -> None:
    for at, one in enumerate(found):
        if one.name in {before.name for before in found[:at]}:
            raise EvaluationError(f"Two of the adapters are called {one.name}. Rename a folder.")


async def _contestant(chosen: Settings, database: Database, name: str) -> Contestant:
    if name == BASE:
        return Contestant(BASE)
    if (folder := _folder(name)) is not None:
        return Contestant(folder.name.replace("=", "-"), str(folder))
    if "/" in name:
        return Contestant(name, name)  # a Hub id; loading it says whether there is one
    async with database.reading() as session:
        if name == ACTIVE:
            row = await adapters.active(session)
        else:
            row = await adapters.find(session, name)
    if row is None:
        return _default(chosen)
    return _registered(chosen, row)


def _folder(name: str) -> Path | None:
    return Path(name).resolve() if Path(name).is_dir() else None


def _registered(chosen: Settings, row: Adapter) -> Contestant:
    folder = chosen.data_dir / row.path
    if not folder.is_dir():
        raise RegistryError(f"The files of {row.name} are not in {folder}.")
    return Contestant(row.name, str(folder.resolve()), registered=True)


def _default(chosen: Settings) -> Contestant:
    """What answers while no registered adapter is active."""
    place, label = choice.adapter_of(choice.choose(chosen))
    return Contestant(label or ACTIVE, place) if place else Contestant(BASE)


async def _keep(chosen: Settings, contestants: list[Contestant], told: dict[str, Any]) -> None:
    """Note the scores of registered adapters in their rows: their cards tell them."""
    about = told["about"]
    common = {"base": told["base"], **{k: about[k] for k in ("weights", "seed", "sets")}}
    database = Database(chosen.database)
    try:
        async with database.session() as session:
            for one in contestants:
                if one.registered:
                    metrics = told["results"][one.name]["metrics"]
                    await adapters.note_scores(session, one.name, common | {"metrics": metrics})
    finally:
        await database.close()


def _table(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    results, against = told["results"], told["against"]
    table = Table(box=None, pad_edge=False, title=f"{told['base']}, 95 % intervals")
    table.add_column("metric")
    for name in results:
        table.add_column(name, justify="right")
    table.add_column("items", justify="right")
    verdicts = {(c["one"], c["metric"]): c["verdict"] for c in told["comparisons"]}
    metrics = list(dict.fromkeys(m for result in results.values() for m in result["metrics"]))
    for metric in metrics:
        scores = [result["metrics"].get(metric) for result in results.values()]
        cells: list[Text] = []
        for name, score in zip(results, scores, strict=True):
            mark, colour = MARKS[verdicts.get((name, metric), "same")]
            cells.append(Text(f"{_shown(score)} {mark}", style=colour))
        table.add_row(metric, *cells, str(max(s["n"] for s in scores if s)))
    wide = None if sys.stdout.isatty() else 40 + 32 * len(results)
    console = Console(width=wide)
    console.print(table)
    if against and len(results) > 1:
        console.print(f"▲ better, ▼ worse, ◆ different from {against}, beyond chance.")
        console.print("No mark: no difference was seen. No clinician has reviewed any of this.")


def _shown(score: dict[str, float] | None) -> str:
    if score is None:
        return "–"
    return f"{score['value']:.4g} ({score['low']:.4g}–{score['high']:.4g})"
