"""How a run ended, as rows: the adapter that came of it with its lineage, or the reason why not."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from doctor_llama import adapters, audit, comparisons, jobs, lineage
from doctor_llama.schema import Adapter, Job, JobKind, JobStatus, TrainingRun, now
from doctor_llama.settings import Settings
from doctor_llama.trainer import order
from doctor_llama.trainer.order import Order
from doctor_llama.trainer.process import ORDER, RESULT, Ended


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


async def settle(
    session: AsyncSession,
    settings: Settings,
    job: Job,
    run: TrainingRun | None,
    ordered: Order | None,
    ended: Ended,
) -> None:
    """Write the end of a run in one transaction; nothing where the job is no longer ours."""
    if run is not None:
        await session.execute(
            update(TrainingRun)
            .where(TrainingRun.id == run.id)
            .values(finished_at=now(), error=_sentence(ended))
        )
    if ended.reason is not None or run is None or ordered is None:
        failed = {"error": ended.reason, "detail": ended.detail, "run": run.id if run else None}
        await jobs.finish(session, job, JobStatus.FAILED, failed)
        return
    if not await jobs.renew(session, [job]):  # cancelled at the last moment
        return
    result = read(ordered.folder / RESULT)
    if job.kind == JobKind.COMPARE:
        await comparisons.store(session, job, result["items"])
        await jobs.finish(session, job, JobStatus.SUCCEEDED, {"run": run.id})
        return
    row = await _register(session, run, ordered, result)
    promoted = False
    if settings.auto_promote and adapters.promotable(row.verdict):
        await adapters.promote(session, row)
        promoted = True
    told = {"run": run.id, "adapter": row.name, "promoted": promoted, "verdict": row.verdict}
    await jobs.finish(session, job, JobStatus.SUCCEEDED, told)


async def _register(
    session: AsyncSession, run: TrainingRun, ordered: Order, result: dict[str, Any]
) -> Adapter:
    kept = await session.get_one(TrainingRun, run.id)
    kept.dataset, kept.metrics = result["dataset"], result["metrics"]
    kept.recipe = result["recipe"]
    row = await adapters.register(
        session,
        name=await _free_name(session, f"refresh-{run.id}"),
        sha256=result["sha256"],
        base_model=result["base_model"],
        verdict=result["verdict"],
        metrics=result["metrics"],
        lineage={
            "start": ordered.parent.name if ordered.parent else "base",
            "dataset": result["dataset"],
            "recipe": result["recipe"].get("fingerprint"),
            "left_out": ordered.left_out,
            "cleaned": ordered.cleaning,
        },
        parent_id=ordered.parent.id if ordered.parent else None,
        training_run_id=run.id,
    )
    await lineage.learned(session, row, ordered.rows)
    audit.note(session, None, "refresh.done", row.name, run=run.id, passed=row.verdict["passed"])
    return row


async def _free_name(session: AsyncSession, name: str) -> str:
    """A resumed run may come to an end twice."""
    taken = set(await session.scalars(select(Adapter.name).where(Adapter.name.startswith(name))))
    if name not in taken:
        return name
    return next(f"{name}-{n}" for n in range(2, 1000) if f"{name}-{n}" not in taken)


def _sentence(ended: Ended) -> str | None:
    if ended.reason is None:
        return None
    return f"{ended.reason}: {ended.detail}" if ended.detail else ended.reason


async def prepare_comparison(
    session: AsyncSession,
    settings: Settings,
    job: Job,
    run: TrainingRun,
    options: dict[str, Any],
) -> Order:
    """The order of a comparison; see `comparisons`."""
    folder = order.folder_of(settings, run)
    folder.mkdir(parents=True, exist_ok=True)
    made = await comparisons.order(session, settings, job)
    (folder / ORDER).write_text(json.dumps(made | options, indent=1) + "\n", "utf-8")
    return Order(folder, None)
