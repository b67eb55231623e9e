"""What a training process is asked to do: samples and an order in its folder, all as files."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import adapters, lineage, samples
from doctor_llama.engine import choice
from doctor_llama.errors import NothingToLearnError, TooLittleDiskError, TrainingError
from doctor_llama.samples import Caps, Collected
from doctor_llama.schema import Adapter, FeedbackKind, TrainedOn, TrainingRun
from doctor_llama.settings import Settings
from doctor_llama.trainer.process import ORDER

RUNS = "runs"  # in the data folder
SAMPLES = "samples"
FREE_BYTES = {True: 300 << 20, False: 12 << 30}  # wanted on the disk, by whether it is the demo
PRIVATE = (SAMPLES, "dataset", "compare")  # hold people's words: gone when the process is


@dataclass(frozen=True, slots=True)
class Order:
    """A prepared run."""

    folder: Path
    parent: Adapter | None  # whose weights it goes on from
    rows: dict[str, list[int]] = field(default_factory=dict)  # of feedback, by kind
    left_out: dict[str, int] = field(default_factory=dict)
    fresh: int = 0  # samples that the active adapter does not know
    cleaning: int = 0  # rows of the active adapter that are gone


def folder_of(settings: Settings, run: TrainingRun) -> Path:
    return settings.data_dir / RUNS / str(run.id)


async def prepare(
    session: AsyncSession, settings: Settings, run: TrainingRun, **options: Any
) -> Order:
    """Write the samples and the order.

    Raises `NothingToLearnError`, `TooLittleDiskError`, `TrainingError`.
    """
    chosen = choice.choose(settings)
    if chosen.model == choice.SCRIPTED:
        raise TrainingError("The scripted engine has no model to train.")
    demo = chosen.model == choice.EMBEDDED
    folder = folder_of(settings, run)
    _require_room(folder, demo=demo)
    found = await samples.collect(
        session, samples.pseudonyms(settings.data_dir), Caps(settings.samples_per_person)
    )
    active = await adapters.active(session)
    known = await _known(session, active)
    fresh = sum(not known.issuperset(sample.rows) for sample in found.samples)
    gone = (await lineage.due(session)).get(active.id, 0) if active is not None else 0
    if not fresh and not gone:
        raise NothingToLearnError
    parent = await _start(session, settings, active)
    samples.write(found.samples, folder / SAMPLES, "jsonl")
    base, label = choice.base_of(chosen)
    order = {
        "run": run.id,
        "base": base,
        "base_label": label,
        "demo": demo,
        "root": str((settings.data_dir / adapters.FOLDER).resolve()),
        "active": _place(settings, active) or choice.adapter_of(chosen)[0],
        "active_name": active.name if active else choice.adapter_of(chosen)[1],
        "start": _place(settings, parent),
        "known": sorted(known),
        "cleaning": gone,
        "recipe": settings.refresh_recipe,
        "gate": _absolute(settings.refresh_gate),
        "replay": _absolute(settings.refresh_replay),
        "weights": "nf4" if demo else settings.weights,
        "seed": run.id,
        "max_tokens": settings.max_tokens,
        **options,
    }
    _write(folder, order)
    return Order(folder, parent, _rows(found), dict(found.left_out), fresh, gone)


async def _known(session: AsyncSession, adapter: Adapter | None) -> set[int]:
    if adapter is None:
        return set()
    query = select(TrainedOn.feedback_id).where(
        TrainedOn.adapter_id == adapter.id, TrainedOn.kind != lineage.CHOICE
    )
    return set(await session.scalars(query))


async def _start(
    session: AsyncSession, settings: Settings, active: Adapter | None
) -> Adapter | None:
    """The adapter to train further; None for a new one on the base."""
    if settings.refresh_start != "active":
        return None
    return await lineage.clean_start(session, active)


def _place(settings: Settings, row: Adapter | None) -> str | None:
    return str((settings.data_dir / row.path).resolve()) if row is not None else None


def _absolute(path: Path | None) -> str | None:
    return str(path.resolve()) if path is not None else None


def _rows(found: Collected) -> dict[str, list[int]]:
    rows = {
        str(kind): sorted(row for sample in found.of(kind) for row in sample.rows)
        for kind in FeedbackKind
    }
    chosen = sorted(s.comparison for s in found.samples if s.comparison is not None)
    return rows | {lineage.CHOICE: chosen}


def _write(folder: Path, order: dict[str, Any]) -> None:
    (folder / ORDER).write_text(json.dumps(order, indent=1) + "\n", "utf-8")


def _require_room(folder: Path, *, demo: bool) -> None:
    """Make the folder. Raises `TooLittleDiskError` where the disk is too full to begin."""
    folder.mkdir(parents=True, exist_ok=True)
    free, wanted = shutil.disk_usage(folder).free, FREE_BYTES[demo]
    if free < wanted:
        raise TooLittleDiskError(
            f"{free / 1e9:.1f} GB are free in {folder.parent}, and a run needs {wanted / 1e9:.1f}."
        )


def tidy(folder: Path, *, keep: bool) -> None:
    """Take people's words out of a run's folder; and, unless it may be resumed, all the rest."""
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for name in PRIVATE:
        shutil.rmtree(folder / name, ignore_errors=True)
