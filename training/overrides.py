"""Plain values from TOML files and from `--set field=value`, for every kind of recipe."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from doctor_llama.errors import RecipeError


def read(path: Path, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """The values of a TOML file, with some of them changed. Raises `RecipeError`."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise RecipeError(f"The recipe {path} cannot be read: {problem}.") from problem
    for override in overrides:
        put(raw, override)
    return raw


def put(raw: dict[str, Any], override: str) -> None:
    """Write one `a.b=value` into plain values; the value is TOML, or else a bare word."""
    key, equals, text = override.partition("=")
    path = [part.strip() for part in key.split(".")]
    if not equals or not all(path):
        raise RecipeError(f"--set takes field=value, such as seed=1, not {override!r}.")
    try:
        value = tomllib.loads(f"value = {text.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    place = raw
    for part in path[:-1]:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise RecipeError(f"--set {override}: {part} is one value and has no fields in it.")
    place[path[-1]] = value
