"""Which sets are scored together: `small` ships with the package, `full` adds public ones."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from doctor_llama.errors import EvaluationError
from training import sources
from training.evals import Example, Task, held_out, medqa, pubmedqa, safety, topics
from training.sources import Record

PUBLIC: dict[str, Callable[[Iterable[Record]], Task]] = {
    "pubmedqa": pubmedqa.task,
    "medqa": medqa.task,
}
SPLITS = {"pubmedqa": "train", "medqa": "test"}  # PubMedQA's test part is known by its ids


class Chosen(StrEnum):
    SMALL = "small"  # our own items: quick, without the net, the same for every model
    FULL = "full"  # and PubMedQA and MedQA


def load(
    chosen: Chosen, *, data: Path | None = None, places: Mapping[str, str] | None = None
) -> list[Task]:
    """The sets of a choice, with the test part of the data set `data` where it is given.

    `places` say where public sets lie, a path or a Hub id by name; default: the Hub. Raises
    `EvaluationError` and `DatasetError`.
    """
    places = places or {}
    unknown = sorted(places.keys() - PUBLIC.keys())
    if unknown:
        raise EvaluationError(f"{unknown[0]} is no set with a place; {', '.join(PUBLIC)} are.")
    found = [safety.task(), topics.plain(), topics.wordings(), topics.choices()]
    wanted = PUBLIC if chosen is Chosen.FULL else places
    found += [_public(name, places.get(name)) for name in wanted]
    return found + (held_out.tasks(data) if data is not None else [])


def _public(name: str, place: str | None) -> Task:
    try:
        return PUBLIC[name](_records(name, place))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise EvaluationError(
            f"A row of {place or name} is not as {name} has them "
            f"({type(problem).__name__}: {problem})."
        ) from problem


def _records(name: str, place: str | None) -> Iterable[Record]:
    source = sources.get(name)
    if place is not None and Path(place).exists():
        return sources.records(source, Path(place))
    if source.hub is None or (place is not None and place.count("/") != 1):
        raise EvaluationError(f"There is nothing at {place}.")
    where = dataclasses.replace(source.hub, id=place or source.hub.id, split=SPLITS[name])
    return sources.records(source, at=where)


def limited(tasks: list[Task], most: int | None) -> list[Task]:
    """At most so many items of each set, spread over all of it."""
    return [
        task
        if most is None or len(task.examples) <= most
        else dataclasses.replace(task, examples=_spread(task.examples, most))
        for task in tasks
    ]


def _spread(items: tuple[Example, ...], most: int) -> tuple[Example, ...]:
    return tuple(items[at * len(items) // most] for at in range(most))
