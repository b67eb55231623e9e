"""Local files as records: parquet, csv, tsv, json, jsonl, XML and text, also gzipped or zipped.

It streams, so memory does not grow with the file, and whatever is wrong with a file ends in one
sentence that names it. It knows no data set.
"""

import csv
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePath
from typing import Any

import ijson
import pyarrow as pa
import pyarrow.parquet as pq

from doctor_llama.errors import DatasetError
from training.sources.pair import Record

TABLES = (".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
OTHERS = (".xml", ".txt", ".md")
PACKED = (".gz", ".zip")

Opener = Callable[[], io.BufferedReader]

BATCH_ROWS = 1_000
LONGEST_CELL = 4 << 20  # characters
LARGEST_ROW_GROUP = 4 << 30  # bytes unpacked
UNPACKED_AT_LEAST = 256 << 20  # bytes: below this, no file is called a bomb
UNPACKED_RATIO = 100  # text packs five- to twentyfold


def find(path: Path, endings: tuple[str, ...] = TABLES) -> list[Path]:
    """The files of a path, in order: itself, or what a folder holds of those kinds.

    Raises `DatasetError` where there are none.
    """
    if path.is_file():
        if not _ending(path) and path.suffix != ".zip":
            raise DatasetError(f"{path} is of no kind that can be read: {_kinds(TABLES + OTHERS)}.")
        return [path]
    if not path.is_dir():
        raise DatasetError(f"There is nothing at {path}.")
    found = sorted(p for p in path.rglob("*") if p.is_file() and _ending(p) in endings)
    if not found:
        raise DatasetError(f"There is no file of the kinds {_kinds(endings)} in {path}.")
    return found


def records(path: Path) -> Iterator[Record]:
    """Every record of a table, or of all tables of a folder, one after the other."""
    for file in find(path):
        for name, ending, handle in opened(file, TABLES):
            with handle() as stream, told(name):
                yield from rows(ending, stream)


def rows(ending: str, stream: io.BufferedReader) -> Iterator[Record]:
    """The records of one open table of that kind."""
    return _READERS[ending](stream)


def opened(file: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, str, Opener]]:
    """What is in a file: name, ending and how to open it; several where it is a zip."""
    if not file.stat().st_size:
        raise DatasetError(f"{file} is empty.")
    if file.suffix != ".zip":
        if _ending(file) not in endings:
            raise DatasetError(
                f"{file} is not of the kinds that this data set has: {_kinds(endings)}."
            )
        yield str(file), _ending(file), lambda: _stream(file)
        return
    with told(str(file)), zipfile.ZipFile(file) as archive:
        members = sorted(
            (m for m in archive.infolist() if _ending(PurePath(m.filename)) in endings),
            key=lambda m: m.filename,
        )
        if not members:
            raise DatasetError(f"{file} holds no file of the kinds {_kinds(endings)}.")
        for member in members:
            inner = PurePath(member.filename)
            yield f"{file}/{inner}", _ending(inner), partial(_member, archive, member, str(file))


def digest(path: Path) -> list[dict[str, Any]]:
    """Name, size and sha256 of every file of a path."""
    root = path if path.is_dir() else path.parent
    described = []
    for file in find(path, TABLES + OTHERS) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        name = file.relative_to(root).as_posix()
        described.append({"name": name, "bytes": file.stat().st_size, "sha256": sha256})
    return described


# what readers raise: ours and pyarrow's, zipfile's RuntimeError for a file with a password and
# NotImplementedError for a strange compression, RecursionError for JSON that is nested too deep
UNREADABLE = (
    *(csv.Error, json.JSONDecodeError, ijson.JSONError, pa.ArrowException),
    *(OSError, RuntimeError),
)


@contextmanager
def told(name: str) -> Iterator[None]:
    """Make one sentence of whatever a broken file does to its reader."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{name} is not text in UTF-8 (byte {error.start}). Convert it to UTF-8 first."
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        raise DatasetError(f"{name} is damaged or was cut off: {_first(error)}.") from error
    except UNREADABLE as error:
        raise DatasetError(f"{name} cannot be read: {_first(error)}.") from error


def _first(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".")[:200]


def _kinds(endings: tuple[str, ...]) -> str:
    return ", ".join(endings)


def _ending(path: PurePath) -> str:
    """The ending that says what is inside, without `.gz`; empty where we know none."""
    name = path.name.lower()
    inner = PurePath(name.removesuffix(".gz")).suffix
    return inner if inner in TABLES + OTHERS else ""


def _stream(file: Path) -> io.BufferedReader:
    if file.suffix.lower() != ".gz":
        return file.open("rb")
    return io.BufferedReader(_Bounded(gzip.open(file, "rb"), file.stat().st_size, str(file)))


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> io.BufferedReader:
    name = f"{file}/{member.filename}"
    return io.BufferedReader(_Bounded(archive.open(member), member.compress_size, name))


class _Bounded(io.RawIOBase):
    """An unpacking stream that refuses to become much more than it was."""

    def __init__(self, stream: Any, packed: int, name: str) -> None:
        self._stream, self._name = stream, name
        self._room = max(UNPACKED_AT_LEAST, packed * UNPACKED_RATIO)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._room -= len(data)
        if self._room < 0:
            raise DatasetError(
                f"{self._name} unpacks to more than {UNPACKED_RATIO} times its size; it was left "
                "alone. If you trust it, unpack it yourself and give the unpacked file."
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _parquet(stream: io.BufferedReader) -> Iterator[Record]:
    # parquet is read from its end, which a stream that unpacks cannot do
    whole = io.BytesIO(stream.read()) if isinstance(stream.raw, _Bounded) else stream
    with pq.ParquetFile(whole) as file:
        sizes = (file.metadata.row_group(i).total_byte_size for i in range(file.num_row_groups))
        if max(sizes, default=0) > LARGEST_ROW_GROUP:
            raise DatasetError("A row group of the parquet file is larger than 4 GiB.")
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield from batch.to_pylist()


def _csv(stream: io.BufferedReader, delimiter: str = ",") -> Iterator[Record]:
    csv.field_size_limit(LONGEST_CELL)
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, delimiter=delimiter, strict=True)
        for record in reader:
            if None in record or None in record.values():
                raise csv.Error(f"line {reader.line_num} has not as many cells as the heading")
            yield record


def _tsv(stream: io.BufferedReader) -> Iterator[Record]:
    return _csv(stream, "\t")


def _jsonl(stream: io.BufferedReader) -> Iterator[Record]:
    number = 0
    while line := stream.readline(4 * LONGEST_CELL):
        number += 1
        if not line.strip():
            continue
        record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        if not isinstance(record, dict):
            raise csv.Error(f"line {number} is not a JSON object")
        yield record


def _json(stream: io.BufferedReader) -> Iterator[Record]:
    """A list of records, or one object of records by id, which becomes the record's `id`."""
    head = stream.peek(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"[":
        found: Iterator[Any] = ijson.items(stream, "item", use_float=True)
    elif head == b"{":
        pairs = ijson.kvitems(stream, "", use_float=True)
        found = ({"id": key, **value} if isinstance(value, dict) else value for key, value in pairs)
    else:
        raise csv.Error("it is neither a list nor an object of JSON")
    for number, record in enumerate(found, 1):
        if not isinstance(record, dict):
            raise csv.Error(f"entry {number} is not an object")
        yield record


_READERS: dict[str, Callable[[io.BufferedReader], Iterator[Record]]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".tsv": _tsv,
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
}
