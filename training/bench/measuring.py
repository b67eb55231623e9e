"""One recipe, measured: useful tokens a second, peak memory, held-out loss after so many tokens.

Each measurement is a process of its own, so that no other one's memory or warm code is in it.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback
from transformers.trainer_callback import PrinterCallback

from training import arguments, kinds, planning, qlora, rows, runs, sft, teaching
from training.progress import Watch, peak_memory_mb
from training.recipe import Recipe

WARMUP_STEPS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """What one recipe did."""

    tokens: int  # of rows, without padding
    taught: int  # of them
    answers: int  # tokens of answers in them
    padding: int
    steps: int
    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    base_memory_mb: float  # before the first step: the program and the model
    held_out_before: float
    held_out_loss: float  # per answer token
    device: str
    plan: str

    @property
    def plain(self) -> dict[str, Any]:
        return asdict(self)


def alone(recipe: Recipe, dataset: Path, out: Path, **options: Any) -> Measured:
    """Measure in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, recipe, dataset, out, **options).result()


def measure(
    recipe: Recipe, dataset: Path, out: Path, *, tokens: int, threads: int | None = None
) -> Measured:
    """Train on so many tokens of rows and measure all but the first steps."""
    kinds.quiet()
    if threads:
        torch.set_num_threads(threads)
    made = qlora.plan(recipe)
    writer, answers = (
        rows.Writer(made.tokenizer, made.eos_ids, recipe.rows.longest, everything=everything)
        for everything in (recipe.rows.learn == "everything", False)
    )
    taught = rows.encode(rows.require(dataset, "train", sft.COLUMNS), writer)
    # what is held out is measured on answers, whatever a recipe teaches
    held_out = rows.encode(rows.require(dataset, "validation", sft.COLUMNS), answers)
    sizes = planning.plan(recipe, made)
    lesson = teaching.prepare(recipe, made, sizes, taught, held_out)
    run = runs.open_run(out, recipe, dataset, None, base=made.label)
    clock = Clock(tokens)
    trainer = teaching.make_trainer(recipe, run, made, sizes, lesson, Watch(None, None))
    clock.trainer = trainer
    trainer.add_callback(clock)
    trainer.remove_callback(PrinterCallback)  # it writes to where our one JSON object goes
    assert lesson.held_out is not None
    before = trainer.held_out_loss(lesson.held_out)
    base_memory = peak_memory_mb()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    trainer.train()
    spent = clock.figures()
    whole = sum(map(len, taught.rows["input_ids"]))
    plain = rows.encode(rows.require(dataset, "train", sft.COLUMNS), answers)
    answered = sum(label != rows.IGNORE for row in plain.rows["labels"] for label in row)
    return Measured(
        **spent,
        answers=round(spent["tokens"] * answered / whole),
        peak_memory_mb=peak_memory_mb(),
        base_memory_mb=base_memory,
        held_out_before=before,
        held_out_loss=trainer.held_out_loss(lesson.held_out),
        device=str(made.device),
        plan=f"{sizes.told}; optimizer {arguments.optimizer(recipe, made.device)}",
    )


class Clock(TrainerCallback):
    """Times steps, the first ones apart; ends the training once enough tokens went through."""

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        self.trainer: Any = None
        self._steps = 0
        self._first: tuple[float, float, int, int, int] | None = None
        self._last: tuple[float, float, int, int, int] | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """One step is done."""
        now = self._now()
        if state.global_step == WARMUP_STEPS:
            self._first = now
        self._last, self._steps = now, state.global_step
        # every recipe goes through as many tokens after the first steps, so that losses compare
        control.should_training_stop = now[2] >= self.tokens
        return control

    def _now(self) -> tuple[float, float, int, int, int]:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seen = self.trainer
        return (
            time.perf_counter(), time.process_time(),
            seen.seen_tokens, seen.seen_taught, seen.seen_padding,
        )  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """What the measured steps took."""
        assert self._first is not None
        assert self._last is not None
        spent = [last - first for first, last in zip(self._first, self._last, strict=True)]
        names = ("seconds", "cpu_seconds", "tokens", "taught", "padding")
        return dict(zip(names, spent, strict=True)) | {"steps": self._steps - WARMUP_STEPS}
