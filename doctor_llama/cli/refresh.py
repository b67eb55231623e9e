"""`doctor-llama train refresh`: ask for a refresh and watch it; the runs so far."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from doctor_llama import jobs, learning, logs, runs, settings, status
from doctor_llama.cli import storage
from doctor_llama.cli.train import commands
from doctor_llama.db import Database
from doctor_llama.errors import TrainingError
from doctor_llama.schema import LIVE, Job, JobStatus, TrainingRun
from doctor_llama.settings import Settings
from doctor_llama.trainer import Trainer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
LOOK_SECONDS = 0.5


@commands.command()
def refresh(
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Show how it goes.")] = True,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last run, where that was cut off.")
    ] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="End the one that waits or runs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Learn from approved feedback: train, measure, judge, and register a new adapter.

    The worker does it; where none runs it is done right here. It serves nobody before it is
    promoted. What is told is the gate's verdict.
    """
    chosen = settings.load()
    logs.configure("WARNING" if chosen.log_level == "INFO" else chosen.log_level)
    told = asyncio.run(_refresh(chosen, wait=wait, resume=resume, cancel=cancel, bar=not as_json))
    if as_json:
        typer.echo(json.dumps(told))
    else:
        _say(told)
    if told["status"] == JobStatus.FAILED:
        raise typer.Exit(1)


async def _refresh(
    chosen: Settings, *, wait: bool, resume: bool, cancel: bool, bar: bool
) -> dict[str, Any]:
    database = storage.open_database(chosen)
    await asyncio.to_thread(storage.prepare, database)
    try:
        if cancel:
            return await _cancel(database)
        job = await _enqueue(database, resume=resume)
        here = None if await _has_worker(database) else asyncio.create_task(_here(database, chosen))
        try:
            return await _watch(database, job.id, bar=bar) if wait or here else _told(job, None)
        finally:
            if here is not None:
                here.cancel()
                await asyncio.gather(here, return_exceptions=True)
    finally:
        await database.close()


async def _cancel(database: Database) -> dict[str, Any]:
    async with database.session() as session:
        job = await runs.live(session)
        if job is None or not await jobs.cancel(session, job.id):
            raise TrainingError("No refresh waits or runs.")
    return {"job": job.id, "status": JobStatus.CANCELLED}


async def _enqueue(database: Database, *, resume: bool) -> Job:
    """The new job, or the one that waits or runs already: then that one is watched."""
    async with database.session() as session:
        payload: dict[str, Any] = {}
        if resume:
            run = await runs.latest(session)
            if run is None or run.error is None:
                raise TrainingError("There is no run that was cut off.")
            payload["resume"] = run.id
        job = await runs.enqueue(session, at_once=True, **payload) or await runs.live(session)
        if job is None:
            raise TrainingError("The refresh could not be enqueued. Try again.")
        return job


async def _has_worker(database: Database) -> bool:
    async with database.reading() as session:
        return bool(await status.cards(session))


async def _here(database: Database, chosen: Settings) -> None:
    await Trainer(database, chosen, name=f"{chosen.worker_name}-refresh").run()


async def _watch(database: Database, job_id: int, *, bar: bool) -> dict[str, Any]:
    """Show a bar until the job has ended. Ctrl+C ends the watching, not the run."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), disable=not bar) as shown:
        task = shown.add_task("waiting", total=1.0, said="")
        while True:
            async with database.reading() as session:
                job = await session.get(Job, job_id)
                run = await runs.of_job(session, job_id)
            if job is None or job.status not in LIVE:
                return _told(job, run)
            if run is not None:
                _show(shown, task, run)
            await asyncio.sleep(LOOK_SECONDS)


def _show(shown: Progress, task: TaskID, run: TrainingRun) -> None:
    now = run.progress
    said = f"{now.get('share', 0.0):4.0%}"
    if now.get("loss") is not None:
        said += f"  loss {now['loss']:.4f}"
    if now.get("eta") is not None:
        said += f"  about {now['eta']:.0f} s left"
    phase = now.get("phase", "begins")
    shown.update(task, description=phase, completed=now.get("share", 0.0), said=said)


def _told(job: Job | None, run: TrainingRun | None) -> dict[str, Any]:
    if job is None:
        return {"job": None, "status": JobStatus.CANCELLED}
    told = {"job": job.id, "status": str(job.status), **job.result}
    if run is not None:
        told |= {"run": run.id, "seconds": run.progress.get("seconds")}
    return told


def _say(told: dict[str, Any]) -> None:
    if told["status"] == JobStatus.FAILED:
        typer.echo(f"The refresh failed: {told.get('error')}. {told.get('detail') or ''}".strip())
        return
    if told["status"] != JobStatus.SUCCEEDED:
        typer.echo(f"The refresh is {told['status']} (job {told['job']}).")
        return
    verdict = told["verdict"]
    typer.echo(f"{told['adapter']} {'passed' if verdict['passed'] else 'did not pass'} the gate.")
    table = Table("Set", "Items", "Before", "Now", "Lost", "Gained")
    for line in verdict["table"]:
        table.add_row(
            line["name"], str(line["items"]), f"{line['active']:.0%}",
            f"{line['candidate']:.0%}", str(line["lost"]), str(line["gained"]),
        )  # fmt: skip
    Console().print(table)
    if not verdict["passed"]:
        for reason in verdict["reasons"]:
            typer.echo(f"  {reason}")
    elif not told.get("promoted"):
        typer.echo(f"Let it answer with: doctor-llama adapters promote {told['adapter']}")


@commands.command("runs")
def history(as_json: AsJson = False) -> None:
    """The last runs: what each made, gained and lost, or why it failed."""

    async def found() -> list[learning.Run]:
        database = storage.open_database(settings.load())
        try:
            async with database.reading() as session:
                return await learning.runs(session, 20)
        finally:
            await database.close()

    rows = asyncio.run(found())
    if as_json:
        typer.echo(json.dumps({"runs": [asdict(row) for row in rows]}))
        return
    table = Table("Run", "Adapter", "Gate", "Gained", "Lost")
    for row in rows:
        gate = row.error or ("passed" if row.passed else "refused")
        table.add_row(str(row.number), row.adapter or "–", gate, str(row.gained), str(row.lost))
    Console().print(table)
