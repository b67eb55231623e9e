"""Data sets: sources, cleaned, mixed and split, in a folder that says how it was made.

The same recipe on the same inputs gives the same bytes. It knows no model and no database.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from doctor_llama.errors import DatasetError
from training import lengths, manifest, mixing, recipe_data, report, shapes, sources
from training.cleaning import Guard, Row, Rulebook, clean
from training.manifest import Manifest
from training.recipe_data import Against, DataRecipe, From
from training.sources import Hub, Pair, Source, files

Tell = Callable[[str], None]


def build(
    recipe: DataRecipe, out: Path, *, processes: int | None = None, tell: Tell = lambda _: None
) -> Manifest:
    """Make a data set in a folder, which must be new, empty or an older data set.

    Nothing is left there unless all went well. Raises `DatasetError` where a source cannot be
    read, or where nothing is left to teach.
    """
    _require_room(out)
    chosen = {name: sources.get(name) for name in recipe.sources}
    guard = read_guard(recipe.against)
    inputs = {name: _described(source, recipe) for name, source in chosen.items()}
    digests = {name: hashlib.sha256() for name in chosen}
    tell("Reading and cleaning …")
    book = Rulebook.of(recipe.cleaning, chosen.values(), guard)
    rows = clean(_pairs(recipe, chosen, digests), book, processes=processes)
    for name, digest in digests.items():
        inputs[name]["rows_sha256"] = digest.hexdigest()
    parts = divide(rows, recipe)
    tell(f"{len(rows):,} rows read, {len(parts[mixing.TRAIN]):,} to train on. Writing …")
    return _write(recipe, rows, parts, inputs, out)


def divide(rows: Sequence[Row], recipe: DataRecipe) -> dict[str, list[Row]]:
    """The rows of each part. Raises `DatasetError` where there is nothing to train on."""
    wanted = ("keep", "flag") if recipe.cleaning.flagged else ("keep",)
    kept = [row for row in rows if row.action in wanted and shapes.fits(row, recipe.shape)]
    parts = mixing.split(kept, recipe.split, recipe.seed)
    parts[mixing.TRAIN] = mixing.mix(parts[mixing.TRAIN], recipe.sources, recipe.rows, recipe.seed)
    if not parts[mixing.TRAIN]:
        raise DatasetError(
            f"Of {len(rows):,} rows none is left to train on in the shape {recipe.shape}. "
            "`doctor-llama data inspect` says what became of each row."
        )
    return parts


def load(folder: Path) -> Any:
    """A built data set as a `datasets.DatasetDict`, without any cache.

    Raises `DatasetError` where it is incomplete or was changed since it was built.
    """
    from datasets import Dataset, DatasetDict  # noqa: PLC0415 - it takes a second
    from datasets.table import InMemoryTable  # noqa: PLC0415

    made = manifest.read(folder)
    found = {}
    for part in mixing.PARTS:
        name = f"{part}.parquet"
        manifest.require_unchanged(folder, name, made)
        found[part] = Dataset(InMemoryTable(pq.read_table(folder / name)))
    return DatasetDict(found)


def read_guard(against: Against) -> Guard:
    """The hashes of all evaluation files."""
    guard = Guard(against.words)
    for name in against.files:
        guard.read(Path(name))
    return guard


def read(source: Source, spec: From, seed: int) -> Iterator[Pair]:
    """The pairs of a source, or of a share of them. Raises `DatasetError`."""
    records = sources.records(source, Path(spec.path) if spec.path else None, _hub(source, spec))
    return sources.sample(sources.pairs(source, records), spec.share, seed)


def _hub(source: Source, spec: From) -> Hub | None:
    if source.hub is None and not spec.hub:
        return None
    own = source.hub or Hub(spec.hub)
    moved = spec.hub not in ("", own.id)
    return Hub(
        spec.hub or own.id,
        spec.revision or (None if moved else own.revision),
        own.config,
        own.split,
    )


def _pairs(
    recipe: DataRecipe, chosen: dict[str, Source], digests: dict[str, Any]
) -> Iterator[Pair]:
    for name, source in chosen.items():
        for pair in read(source, recipe.sources[name], recipe.seed):
            digests[name].update(f"{pair.row}\0{pair.question}\0{pair.answer}\0".encode())
            yield pair


def _described(source: Source, recipe: DataRecipe) -> dict[str, Any]:
    """What a source's rows come from, without the place on this machine."""
    spec = recipe.sources[source.name]
    described: dict[str, Any] = {"licence": source.licence}
    hub = _hub(source, spec)
    if spec.path:
        described["files"] = files.digest(Path(spec.path))
    elif hub is not None:
        described["hub"] = asdict(hub)
    return described


def _require_room(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise DatasetError(f"{out} is a file; a data set needs a folder.")
    if out.is_dir() and any(out.iterdir()) and not (out / manifest.FILE).is_file():
        raise DatasetError(f"{out} holds other things than a data set. Give a new folder.")


def _write(
    recipe: DataRecipe,
    rows: Sequence[Row],
    parts: dict[str, list[Row]],
    inputs: dict[str, Any],
    out: Path,
) -> Manifest:
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for part, found in parts.items():
            shapes.write(found, recipe.shape, partial / f"{part}.parquet")
        measured = lengths.measure((r.pair for r in parts[mixing.TRAIN]), recipe.tokenizer)
        summary = report.summarise(rows, measured, parts)
        report.write(summary, measured, partial, title=recipe.about or "A data set")
        made = Manifest(
            shape=recipe.shape,
            recipe=recipe_data.plain(recipe),
            recipe_sha256=recipe.fingerprint,
            inputs=inputs,
            outputs={f.name: manifest.described(f) for f in sorted(partial.iterdir())},
            rows={part: len(found) for part, found in parts.items()},
        )
        (partial / manifest.FILE).write_text(made.text(), encoding="utf-8")
        _put(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return made


def _put(partial: Path, out: Path) -> None:
    """Let a finished folder take the place of an older one."""
    older = out.with_name(f".{out.name}.older")
    shutil.rmtree(older, ignore_errors=True)
    if out.exists():
        out.rename(older)
    partial.rename(out)
    shutil.rmtree(older, ignore_errors=True)
