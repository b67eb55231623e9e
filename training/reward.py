"""The reward model: a score for an answer, learnt from pairs; the better one gets the higher score.

Its adapter brings a score layer of its own, so it ranks answers and cannot be served.
"""

import logging
from pathlib import Path

from datasets import Dataset
from peft import TaskType
from trl.trainer.reward_config import RewardConfig
from trl.trainer.reward_trainer import RewardTrainer

from doctor_llama.errors import DatasetError
from training import arguments, planning, preference, qlora, rows, running, runs, together
from training.progress import Listener, Stop, Watch
from training.recipe import Recipe
from training.runs import TrainResult
from training.trainers import Careful, Prepared

log = logging.getLogger(__name__)

COLUMNS = ("prompt", "chosen", "rejected")


class Scores(Careful, Prepared, RewardTrainer):
    """TRL's reward trainer on rows that are tokens already."""


def train(
    recipe: Recipe,
    dataset: Path,
    out: Path,
    *,
    start: Path | None = None,
    progress: Listener | None = None,
    stop: Stop | None = None,
) -> TrainResult:
    """Train a reward model on pairs; arguments and errors as in `sft.train`.

    The metrics' `accuracy` is the share of held-out pairs that it ranks rightly.
    """
    made = qlora.plan(recipe, start)
    sizes = planning.plan(recipe, made, world=together.world_size())
    writer = rows.Writer(made.tokenizer, made.eos_ids, recipe.rows.longest)
    taught = _part(rows.require(dataset, "train", COLUMNS), writer)
    measured = rows.read(dataset, "validation", COLUMNS)
    held_out = _part(measured, writer) if measured is not None else None
    if taught is None:
        raise DatasetError(f"No row of {dataset} is as short as rows.longest.")
    planning.require_disk(out, sizes)
    running.require_tracker(recipe)
    run = runs.open_run(out, recipe, dataset, start, base=made.label)
    if there := running.finished(run):
        return there
    running.say_plan(made, sizes, recipe, out)
    watch = Watch(progress, stop)
    trainer = _trainer(recipe, run, made, sizes, (taught, held_out), watch)
    return running.run_to_end(
        trainer, run, made, watch, told=lambda done: preference.figures(done, held_out)
    )


def _part(part: Dataset, writer: rows.Writer) -> Dataset | None:
    made = []
    for row in part:
        both = [
            writer.answered(row["prompt"], preference.text(row[name]))[0]
            for name in ("chosen", "rejected")
        ]
        if max(map(len, both)) <= writer.longest:
            made.append(dict(zip(("chosen_ids", "rejected_ids"), both, strict=True)))
    if len(made) < len(part):
        log.info("%d rows are longer than rows.longest; dropped", len(part) - len(made))
    return Dataset.from_list(made) if made else None


def _trainer(
    recipe: Recipe,
    run: runs.Run,
    made: qlora.Plan,
    sizes: planning.Sizes,
    parts: tuple[Dataset, Dataset | None],
    watch: Watch,
) -> Scores:
    measured = parts[1] is not None
    total = planning.steps(recipe, len(parts[0]), sizes, together.world_size())
    made.config.task_type = TaskType.SEQ_CLS
    made.config.modules_to_save = ["score"]
    config = RewardConfig(
        **arguments.common(
            recipe, run.checkpoints, sizes, made.device, steps=total, measured=measured
        ),
        max_length=None,
        center_rewards_coefficient=recipe.preference.center or None,
    )
    model = qlora.load(recipe, made, sizes.weights, scores=True)
    if sizes.checkpointing:
        running.checkpoint_layers(model)
    return Scores(
        model,
        args=config,
        train_dataset=parts[0],
        eval_dataset=parts[1],
        processing_class=made.tokenizer,
        callbacks=running.callbacks(recipe, run, watch, measured=measured),
    )
