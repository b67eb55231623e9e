"""`doctor-llama bench triage`: the gate on labelled messages, and with `--model` the label pass."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from doctor_llama import logs, settings
from doctor_llama.cli.bench import bench
from doctor_llama.cli.triage import messages
from doctor_llama.errors import EngineError, MessagesFileError, SettingsError
from doctor_llama.settings import Settings
from doctor_llama.triage import Label, measuring
from doctor_llama.triage.layers import THRESHOLDS, Layers, Pass
from doctor_llama.triage.measuring import Report

THRESHOLD = 0.5  # where neither the option nor the settings name one


@bench.command("triage")
def bench_triage(
    file: Annotated[Path, typer.Argument(help="JSON Lines with text, label, perhaps lang.")],
    model: Annotated[
        bool, typer.Option("--model", help="Have the base model of the settings read them too.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="From which the model raises. Default: DOCTOR_LLAMA_TRIAGE_MODEL_THRESHOLD, "
            f"else {THRESHOLD}.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure triage on labelled messages: recall, precision, false alarms, what it missed, time.

    Intervals are Wilson's at 95 %. `accept` in a row lists labels that are right as well. With
    `--model`: the gate alone, the model alone, both together, and what other thresholds give.
    """
    rows = messages(file)
    if any(row.get("label") not in {*Label} for row in rows):
        raise MessagesFileError(f"{file} has a row without one of the labels {', '.join(Label)}.")
    gate = measuring.measure(rows)
    console = Console()
    if not model:
        if as_json:
            typer.echo(json.dumps(gate.as_json(), ensure_ascii=False))
            return
        _figures(console, gate, "the gate")
        _misses(console, gate)
        return
    chosen = settings.load()
    logs.configure("DEBUG" if chosen.log_level == "DEBUG" else "WARNING")
    at = threshold if threshold is not None else chosen.triage_model_threshold or THRESHOLD
    name, passes = asyncio.run(_read(chosen, [row.text for row in gate.rows], quiet=as_json))
    layers = Layers(gate, passes)
    if as_json:
        told = {"name": name, **layers.as_json(at)}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _compare(console, layers, name, at)


async def _read(chosen: Settings, texts: Sequence[str], *, quiet: bool) -> tuple[str, list[Pass]]:
    """The model's name, and a pass of each text, one after the other."""
    from doctor_llama import labelling
    from doctor_llama.engine import choice

    engine = choice.build(chosen)
    await engine.start()
    try:
        if (why := labelling.why_not(engine)) is not None:
            raise SettingsError(f"There is no label pass: {why}.")
        await labelling.read(engine, labelling.TRIAL)  # what is done once is in no figure
        passes = []
        bar = Console(stderr=True)
        for text in track(texts, "reading", console=bar, transient=True, disable=quiet):
            began, found = time.perf_counter(), None
            try:
                found = await labelling.read(engine, text)
            except EngineError:
                if engine.down:
                    raise
            passes.append(Pass(found, (time.perf_counter() - began) * 1000))
        card = engine.card()
        return f"{card.model} ({card.weights} on {card.device})", passes
    finally:
        await engine.stop()


# -- printing --------------------------------------------------------------------------------------


def _compare(console: Console, layers: Layers, name: str, threshold: float) -> None:
    both = layers.both(threshold)
    _figures(console, layers.gate, "the gate alone")
    _figures(console, layers.model(threshold), f"{name} alone, from {threshold:g} on")
    _figures(console, both, f"both together, from {threshold:g} on")
    table = Table(title="other thresholds")
    for head in ("from", "model: found", "false alarms", "both: found", "false alarms"):
        table.add_column(head)
    for each in THRESHOLDS:
        reports = (layers.model(each), layers.both(each))
        shares = [str(share) for one in reports for share in (one.recall(), one.false_alarm())]
        table.add_row(f"{each:g}", *shares)
    console.print(table)
    if layers.failed:
        console.print(f"{layers.failed} could not be read by the model.")
    _misses(console, both)


def _figures(console: Console, report: Report, title: str) -> None:
    table = Table(title=f"{title}: {len(report.rows)} messages")
    for head in ("language", "red flags found", "false alarms"):
        table.add_column(head)
    for language in (None, *report.languages()):
        found, false = report.recall(language), report.false_alarm(language)
        table.add_row(language or "all", str(found), str(false))
    console.print(table)
    table = Table(title="by label")
    for head in ("label", "recall", "precision", *(f"said {label}" for label in Label)):
        table.add_column(head)
    confusion = report.confusion()
    for label in Label:
        said = (str(confusion[label][other]) for other in Label)
        table.add_row(label, str(report.recall_of(label)), str(report.precision_of(label)), *said)
    console.print(table)
    console.print(f"p50 {report.percentile(0.5):.2f} ms, p99 {report.percentile(0.99):.2f} ms\n")


def _misses(console: Console, report: Report) -> None:
    lists: dict[str, Any] = {
        "too low": report.under_triaged(),
        "false alarms": report.over_triaged(),
    }
    for title, rows in lists.items():
        console.print(f"[bold]{title}: {len(rows)}")
        for row in rows:
            told = f"{row.said.label} ({row.said.rule})" if row.said.rule else row.said.label
            console.print(f"  {row.id} {row.language}: {row.label}, said {told}: ", end="")
            console.print(row.text, markup=False, highlight=False)
        console.print()
