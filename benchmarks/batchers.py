"""`python -m benchmarks.batchers`: which batcher is best at which length of history.

Answers the same questions with transformers' continuous batching under its own dense mask, the same
under our grouped attention (what the engine uses), and the slot batcher of `slots`; beside them the
static batch that `doctor-llama bench serve` compares with. Tokens per CPU-second.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.slots import Request, SlotBatcher
from doctor_llama.engine.local import LocalEngine, shapes
from doctor_llama.engine.local.asking import Load
from doctor_llama.engine.local.bench import Bench, Stopwatch


async def compare(base: Path, adapter: Path, load: Load, clients: int) -> dict[str, float]:
    """Tokens per CPU-second of each way."""
    found: dict[str, float] = {}
    for name in ("sdpa", "grouped"):
        engine = LocalEngine(
            str(base),
            str(adapter),
            context_length=3 * (load.prompt_tokens + load.new_tokens) + 64,
            max_concurrency=clients,
            threads=1,
            weights="nf4-dequantized",
            attention=name,
        )
        await engine.start()
        try:
            bench = Bench(engine, load)
            await bench.warm_up()
            questions = bench.asker.questions(clients)
            found[name] = (await bench.serve(questions, clients)).speed.rate(cpu=True)
            if name == "grouped":
                with bench.resting():
                    found["static"] = bench.static(questions, clients).rate(cpu=True)
                    found["slots"] = _slots(bench, clients)
        finally:
            await engine.stop(drain=0.0)
    return found


def _slots(bench: Bench, rows: int) -> float:
    questions = bench.asker.questions(rows)
    length = max(len(q.ids) + q.new_tokens for q in questions) + 1
    batcher = SlotBatcher(bench.loaded.base, rows=rows, length=length)
    with Stopwatch() as watch:
        batcher.run([Request(list(q.ids), q.new_tokens) for q in questions])
    return watch.speed(sum(q.new_tokens for q in questions)).rate(cpu=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batchers", description=__doc__)
    parser.add_argument("--random-init", default="300m", choices=list(shapes.SHAPES))
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--histories", default="32,600,2000", help="tokens, with commas")
    parser.add_argument("--new-tokens", type=int, default=32)
    parser.add_argument("--ragged", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doctor-llama-bench-") as folder:
        base, adapter = shapes.build(given.random_init, Path(folder))
        for history in map(int, given.histories.split(",")):
            load = Load(history, given.new_tokens, ragged=given.ragged)
            found = asyncio.run(compare(base, adapter, load, given.clients))
            about = {"model": given.random_init, "history": history, "clients": given.clients}
            sys.stdout.write(json.dumps(about | {k: round(v, 2) for k, v in found.items()}) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
