"""Which sets are scored together: `small` ships with the package, `full` adds public ones."""

import dataclasses

from training.evals import Example, Task, safety, topics


def small() -> list[Task]:
    """Our own items: quick, without the net, and the same for every model."""
    return [safety.task(), topics.plain(), topics.wordings(), topics.choices()]


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
