"""Passes: several rows side by side in one sequence, and what the model must know of them.

Rows in a pass cannot see each other. What all rows begin with, which is the system prompt, may
stand in a pass once, for all of them.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from datasets import Dataset
from trl.data_utils import pack_dataset

from training.rows import IGNORE

WORTH_SHARING = 8  # tokens


@dataclass(frozen=True, slots=True)
class Packed:
    """A part of a data set in passes."""

    passes: Dataset  # input_ids, labels, seq_lengths
    shared: list[int]  # ids that every row begins with, taken off the rows
    tokens: int  # of all rows, those that are shared counted for each

    @property
    def fill(self) -> float:
        """Tokens that the passes hold, on average."""
        return sum(map(sum, self.passes["seq_lengths"])) / max(1, len(self.passes))


def common_prefix(rows: Dataset) -> list[int]:
    """The ids that every row begins with, and that no row is taught."""
    heads = []
    for row in rows:
        taught = next((n for n, label in enumerate(row["labels"]) if label != IGNORE), 0)
        # the token before the first taught one must stay: the first answer token is read from it
        heads.append(row["input_ids"][: max(0, taught - 1)])
    return longest_common(heads)


def longest_common(several: list[list[int]]) -> list[int]:
    """What all of them begin with."""
    shortest, longest = min(several, default=[]), max(several, default=[])
    same = itertools.takewhile(
        lambda pair: pair[0] == pair[1], zip(shortest, longest, strict=False)
    )
    return [first for first, _ in same]


def pack(
    rows: Dataset, *, tokens: int, shared: Sequence[int] = (), seed: int = 0, split: bool = False
) -> Packed:
    """Put rows into passes of at most `tokens`, best fit first; `split` may cut documents."""
    total = sum(map(len, rows["input_ids"]))
    if shared:
        rows = _without(rows, len(shared))
    passes = pack_dataset(
        rows.shuffle(seed=seed, keep_in_memory=True),
        seq_length=tokens - len(shared),
        strategy="bfd_split" if split else "bfd",
        map_kwargs={"keep_in_memory": True, "load_from_cache_file": False},
    )
    return Packed(passes, list(shared), total)


def _without(rows: Dataset, length: int) -> Dataset:
    def cut(batch: dict[str, list[list[int]]]) -> dict[str, list[list[int]]]:
        return {name: [row[length:] for row in column] for name, column in batch.items()}

    return rows.map(cut, batched=True, keep_in_memory=True, load_from_cache_file=False)


@dataclass(frozen=True, slots=True)
class PassCollator:
    """Passes to tensors: one sequence without padding, with each row's own positions.

    With `documents` the rows' bounds go to our attention; else the positions alone say where a row
    ends, as transformers' attentions understand it.
    """

    shared: Sequence[int] = ()
    documents: bool = True

    def __call__(self, passes: Sequence[dict[str, Any]]) -> dict[str, Any]:
        head = len(self.shared)
        ids, labels = list(self.shared), [IGNORE] * head
        positions, bounds = list(range(head)), [head]
        for each in passes:
            at = 0
            for length in each["seq_lengths"]:
                ids += each["input_ids"][at : at + length]
                # a row's first token is not taught: what stands before it is another row
                labels += [IGNORE, *each["labels"][at + 1 : at + length]]
                positions += range(head, head + length)
                bounds.append(len(ids))
                at += length
        batch: dict[str, Any] = {
            "input_ids": torch.tensor([ids]),
            "labels": torch.tensor([labels]),
            "position_ids": torch.tensor([positions]),
        }
        if self.documents:
            batch |= {"documents": bounds}
        return batch


@dataclass(frozen=True, slots=True)
class PaddedCollator:
    """Rows to tensors, padded on the right to the longest: for what is not packed."""

    pad: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        longest = max(len(row["input_ids"]) for row in rows)
        gaps = [longest - len(row["input_ids"]) for row in rows]
        pairs = list(zip(rows, gaps, strict=True))
        return {
            "input_ids": torch.tensor([r["input_ids"] + [self.pad] * gap for r, gap in pairs]),
            "labels": torch.tensor([r["labels"] + [IGNORE] * gap for r, gap in pairs]),
            "attention_mask": torch.tensor([[1] * (longest - gap) + [0] * gap for gap in gaps]),
        }
