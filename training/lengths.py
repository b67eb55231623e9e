"""How long rows are, in tokens of a local tokenizer; without one, by an estimate that says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from doctor_llama.errors import DatasetError
from training.sources.pair import Pair

CHARACTERS_A_TOKEN = 4.47  # Llama 3 on English questions to doctors
QUANTILES = (50, 90, 95, 99, 100)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of questions (with what was said before) and answers, a number a row."""

    questions: Sequence[int]
    answers: Sequence[int]
    estimated: bool

    def quantiles(self) -> dict[str, dict[str, int]]:
        """The 50th to 99th percentile and the longest."""
        both = np.add(self.questions, self.answers) if len(self.questions) else np.array([])
        parts = {"question": self.questions, "answer": self.answers, "row": both}
        return {
            name: {f"p{q}": int(np.percentile(found, q)) if len(found) else 0 for q in QUANTILES}
            for name, found in parts.items()
        }

    @property
    def tokens(self) -> int:
        """All of them."""
        return int(np.sum(self.questions) + np.sum(self.answers))


def measure(pairs: Iterable[Pair], tokenizer: str) -> Lengths:
    """Count tokens. `tokenizer` is a tokenizer.json, a folder with one, or empty."""
    found = list(pairs)
    asked = ["\n".join([*(content for _, content in p.turns), p.question]) for p in found]
    answers = [p.answer for p in found]
    if not tokenizer:
        return Lengths(_estimate(asked), _estimate(answers), estimated=True)
    loaded = _load(Path(tokenizer))
    return Lengths(_count(loaded, asked), _count(loaded, answers), estimated=False)


def _estimate(texts: Iterable[str]) -> list[int]:
    return [round(len(text) / CHARACTERS_A_TOKEN) for text in texts]


def _count(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [len(one) for one in encoded]


def _load(path: Path) -> Tokenizer:
    file = path / "tokenizer.json" if path.is_dir() else path
    try:
        return Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise DatasetError(f"There is no tokenizer that can be read at {file}.") from error
