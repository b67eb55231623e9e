"""/admin export: what may be learned from, as files in TRL's shapes, sent as documents.

The command line does the work in a process of its own: what Parquet needs is too heavy for the
bot, and so is the reading of every sample.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from bot.admin import confirming
from bot.admin.call import Call, Outcome
from bot.rendering import Part
from doctor_llama import audit
from doctor_llama.db import Session
from doctor_llama.errors import DoctorLlamaError, SamplesError
from doctor_llama.schema import Confirmation

STEP = "export"
FORMATS = ("jsonl", "parquet")
SECONDS = 300.0
LARGEST = 49 * 2**20  # bytes; Telegram takes documents of 50 MB from a bot


async def run(call: Call) -> None:
    """/admin export [jsonl|parquet]"""
    fmt = call.args[0] if call.args else FORMATS[0]
    if fmt not in FORMATS:
        await call.say("admin-export-usage")
        return
    await confirming.ask(call, STEP, call.words("admin-export-ask", format=fmt), format=fmt)


async def export(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step: noted at once, done and sent after."""
    fmt = str(taken.detail["format"])
    audit.note(session, call.user.id, "samples.export", fmt)

    async def then() -> None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = await _write(call, Path(folder), fmt)
            except DoctorLlamaError as error:
                await call.tell(str(error))
                return
            await _send(call, told)

    return Outcome(call.words("admin-export-begun"), then)


async def _write(call: Call, folder: Path, fmt: str) -> dict[str, object]:
    """Raises `SamplesError`."""
    house = call.context.house
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "doctor_llama", "feedback", "export", str(folder),
        "--format", fmt, "--json",
        env={
            **os.environ,
            "DATABASE_URL": house.database.url.render_as_string(hide_password=False),
            "DOCTOR_LLAMA_DATA_DIR": str(house.settings.data_dir.resolve()),
        },
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, err = await process.communicate()
    except TimeoutError:
        raise SamplesError from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SamplesError(err.decode().strip().splitlines()[-1] if err.strip() else None)
    told: dict[str, object] = json.loads(out)
    return told


async def _send(call: Call, told: dict[str, object]) -> None:
    files, left = told["files"], told["left_out"]
    assert isinstance(files, dict)
    assert isinstance(left, dict)
    number = told["samples"]
    lines = [call.words("admin-export-done", samples=str(number))]
    lines += [f"– {why}: {count}" for why, count in left.items()]
    await call.tell("\n".join(lines))
    for name, path in files.items():
        data = await asyncio.to_thread(Path(path).read_bytes)
        if len(data) > LARGEST:
            await call.say("admin-export-large", name=Path(path).name)
            continue
        await call.context.house.gateway.document(
            call.place, Path(path).name, data, caption=Part(str(name))
        )
