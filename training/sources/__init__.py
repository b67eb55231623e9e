"""Where training data comes from: one file per data set, read from local files or from the Hub.

It knows no cleaning rule: whatever a data set holds comes out, in order and with its row's number.
"""

import difflib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from doctor_llama.errors import DatasetError
from training.sources import (
    ai_medical_chatbot,
    documents,
    drugbank,
    feedback,
    files,
    hub,
    medqa,
    medquad,
    medsafety,
    pubmedqa,
    safety,
)
from training.sources.pair import Hub, Kind, Pair, Record, Source

__all__ = ["ALL", "Hub", "Kind", "Pair", "Record", "Source", "get", "pairs", "records", "sample"]

ALL: dict[str, Source] = {
    source.name: source
    for source in (
        ai_medical_chatbot.SOURCE,
        *pubmedqa.SOURCES,
        medqa.SOURCE,
        medquad.SOURCE,
        drugbank.SOURCE,
        medsafety.SOURCE,
        safety.SOURCE,
        feedback.SOURCE,
        documents.SOURCE,
    )
}


def get(name: str) -> Source:
    """A source by its name. Raises `DatasetError`, with the nearest name."""
    if name in ALL:
        return ALL[name]
    near = difflib.get_close_matches(name, ALL, 1)
    hint = f" Did you mean {near[0]}?" if near else f" There are: {', '.join(ALL)}."
    raise DatasetError(f"There is no data set called {name!r}.{hint}")


def records(source: Source, path: Path | None = None, at: Hub | None = None) -> Iterator[Record]:
    """A source's records: from files, from the Hub, or from what ships with the program.

    Raises `DatasetError` where there is no such thing, or where it is not what the source reads.
    """
    if path is None and source.builtin:
        path = safety.FILE
    if path is not None:
        found = iter((source.read or files.records)(path))
    elif at or source.hub:
        found = hub.records(at or source.hub)  # type: ignore[arg-type] # one of both is there
    else:
        raise DatasetError(
            f"{source.name} is not on the Hub. Say where your copy lies, with a path."
        )
    first = next(found, None)
    if first is None:
        raise DatasetError(f"{path or source.name} holds no rows.")
    _require_columns(source, first, str(path or source.name))
    return chain([first], found)


def _require_columns(source: Source, record: Record, where: str) -> None:
    there = {str(key).casefold() for key in record}
    missing = [column for column in source.columns if column.casefold() not in there]
    if missing:
        raise DatasetError(
            f"{where} has no column {missing[0]!r}; {source.name} has "
            f"{', '.join(source.columns)}. The columns there are: {', '.join(map(str, record))}."
        )


def pairs(source: Source, found: Iterable[Record]) -> Iterator[Pair]:
    """The pairs of records, each with its source, the number of its record and a lasting name.

    Raises `DatasetError` for a record that is not of the source's shape.
    """
    for index, record in enumerate(found):
        try:
            made = list(source.pairs(record))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DatasetError(
                f"Row {index} of {source.name} is not as that data set has them "
                f"({type(error).__name__}: {error})."
            ) from error
        for pair in made:
            pair.source, pair.index = source.name, index
            named = pair.row.startswith(f"{source.name}:")
            pair.row = pair.row if named else f"{source.name}:{pair.row or index}"
            yield pair


def sample(found: Iterable[Pair], share: float, seed: int) -> Iterator[Pair]:
    """About that share of the pairs, by a hash of their names: at least one, and always the same.

    A smaller share is part of every larger one.
    """
    least: tuple[int, Pair] | None = None
    taken = False
    for pair in found:
        if share >= 1:
            yield pair
            continue
        key = blake2b(f"{seed}:{pair.row}".encode(), digest_size=8)
        number = int.from_bytes(key.digest(), "big")
        if number < share * 2**64:
            taken = True
            yield pair
        elif not taken and (least is None or number < least[0]):
            least = number, pair
    if not taken and least is not None:
        yield least[1]
