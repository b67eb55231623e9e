"""How a worker's machine is: its memory, and the GPUs as NVIDIA's own tool sees them.

It knows no torch: what it shows is what an operator would see beside it.
"""

import asyncio
import csv
import io
import shutil
from typing import Any

import psutil

SECONDS = 5.0  # that the tool may take
FIELDS = ("name", "memory.used", "memory.total", "utilization.gpu", "temperature.gpu")


async def read() -> dict[str, Any]:
    """`{"memory": bytes, "gpus": [{"name", "used", "total" (bytes), "load" (%), "celsius"}]}`."""
    return {"memory": psutil.Process().memory_info().rss, "gpus": await _gpus()}


async def _gpus() -> list[dict[str, Any]]:
    """Empty where there is none, or where the tool does not answer."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    process = await asyncio.create_subprocess_exec(
        tool, f"--query-gpu={','.join(FIELDS)}", "--format=csv,noheader,nounits",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return []
    return parse(out.decode()) if process.returncode == 0 else []


def parse(text: str) -> list[dict[str, Any]]:
    """The tool's lines; a figure that it does not know (`[N/A]`) is None."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    return [
        {
            "name": name,
            "used": _mib(used),
            "total": _mib(total),
            "load": _number(load),
            "celsius": _number(celsius),
        }
        for name, used, total, load, celsius in (row for row in rows if len(row) == len(FIELDS))
    ]


def _number(cell: str) -> int | None:
    return int(cell) if cell.isdecimal() else None


def _mib(cell: str) -> int | None:
    found = _number(cell)
    return None if found is None else found * 2**20
