"""The order of a run, as `doctor_llama.trainer` writes it, and the samples beside it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doctor_llama.trainer.order import SAMPLES
from doctor_llama.trainer.process import ORDER, RESULT

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. Folders are absolute paths; None of an adapter is the bare base."""

    folder: Path
    run: int
    base: str
    base_label: str
    demo: bool
    root: Path  # of the registry's bundles
    active: str | None
    active_name: str | None
    start: str | None
    known: frozenset[int]  # rows that the active adapter learned from
    cleaning: int  # rows that it must no longer know
    recipe: str
    gate: Path | None
    replay: Path | None
    weights: str
    seed: int
    max_tokens: int
    threads: int | None = None
    nice: int = 0
    resume: bool = False
    alone: bool = False
    samples: dict[str, list[Record]] = field(default_factory=dict)

    def is_new(self, record: Record) -> bool:
        """Whether the active adapter has not learned this."""
        return not self.known.issuperset(record["rows"])

    @property
    def corrections(self) -> list[Record]:
        return self.samples.get("corrections", [])


def read(folder: Path) -> Order:
    raw = read_json(folder / ORDER)
    samples = {path.stem: _lines(path) for path in sorted((folder / SAMPLES).glob("*.jsonl"))}
    raw |= {
        "root": Path(raw["root"]),
        **{name: Path(raw[name]) if raw[name] else None for name in ("gate", "replay")},
        "known": frozenset(raw["known"]),
    }
    return Order(folder=folder, samples=samples, **raw)


def _lines(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_json(path: Path) -> Record:
    found: Record = json.loads(path.read_text("utf-8"))
    return found


def write_result(folder: Path, result: Record) -> None:
    """All of it or nothing: its presence says that the run came to its end."""
    draft = folder / f".{RESULT}"
    draft.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    draft.replace(folder / RESULT)
