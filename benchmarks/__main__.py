"""`python -m benchmarks [NAME…] [--json]`: run the benchmarks and print a line per figure."""

import argparse
import asyncio
import json
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import (
    acknowledge,
    age,
    cleaning,
    embedded,
    pressing,
    queue,
    soak,
    start,
    swap,
    weight,
)
from benchmarks.figures import Figure

BENCHMARKS = {
    "weight": weight.measure,
    "start": start.measure,
    "acknowledge": acknowledge.measure,
    "embedded": embedded.measure,
    "swap": swap.measure,
    "queue": queue.measure,
    "age": age.measure,
    "cleaning": cleaning.measure,
    "pressing": pressing.measure,
    "soak": soak.measure,
}
LONG = ("soak",)  # only when named


async def _run(names: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="doctor-llama-bench-") as folder:
            figures += await BENCHMARKS[name](Path(folder))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    figures = asyncio.run(_run(given.names or [name for name in BENCHMARKS if name not in LONG]))
    if given.json:
        sys.stdout.write(json.dumps({figure.name: figure.value for figure in figures}) + "\n")
    else:
        sys.stdout.write(f"{platform.machine()}, Python {platform.python_version()}\n")
        for figure in figures:
            sys.stdout.write(f"{figure}\n")
    return 0 if all(figure.reached for figure in figures) else 1


sys.exit(main())
