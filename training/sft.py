"""Supervised fine-tuning: questions with their answers, on a 4-bit base with a LoRA adapter."""

from pathlib import Path

from training import qlora, rows, teaching
from training.progress import Listener, Stop
from training.recipe import Recipe
from training.runs import TrainResult

COLUMNS = ("prompt", "completion")


def train(
    recipe: Recipe,
    dataset: Path,
    out: Path,
    *,
    start: Path | None = None,
    progress: Listener | None = None,
    stop: Stop | None = None,
) -> TrainResult:
    """Train an adapter on a data set's folder and write it below `out`.

    `start` is the folder of an adapter to train further; without it a new one is put on the base.
    Called again with the same arguments after a kill it goes on from the last checkpoint, and ends
    with the very same weights. Raises `RecipeError`, `DatasetError`, `ModelUnavailableError`,
    `AdapterError`, `TrainingError`, and `StoppedError` when `stop` said so.
    """
    made = qlora.plan(recipe, start)
    writer = rows.Writer(
        made.tokenizer,
        made.eos_ids,
        recipe.rows.longest,
        everything=recipe.rows.learn == "everything",
    )
    taught = rows.encode(rows.require(dataset, "train", COLUMNS), writer)
    measured = rows.read(dataset, "validation", COLUMNS)
    held_out = rows.encode(measured, writer).few(recipe.run.held_out_rows) if measured else None
    place = teaching.Place(dataset, out, start, progress, stop)
    return teaching.teach(recipe, place, made, taught, held_out)
