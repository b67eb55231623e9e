"""How a run is getting on: for a row in the database, for the terminal, for whoever stops it."""

import logging
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback

from training import together

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """Where a run stands after a step."""

    step: int
    steps: int
    loss: float | None  # of the last logged steps
    held_out_loss: float | None  # the last that was measured
    tokens: int  # gone through so far in this process
    tokens_per_second: float
    seconds_left: float | None
    memory_mb: float  # the most so far
    learning_rate: float | None = None

    def plain(self) -> dict[str, Any]:
        """The values as JSON has them, for `training_runs.progress`."""
        return asdict(self)


Listener = Callable[[Report], None]
Stop = Callable[[], bool]


def peak_memory_mb() -> float:
    """The most memory that this process has had, on the GPU where there is one."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    import resource  # noqa: PLC0415 - there is none on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Watch(TrainerCallback):
    """Hears the trainer, tells the listener, and stops it when asked to."""

    def __init__(self, listener: Listener | None, stop: Stop | None) -> None:
        self.listener, self.stop = listener, stop
        self.trainer: Any = None  # set once it is made
        self.stopped = False
        self.logged: dict[str, float] = {}
        self._began: tuple[float, int, int] | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        """One step of the optimizer is done."""
        if state.global_step and self._began is None:
            self._began = time.monotonic(), state.global_step, self._tokens()
        if self.listener is not None and state.is_world_process_zero:
            self.listener(self._report(state))
        said = self.stop is not None and not self.stopped and self.stop()
        if together.anyone(said):
            self.stopped = True
            control.should_training_stop = control.should_save = True
        return control

    def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The trainer has figures."""
        self.logged |= kwargs.get("logs") or {}

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The held-out rows were measured."""
        metrics: dict[str, Any] = kwargs["metrics"]
        self.logged |= metrics
        if state.is_world_process_zero:
            told = ", ".join(f"{k} {v:.4g}" for k, v in metrics.items() if isinstance(v, float))
            log.info("step %d of %d: %s", state.global_step, state.max_steps, told)

    def _tokens(self) -> int:
        seen = int(getattr(self.trainer, "seen_tokens", 0)) * together.world_size()
        return seen or int(self.logged.get("num_tokens", 0))

    def _report(self, state: Any) -> Report:
        assert self._began is not None
        began, first, tokens = self._began
        passed, steps = time.monotonic() - began, state.global_step - first
        rate = passed / steps if steps else None
        return Report(
            step=state.global_step,
            steps=state.max_steps,
            loss=self.logged.get("loss"),
            held_out_loss=self.logged.get("eval_loss"),
            tokens=self._tokens(),
            tokens_per_second=(self._tokens() - tokens) / passed if steps and passed else 0.0,
            seconds_left=rate * (state.max_steps - state.global_step) if rate else None,
            memory_mb=round(peak_memory_mb(), 1),
            learning_rate=self.logged.get("learning_rate"),
        )


class Bar:
    """A listener that draws a bar on a terminal; elsewhere it writes a line now and then."""

    SECONDS_BETWEEN_LINES = 15.0

    def __init__(self) -> None:
        console = Console(file=sys.stderr)
        self._lines = not console.is_terminal
        self._told = 0.0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            disable=self._lines,
        )
        self._task = self._bar.add_task("training", total=None, figures="")

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, report: Report) -> None:
        figures = _figures(report)
        self._bar.update(self._task, completed=report.step, total=report.steps, figures=figures)
        if self._lines and (time.monotonic() - self._told > self.SECONDS_BETWEEN_LINES):
            self._told = time.monotonic()
            log.info("step %d of %d: %s", report.step, report.steps, figures)


def _figures(report: Report) -> str:
    loss = "" if report.loss is None else f"loss {report.loss:.4f}  "
    held = "" if report.held_out_loss is None else f"held-out {report.held_out_loss:.4f}  "
    return f"{loss}{held}{report.tokens_per_second:,.0f} tokens/s  {report.memory_mb:,.0f} MB"
