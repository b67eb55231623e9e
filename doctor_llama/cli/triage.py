"""`doctor-llama triage` and `doctor-llama bench triage`: the gate before the model, by itself."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from doctor_llama.cli import app
from doctor_llama.cli.bench import bench
from doctor_llama.errors import MessagesFileError

Country = Annotated[
    str | None, typer.Option(metavar="XX", help="Country (ISO 3166), for its numbers.")
]


@app.command()
def triage(
    text: Annotated[str | None, typer.Argument(help="A message.")] = None,
    lang: Annotated[
        str | None, typer.Option(metavar="xx", help="Language, where the message gives none away.")
    ] = None,
    country: Country = None,
    jsonl: Annotated[
        Path | None, typer.Option(help="A file of messages: id, text, perhaps lang and country.")
    ] = None,
) -> None:
    """Say what triage makes of a message: one JSON line each, without model, bot or database.

    `label` is emergency, crisis, urgent or routine; `reply` is what the person is
    told at once, or the line above the answer.
    """
    from doctor_llama.triage import warm

    if (text is None) == (jsonl is None):
        raise typer.BadParameter("give a message, or a file with --jsonl")
    warm()  # `ms` is what a message takes, not what the first one waits for
    rows = [{"id": "1", "text": text}] if jsonl is None else _rows(jsonl)
    for row in rows:
        hint, place = row.get("lang") or lang, row.get("country") or country
        typer.echo(
            json.dumps(_judged(row["id"], str(row["text"]), hint, place), ensure_ascii=False)
        )


def _judged(name: Any, text: str, hint: str | None, country: str | None) -> dict[str, Any]:
    from doctor_llama.triage import RED, assess, refusal, refusals, refused, reply

    begun = time.perf_counter()
    verdict = assess(text, hint)
    unsafe = verdict.label not in RED and refused(text, hint)
    ms = (time.perf_counter() - begun) * 1000
    return {
        "id": name,
        "label": verdict.label,
        "rule": refusals.RULE if unsafe else verdict.rule,
        "lang": verdict.language,
        "reply": refusal(verdict.language)
        if unsafe
        else reply(verdict.label, verdict.language, country),
        "ms": round(ms, 3),
    }


@bench.command("triage")
def bench_triage(
    file: Annotated[Path, typer.Argument(help="JSON Lines with text, label, perhaps lang.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure triage on labelled messages: recall, precision, false alarms, what it missed, time.

    Intervals are Wilson's at 95 %. `accept` in a row lists labels that are right as well.
    """
    from doctor_llama.triage import Label, measuring

    rows = _rows(file)
    if any(row.get("label") not in {*Label} for row in rows):
        raise MessagesFileError(f"{file} has a row without one of the labels {', '.join(Label)}.")
    report = measuring.measure(rows)
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report)


def _rows(file: Path) -> list[dict[str, Any]]:
    from doctor_llama.triage import measuring

    try:
        return measuring.read(file)
    except OSError as error:
        raise MessagesFileError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise MessagesFileError(
            f"{file} is not JSON Lines with a text in each row ({error})."
        ) from error


def _print(report: Any) -> None:
    from doctor_llama.triage.labels import Label

    console = Console()
    table = Table(title=f"{len(report.rows)} messages")
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
    console.print(f"p50 {report.percentile(0.5):.2f} ms, p99 {report.percentile(0.99):.2f} ms")
    for title, rows in (
        ("too low", report.under_triaged()),
        ("false alarms", report.over_triaged()),
    ):
        console.print(f"\n[bold]{title}: {len(rows)}")
        for row in rows:
            told = f"{row.said.label} ({row.said.rule})" if row.said.rule else row.said.label
            console.print(f"  {row.id} {row.language}: {row.label}, said {told}: ", end="")
            console.print(row.text, markup=False, highlight=False)
