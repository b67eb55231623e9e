"""The data set of a run: new corrections and everything that is learned again, as files.

All approved feedback is learned again while it is little; with much of it a multiple of the new.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets import Dataset

from doctor_llama.errors import NothingToLearnError
from training.refresh import replay
from training.refresh.order import Order, Record

FOLDER = "dataset"
ALL_IF_FEWER = 2_000  # approved rows that are all learned again
RATIO = 3  # otherwise so many of them for each new one; facts: 1 lost 16 %, 3 lost none
HELD_OUT = 0.1  # of the new corrections, where there are at least...
HELD_OUT_FROM = 20
COLUMNS = ("prompt", "completion", "source", "row")


@dataclass(slots=True)
class Material:
    """What is learned and what is kept for measuring."""

    train: list[Record] = field(default_factory=list)
    held_out: list[Record] = field(default_factory=list)  # corrections that are not learned
    counts: Counter[str] = field(default_factory=Counter)


def build(order: Order) -> tuple[Path, dict[str, Any], Material]:
    """Write `train.parquet`, with a manifest of hashes and counts. The words of people are in it.

    Raises `NothingToLearnError`.
    """
    made = material(order)
    if not made.train:
        raise NothingToLearnError
    folder = order.folder / FOLDER
    folder.mkdir(exist_ok=True)
    _write(folder / "train.parquet", made.train)
    manifest = {
        "rows": len(made.train),
        "held_out": len(made.held_out),
        "counts": dict(made.counts),
        "sha256": _hash(made.train),
        "seed": order.seed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return folder, manifest, made


def material(order: Order) -> Material:
    """The rows of a run, in the order in which they go out."""
    draw, made = random.Random(order.seed), Material()
    corrections = list(order.corrections)
    new = [one for one in corrections if order.is_new(one)]
    old = [one for one in corrections if not order.is_new(one)]
    if len(new) >= HELD_OUT_FROM and not order.demo:
        draw.shuffle(new)
        kept = max(1, round(HELD_OUT * len(new)))
        made.held_out, new = new[:kept], new[kept:]
    liked = [one for one in order.samples.get("ratings", []) if one["label"]]
    again = _again([*old, *_not_corrected(liked, corrections)], len(new), draw)
    made.counts.update({"corrections": len(new), "approved before": len(again)})
    if order.demo:
        _embedded(made, order, [*new, *(one for one in again if one in old)])
    else:
        made.train += [_plain(one) for one in (*new, *new, *again)]
        _stored(made, order, len(new) + len(again))
    draw.shuffle(made.train)
    return made


def _again(approved: list[Record], new: int, draw: random.Random) -> list[Record]:
    if len(approved) < ALL_IF_FEWER:
        return approved
    return draw.sample(approved, min(len(approved), max(ALL_IF_FEWER, RATIO * new)))


def _not_corrected(liked: Iterable[Record], corrections: list[Record]) -> list[Record]:
    """What people liked, but not where a correction says better."""
    better = {_question(one) for one in corrections}
    return [one for one in liked if _question(one) not in better]


def _question(record: Record) -> str:
    return " ".join(str(record["prompt"][-1]["content"]).casefold().split())


def _embedded(made: Material, order: Order, corrections: list[Record]) -> None:
    corrected = {found for one in order.corrections if (found := replay.asked(one)) is not None}
    for one in corrections:
        made.train += replay.embedded_correction(one, order.seed)
    before = len(made.train)
    made.train += replay.embedded_rows(corrected, order.seed)
    made.counts["replay"] = len(made.train) - before


def _stored(made: Material, order: Order, number: int) -> None:
    if order.replay is None:
        return
    rows = replay.stored_rows(order.replay, max(1, RATIO * number), order.seed)
    made.counts["replay"] = len(rows)
    made.train += rows


def _plain(record: Record) -> Record:
    return {name: record[name] for name in COLUMNS}


def _write(path: Path, rows: list[Record]) -> None:
    Dataset.from_list([_plain(row) for row in rows]).to_parquet(str(path))


def _hash(rows: list[Record]) -> str:
    text = "\n".join(json.dumps(_plain(row), sort_keys=True) for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()
