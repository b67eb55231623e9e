"""A sweep: one recipe over a grid of settings, one run after the other, then a table and a picture.

A run that is over is not run again, so a sweep that was killed goes on where it was.
"""

import itertools
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from doctor_llama.errors import RecipeError
from training import kinds, recipe, runs, together
from training.progress import Listener, Stop
from training.recipe import Kind, Recipe
from training.runs import TrainResult

log = logging.getLogger(__name__)

# What a run is judged by, the first that it has: lower is better but for accuracies and margins.
JUDGED_BY = ("held_out_loss", "accuracy", "rewards/margins", "loss")
HIGHER_IS_BETTER = ("accuracy", "rewards/margins")


@dataclass(frozen=True, slots=True)
class Trial:
    """One point of the grid."""

    name: str
    settings: dict[str, Any]
    recipe: Recipe


def trials(chosen: Recipe) -> Iterator[Trial]:
    """Every combination of the grid, as recipes. Raises `RecipeError` for one that is not valid."""
    base = recipe.change(recipe.load(chosen.sweep.recipe), list(_own(chosen)))
    if base.kind is Kind.SWEEP:
        raise RecipeError("sweep.recipe is itself a sweep. Name the recipe to be varied.")
    count = 1
    for values in chosen.sweep.grid.values():
        count *= len(values)
    if not 0 < count <= chosen.sweep.most:
        raise RecipeError(
            f"The grid has {count} combinations and sweep.most is {chosen.sweep.most}. "
            "Try fewer values, or raise it."
        )
    for number, point in enumerate(itertools.product(*chosen.sweep.grid.values())):
        settings = dict(zip(chosen.sweep.grid, point, strict=True))
        changed = recipe.change(base, [f"{k}={json.dumps(v)}" for k, v in settings.items()])
        yield Trial(f"{number:03d}", settings, changed)


def _own(chosen: Recipe) -> Iterator[str]:
    """What the sweep itself says of its runs, such as another base."""
    for path, _, default in recipe.explained():
        said = recipe.value(chosen, path)
        if path not in ("kind", "about") and not path.startswith("sweep.") and said != default:
            yield f"{path}={json.dumps(said)}"


def train(
    chosen: Recipe,
    dataset: Path,
    out: Path,
    *,
    start: Path | None = None,
    progress: Listener | None = None,
    stop: Stop | None = None,
) -> TrainResult:
    """Run the grid; the result is the best run's adapter. Otherwise as `sft.train`."""
    planned = list(trials(chosen))
    table: list[dict[str, Any]] = []
    best: tuple[float, TrainResult] | None = None
    for trial in planned:
        told = ", ".join(f"{k} {_word(v)}" for k, v in trial.settings.items())
        log.info("run %s of %d: %s", trial.name, len(planned), told)
        place = out / "runs" / trial.name
        run: Callable[..., TrainResult] = kinds.trainer_of(trial.recipe.kind)
        done = run(trial.recipe, dataset, place, start=start, progress=progress, stop=stop)
        name, value = judged(done.metrics)
        table.append({"run": trial.name, **trial.settings, name: value})
        score = value if name in HIGHER_IS_BETTER else -value
        if best is None or score > best[0]:
            best = score, done
    assert best is not None
    if together.rank() == 0:
        write(out, table)
    return TrainResult(best[1].adapter, {"best": best[1].adapter.parent.name, "table": table})


def judged(metrics: dict[str, Any]) -> tuple[str, float]:
    """The figure that a run is judged by, and its value."""
    for name in JUDGED_BY:
        if name in metrics:
            return name, float(metrics[name])
    last = [entry["loss"] for entry in metrics["history"] if "loss" in entry]
    return "loss", last[-1]


def write(out: Path, table: list[dict[str, Any]]) -> None:
    """Write sweep.json, sweep.md and sweep.png, the best run first."""
    figure = list(table[0])[-1]
    ranked = sorted(table, key=lambda row: row[figure], reverse=figure in HIGHER_IS_BETTER)
    runs.write_json(out / "sweep.json", {"judged_by": figure, "runs": ranked})
    heads = list(ranked[0])
    lines = [heads, ["---"] * len(heads), *([_word(row[h]) for h in heads] for row in ranked)]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    (out / "sweep.md").write_text(text + "\n", "utf-8")
    picture = Figure(figsize=(8, 1 + 0.35 * len(ranked)), layout="constrained")
    axes = picture.add_subplot()
    labels = [", ".join(_word(row[h]) for h in heads[1:-1]) for row in ranked]
    axes.barh(labels, [row[figure] for row in ranked])
    axes.invert_yaxis()
    axes.set_xlabel(figure.replace("_", " "))
    axes.set_title(", ".join(heads[1:-1]))
    picture.savefig(out / "sweep.png", dpi=120)


def _word(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "+".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
