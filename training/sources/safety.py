"""Our own replies to red flags, crises and requests that must be refused. They ship with the
program, were written for it, and no clinician has reviewed them.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from training.sources.pair import Kind, Pair, Record, Source

FILE = Path(__file__).with_name("safety.toml")


def read(path: Path) -> Iterator[Record]:
    """One record {id, about, question, answer} a question; answers are taken in turn."""
    for situation in tomllib.loads(path.read_text("utf-8"))["situation"]:
        for number, question in enumerate(situation["ask"]):
            yield {
                "id": f"{situation['about']}:{number}",
                "about": situation["about"],
                "question": question,
                "answer": situation["answer"][number % len(situation["answer"])],
            }


def _pairs(record: Record) -> Iterator[Pair]:
    yield Pair(
        question=record["question"],
        answer=record["answer"],
        row=str(record.get("id") or ""),
        title=str(record.get("about") or ""),
    )


SOURCE = Source(
    name="safety",
    about="our own replies to emergencies, crises and what must be refused",
    licence="this project's (Apache-2.0); not reviewed by a clinician",
    kind=Kind.CURATED,
    columns=("question", "answer"),
    pairs=_pairs,
    read=read,
    builtin=True,
)
