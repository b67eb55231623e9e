"""Small data sets in the shape that trainers read, made by rule."""

import random
from pathlib import Path
from typing import Any

from datasets import Dataset

WORDS = ("rest", "water", "sleep", "quiet", "doctor", "fever", "pain", "headache", "hour", "day")


def turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def question(draw: random.Random) -> str:
    return f"What helps against {draw.choice(WORDS)} and {draw.choice(WORDS)}?"


def row(draw: random.Random, number: int, *, longest: int = 12) -> dict[str, Any]:
    words = draw.choices(WORDS, k=draw.randint(3, longest))
    return {
        "prompt": [turn("user", question(draw))],
        "completion": [turn("assistant", " ".join(words) + ".")],
        "source": "sample",
        "row": str(number),
    }


def folder(place: Path, *, rows: int = 24, held_out: int = 8, longest: int = 12) -> Path:
    """Questions with answers."""
    draw = random.Random(0)
    place.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", rows), ("validation", held_out)):
        made = [row(draw, number, longest=longest) for number in range(count)]
        write(place / f"{part}.parquet", made)
    return place


def write(path: Path, made: list[dict[str, Any]]) -> None:
    Dataset.from_list(made).to_parquet(path)
