"""Rows in tokens to a trained adapter: what fine-tuning and pre-training have in common."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl.trainer.sft_config import SFTConfig

from training import arguments, attention, heads, packing, planning, qlora, running, runs, together
from training.packing import PaddedCollator, PassCollator
from training.planning import Sizes
from training.progress import Listener, Stop, Watch
from training.recipe import Recipe
from training.rows import Encoded
from training.runs import TrainResult
from training.trainers import AnswerTrainer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What goes through the model, and how it is put together."""

    train: Dataset
    held_out: Dataset | None
    collator: Any
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is, who listens to it and who may stop it."""

    dataset: Path
    out: Path
    start: Path | None = None
    progress: Listener | None = None
    stop: Stop | None = None


def prepare(
    recipe: Recipe, made: qlora.Plan, sizes: Sizes, taught: Encoded, held_out: Encoded | None
) -> Lesson:
    """Pack the rows, or leave them to be padded; a lesson is the same each time it is made."""
    told: dict[str, Any] = {"train": taught.told, "held_out": held_out.told if held_out else None}
    if not recipe.rows.pack:
        pad = made.tokenizer.pad_token_id
        measured = held_out.rows if held_out else None
        return Lesson(taught.rows, measured, PaddedCollator(pad), told)
    split = recipe.kind is recipe.kind.PRETRAIN
    shared = _shared(recipe, made, taught, held_out)
    packed = packing.pack(
        taught.rows, tokens=sizes.tokens, shared=shared, seed=recipe.seed, split=split
    )
    measured = None
    if held_out is not None:
        measured = packing.pack(
            held_out.rows, tokens=sizes.tokens, shared=shared, split=split
        ).passes
    told |= {"tokens": packed.tokens, "passes": len(packed.passes), "shared_tokens": len(shared)}
    collator = PassCollator(shared, documents=made.attention == attention.NAME)
    return Lesson(packed.passes, measured, collator, told)


def _shared(
    recipe: Recipe, made: qlora.Plan, taught: Encoded, held_out: Encoded | None
) -> list[int]:
    """What all rows begin with, where that is worth computing once."""
    if not recipe.rows.share_system or recipe.adapter.dropout or made.attention != attention.NAME:
        return []
    parts = [packing.common_prefix(part.rows) for part in (taught, held_out) if part]
    common = packing.longest_common(parts)
    return common if len(common) >= packing.WORTH_SHARING else []


def teach(
    recipe: Recipe, place: Place, made: qlora.Plan, taught: Encoded, held_out: Encoded | None
) -> TrainResult:
    """Train an adapter on rows in tokens; see `sft.train`."""
    world = together.world_size()
    sizes = planning.plan(recipe, made, world=world)
    planning.require_disk(place.out, sizes)
    running.require_tracker(recipe)
    run = runs.open_run(place.out, recipe, place.dataset, place.start, base=made.label)
    if there := running.finished(run):
        return there
    running.say_plan(made, sizes, recipe, place.out)
    lesson = prepare(recipe, made, sizes, taught, held_out)
    log.info("rows: %s", lesson.told)
    watch = Watch(place.progress, place.stop)
    trainer = make_trainer(recipe, run, made, sizes, lesson, watch)
    return running.run_to_end(
        trainer, run, made, watch, told=lambda done: _figures(done, lesson, sizes)
    )


def make_trainer(
    recipe: Recipe,
    run: runs.Run,
    made: qlora.Plan,
    sizes: Sizes,
    lesson: Lesson,
    watch: Watch,
) -> AnswerTrainer:
    """Load the model and put the trainer together."""
    measured = lesson.held_out is not None
    total = planning.steps(recipe, len(lesson.train), sizes, together.world_size())
    config = SFTConfig(
        **arguments.common(
            recipe, run.checkpoints, sizes, made.device, steps=total, measured=measured
        ),
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        train_sampling_strategy="random" if recipe.rows.pack else "group_by_length",
    )
    model = qlora.load(recipe, made, sizes.weights)
    if sizes.checkpointing:
        running.checkpoint_layers(model)
    head = recipe.rows.head
    if head == "answers" and not heads.fits(made.base.config):
        log.warning("this model scales its logits: the loss is computed over all of them")
        head = "full"
    return AnswerTrainer(
        model,
        config,
        head=head,
        data_collator=lesson.collator,
        train_dataset=lesson.train,
        eval_dataset=lesson.held_out,
        processing_class=made.tokenizer,
        callbacks=running.callbacks(recipe, run, watch, measured=measured),
    )


def _figures(trainer: AnswerTrainer, lesson: Lesson, sizes: Sizes) -> dict[str, Any]:
    figures: dict[str, Any] = {"rows": lesson.told, "plan": sizes.told}
    if lesson.held_out is not None:
        loss = trainer.held_out_loss(lesson.held_out)
        figures |= {"held_out_loss": loss, "held_out_perplexity": trainer.perplexity(loss)}
    return figures
