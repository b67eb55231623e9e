"""Scores of adapters on one base: answers through the engine that serves, intervals, comparisons.

    report = evaluate({"new": folder, "active": other}, base, sets.small())
    report.results["new"].metrics["topics.bleu"].value

It knows neither the registry nor the gate. All but the speed comes out the same to the bit when it
is run again on the same machine with as many threads.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from doctor_llama.engine.local.engine import LocalEngine
from doctor_llama.errors import EvaluationError
from training import significance
from training.evals import Outcome, Task, Way, outcomes, speed
from training.significance import Better, Comparison, Measure, Score

VERSIONS_OF = ("torch", "transformers", "peft", "bitsandbytes", "sacrebleu", "rouge-score")

Adapters = Mapping[str, str | Path | None]  # by name: a folder or Hub id; None: the base alone
Tell = Callable[[str, float], None]  # what is being done, and the share that is done


@dataclass(frozen=True, slots=True)
class Setup:
    """How the engine runs; the defaults are those of serving."""

    weights: str = "auto"
    attention: str = "auto"
    concurrency: int = 16
    context_length: int = 4096
    threads: int | None = None
    max_memory: int | None = None
    token: str | None = field(default=None, repr=False)
    dtype: torch.dtype = torch.bfloat16


@dataclass(frozen=True, slots=True)
class Row:
    """One item of one set as one adapter met it; `marks` are its own scores, by name."""

    set: str
    id: str
    marks: Mapping[str, float]
    asked: str
    answer: str = ""  # what it wrote, or the option it chose
    wanted: str = ""  # the reference, the right option, or what the answer had to do
    refusal: str = ""  # why the engine would not answer


@dataclass(frozen=True, slots=True)
class Result:
    """One adapter's scores; metrics are named `set.metric`, such as `topics.perplexity`."""

    name: str
    adapter: str | None
    metrics: dict[str, Score]
    better: dict[str, Better]
    rows: list[Row]

    def marks(self, set_name: str, mark: str) -> dict[str, float]:
        """One mark of every item of a set by its id; for counting what went from right to wrong."""
        return {r.id: r.marks[mark] for r in self.rows if r.set == set_name and mark in r.marks}


@dataclass(frozen=True, slots=True)
class Report:
    """A run: every adapter's result, and the others against `against`."""

    base: str
    against: str | None
    results: dict[str, Result]
    comparisons: list[Comparison]
    about: dict[str, Any]  # sets, seed, device, weights, versions: all that decides the figures

    def comparison(self, name: str, metric: str) -> Comparison:
        """One adapter against `against` on one metric. Raises `KeyError`."""
        for found in self.comparisons:
            if found.one == name and found.metric == metric:
                return found
        raise KeyError(f"{name} was not compared by {metric}")

    def to_json(self) -> dict[str, Any]:
        return {
            "base": self.base,
            "against": self.against,
            "about": self.about,
            "results": {name: asdict(result) for name, result in self.results.items()},
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
        }


def evaluate(  # noqa: PLR0913 - how it is run, by keyword
    adapters: Adapters,
    base: str | Path,
    tasks: Sequence[Task],
    *,
    against: str | None = None,
    seed: int = 0,
    setup: Setup | None = None,
    base_label: str | None = None,
    timed: bool = True,
    tell: Tell = lambda what, share: None,
) -> Report:
    """Score every adapter on every set, one after the other.

    `against` is the name of the one that the others are compared with; default: the last, where
    there are several. Without `timed` the speed is left out. Raises `EvaluationError` for what
    cannot be evaluated, and what loading a model raises.
    """
    _require(adapters, tasks, against)
    if against is None and len(adapters) > 1:
        against = list(adapters)[-1]
    setup = setup or Setup()
    measured: dict[str, dict[str, Measure]] = {}
    results: dict[str, Result] = {}
    about: dict[str, Any] = {}
    for at, (name, adapter) in enumerate(adapters.items()):

        def told(what: str, share: float, name: str = name, at: int = at) -> None:
            tell(f"{name}: {what}", (at + share) / len(adapters))

        examined = asyncio.run(_examine(name, adapter, str(base), tasks, setup, told, timed=timed))
        measured[name], about = examined.measures, examined.about
        results[name] = _result(name, adapter, examined, seed)
    comparisons = [
        comparison
        for name in results
        if against is not None and name != against
        for comparison in significance.compare(
            measured[name], measured[against], names=(name, against), seed=seed
        )
    ]
    about |= {
        "seed": seed,
        "sets": {task.name: {"items": len(task.examples), "about": task.about} for task in tasks},
        "versions": {name: metadata.version(name) for name in VERSIONS_OF},
    }
    return Report(base_label or str(base), against, results, comparisons, about)


def _require(adapters: Adapters, tasks: Sequence[Task], against: str | None) -> None:
    if not adapters:
        raise EvaluationError("There is no adapter to evaluate.")
    if against is not None and against not in adapters:
        raise EvaluationError(f"{against} is to be compared with, but is not among the adapters.")
    empty = [task.name for task in tasks if not task.examples]
    if empty or not tasks:
        raise EvaluationError(f"The set {empty[0]} is empty." if empty else "There is no set.")


@dataclass(frozen=True, slots=True)
class _Examined:
    measures: dict[str, Measure]
    speed: dict[str, Score]
    rows: list[Row]
    about: dict[str, Any]


def _result(name: str, adapter: str | Path | None, examined: _Examined, seed: int) -> Result:
    measures = examined.measures
    return Result(
        name=name,
        adapter=None if adapter is None else str(adapter),
        metrics={k: significance.score(m, seed=seed) for k, m in measures.items()} | examined.speed,
        better={k: m.better for k, m in measures.items()} | speed.BETTER,
        rows=examined.rows,
    )


async def _examine(
    name: str,
    adapter: str | Path | None,
    base: str,
    tasks: Sequence[Task],
    setup: Setup,
    tell: Tell,
    *,
    timed: bool,
) -> _Examined:
    """One adapter on an engine of its own, loaded as serving loads it."""
    engine = LocalEngine(
        base,
        None if adapter is None else str(adapter),
        context_length=setup.context_length,
        max_concurrency=setup.concurrency,
        token=setup.token,
        dtype=setup.dtype,
        threads=setup.threads,
        weights=setup.weights,
        attention=setup.attention,
        max_memory=setup.max_memory,
        adapter_label=name,
    )
    tell("loading", 0.0)
    await engine.start()
    try:
        card = engine.card()
        measures: dict[str, Measure] = {}
        rows: list[Row] = []
        for at, task in enumerate(tasks):
            tell(f"{task.name}, {len(task.examples)} items", at / (len(tasks) + 1))
            found = await outcomes.of(engine, task)
            measures |= {f"{task.name}.{k}": m for k, m in task.measures(found).items()}
            rows += [_row(task, outcome) for outcome in found]
        figures: dict[str, Score] = {}
        if timed:
            tell("speed", len(tasks) / (len(tasks) + 1))
            figures = await speed.of(engine, tasks)
    finally:
        await engine.stop(drain=0.0)
    about = {"device": card.device, "weights": card.weights, "threads": torch.get_num_threads()}
    return _Examined(measures, figures, rows, about)


def _row(task: Task, outcome: Outcome) -> Row:
    example, marks = outcome.example, task.marks(outcome)
    answer, wanted = outcome.text, example.reference or example.expects
    if task.way is Way.CHOOSE:
        at = int(marks.get("chosen", -1))
        answer, wanted = example.options[at] if at >= 0 else "", example.options[example.gold]
    asked = example.turns[-1].content
    return Row(task.name, example.id, marks, asked, answer, wanted, outcome.refusal)
