"""Rows to tokens: the prompt as serving writes it, the answer to its end token, nothing cut.

It knows no model. Whatever is dropped is counted.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, List, Value

from doctor_llama import prompt
from doctor_llama.engine.local import tokens
from doctor_llama.errors import DatasetError
from doctor_llama.prompt import ChatMessage

IGNORE = -100  # the label of a token that is not taught
PART_ROWS = 512  # tokenised at once
COLUMNS = Features({name: List(Value("int32")) for name in ("input_ids", "labels")})


@dataclass(frozen=True, slots=True)
class Encoded:
    """A part of a data set in tokens: columns `input_ids` and `labels`."""

    rows: Dataset
    dropped: int  # longer than the recipe's longest

    def few(self, most: int) -> "Encoded | None":
        """At most so many rows, drawn the same way each time; None where there is none."""
        if not len(self.rows):
            return None
        drawn = self.rows.shuffle(seed=0, keep_in_memory=True)
        return Encoded(drawn.select(range(min(len(drawn), most))), self.dropped)

    @property
    def told(self) -> dict[str, int]:
        return {"rows": len(self.rows), "dropped_too_long": self.dropped}


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns conversations into ids, as serving does."""

    tokenizer: Any
    eos_ids: Sequence[int]
    longest: int
    everything: bool = False  # teach the prompt as well

    def answered(self, asked: Sequence[Mapping[str, str]], answer: str) -> tuple[list[int], int]:
        """The ids of a prompt with its answer, and the length of the prompt."""
        return tokens.encode_answered(
            self.tokenizer, conversation(asked), prompt.clean(answer), self.eos_ids
        )

    def row(self, asked: Sequence[Mapping[str, str]], answer: str) -> dict[str, list[int]]:
        """`input_ids` and `labels` of one row."""
        ids, before = self.answered(asked, answer)
        labels = list(ids) if self.everything else [IGNORE] * before + ids[before:]
        return {"input_ids": ids, "labels": labels}


def conversation(asked: Sequence[Mapping[str, str]]) -> list[ChatMessage]:
    """A row's prompt as serving would build it; a system prompt of its own is kept."""
    turns = [ChatMessage(turn["role"], turn["content"]) for turn in asked]  # type: ignore[arg-type]
    if turns and turns[0].role == "system":
        return [ChatMessage(turn.role, prompt.clean(turn.content)) for turn in turns]
    return prompt.conversation(turns)


def read(folder: Path, part: str, columns: Sequence[str]) -> Dataset | None:
    """Read one part of a data set's folder; None where there is no such part.

    Raises `DatasetError` where the columns that are needed are not there.
    """
    path = folder / f"{part}.parquet"
    if not path.is_file():
        return None
    found = Dataset.from_parquet(str(path), keep_in_memory=True)
    missing = [column for column in columns if column not in found.column_names]
    if missing:
        raise DatasetError(
            f"{path} has no column {missing[0]!r}. It is a data set of another kind: "
            f"this training needs {', '.join(columns)}."
        )
    return found


def require(folder: Path, part: str, columns: Sequence[str]) -> Dataset:
    """Read a part that must be there and hold rows. Raises `DatasetError`."""
    found = read(folder, part, columns)
    if found is None:
        raise DatasetError(
            f"There is no {part}.parquet in {folder}. Build the data set first: "
            "doctor-llama data build"
        )
    if not len(found):
        raise DatasetError(f"{folder / part}.parquet holds no rows.")
    return found


def encode(part: Dataset, writer: Writer) -> Encoded:
    """Tokenise questions with answers; over-long rows are dropped, never cut."""

    def several(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        made = [
            writer.row(asked, completion[0]["content"])
            for asked, completion in zip(batch["prompt"], batch["completion"], strict=True)
        ]
        return _columns(made, writer.longest)

    return _mapped(part, several)


def encode_text(part: Dataset, tokenizer: Any) -> Encoded:
    """Tokenise raw text, each document with its end token; long ones are left to the packing."""
    bos = tokenizer("").input_ids[:1]

    def several(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        made = []
        for text in batch["text"]:
            ids = tokenizer(text, add_special_tokens=False).input_ids
            ids = [*bos, *ids, tokenizer.eos_token_id]
            made.append({"input_ids": ids, "labels": list(ids)})
        return _columns(made, sys.maxsize)

    return _mapped(part, several)


def _columns(made: list[dict[str, list[int]]], longest: int) -> dict[str, list[Any]]:
    kept = [row for row in made if len(row["input_ids"]) <= longest]
    return {name: [row[name] for row in kept] for name in ("input_ids", "labels")}


def _mapped(part: Dataset, several: Any) -> Encoded:
    rows = part.map(
        several,
        batched=True,
        batch_size=PART_ROWS,
        remove_columns=part.column_names,
        features=COLUMNS,
        keep_in_memory=True,
        load_from_cache_file=False,
        new_fingerprint=f"{part._fingerprint}-tokens",
    )
    return Encoded(rows, len(part) - len(rows))
