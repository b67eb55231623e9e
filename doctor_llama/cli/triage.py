"""`doctor-llama triage`: the gate before the model, by itself."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama.cli import app
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
    rows = [{"id": "1", "text": text}] if jsonl is None else messages(jsonl)
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


def messages(file: Path) -> list[dict[str, Any]]:
    """The rows of a file. Raises `MessagesFileError`."""
    from doctor_llama.triage import measuring

    try:
        return measuring.read(file)
    except OSError as error:
        raise MessagesFileError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise MessagesFileError(
            f"{file} is not JSON Lines with a text in each row ({error})."
        ) from error
