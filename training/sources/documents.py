"""Raw text to read before questions are taught: .txt and .md files, or tables with a `text`."""

from collections.abc import Iterator
from pathlib import Path

from training.sources import files
from training.sources.pair import Kind, Pair, Record, Source

TEXTS = (".txt", ".md")


def read(path: Path) -> Iterator[Record]:
    """One record {id, text} a text file, or the records of tables."""
    found = files.find(path, files.TABLES + TEXTS)
    for file in found:
        for name, ending, handle in files.opened(file, files.TABLES + TEXTS):
            if ending in files.TABLES:
                with handle() as stream, files.told(name):
                    yield from files.rows(ending, stream)
                continue
            with handle() as stream, files.told(name):
                yield {"id": Path(name).name, "text": stream.read().decode("utf-8-sig")}


def _pairs(record: Record) -> Iterator[Pair]:
    name = str(record.get("id") or "")
    yield Pair(question="", answer=record["text"] or "", row=name)


SOURCE = Source(
    name="documents",
    about="your own texts, for training on raw text",
    licence="as yours say",
    kind=Kind.DOCUMENT,
    columns=("text",),
    pairs=_pairs,
    read=read,
)
