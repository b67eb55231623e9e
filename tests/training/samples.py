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


GOOD, BAD = ("rest", "water", "sleep"), ("pain", "fever", "headache")


def _said(draw: random.Random, words: tuple[str, ...]) -> list[dict[str, str]]:
    return [turn("assistant", " ".join(draw.choices(words, k=draw.randint(4, 8))) + ".")]


def pairs(place: Path, *, rows: int = 24, held_out: int = 8) -> Path:
    """By rule: what names a remedy is better than what names a complaint."""
    draw = random.Random(1)
    place.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", rows), ("validation", held_out)):
        made = [
            {
                "prompt": [turn("user", question(draw))],
                "chosen": _said(draw, GOOD),
                "rejected": _said(draw, BAD),
            }
            for _ in range(count)
        ]
        write(place / f"{part}.parquet", made)
    return place


def thumbs(place: Path, *, rows: int = 24, held_out: int = 8, ups: float = 0.5) -> Path:
    """The same rule, one answer at a time; all ups stand first, as a careless export has them."""
    draw = random.Random(2)
    place.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", rows), ("validation", held_out)):
        share = ups if part == "train" else 0.5
        labels = [n < round(share * count) for n in range(count)]
        made = [
            {
                "prompt": [turn("user", question(draw))],
                "completion": _said(draw, GOOD if up else BAD),
                "label": up,
            }
            for up in labels
        ]
        write(place / f"{part}.parquet", made)
    return place


def texts(place: Path, *, rows: int = 12) -> Path:
    """Raw text, one document longer than a pass."""
    draw = random.Random(3)
    place.mkdir(parents=True, exist_ok=True)
    made = [{"text": " ".join(draw.choices(WORDS, k=60))} for _ in range(rows)]
    made[0]["text"] = " ".join(draw.choices(WORDS, k=600))
    write(place / "train.parquet", made)
    write(place / "validation.parquet", made[1:4])
    return place
