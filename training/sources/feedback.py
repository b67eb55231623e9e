"""What people taught: approved corrections, preferences and thumbs, in TRL's shapes.

They come from the export of `doctor-llama feedback export` or, at a refresh, straight from it.
Personal data was taken out when they were exported; it is looked for again all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from training.sources.pair import Kind, Pair, Record, Source


def _pairs(record: Record) -> Iterator[Pair]:
    turns = [(turn["role"], turn["content"]) for turn in _messages(record["prompt"], "user")]
    # a system prompt is serving's: whoever trains puts today's before every row
    turns = [turn for turn in turns if turn[0] != "system"]
    answer = record.get("completion") or record.get("chosen")
    rejected = record.get("rejected")
    yield Pair(
        question=turns[-1][1] if turns else "",
        answer=_text(answer),
        turns=tuple(turns[:-1]),
        row=str(record.get("row") or ""),
        rejected=_text(rejected) if rejected else None,
        label=record.get("label"),
    )


def _messages(value: Any, role: str) -> list[Mapping[str, str]]:
    return [{"role": role, "content": value}] if isinstance(value, str) else list(value or ())


def _text(value: Any) -> str:
    messages = _messages(value, "assistant")
    return messages[-1]["content"] if messages else ""


SOURCE = Source(
    name="feedback",
    about="approved corrections, preferences and thumbs of the people who use the bot",
    licence="theirs: only what they agreed to share for training",
    kind=Kind.CURATED,
    columns=("prompt",),
    pairs=_pairs,
)
