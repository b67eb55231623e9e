"""The gate alone, a model alone, and the gate with what the model raises: on the same messages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from doctor_llama.triage.labels import RED, Label, Verdict
from doctor_llama.triage.likelihoods import RULE, Likelihoods
from doctor_llama.triage.measuring import Report, Row

THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one label pass gave; None where it failed."""

    found: Likelihoods | None
    ms: float


@dataclass(frozen=True, slots=True)
class Layers:
    """The gate's report and, in the same order, the passes of its rows."""

    gate: Report
    passes: Sequence[Pass]

    @property
    def failed(self) -> int:
        return sum(one.found is None for one in self.passes)

    def model(self, threshold: float) -> Report:
        """The model alone; what it could not read is routine to it."""
        return Report(
            [
                replace(row, said=_alone(row, one.found, threshold), ms=one.ms)
                for row, one in zip(self.gate.rows, self.passes, strict=True)
            ]
        )

    def both(self, threshold: float) -> Report:
        """As a worker has it: what the gate did not call a red flag is read again."""
        return Report(
            [
                row if row.said.label in RED else _read_again(row, one, threshold)
                for row, one in zip(self.gate.rows, self.passes, strict=True)
            ]
        )

    def as_json(self, threshold: float) -> dict[str, Any]:
        return {
            "threshold": threshold,
            "failed": self.failed,
            "gate": self.gate.as_json(),
            "model": self.model(threshold).as_json(),
            "both": self.both(threshold).as_json(),
            "thresholds": [
                {
                    "threshold": each,
                    "model": _brief(self.model(each)),
                    "both": _brief(self.both(each)),
                }
                for each in THRESHOLDS
            ],
        }


def _alone(row: Row, found: Likelihoods | None, threshold: float) -> Verdict:
    label = Label.ROUTINE
    if found is not None:
        label = found.raised(threshold) or max((Label.URGENT, Label.ROUTINE), key=found.of)
    return Verdict(label, None if label is Label.ROUTINE else RULE, row.said.language)


def _read_again(row: Row, one: Pass, threshold: float) -> Row:
    said = one.found.join(row.said, threshold) if one.found is not None else row.said
    return replace(row, said=said, ms=row.ms + one.ms)


def _brief(report: Report) -> dict[str, Any]:
    return {
        "recall": report.recall().as_json(),
        "false_alarm": report.false_alarm().as_json(),
    }
