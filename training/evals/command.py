"""`python -m training evaluate`: from arguments and settings to a report in a folder."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from doctor_llama import settings
from doctor_llama.settings import Settings
from training import evaluate
from training.evals import Task, harness, report, sets
from training.evaluate import Setup


def run(arguments: argparse.Namespace) -> None:
    """Score what was asked for and write the report. Raises `DoctorLlamaError`."""
    if arguments.harness:
        harness.require()
    adapters = _named(arguments.adapter)
    places = _named(arguments.place)
    tasks = sets.load(sets.Chosen(arguments.set), data=arguments.data, places=places)
    tasks = sets.limited(tasks, arguments.limit)
    found = evaluate.evaluate(
        {name: place or None for name, place in adapters.items()},
        arguments.base,
        tasks,
        against=arguments.against,
        seed=arguments.seed,
        setup=_setup(settings.load(), arguments.weights),
        base_label=arguments.base_label,
        timed=not arguments.no_speed,
        tell=_tell,
    )
    report.write(found, arguments.out)
    if arguments.harness:
        _second_opinion(arguments.base, adapters, tasks, arguments.out / "harness")


def _named(parts: Sequence[str]) -> dict[str, str]:
    """NAME=PLACE, any number of times."""
    return dict(part.split("=", 1) for part in parts)


def _setup(chosen: Settings, weights: str | None) -> Setup:
    """As serving is set up here."""
    return Setup(
        weights=weights or chosen.weights,
        attention=chosen.attention,
        concurrency=chosen.concurrency,
        context_length=chosen.context_length,
        threads=chosen.threads,
        max_memory=chosen.max_memory,
        token=chosen.hf_token.get_secret_value() if chosen.hf_token else None,
    )


def _tell(what: str, share: float) -> None:
    sys.stderr.write(f"{share:4.0%}  {what}\n")
    sys.stderr.flush()


def _second_opinion(
    base: str, adapters: Mapping[str, str], tasks: Sequence[Task], folder: Path
) -> None:
    names = harness.write(tasks, folder)
    for name, place in adapters.items():
        _tell(f"{name}: lm-evaluation-harness", 1.0)
        told = harness.run(base, place or None, names, folder)
        file = folder / f"{name.replace('/', '--')}.json"
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
        sys.stderr.writelines(f"      {task} {value:.4g}\n" for task, value in told.items())
