"""The `seed` recipe and ours on the same rows, one after the other, and what to make of it."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from doctor_llama.engine.local import shapes
from doctor_llama.engine.local.weights import Parameters, parameters
from training import recipe
from training.bench import material, measuring, peak
from training.bench.measuring import Measured
from training.recipe import Recipe

SEED, OURS = "seed", "sft"
HELD_OUT_ROWS = 48
TOKENS_A_ROW = 200  # fewer than there are on average, so that the rows are enough for all tokens
# no figure is taken at the end of a run, and nothing but training is timed
PLAIN = (
    *("run.tracker=none", "run.checkpoints=0", "run.log_every=1000000"),
    *("optimizer.steps=1000000", "optimizer.schedule=constant"),
)

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure, on what."""

    tokens: int
    rounds: int = 1
    threads: int | None = 1
    longest: int = 1024
    seed: tuple[str, ...] = ()  # overrides
    ours: tuple[str, ...] = ()


def compare(
    model: Path, wanted: Wanted, *, label: str, tell: Tell = lambda _: None
) -> dict[str, Any]:
    """Measure both recipes in turn, so many rounds; each in a process of its own."""
    found: dict[str, list[Measured]] = {"seed": [], "ours": []}
    with tempfile.TemporaryDirectory(prefix="doctor-llama-bench-") as place:
        scratch = Path(place)
        rows = wanted.tokens // TOKENS_A_ROW
        data = material.write(scratch, rows=rows, held_out=HELD_OUT_ROWS, longest=wanted.longest)
        for turn in range(wanted.rounds):
            for name, chosen in recipes(model, wanted).items():
                tell(f"{name}, round {turn + 1} of {wanted.rounds} …")
                out = scratch / f"{name}-{turn}"
                found[name].append(
                    measuring.alone(chosen, data, out, tokens=wanted.tokens, threads=wanted.threads)
                )
    size = parameters(model)
    assert size is not None
    return report(found, size, label=label)


def recipes(model: Path, wanted: Wanted) -> dict[str, Recipe]:
    """Both recipes on that model."""
    common = (f"base.model={model}", f"rows.longest={wanted.longest}", *PLAIN)
    return {
        "seed": recipe.load(SEED, [*common, *wanted.seed]),
        "ours": recipe.load(OURS, [*common, *wanted.ours]),
    }


def report(found: dict[str, list[Measured]], size: Parameters, *, label: str) -> dict[str, Any]:
    """Both in figures; a rate is that of all rounds together."""
    top = peak.peak(torch.device(found["ours"][0].device))
    sides = {name: _side(several, size, top) for name, several in found.items()}
    return {
        "model": label,
        "device": found["ours"][0].device,
        "unit": "tokens per CPU-second" if _on_cpu(found) else "tokens per second",
        **sides,
        "ratio_tokens_per_second": round(_ratio(sides, "tokens_per_second"), 3),
        "ratio_answer_tokens_per_second": round(_ratio(sides, "answer_tokens_per_second"), 3),
        "peak_memory_mb": {name: side["peak_memory_mb"] for name, side in sides.items()},
        "mfu": {name: side["mfu"] for name, side in sides.items()},
        "mfu_arithmetic": peak.told(size, top),
    }


def _ratio(sides: dict[str, dict[str, Any]], name: str) -> float:
    return float(sides["ours"][name] / sides["seed"][name])


def _on_cpu(found: dict[str, list[Measured]]) -> bool:
    return found["ours"][0].device == "cpu"


def _side(several: list[Measured], size: Parameters, top: peak.Peak) -> dict[str, Any]:
    tokens, taught = sum(m.tokens for m in several), sum(m.taught for m in several)
    cpu = several[0].device == "cpu"
    seconds = sum(m.cpu_seconds if cpu else m.seconds for m in several)
    last = several[-1]
    return {
        "tokens_per_second": round(tokens / seconds, 1),
        # the same rows have the same answers, whatever a recipe teaches or shares
        "answer_tokens_per_second": round(sum(m.answers for m in several) / seconds, 1),
        "padding_per_second": round(sum(m.padding for m in several) / seconds, 1),
        "tokens": tokens,
        "peak_memory_mb": round(max(m.peak_memory_mb for m in several)),
        "program_memory_mb": round(max(m.base_memory_mb for m in several)),
        "mfu": round(peak.needed(size, tokens, taught) / seconds / top.flops, 4),
        "held_out_before": round(last.held_out_before, 4),
        "held_out_loss": round(last.held_out_loss, 4),
        "plan": last.plan,
    }


def random_model(shape: str, folder: Path) -> Path:
    """Write a model of that shape with random weights; return its folder."""
    return shapes.build(shape, folder)[0]
