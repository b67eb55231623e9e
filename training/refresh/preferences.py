"""Preference tuning after the answers are learned, only where there is enough to learn from.

Few pairs make a model sure of the wrong thing: with perfect reward accuracy DPO fixed 8 % of the
answers and lost 5 % of the others. So pairs are learned from 200 on, as sigmoid + sft; thumbs,
which say nothing of what would be right, from 2,000 on and only where both are there.
"""

import logging
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets import Dataset

from training import kinds, recipe
from training.recipe import Kind
from training.refresh.order import Order, Record
from training.refresh.telling import Telling

log = logging.getLogger(__name__)

PAIRS = 200
THUMBS = 2_000
MINORITY = 0.2  # share of the rarer thumb


def wanted(order: Order) -> Kind | None:
    """Which tuning the samples are enough for."""
    if len(order.samples.get("preferences", [])) >= PAIRS:
        return Kind.DPO
    thumbs = order.samples.get("ratings", [])
    ups = sum(bool(one["label"]) for one in thumbs)
    if len(thumbs) >= THUMBS and min(ups, len(thumbs) - ups) >= MINORITY * len(thumbs):
        return Kind.KTO
    return None


def tune(order: Order, adapter: Path, tell: Telling) -> tuple[Path, dict[str, Any]]:
    """Tune an adapter further, or leave it as it is; the figures say which."""
    kind = wanted(order)
    if kind is None:
        return adapter, {}
    folder = order.folder / "dataset" / str(kind)
    folder.mkdir(parents=True, exist_ok=True)
    name, columns = {
        Kind.DPO: ("preferences", ("prompt", "chosen", "rejected", "source", "row")),
        Kind.KTO: ("ratings", ("prompt", "completion", "label", "source", "row")),
    }[kind]
    rows = _shuffled(order.samples[name], order.seed)
    kept = [{column: row[column] for column in columns} for row in rows]
    Dataset.from_list(kept).to_parquet(str(folder / "train.parquet"))
    chosen = recipe.load(str(kind))
    model = "embedded" if order.demo else order.base
    chosen = replace(chosen, base=replace(chosen.base, model=model), seed=order.seed)
    log.info("%d rows for %s", len(rows), kind)
    tuned = kinds.TRAINERS[kind](
        chosen, folder, order.folder / str(kind), start=adapter,
        progress=lambda report: tell("preference", report.step / max(1, report.steps),
                                     loss=report.loss), stop=tell.stopping,
    )  # fmt: skip
    figures = {k: v for k, v in tuned.metrics.items() if k != "history"}
    return tuned.adapter, {str(kind): figures}


def _shuffled(rows: list[Record], seed: int) -> list[Record]:
    found = list(rows)
    random.Random(seed).shuffle(found)
    return found
