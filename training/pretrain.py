"""Continued pre-training on raw text, before questions and answers: every token is taught."""

from pathlib import Path

from training import qlora, rows, teaching
from training.progress import Listener, Stop
from training.recipe import Recipe
from training.runs import TrainResult

COLUMNS = ("text",)


def train(
    recipe: Recipe,
    dataset: Path,
    out: Path,
    *,
    start: Path | None = None,
    progress: Listener | None = None,
    stop: Stop | None = None,
) -> TrainResult:
    """Train an adapter on a folder with a column `text`; arguments and errors as in `sft.train`.

    Documents longer than a pass are split, not dropped. What comes out is where `sft` starts.
    """
    made = qlora.plan(recipe, start)
    taught = rows.encode_text(rows.require(dataset, "train", COLUMNS), made.tokenizer)
    measured = rows.read(dataset, "validation", COLUMNS)
    held_out = None
    if measured is not None:
        held_out = rows.encode_text(measured, made.tokenizer).few(recipe.run.held_out_rows)
    place = teaching.Place(dataset, out, start, progress, stop)
    return teaching.teach(recipe, place, made, taught, held_out)
