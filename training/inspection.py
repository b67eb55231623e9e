"""What cleaning would do to one data set, row by row, without building anything."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from training import dataset, lengths, report, sources
from training.cleaning import Row, Rulebook, clean
from training.recipe_data import Against, Cleaning, From
from training.sources import Pair


@dataclass(frozen=True)
class Inspection:
    """Every pair of a source with what became of it."""

    source: str
    rows: Sequence[Row]
    records: Sequence[int]  # the numbers of the input rows that were looked at

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The figures of the report."""
        return report.summarise(self.rows, self.lengths, {"kept": self.kept})

    @cached_property
    def lengths(self) -> lengths.Lengths:
        """Tokens of what was kept, estimated."""
        return lengths.measure((row.pair for row in self.kept), "")

    @property
    def kept(self) -> list[Row]:
        """The rows that would be taught."""
        return [row for row in self.rows if row.action == "keep"]

    def write(self, folder: Path) -> None:
        """Write the report and its pictures."""
        folder.mkdir(parents=True, exist_ok=True)
        report.write(self.summary, self.lengths, folder, title=f"What is in {self.source}")

    def verdicts(self) -> Iterator[dict[str, Any]]:
        """{row, action, rules} of every input row, also of one that makes no pair, or several: it
        is kept when one of its pairs is."""
        by_record: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            by_record[row.pair.index].append(row)
        for number in self.records:
            found = by_record.get(number, [])
            actions = {row.action for row in found}
            action = next((a for a in ("keep", "flag") if a in actions), "drop")
            rules = list(dict.fromkeys(rule for row in found for rule in row.rules))
            yield {"row": number, "action": action, "rules": rules if found else ["a_empty"]}


def inspect(
    name: str,
    path: Path | None = None,
    *,
    share: float = 1.0,
    against: Sequence[str] = (),
    processes: int | None = None,
) -> Inspection:
    """Look at a source, in its place on the Hub or at a path. Raises `DatasetError`."""
    source = sources.get(name)
    guard = dataset.read_guard(Against(files=tuple(against)))
    book = Rulebook.of(Cleaning(), [source], guard)
    spec = From(path=str(path) if path else "", share=share)
    seen: list[int] = []

    def counted(found: Iterator[Pair]) -> Iterator[Pair]:
        for pair in found:
            seen.append(pair.index)
            yield pair

    rows = clean(counted(dataset.read(source, spec, seed=0)), book, processes=processes)
    # at full share also those between two pairs that gave none
    records = range(max(seen, default=-1) + 1) if share == 1 else sorted(set(seen))
    return Inspection(name, rows, records)
