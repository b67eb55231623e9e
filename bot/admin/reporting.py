"""/admin status: what runs, what waits, what failed, and how much room is left."""

import asyncio
import shutil
from datetime import UTC, datetime

from bot.admin.call import Call
from doctor_llama import __version__, pauses, status
from doctor_llama.schema import Worker
from doctor_llama.status import Overview

GIB = 2**30


async def status_now(call: Call) -> None:
    """/admin status"""
    house = call.context.house
    async with house.database.reading() as session:
        seen = await status.overview(session)
        paused = await pauses.current(session)
    free, size = await asyncio.to_thread(_disk, call)
    lines = [
        call.words("admin-status", version=__version__),
        *([call.words("admin-status-paused")] if paused else []),
        *(_worker(call, worker) for worker in seen.workers),
        *([] if seen.workers else [call.words("admin-status-no-worker")]),
        call.words("admin-status-adapter", adapter=seen.adapter or call.words("about-none")),
        _queue(call, seen),
        _ended(call, seen),
        call.words("admin-status-disk", free=_gib(free), size=_gib(size)),
    ]
    await call.tell("\n".join(lines))


def _worker(call: Call, worker: Worker) -> str:
    """A worker's line, and one for each of its GPUs."""
    card, vitals = worker.card, worker.vitals
    hours = (datetime.now(UTC) - worker.started_at).total_seconds() / 3600
    line = call.words(
        "admin-status-worker",
        name=worker.name,
        model=card["model"],
        adapter=card["adapter"] or call.words("about-none"),
        weights=f"{card['weights']}, {card['device']}",
        memory=_gib(vitals.get("memory", 0)),
        hours=f"{hours:.1f}",
    )
    gpus = [
        call.words(
            "admin-status-gpu",
            name=gpu["name"],
            used=_gib(gpu["used"]),
            total=_gib(gpu["total"]),
            load="–" if gpu["load"] is None else gpu["load"],
            celsius="–" if gpu["celsius"] is None else gpu["celsius"],
        )
        for gpu in vitals.get("gpus", [])
    ]
    return "\n".join([line, *(gpus or [call.words("admin-status-no-gpu")])])


def _queue(call: Call, seen: Overview) -> str:
    line = call.words("admin-status-queue", waiting=seen.waiting, running=seen.running)
    if seen.oldest is None:
        return line
    return f"{line} {call.words('admin-status-oldest', seconds=round(seen.oldest))}"


def _ended(call: Call, seen: Overview) -> str:
    causes = ", ".join(f"{cause} {number}" for cause, number in sorted(seen.failed.items()))
    failed = f"{sum(seen.failed.values())}" + (f" ({causes})" if causes else "")
    return call.words("admin-status-ended", answered=seen.answered, failed=failed)


def _disk(call: Call) -> tuple[int, int]:
    """Free bytes beside the data, and the size of a SQLite database with its log."""
    house = call.context.house
    house.settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(house.settings.data_dir).free
    if not house.database.is_sqlite:
        return free, 0
    path = house.database.path
    files = [path, path.with_name(path.name + "-wal")]
    return free, sum(file.stat().st_size for file in files if file.exists())


def _gib(size: int | None) -> str:
    if size is None:
        return "–"
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / 2**20:.0f} MiB"
