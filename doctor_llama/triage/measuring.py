"""How well triage does on labelled messages: recall, precision, false alarms, time, misses."""

import gc
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

from doctor_llama.triage.gate import assess
from doctor_llama.triage.labels import ORDER, RED, Label, Verdict

Z = 1.959964  # 95 %
TRIES = 3  # of each message, to be timed
Assess = Callable[[str, str | None], Verdict]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Wilson interval at 95 %."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    def bounds(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        p, z2 = self.hits / self.n, Z * Z / self.n
        middle = (p + z2 / 2) / (1 + z2)
        half = Z / (1 + z2) * sqrt(p * (1 - p) / self.n + z2 / self.n / 4)
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_json(self) -> dict[str, Any]:
        low, high = self.bounds()
        value = None if self.value is None else round(self.value, 4)
        return {"value": value, "low": round(low, 4), "high": round(high, 4), "n": self.n}

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        low, high = self.bounds()
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] {self.hits}/{self.n}"


@dataclass(slots=True)
class Row:
    """A labelled message and what triage said of it."""

    id: str
    text: str
    language: str
    label: Label
    accepted: tuple[str, ...]
    said: Verdict
    ms: float


@dataclass(slots=True)
class Report:
    """What was measured."""

    rows: list[Row] = field(default_factory=list)

    def languages(self) -> list[str]:
        counts = Counter(row.language for row in self.rows)
        return sorted(counts, key=lambda one: (-counts[one], one))

    def recall(self, language: str | None = None) -> Share:
        """Of emergencies and crises, those that were called one of the two."""
        return _share(
            (row.said.label in RED)
            for row in self.rows
            if row.label in RED and language in (None, row.language)
        )

    def false_alarm(self, language: str | None = None) -> Share:
        """Of routine messages, those that were called an emergency or a crisis."""
        return _share(
            (row.said.label in RED)
            for row in self.rows
            if row.label is Label.ROUTINE and language in (None, row.language)
        )

    def recall_of(self, label: Label, language: str | None = None) -> Share:
        return _share(
            row.said.label is label
            for row in self.rows
            if row.label is label and language in (None, row.language)
        )

    def precision_of(self, label: Label, language: str | None = None) -> Share:
        return _share(
            row.label is label or label in row.accepted
            for row in self.rows
            if row.said.label is label and language in (None, row.language)
        )

    def confusion(self) -> dict[str, dict[str, int]]:
        """Rows: the true label; columns: what was said."""
        counts = Counter((row.label, row.said.label) for row in self.rows)
        return {str(a): {str(b): counts[a, b] for b in Label} for a in Label}

    def under_triaged(self) -> list[Row]:
        return [
            row
            for row in self.rows
            if ORDER[row.said.label] > ORDER[row.label]
            and not (row.label in RED and row.said.label in RED)
            and row.said.label not in row.accepted
        ]

    def over_triaged(self) -> list[Row]:
        return [r for r in self.rows if r.label is Label.ROUTINE and r.said.label in RED]

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of the messages was judged."""
        times = sorted(row.ms for row in self.rows)
        return times[min(len(times) - 1, int(share * len(times)))] if times else 0.0

    def as_json(self) -> dict[str, Any]:
        tongues = self.languages()
        return {
            "n": len(self.rows),
            "recall": {one: self.recall(one).value for one in tongues},
            "false_alarm": {one: self.false_alarm(one).value for one in tongues},
            "p50_ms": round(self.percentile(0.5), 3),
            "p99_ms": round(self.percentile(0.99), 3),
            "recall_all": self.recall().as_json(),
            "false_alarm_all": self.false_alarm().as_json(),
            "recall_intervals": {one: self.recall(one).as_json() for one in tongues},
            "false_alarm_intervals": {one: self.false_alarm(one).as_json() for one in tongues},
            "labels": {
                str(label): {
                    "recall": self.recall_of(label).as_json(),
                    "precision": self.precision_of(label).as_json(),
                    "by_language": {
                        one: {
                            "recall": self.recall_of(label, one).as_json(),
                            "precision": self.precision_of(label, one).as_json(),
                        }
                        for one in tongues
                    },
                }
                for label in Label
            },
            "confusion": self.confusion(),
            "under_triaged": [_brief(row) for row in self.under_triaged()],
            "over_triaged": [_brief(row) for row in self.over_triaged()],
        }


def read(file: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file; empty lines are passed over. Raises `ValueError`."""
    rows = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError(f"line {number} has no text")  # noqa: TRY004
            rows.append({"id": str(number), **row})
    return rows


def measure(rows: Iterable[dict[str, Any]], judge: Assess = assess) -> Report:
    """Judge rows with `text`, `label`, perhaps `id`, `lang` and `accept` (labels also right)."""
    judge("warm up", None)
    report = Report()
    gc.collect()
    for number, row in enumerate(rows, 1):
        hint = row.get("lang")
        said, ms = _timed(judge, row["text"], hint)
        report.rows.append(
            Row(
                id=str(row.get("id", number)),
                text=row["text"],
                language=str(hint or said.language),
                label=Label(row["label"]),
                accepted=tuple(row.get("accept") or ()),
                said=said,
                ms=ms,
            )
        )
    return report


def _timed(judge: Assess, text: str, hint: str | None) -> tuple[Verdict, float]:
    """A verdict and its milliseconds, the best of `TRIES`: what other programs cannot slow."""
    best = float("inf")
    for _ in range(TRIES):
        begun = time.perf_counter()
        said = judge(text, hint)
        best = min(best, (time.perf_counter() - begun) * 1000)
    return said, best


def _share(hits: Iterable[bool]) -> Share:
    found: Sequence[bool] = list(hits)
    return Share(sum(found), len(found))


def _brief(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "lang": row.language,
        "label": row.label,
        "said": row.said.label,
        "rule": row.said.rule,
        "text": row.text,
    }
