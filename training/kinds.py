"""One way into every kind of training, for the command line and for refresh."""

import logging
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import datasets
import torch
from transformers.utils import logging as transformers_logging

from doctor_llama import settings
from doctor_llama.errors import RecipeError
from training import preference, pretrain, reward, sft, together
from training.progress import Bar, Listener, Stop
from training.recipe import Kind, Recipe
from training.runs import TrainResult

log = logging.getLogger(__name__)

TRAINERS: dict[Kind, Callable[..., TrainResult]] = {
    Kind.SFT: sft.train,
    Kind.PRETRAIN: pretrain.train,
    Kind.DPO: preference.train,
    Kind.KTO: preference.train,
    Kind.REWARD: reward.train,
}


def train(
    kind: Kind,
    recipe: Recipe,
    dataset: Path,
    out: Path,
    *,
    start: Path | None = None,
    progress: Listener | None = None,
    stop: Stop | None = None,
) -> TrainResult:
    """Train what a recipe is for; see `sft.train`. Without a listener there is a progress bar."""
    if recipe.kind is not kind:
        raise RecipeError(
            f"This recipe is for {recipe.kind}. Run: doctor-llama train {recipe.kind}"
        )
    quiet()
    together.join()
    threads = settings.load().threads
    if threads:
        torch.set_num_threads(threads)
    bar = Bar() if progress is None and together.rank() == 0 else None
    with bar or nullcontext():
        result = trainer_of(kind)(
            recipe, dataset, out, start=start, progress=progress or bar, stop=stop
        )
    if together.rank() == 0:
        log.info("done. To take it in: doctor-llama adapters import %s", result.adapter)
    return result


def trainer_of(kind: Kind) -> Callable[..., TrainResult]:
    """The function that trains this kind of recipe."""
    if kind is Kind.SWEEP:
        from training import sweep  # noqa: PLC0415 - it comes back here for each of its runs

        return sweep.train
    return TRAINERS[kind]


def quiet() -> None:
    """Leave the terminal to our own progress bar and our own lines."""
    datasets.disable_progress_bars()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    # peft reads what transformers has renamed; nobody here can act on it
    warnings.filterwarnings("ignore", ".*is_gradient_checkpointing.*", FutureWarning)
