"""Takes one run after the other from the queue, watches over its process and settles it."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from doctor_llama import jobs, runs, watching
from doctor_llama.db import Database
from doctor_llama.engine import choice
from doctor_llama.errors import DoctorLlamaError
from doctor_llama.metrics import Metrics
from doctor_llama.runs import Timing
from doctor_llama.schema import Job, JobKind, TrainingRun, now
from doctor_llama.settings import Settings
from doctor_llama.trainer import order, reasons, room, settling
from doctor_llama.trainer.order import Order
from doctor_llama.trainer.process import ORDER, Ended, Event, Process

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
WATCH_SECONDS = 15.0  # between two looks at how people rate the adapter that answers
BESIDE_THREADS = 1  # of training beside answers; they have the others
BESIDE_NICE = 10
KEPT_LOSSES = 200  # points of the curve
RESUMABLE = ("killed", "crashed", "hang", "memory", "stopped", "interrupted")

# lets answers rest and takes the model out of memory; None where no model is held here
Resting = Callable[[], AbstractAsyncContextManager[None]]


class Trainer:
    """Works off refreshes and comparisons until it is stopped; never two at once."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        *,
        name: str,
        resting: Resting | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._database, self._settings, self._name = database, settings, name
        self._resting, self._metrics = resting, metrics or Metrics()
        self._stopping = asyncio.Event()
        self._timing = Timing(settings.quiet, settings.deadline)
        self.process: Process | None = None

    async def run(self) -> None:
        """Until `stop`; then the run in work is ended and its job failed, to be resumed."""
        looked = 0.0
        while not self._stopping.is_set():
            if time.monotonic() - looked > WATCH_SECONDS:
                await self._look_around()
                looked = time.monotonic()
            job = await self._claim()
            if job is not None:
                await self.work(job)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)

    def stop(self) -> None:
        self._stopping.set()

    async def _look_around(self) -> None:
        """What is to be done beside runs: end those that were cut off, take a bad adapter back."""
        try:
            async with self._database.session() as session:
                await runs.settle_orphans(session)
                if self._settings.auto_rollback:
                    await watching.look(session)
        except SQLAlchemyError:
            log.exception("the database does not answer; trying again")

    async def _claim(self) -> Job | None:
        try:
            async with self._database.reading() as session:
                waiting = await runs.due(session)
                busy = await jobs.depth(session) > self._settings.concurrency
            if waiting is None or not runs.may_start(
                waiting, now(), self._timing, busy=busy, own_pace=self._resting is None
            ):
                return None
            async with self._database.session() as session:
                return await jobs.claim(
                    session, worker=self._name, kinds=[JobKind(waiting.kind)], alone=True
                )
        except SQLAlchemyError:
            log.exception("the database does not answer; trying again")
            return None

    # -- one run ----------------------------------------------------------------------------------

    async def work(self, job: Job) -> None:
        """Do a claimed job, and write down how it ended, whatever happens."""
        log.info("job %d: a %s begins", job.id, job.kind)
        run, ordered = None, None
        began = time.monotonic()
        try:
            async with self._database.session() as session:
                run = await runs.begin(session, job, {"name": self._settings.refresh_recipe})
            async with self._database.session() as session:
                ordered = await self._prepare(session, job, run)
            ended = await self._train(job, run, ordered)
        except (DoctorLlamaError, OSError) as problem:
            ended = Ended(reasons.of(problem), str(problem))
        except Exception as problem:  # one run must never end the worker
            log.exception("job %d failed", job.id)
            ended = Ended("crashed", type(problem).__name__)
        await self._settle(job, run, ordered, ended)
        log.info("job %d ended after %.0f s: %s", job.id, time.monotonic() - began,
                 ended.reason or "well")  # fmt: skip

    async def _prepare(self, session: Any, job: Job, run: TrainingRun) -> Order:
        beside = self._resting is None or room.beside(self._settings)
        options = {
            "alone": not beside,
            "threads": self._threads(beside=beside),
            "nice": BESIDE_NICE if self._resting and beside else 0,
            "resume": bool(job.payload.get("resume")),
        }
        if job.kind == JobKind.COMPARE:
            return await settling.prepare_comparison(session, self._settings, job, run, options)
        return await order.prepare(session, self._settings, run, **options)

    def _threads(self, *, beside: bool) -> int | None:
        """CPU threads of training; the embedded model is too small to gain from a second one."""
        if beside and self._resting is not None:
            return BESIDE_THREADS
        demo = choice.choose(self._settings).model == choice.EMBEDDED
        return self._settings.threads or (1 if demo else None)

    async def _train(self, job: Job, run: TrainingRun, ordered: Order) -> Ended:
        options = settling.read(ordered.folder / ORDER)
        verb = "compare" if job.kind == JobKind.COMPARE else "refresh"
        process = self.process = Process(
            verb,
            ordered.folder,
            stall_seconds=self._settings.refresh_stall_seconds,
            threads=options["threads"],
        )
        progress = Progress(self, job, run, alone=options["alone"])
        async with contextlib.AsyncExitStack() as stack:
            if options["alone"] and self._resting is not None:
                await progress.note({"phase": "data", "done": 0.0})
                await stack.enter_async_context(self._resting())
            try:
                ended = await process.run(progress.hear)
            finally:
                self.process = None
        return Ended("stopped", "the worker was stopped") if progress.stopped else ended

    async def _settle(
        self, job: Job, run: TrainingRun | None, ordered: Order | None, ended: Ended
    ) -> None:
        while True:
            try:
                async with self._database.session() as session:
                    await settling.settle(session, self._settings, job, run, ordered, ended)
                break
            except SQLAlchemyError:
                log.exception("the end of job %d could not be written; trying again", job.id)
                await asyncio.sleep(1.0)
        self._metrics.refreshes.labels(ended.reason or "done").inc()
        self._metrics.refresh_share.set(0)
        if run is not None:
            keep = ended.reason in RESUMABLE
            await asyncio.to_thread(order.tidy, order.folder_of(self._settings, run), keep=keep)

    # -- what Progress needs ----------------------------------------------------------------------

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def write(self, job: Job, run: TrainingRun, progress: dict[str, Any]) -> bool:
        """Renew the lease and write the progress; false when the job is no longer ours."""
        try:
            async with self._database.session() as session:
                if not await jobs.renew(session, [job]):
                    return False
                row = await session.get(TrainingRun, run.id)
                if row is not None:
                    row.progress = progress
        except SQLAlchemyError:
            log.exception("the progress of job %d could not be written", job.id)
        self._metrics.refresh_share.set(progress.get("share", 0.0))
        if progress.get("loss") is not None:
            self._metrics.refresh_loss.set(progress["loss"])
        return True


class Progress:
    """What is known of a run while it runs; written about once a second."""

    def __init__(self, trainer: Trainer, job: Job, run: TrainingRun, *, alone: bool) -> None:
        self._trainer, self._job, self._run = trainer, job, run
        self._began = time.monotonic()
        self._values: dict[str, Any] = {"alone": alone, "losses": []}
        self.stopped = False

    async def hear(self, event: Event | None) -> bool:
        """An event, or a tick; false when the process is to end."""
        if self._trainer.stopping:
            self.stopped = True
            return False
        if event is not None:
            self._take(event)
            return True
        return await self.note({})

    async def note(self, values: dict[str, Any]) -> bool:
        """Write all that is known so far, with what is added here."""
        self._values |= values
        elapsed = time.monotonic() - self._began
        share = runs.share(self._values.get("phase", "data"), self._values.get("done", 0.0))
        told = self._values | {
            "share": round(share, 4),
            "seconds": round(elapsed, 1),
            "eta": runs.eta(share, elapsed),
        }
        return await self._trainer.write(self._job, self._run, told)

    def _take(self, event: Event) -> None:
        self._values |= {k: v for k, v in event.items() if k != "losses"}
        if event.get("loss") is not None and event.get("step"):
            losses = [*self._values["losses"], [event["step"], round(event["loss"], 5)]]
            # every other point of a long curve is enough for a picture
            self._values["losses"] = losses[::2] if len(losses) > KEPT_LOSSES else losses
