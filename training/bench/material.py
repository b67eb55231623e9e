"""What the benchmark trains on: rows with MedQuAD's lengths, and a model of a real one's shape.

Only the lengths are MedQuAD's. The words follow each other by rule, so that there is something to
learn, and mean nothing.
"""

import json
import random
from pathlib import Path
from typing import Any

from datasets import Dataset

from doctor_llama.engine.local import shapes

LENGTHS = Path(__file__).with_name("medquad_lengths.json")
SYSTEM_TOKENS = 64  # what Llama 3's tokenizer makes of our system prompt
KNOWN_WORDS = 400


class Words:
    """Words in which each one mostly decides the next."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        order = random.Random(0)  # the rule is the same for every seed
        self.after = [order.sample(range(KNOWN_WORDS), 3) for _ in range(KNOWN_WORDS)]

    def text(self, length: int) -> str:
        """So many tokens of the random models' tokenizer."""
        at, said = self.draw.randrange(KNOWN_WORDS), []
        for _ in range(length):
            said.append(f"{shapes.WORD}{at}")
            at = self.draw.choice(self.after[at])
        return " ".join(said)


def write(folder: Path, *, rows: int, held_out: int, longest: int) -> Path:
    """Write a data set's folder; rows longer than `longest` tokens are drawn again."""
    lengths = json.loads(LENGTHS.read_text("utf-8"))
    for part, count, seed in (("train", rows, 0), ("validation", held_out, 1)):
        words = Words(seed)
        system = words_of_the_system_prompt()
        made: list[dict[str, Any]] = []
        while len(made) < count:
            asked, answered = (_between(words.draw, lengths[k]) for k in ("question", "answer"))
            if asked + answered + SYSTEM_TOKENS + 8 > longest:
                continue
            made.append(
                {
                    "prompt": [
                        {"role": "system", "content": system},
                        {"role": "user", "content": words.text(max(1, asked))},
                    ],
                    "completion": [{"role": "assistant", "content": words.text(max(1, answered))}],
                }
            )
        Dataset.from_list(made).to_parquet(folder / f"{part}.parquet")
    return folder


def words_of_the_system_prompt() -> str:
    """A system prompt of the usual length, the same in every row."""
    return Words(2).text(SYSTEM_TOKENS)


def _between(draw: random.Random, quantiles: list[int]) -> int:
    """Draw a length from quantiles, evenly between two of them."""
    at = draw.randrange(len(quantiles) - 1)
    return draw.randint(quantiles[at], quantiles[at + 1])
