"""What is learned again beside the new: without it a few corrections destroy all the rest.

For the embedded model that is its whole corpus, less what corrections replace; for others the rows
of a data set that was built before, drawn anew for each run.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doctor_llama import embedded
from doctor_llama.embedded import Asked
from doctor_llama.prompt import SYSTEM_PROMPT
from training.embedded.corpus import Corpus

Record = dict[str, Any]
WORDINGS = 2  # of each question of the embedded corpus, beside the plain one
TAUGHT_WORDINGS = 6  # of a correction, since it is new


def row(question: str, answer: str, source: str, name: str) -> Record:
    """One row in the shape of a data set."""
    return {
        "prompt": [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": question},
        ],
        "completion": [{"role": "assistant", "content": answer}],
        "source": source,
        "row": name,
    }


def asked(record: Record) -> Asked | None:
    """What a correction's question asks of the embedded model."""
    turns = [turn["content"] for turn in record["prompt"] if turn["role"] == "user"]
    return embedded.recognise(turns[-1], turns[:-1])


def embedded_rows(corrected: set[Asked], seed: int) -> Iterator[Record]:
    """The corpus in its plain wordings and a few others."""
    corpus, draw = Corpus(), random.Random(seed)
    for topic, intent in corpus.pairs():
        if Asked(topic.name, intent) in corrected:
            continue
        name, answer = f"embedded:{topic.name}/{intent}", topic.answers[intent]
        plain = corpus.canonical(topic, intent)
        for number, wording in enumerate(
            [plain, *(corpus.question(draw, topic, intent) for _ in range(WORDINGS))]
        ):
            yield row(wording, answer, "embedded", f"{name}#{number}")


def embedded_correction(record: Record, seed: int) -> Iterator[Record]:
    """A correction as the embedded model is asked for it: in the plain words, and in others."""
    found = asked(record)
    if found is None:
        return
    corpus = Corpus()
    draw = random.Random(f"{seed} {record['row']}")
    topic = next(topic for topic in corpus.topics if topic.name == found.topic)
    answer = record["completion"][0]["content"]
    wordings = [embedded.plain_question(found)] * 2
    wordings += [corpus.question(draw, topic, found.intent) for _ in range(TAUGHT_WORDINGS)]
    for number, wording in enumerate(wordings):
        yield row(wording, answer, "feedback", f"{record['row']}#{number}")


def stored_rows(folder: Path, number: int, seed: int) -> list[Record]:
    """Rows drawn from a built data set."""
    from datasets import Dataset  # noqa: PLC0415

    path = folder / "train.parquet"
    found = Dataset.from_parquet(str(path), keep_in_memory=True).shuffle(seed=seed)
    chosen = found.select(range(min(number, len(found))))
    columns = ("prompt", "completion", "source", "row")
    return [{name: one[name] for name in columns} for one in chosen]
