"""`doctor-llama checkup`: what is here, what is missing, and how to mend it."""

import asyncio
import importlib.metadata
import json
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from doctor_llama import db, settings
from doctor_llama.cli import app
from doctor_llama.db import Database
from doctor_llama.engine import choice
from doctor_llama.errors import DoctorLlamaError
from doctor_llama.settings import Settings

NEEDED_GIB = {choice.EMBEDDED: 0.5, choice.SCRIPTED: 0.5}
MODEL_GIB = 9.0  # 6.4 GB of weights to download, and room for adapters and the database
SAFE_SQLITE = ((3, 51, 3), (3, 50, 7), (3, 44, 6))


class Mark(StrEnum):
    OK = "ok"
    NOTE = "note"  # it runs, but you may want to know
    FAIL = "fail"  # the chosen configuration cannot run


SIGNS = {Mark.OK: "✓", Mark.NOTE: "•", Mark.FAIL: "✗"}
COLOURS = {Mark.OK: "green", Mark.NOTE: "yellow", Mark.FAIL: "red"}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding; `mend` says what to do about it."""

    mark: Mark
    what: str
    found: str
    mend: str = ""


@app.command()
def checkup(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """See what is here, what is missing and how to mend it. Exit status 1 when it cannot run."""
    lines = list(look(settings.load()))
    runs = all(line.mark is not Mark.FAIL for line in lines)
    if as_json:
        typer.echo(json.dumps({"runs": runs, "lines": [asdict(line) for line in lines]}))
    else:
        for line in lines:
            sign = typer.style(SIGNS[line.mark], fg=COLOURS[line.mark])
            typer.echo(f"{sign} {line.what:<14} {line.found}")
            if line.mend:
                typer.echo(f"{'':<17}{line.mend}")
    raise typer.Exit(0 if runs else 1)


def look(chosen: Settings) -> Iterator[Line]:
    """Every check, in the order in which a newcomer would mend things."""
    yield _python()
    yield _sqlite()
    if chosen.remote_urls:
        yield from _remote(chosen)
    else:
        yield from _local(chosen)
    yield _telegram(chosen)
    yield _database(chosen)


def _local(chosen: Settings) -> Iterator[Line]:
    """What the model needs in this machine."""
    try:
        from doctor_llama.engine.local import access
    except ImportError as error:
        yield Line(Mark.FAIL, "PyTorch", f"not usable: {error}", "Run: make setup")
    else:
        wanted = choice.choose(chosen)
        yield _gpu(access.gpu())
        yield _bitsandbytes()
        yield _model(chosen, wanted)
        yield _disk(chosen, NEEDED_GIB.get(wanted.model, MODEL_GIB))


def _remote(chosen: Settings) -> Iterator[Line]:
    """The servers, one after the other. One that is not there fails nothing while another is."""
    from doctor_llama.engine.remote import Visit, visit

    wanted = choice.choose(chosen)
    model = None if wanted.model == "auto" else wanted.model
    key = chosen.remote_api_key.get_secret_value() if chosen.remote_api_key else None

    async def look_round() -> list[Visit]:
        visits = (
            visit(url, model, adapter=wanted.adapter, api_key=key) for url in chosen.remote_urls
        )
        return list(await asyncio.gather(*visits))

    seen = asyncio.run(look_round())
    bad = Mark.FAIL if all(one.mend for one in seen) else Mark.NOTE
    for one in seen:
        yield Line(bad if one.mend else Mark.OK, "Remote", f"{one.url} {one.found}", one.mend)
    yield _disk(chosen, NEEDED_GIB[choice.SCRIPTED])


def _python() -> Line:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Line(Mark.OK, "Python", found)


def _sqlite() -> Line:
    version = sqlite3.sqlite_version_info
    safe = version >= SAFE_SQLITE[0] or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in SAFE_SQLITE
    )
    if safe:
        return Line(Mark.OK, "SQLite", sqlite3.sqlite_version)
    return Line(
        Mark.NOTE,
        "SQLite",
        f"{sqlite3.sqlite_version}, which has the WAL-reset bug (fixed in 3.51.3)",
        "Doctor Llama writes through one connection a process, which avoids it. Let no other "
        "program write to the file.",
    )


def _gpu(gpu: tuple[str, int, int] | None) -> Line:
    if gpu is None:
        return Line(Mark.NOTE, "GPU", "none with CUDA", "The real model needs one with 6 GB.")
    name, free, total = gpu
    found = f"{name}, {free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
    return Line(Mark.OK, "GPU", found)


def _bitsandbytes() -> Line:
    """Quantise one small layer, as serving does."""
    version = importlib.metadata.version("bitsandbytes")
    try:
        from doctor_llama.engine.local import access

        access.try_four_bit()
    except Exception as error:  # whatever a broken build raises
        return Line(
            Mark.FAIL, "bitsandbytes", f"{version} does not work: {error}", "Run: make setup"
        )
    return Line(Mark.OK, "bitsandbytes", f"{version}, 4-bit layers work")


def _model(chosen: Settings, wanted: choice.Choice) -> Line:
    from doctor_llama.engine.local import access

    name = wanted.model + (f" with {wanted.adapter}" if wanted.adapter else "")
    if wanted.model == choice.EMBEDDED and chosen.model == "auto":
        return Line(
            Mark.NOTE,
            "Model",
            f"{wanted.reason}. It knows a few health topics only",
            "For the real one: a CUDA GPU, HF_TOKEN, and Llama 3.2's licence accepted.",
        )
    if wanted.model in NEEDED_GIB:
        return Line(Mark.OK, "Model", f"{name} ({wanted.reason})")
    if Path(wanted.model).is_dir():
        return _memory(chosen, wanted, name)
    token = chosen.hf_token.get_secret_value() if chosen.hf_token else None
    missing = access.why_no_access(wanted.model, token)
    if missing is not None:
        return Line(
            Mark.FAIL,
            "Model",
            f"{name}: {missing}",
            "Set DOCTOR_LLAMA_MODEL to a folder, a Hub id that you may read, or auto.",
        )
    return _memory(chosen, wanted, name)


def _memory(chosen: Settings, wanted: choice.Choice, name: str) -> Line:
    """How the model would be held, and whether it fits."""
    from doctor_llama.engine.local import attention, weights

    seen = weights.forecast(wanted.model, chosen.weights, chosen.max_memory)
    attends = attention.best() if chosen.attention == "auto" else chosen.attention
    needed = f", {seen.needed / 2**30:.1f} GiB" if seen.needed is not None else ""
    found = (
        f"{name} ({wanted.reason}); weights {seen.weights}{needed} of {seen.free / 2**30:.1f} GiB "
        f"that may be used, attention {attends}, context {chosen.context_length} tokens"
    )
    if seen.fits:
        return Line(Mark.OK, "Model", found)
    return Line(
        Mark.FAIL,
        "Model",
        f"{found}: it does not fit",
        "Free memory, raise DOCTOR_LLAMA_MAX_MEMORY, or set DOCTOR_LLAMA_WEIGHTS=nf4.",
    )


def _telegram(chosen: Settings) -> Line:
    if chosen.telegram_bot_token is None:
        return Line(
            Mark.NOTE,
            "Telegram",
            "no token: `run` opens the local chat page",
            "For Telegram: get a token from @BotFather and put TELEGRAM_BOT_TOKEN into .env.",
        )
    from bot import identity

    try:
        name = asyncio.run(
            identity.who_am_i(chosen.telegram_bot_token.get_secret_value(), chosen.telegram_api_url)
        )
    except DoctorLlamaError as error:
        return Line(Mark.FAIL, "Telegram", str(error), "Check TELEGRAM_BOT_TOKEN and the network.")
    return Line(Mark.OK, "Telegram", f"the token is valid: @{name}")


def _disk(chosen: Settings, needed: float) -> Line:
    place = chosen.data_dir.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 2**30
    if free < needed:
        return Line(
            Mark.FAIL, "Disk", f"{free:.1f} GiB free at {place}", f"Make {needed:g} GiB free."
        )
    return Line(Mark.OK, "Disk", f"{free:.1f} GiB free at {place}")


def _database(chosen: Settings) -> Line:
    try:
        opened = Database(chosen.database)
        shown = opened.url.render_as_string(hide_password=True)
        opened.check()
        revision = opened.revision()
    except DoctorLlamaError as error:
        return Line(Mark.FAIL, "Database", str(error), "Mend that, or set DATABASE_URL.")
    if revision is None:
        return Line(Mark.OK, "Database", f"{shown}: none yet; `run` creates it")
    if revision != db.head():
        return Line(
            Mark.NOTE,
            "Database",
            f"{shown} is at revision {revision}, this program at {db.head()}",
            "`run` upgrades it, or now: doctor-llama db upgrade",
        )
    return Line(Mark.OK, "Database", f"{shown}, revision {revision}")
