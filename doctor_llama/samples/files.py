"""Samples as files that `datasets` and TRL load as they are, and the key of the pseudonyms."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from doctor_llama.samples.sample import Record, Sample, records

KEY = "pseudonyms.key"
FORMATS = ("jsonl", "parquet")


def pseudonyms(data_dir: Path) -> Callable[[str], str]:
    """A function from accounts to pseudonyms that needs this installation's own key."""
    path = data_dir / KEY
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    key = path.read_bytes()

    def pseudonym(account: str) -> str:
        return hmac.new(key, account.encode(), hashlib.sha256).hexdigest()[:16]

    return pseudonym


def write(samples: Iterable[Sample], folder: Path, fmt: str) -> dict[str, Path]:
    """Write one file a shape, `corrections.jsonl` and so on; shapes without samples get none."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, rows in records(samples).items():
        if rows:
            found[name] = folder / f"{name}.{fmt}"
            (_parquet if fmt == "parquet" else _jsonl)(rows, found[name])
    return found


def _jsonl(rows: list[Record], path: Path) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(lines, "utf-8")


def _parquet(rows: list[Record], path: Path) -> None:
    import pyarrow  # noqa: PLC0415 - only where it is asked for
    from pyarrow import parquet  # noqa: PLC0415

    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
