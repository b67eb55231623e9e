"""A figure with its aim, and the percentile that the benchmarks use."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `at_most` and `at_least` are what it should reach."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def reached(self) -> bool:
        high = self.at_most is not None and self.value > self.at_most
        low = self.at_least is not None and self.value < self.at_least
        return not (high or low)

    def __str__(self) -> str:
        aim = f"at most {self.at_most:g}" if self.at_most is not None else ""
        aim = f"at least {self.at_least:g}" if self.at_least is not None else aim
        verdict = ("reached" if self.reached else "MISSED") if aim else ""
        return f"{self.name:<34} {self.value:>10.4g} {self.unit:<6} {aim:<16} {verdict}".rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
