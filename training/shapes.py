"""Rows in TRL's shapes, and the files that hold them: parquet, the same bytes for the same rows."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.cleaning import Row
from training.recipe_data import Shape

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_NAMED = [("source", pa.string()), ("row", pa.string())]
SCHEMAS: dict[Shape, pa.Schema] = {
    Shape.PAIRS: pa.schema([("prompt", _MESSAGES), ("completion", _MESSAGES), *_NAMED]),
    Shape.TEXT: pa.schema([("text", pa.string()), *_NAMED]),
    Shape.PREFERENCE: pa.schema(
        [("prompt", _MESSAGES), ("chosen", _MESSAGES), ("rejected", _MESSAGES), *_NAMED]
    ),
    Shape.UNPAIRED: pa.schema(
        [("prompt", _MESSAGES), ("completion", _MESSAGES), ("label", pa.bool_()), *_NAMED]
    ),
}
GROUP_ROWS = 10_000


def fits(row: Row, shape: Shape) -> bool:
    """Whether a row has what a shape needs."""
    if shape is Shape.PREFERENCE:
        return row.pair.rejected is not None
    if shape is Shape.UNPAIRED:
        return row.pair.label is not None
    if shape is Shape.TEXT:
        return True
    # a preference says which of two answers is better, not that it is right
    return bool(row.pair.question) and row.pair.rejected is None and row.pair.label is not False


def record(row: Row, shape: Shape) -> dict[str, Any]:
    """One row as the trainer reads it."""
    pair = row.pair
    named = {"source": pair.source, "row": pair.row}
    if shape is Shape.TEXT:
        return {"text": f"{pair.question}\n\n{pair.answer}".strip(), **named}
    prompt = [
        *({"role": role, "content": content} for role, content in pair.turns),
        {"role": "user", "content": pair.question},
    ]
    answer = _answer(pair.answer)
    if shape is Shape.PREFERENCE:
        return {
            "prompt": prompt, "chosen": answer, "rejected": _answer(pair.rejected or ""), **named
        }  # fmt: skip
    if shape is Shape.UNPAIRED:
        return {"prompt": prompt, "completion": answer, "label": pair.label, **named}
    return {"prompt": prompt, "completion": answer, **named}


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


def write(rows: Sequence[Row], shape: Shape, path: Path) -> None:
    """Write rows as parquet, a part of them at a time."""
    with pq.ParquetWriter(path, SCHEMAS[shape], compression="zstd") as writer:
        for group in _groups(rows):
            records = [record(row, shape) for row in group]
            writer.write_table(pa.Table.from_pylist(records, schema=SCHEMAS[shape]))


def _groups(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    for start in range(0, max(1, len(rows)), GROUP_ROWS):
        yield rows[start : start + GROUP_ROWS]
