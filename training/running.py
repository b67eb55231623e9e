"""The way of every run: begin or go on, listen, stop early or when asked, keep the best."""

import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import EarlyStoppingCallback
from transformers.integrations.integration_utils import TensorBoardCallback
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from doctor_llama.errors import RecipeError, StoppedError
from training import arguments, qlora, runs, together
from training.progress import Watch
from training.recipe import Recipe
from training.runs import Run, TrainResult

log = logging.getLogger(__name__)


def callbacks(recipe: Recipe, run: Run, watch: Watch, *, measured: bool) -> list[Any]:
    """What listens to a trainer."""
    found: list[Any] = [watch]
    if recipe.run.tracker == "tensorboard":
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - slow to import

        if together.rank() == 0:
            writer = SummaryWriter(str(run.folder / runs.LOGS))
            found.append(TensorBoardCallback(writer))  # type: ignore[no-untyped-call]
    if measured and recipe.run.patience and recipe.run.checkpoints:
        found.append(EarlyStoppingCallback(recipe.run.patience))
    return found


def require_tracker(recipe: Recipe) -> None:
    """Raise `RecipeError` where the curves cannot go where they should."""
    if recipe.run.tracker == "wandb" and importlib.util.find_spec("wandb") is None:
        raise RecipeError(
            "run.tracker=wandb needs the package wandb: pip install 'doctor-llama[wandb]'."
        )


def checkpoint_layers(model: Any) -> None:
    """Compute activations twice in the layers that the backward pass goes through.

    transformers' own switch, and TRL's, also ask for gradients of the embedding, and so send the
    backward pass through every layer below the adapter.
    """
    base = model.get_base_model()
    base.activation_checkpointing_enable({"use_reentrant": False})
    base.disable_input_require_grads()


def run_to_end(
    trainer: Any,
    run: Run,
    made: qlora.Plan,
    watch: Watch,
    *,
    told: Callable[[Any], dict[str, Any]],
) -> TrainResult:
    """Train, from the newest whole checkpoint where there is one, and write the result.

    `told` adds figures of the finished trainer. Raises `StoppedError`.
    """
    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)
    watch.trainer = trainer
    newest = run.newest()
    if newest is not None:
        log.info("going on from %s", newest.name)
    trainer.train(resume_from_checkpoint=str(newest) if newest else None)
    state = trainer.state
    if watch.stopped:
        raise StoppedError(
            f"The training was stopped at step {state.global_step} of {state.max_steps}; the same "
            "command goes on from there."
        )
    metrics = {
        "steps": state.global_step,
        "stopped_early": state.global_step < state.max_steps,
        "history": [entry for entry in state.log_history if "loss" in entry or _held(entry)],
        **told(trainer),
    }
    if together.rank() == 0:
        run.finish(trainer.model, made, metrics)
    together.wait()
    return TrainResult(run.folder / runs.ADAPTER, metrics)


def _held(entry: dict[str, Any]) -> bool:
    return any(key.startswith("eval_") for key in entry)


def finished(run: Run) -> TrainResult | None:
    """The result of a run that is over already."""
    there = run.result
    if there is not None:
        log.info("this run is over already: %s", there.adapter)
    return there


def say_plan(made: qlora.Plan, sizes: Any, recipe: Recipe, folder: Path) -> None:
    """Tell what is about to be trained, in which pieces, and where it goes."""
    if together.rank() == 0:
        log.info("%s: %s", recipe.kind, made.told)
        log.info("%s", sizes.told)
        log.info(
            "optimizer %s; attention %s; into %s",
            arguments.optimizer(recipe, made.device),
            made.attention,
            folder,
        )
