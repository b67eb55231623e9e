"""What a data set's folder was made of and what is in it, written beside the data.

It knows no source and no rule: it holds hashes and numbers.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from doctor_llama.errors import DatasetError
from training.recipe_data import Shape

FILE = "manifest.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a data set's folder was made of, and what is in it."""

    shape: Shape
    recipe: dict[str, Any]
    recipe_sha256: str
    inputs: dict[str, Any]  # by source: files with their hashes, or the place on the Hub
    outputs: dict[str, Any]  # by file: bytes, sha256
    rows: dict[str, int]  # by part
    version: int = VERSION

    @property
    def sha256(self) -> str:
        """Stands for the whole data set: its recipe, its inputs and its bytes."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        """The manifest as it is written."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def read(folder: Path) -> Manifest:
    """The manifest of a folder. Raises `DatasetError` where there is none."""
    path = folder / FILE
    try:
        plain = json.loads(path.read_text("utf-8"))
        return Manifest(**{**plain, "shape": Shape(plain["shape"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DatasetError(
            f"{folder} is no data set: it has no {FILE} that can be read. "
            "Make one with: doctor-llama data build"
        ) from error


def described(file: Path) -> dict[str, Any]:
    """Size and sha256 of a file."""
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "sha256": sha256}


def require_unchanged(folder: Path, name: str, manifest: Manifest) -> None:
    """Raises `DatasetError` where a file is not the one that was written."""
    file = folder / name
    if name not in manifest.outputs or not file.is_file():
        raise DatasetError(f"{file} is missing. Build the data set anew: doctor-llama data build")
    if described(file) != manifest.outputs[name]:
        raise DatasetError(
            f"{file} was changed since the data set was built. Build it anew: "
            "doctor-llama data build"
        )
