"""Preference tuning: DPO from pairs, KTO from single thumbs.

The reference is what the training starts from: the base, or a frozen copy of the adapter that is
trained further. A good margin here proves nothing about answers: generation does.
"""

import logging
import random
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.kto_config import KTOConfig
from trl.trainer.kto_trainer import KTOTrainer

from doctor_llama.errors import DatasetError, RecipeError
from training import arguments, planning, qlora, rows, running, runs, together
from training.planning import Sizes
from training.progress import Listener, Stop, Watch
from training.recipe import Kind, Recipe
from training.runs import TrainResult
from training.trainers import Careful, Prepared

log = logging.getLogger(__name__)

COLUMNS = {
    Kind.DPO: ("prompt", "chosen", "rejected"),
    Kind.KTO: ("prompt", "completion", "label"),
}


class Pairs(Careful, Prepared, DPOTrainer):
    """DPO on rows that are tokens already."""


class Thumbs(Careful, Prepared, KTOTrainer):
    """KTO on rows that are tokens already, in the order in which they stand."""


def train(
    recipe: Recipe,
    dataset: Path,
    out: Path,
    *,
    start: Path | None = None,
    progress: Listener | None = None,
    stop: Stop | None = None,
) -> TrainResult:
    """Tune an adapter on what people prefer; arguments and errors as in `sft.train`."""
    made = qlora.plan(recipe, start)
    world = together.world_size()
    sizes = planning.plan(recipe, made, world=world)
    if recipe.kind is Kind.KTO and recipe.preference.kto_loss == "kto" and sizes.rows < 2:
        raise RecipeError(
            "KTO compares each row with its neighbours: batch.rows must be 2 or more. "
            "With one row take preference.kto_loss=apo_zero_unpaired."
        )
    writer = rows.Writer(made.tokenizer, made.eos_ids, recipe.rows.longest)
    parts = {part: _part(recipe, dataset, part, writer) for part in ("train", "validation")}
    taught, held_out = parts["train"], parts["validation"]
    if taught is None:
        raise DatasetError(f"No row of {dataset} is as short as rows.longest.")
    weights: dict[str, Any] = {}
    if recipe.kind is Kind.KTO:
        weights = balance(recipe, taught)
        taught = alternating(taught, sizes.rows, recipe.seed)
        held_out = alternating(held_out, sizes.rows, recipe.seed) if held_out else None
    planning.require_disk(out, sizes)
    running.require_tracker(recipe)
    run = runs.open_run(out, recipe, dataset, start, base=made.label)
    if there := running.finished(run):
        return there
    running.say_plan(made, sizes, recipe, out)
    reference = f"a frozen copy of {start}" if start else "the base"
    log.info("%d rows to learn from; reference: %s", len(taught), reference)
    watch = Watch(progress, stop)
    trainer = _trainer(recipe, run, made, sizes, (taught, held_out), watch, weights)
    return running.run_to_end(trainer, run, made, watch, told=lambda done: figures(done, held_out))


def _part(recipe: Recipe, dataset: Path, part: str, writer: rows.Writer) -> Dataset | None:
    columns = COLUMNS[recipe.kind]
    read = rows.require if part == "train" else rows.read
    found = read(dataset, part, columns)
    if found is None:
        return None
    encode = _pair if recipe.kind is Kind.DPO else _thumb
    made = [encode(writer, row) for row in found]
    kept = [row for row in made if row["longest"] <= writer.longest]
    if len(kept) < len(made):
        log.info("%s: %d rows are longer than rows.longest; dropped", part, len(made) - len(kept))
    names = [name for name in made[0] if name != "longest"] if made else []
    if not kept:
        return None
    return Dataset.from_dict({name: [row[name] for row in kept] for name in names})


def _pair(writer: rows.Writer, row: dict[str, Any]) -> dict[str, Any]:
    chosen, before = writer.answered(row["prompt"], text(row["chosen"]))
    rejected, _ = writer.answered(row["prompt"], text(row["rejected"]))
    return {
        "prompt_ids": chosen[:before],
        "chosen_ids": chosen[before:],
        "rejected_ids": rejected[before:],
        "longest": max(len(chosen), len(rejected)),
    }


def _thumb(writer: rows.Writer, row: dict[str, Any]) -> dict[str, Any]:
    ids, before = writer.answered(row["prompt"], text(row["completion"]))
    return {
        "prompt_ids": ids[:before],
        "completion_ids": ids[before:],
        "label": bool(row["label"]),
        "longest": len(ids),
    }


def text(answer: Any) -> str:
    """An answer's text: a list of one message, as TRL has it, or the bare text."""
    return str(answer if isinstance(answer, str) else answer[0]["content"])


def balance(recipe: Recipe, part: Dataset) -> dict[str, float]:
    """KTO's weights for both thumbs, so that the rarer one counts as much as the other.

    Raises `DatasetError` where one is so rare that nothing would be learnt, which TRL does not
    notice.
    """
    ups = sum(part["label"])
    downs = len(part) - ups
    rarer, least = min(ups, downs), recipe.preference.minority
    if rarer < least * len(part) or not rarer:
        raise DatasetError(
            f"KTO needs both thumbs: there are {ups} up and {downs} down, and the rarer must be at "
            f"least {least:.0%} of all. Collect more, or lower preference.minority."
        )
    return {
        "desirable_weight": max(1.0, downs / ups),
        "undesirable_weight": max(1.0, ups / downs),
    }


def alternating(part: Dataset, block: int, seed: int) -> Dataset:
    """Both thumbs spread evenly over the rows, and for each row another one's answer beside it.

    KTO goes through the rows in their order: all ups first would be two trainings in a row.
    """
    draw = random.Random(seed)
    places: list[tuple[float, int]] = []
    for label in (True, False):
        mine = [n for n, said in enumerate(part["label"]) if said is label]
        draw.shuffle(mine)
        places += [((at + 0.5) / len(mine), n) for at, n in enumerate(mine)]
    order = [n for _, n in sorted(places)]
    spread = part.select(order)
    answers = spread["completion_ids"]
    beside = []
    for start in range(0, len(answers), block):
        several = answers[start : start + block]
        beside += [several[-1], *several[:-1]]
    paired: Dataset = spread.add_column("KL_completion_ids", beside)
    return paired


def _trainer(
    recipe: Recipe,
    run: runs.Run,
    made: qlora.Plan,
    sizes: Sizes,
    parts: tuple[Dataset, Dataset | None],
    watch: Watch,
    weights: dict[str, Any],
) -> Any:
    measured = parts[1] is not None
    total = planning.steps(recipe, len(parts[0]), sizes, together.world_size())
    common = arguments.common(
        recipe, run.checkpoints, sizes, made.device, steps=total, measured=measured
    )
    common |= {
        "max_length": None,  # too long rows are gone; TRL would cut them
        "beta": recipe.preference.beta,
        # once in place of once an epoch
        "precompute_ref_log_probs": recipe.optimizer.epochs > 1,
    }
    model = qlora.load(recipe, made, sizes.weights)
    if sizes.checkpointing:
        running.checkpoint_layers(model)
    kind: Any = Pairs
    if recipe.kind is Kind.DPO:
        wishes = recipe.preference
        config: Any = DPOConfig(
            **common, loss_type=list(wishes.losses), loss_weights=list(wishes.weights)
        )
    else:
        kind = Thumbs
        config = KTOConfig(
            **common,
            loss_type=recipe.preference.kto_loss,
            train_sampling_strategy="sequential",
            **weights,
        )
    return kind(
        model,
        args=config,
        train_dataset=parts[0],
        eval_dataset=parts[1],
        processing_class=made.tokenizer,
        callbacks=running.callbacks(recipe, run, watch, measured=measured),
    )


def figures(trainer: Any, held_out: Dataset | None) -> dict[str, Any]:
    """What the finished trainer measures on the held-out rows."""
    if held_out is None:
        return {}
    trainer.model.eval()
    measured = trainer.evaluate()
    return {
        name.removeprefix("eval_"): value
        for name, value in measured.items()
        if isinstance(value, float)
    }
