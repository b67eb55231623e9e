"""Measures of choices between options: accuracy, macro-F1, and what no knowledge at all scores."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from training import significance
from training.evals import Outcome
from training.significance import Array, Better, Measure

Chosen = Callable[[Outcome], int]


def by_letter(outcome: Outcome) -> int:
    """For options of one length: the likeliest."""
    return outcome.chosen


def by_token(outcome: Outcome) -> int:
    """For options of different lengths: the likeliest per token."""
    return outcome.chosen_per_token


def accuracy(outcomes: Sequence[Outcome], chosen: Chosen = by_letter) -> Measure:
    """The share of right choices; an example that did not fit the context is a wrong one."""
    return significance.right([chosen(o) == o.example.gold for o in outcomes])


def macro_f1(outcomes: Sequence[Outcome], chosen: Chosen = by_letter) -> Measure:
    """The mean of each option's F1, for examples that share their options.

    Each has the same weight, so always naming the commonest one scores low.
    """
    count = len(outcomes[0].example.options)
    # of every item, for every option: a hit, chosen, right
    parts = np.zeros((len(outcomes), 3 * count))
    for row, outcome in zip(parts, outcomes, strict=True):
        guess, gold = chosen(outcome), outcome.example.gold
        row[gold] = float(guess == gold)
        row[2 * count + gold] = 1.0
        if guess >= 0:
            row[count + guess] = 1.0
    return Measure(parts, lambda sums: f1(sums, count))


def f1(sums: Array, count: int) -> float:
    """Macro-F1 of summed hits, choices and truths of `count` options each."""
    hits, chosen, right = sums[:count], sums[count : 2 * count], sums[2 * count :]
    with np.errstate(invalid="ignore"):
        each = 2 * hits / (chosen + right)
    return float(np.nan_to_num(each).mean())


def always(outcomes: Sequence[Outcome], option: int) -> Measure:
    """What naming the same option every time would score."""
    values = [float(o.example.gold == option) for o in outcomes]
    return significance.mean(values, better=Better.NEITHER)


def commonest(outcomes: Sequence[Outcome]) -> int:
    """The option that is right most often."""
    return Counter(o.example.gold for o in outcomes).most_common(1)[0][0]


def marks(chosen: Chosen) -> Callable[[Outcome], Mapping[str, float]]:
    """Whether one choice was right, and which it was."""

    def of_one(outcome: Outcome) -> Mapping[str, float]:
        guess = chosen(outcome)
        return {"right": float(guess == outcome.example.gold), "chosen": float(guess)}

    return of_one
