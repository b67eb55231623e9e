"""How heavy the bot is: import time, memory after import, and that torch stays out."""

import asyncio
import json
import sys
from pathlib import Path

from benchmarks.figures import Figure, percentile

PROGRAM = """
import json, sys, time
began = time.perf_counter()
import bot.app
took = time.perf_counter() - began
import psutil
print(json.dumps([took, psutil.Process().memory_info().rss / 2**20, "torch" in sys.modules]))
"""
RUNS = 5


async def measure(_folder: Path) -> list[Figure]:
    """Import the bot in fresh processes."""
    found = []
    for _ in range(RUNS):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        found.append(json.loads(out))
    return [
        Figure("bot import, median", percentile([f[0] for f in found], 0.5), "s", at_most=1.5),
        Figure("bot memory after import", max(f[1] for f in found), "MiB", at_most=200),
        Figure("torch imported by the bot", float(any(f[2] for f in found)), "", at_most=0),
    ]
