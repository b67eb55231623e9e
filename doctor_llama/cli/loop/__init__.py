"""`doctor-llama bench loop`: does feedback become a better model, and poison not?"""

import asyncio
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from doctor_llama import logs, settings
from doctor_llama.cli.bench import bench


@bench.command("loop")
def measure(
    rounds: Annotated[
        int, typer.Option(min=0, help="Honest rounds, and as many poisoned ones, beside the proof.")
    ] = 20,
    corrected: Annotated[int, typer.Option(min=2, max=24, help="Wrong answers planted.")] = 12,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    proof: Annotated[bool, typer.Option("--proof/--rounds-only")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Plant wrong answers, have simulated people correct them in the chat, refresh while others go
    on asking, and measure what became of it; then honest and poisoned rounds by seed.

    On the embedded model, over the real bot, simulator, worker, training process and gate.
    """
    level = settings.load().log_level
    logs.configure("DEBUG" if level == "DEBUG" else "ERROR")
    for name in list(os.environ):  # the house of the proof has settings of its own
        if name.startswith("DOCTOR_LLAMA_"):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="doctor-llama-loop-") as folder:
        found = asyncio.run(
            _measure(Path(folder), rounds, corrected, seed, proof=proof, echo=not as_json)
        )
    if as_json:
        typer.echo(json.dumps(found))


async def _measure(
    folder: Path, rounds: int, corrected: int, seed: int, *, proof: bool, echo: bool
) -> dict[str, Any]:
    from doctor_llama.cli.loop import proof as proofs
    from doctor_llama.cli.loop import rounds as many

    def tell(line: str) -> None:
        typer.echo(line, err=not echo)

    found: dict[str, Any] = {"seed": seed}
    if proof:
        size = proofs.Size(corrected=corrected)
        found |= await proofs.prove(folder / "proof", size, seed, tell)
        for name, value in found.items():
            tell(f"{name}: {value}")
    if rounds:
        outcomes = await many.run(
            folder / "rounds", rounds, seed,
            lambda one: tell(f"{one.kind} {one.seed}: {one.good} by {one.by} ({one.why})"),
        )  # fmt: skip
        found |= {
            "honest_accepted": _share(outcomes["honest"]),
            "poisoned_refused": _share(outcomes["poisoned"]),
            "rounds": [asdict(one) for each in outcomes.values() for one in each],
        }
        tell(f"honest accepted {found['honest_accepted']:.0%}")
        tell(f"poisoned refused {found['poisoned_refused']:.0%}")
    return found


def _share(outcomes: list[Any]) -> float:
    good = sum(bool(one.good) for one in outcomes)
    return round(good / len(outcomes), 4)
