"""What a score is worth: its interval, and whether two adapters differ on the same items.

It knows items as rows of numbers and no model. All draws are seeded: the same items give the same
bits.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

DRAWS = 2000
LEVEL = 0.95
ALPHA = 0.05

Array = npt.NDArray[np.float64]


class Better(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"  # it describes: a length is not good or bad


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value with its 95 % confidence interval, over `n` items."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One metric over items: what each adds (items, parts), and the value of a sum of that.

    So the same function gives the score, its interval and that of a difference.
    """

    parts: Array
    value: Callable[[Array], float]
    better: Better = Better.HIGHER
    binary: bool = False  # a mean of zeros and ones

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def whole(self) -> float:
        """The value over all items."""
        return self.value(self.parts.sum(0))

    def resampled(self, seed: int) -> Array:
        """The values over items drawn anew, DRAWS times."""
        return np.array([self.value(sums) for sums in _draws(len(self), seed) @ self.parts])


@dataclass(frozen=True, slots=True)
class Comparison:
    """`one` against `other` on the same items.

    `difference` is one's value less other's, with its 95 % interval. `p` is two-sided, exact
    McNemar for right-or-wrong items and a paired bootstrap for the rest; `p_adjusted` is Holm's
    over all metrics of the pair. `gained` and `lost` count items, for right-or-wrong metrics.
    """

    metric: str
    one: str
    other: str
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    test: str
    better: Better
    n: int
    gained: int | None = None
    lost: int | None = None

    @property
    def verdict(self) -> str:
        """`better` or `worse` when the difference holds at 5 % over all metrics, else `same`."""
        if self.p_adjusted >= ALPHA or self.difference == 0:
            return "same"
        if self.better is Better.NEITHER:
            return "different"
        return "better" if (self.difference > 0) == (self.better is Better.HIGHER) else "worse"

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.verdict}


# -- measures --------------------------------------------------------------------------------------


def mean(
    values: Sequence[float] | Sequence[bool],
    *,
    better: Better = Better.HIGHER,
    binary: bool = False,
) -> Measure:
    """The mean over items; `binary` for items that are right (1) or wrong (0)."""
    return replace(ratio(values, [1.0] * len(values), better=better), binary=binary)


def right(values: Sequence[bool]) -> Measure:
    """The share of items that are right."""
    return mean(values, binary=True)


def ratio(
    above: Sequence[float], below: Sequence[float], *, better: Better = Better.HIGHER
) -> Measure:
    """A sum over a sum, such as tokens per second."""
    parts = np.column_stack([np.asarray(above, float), np.asarray(below, float)])
    return Measure(parts, lambda sums: float(sums[0] / sums[1]), better)


def perplexity(logs: Sequence[float], tokens: Sequence[int]) -> Measure:
    """From each answer's summed log probability and token count: weighted by tokens."""
    parts = np.column_stack([np.asarray(logs, float), np.asarray(tokens, float)])
    return Measure(parts, lambda sums: math.exp(min(-sums[0] / sums[1], 700.0)), Better.LOWER)


# -- one adapter -----------------------------------------------------------------------------------


def score(measure: Measure, *, seed: int = 0) -> Score:
    """The value and its interval: Wilson's for shares, the bootstrap's percentiles otherwise."""
    n, value = len(measure), measure.whole
    if measure.binary:
        share = binomtest(round(float(measure.parts[:, 0].sum())), n)
        found = share.proportion_ci(LEVEL, method="wilson")
        return Score(value, float(found.low), float(found.high), n)
    low, high = np.percentile(measure.resampled(seed), _ends())
    return Score(value, float(low), float(high), n)


def percentile(values: Sequence[float], percent: float, *, seed: int = 0) -> Score:
    """Such as the 95th of waiting times, with the bootstrap's interval."""
    waits, n = np.asarray(values, dtype=float), len(values)
    drawn = np.random.default_rng(seed).choice(waits, size=(DRAWS, n))
    low, high = np.percentile(np.percentile(drawn, percent, axis=1), _ends())
    return Score(float(np.percentile(waits, percent)), float(low), float(high), n)


@functools.lru_cache(maxsize=2)
def _draws(n: int, seed: int) -> Array:
    """(DRAWS, n): how often each item is drawn; the same for every measure of `n` items."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(float)


def _ends() -> tuple[float, float]:
    tail = 50.0 * (1.0 - LEVEL)
    return tail, 100.0 - tail


# -- two adapters ----------------------------------------------------------------------------------


def compare(
    one: Mapping[str, Measure], other: Mapping[str, Measure], *, names: tuple[str, str], seed: int
) -> list[Comparison]:
    """Every metric that both have, on the same items in the same order."""
    found = [
        _pair(name, one[name], other[name], names, seed)
        for name in one
        if name in other and len(one[name]) == len(other[name])
    ]
    adjusted = holm([comparison.p for comparison in found])
    return [replace(c, p_adjusted=p) for c, p in zip(found, adjusted, strict=True)]


def _pair(
    metric: str, one: Measure, other: Measure, names: tuple[str, str], seed: int
) -> Comparison:
    drawn = one.resampled(seed) - other.resampled(seed)
    low, high = (float(v) for v in np.percentile(drawn, _ends()))
    gained = lost = None
    if one.binary:
        change = one.parts[:, 0] - other.parts[:, 0]
        gained, lost = int((change > 0).sum()), int((change < 0).sum())
        p, test = mcnemar(gained, lost), "exact McNemar"
    else:
        p, test = bootstrap_p(drawn), "paired bootstrap"
    return Comparison(
        metric=metric,
        one=names[0],
        other=names[1],
        difference=one.whole - other.whole,
        low=low,
        high=high,
        p=p,
        p_adjusted=p,
        test=test,
        better=one.better,
        n=len(one),
        gained=gained,
        lost=lost,
    )


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact p of so many items right in one only, by chance."""
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def bootstrap_p(differences: Array) -> float:
    """Two-sided p by how often resampled differences fall on either side of zero."""
    below = (1 + int((differences <= 0).sum())) / (1 + len(differences))
    above = (1 + int((differences >= 0).sum())) / (1 + len(differences))
    return min(1.0, 2 * min(below, above))


def holm(ps: Sequence[float]) -> list[float]:
    """Holm's adjustment, in the order given: of many true nulls one in twenty runs is wrong."""
    adjusted, worst = [1.0] * len(ps), 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=lambda n: ps[n])):
        worst = max(worst, min(1.0, (len(ps) - rank) * ps[at]))
        adjusted[at] = worst
    return adjusted
