"""The worker: claim, answer, settle. The one owner of the engine; it knows no channel.

Many answers are in flight at once. About twice a second one transaction writes the text of each
so far and renews its lease; a renewal that fails means cancelled, erased or taken over.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from doctor_llama import chores, conversations, history, jobs, labelling, status, vitals
from doctor_llama.answering import Answering
from doctor_llama.db import Database, Session
from doctor_llama.engine import Engine, EngineCard, SamplingParams
from doctor_llama.errors import (
    DoctorLlamaError,
    EngineDownError,
    EngineError,
    InvalidRequestError,
    RestartNeededError,
)
from doctor_llama.flight import Flight
from doctor_llama.labelling import Reader
from doctor_llama.metrics import Metrics
from doctor_llama.schema import Job, JobKind, JobStatus, Message
from doctor_llama.serving import Serving

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
CLAIMS = 4  # at most in one transaction: other workers are to have their share
WRITE_SECONDS = 0.5  # between two writes of the growing answers; also how soon a stop is noticed
FIRST_WRITE_SECONDS = 0.1  # the first words should not wait for the tick
REPORT_SECONDS = 30.0
KINDS = (JobKind.ANSWER, JobKind.BACKUP, JobKind.RETENTION)


class Worker:
    """Works off the queue until `stop`; `beat` is called while there is progress or nothing to do.

    When work is in flight and no token arrives for `stall_seconds`, the beats cease, and whoever
    watches them kills this process: a hung GPU call cannot be cancelled from within.
    """

    def __init__(  # noqa: PLR0913 - each by keyword
        self,
        database: Database,
        engine: Engine,
        *,
        name: str,
        params: SamplingParams,
        concurrency: int,
        stall_seconds: float,
        beat: Callable[[], None] = lambda: None,
        metrics: Metrics | None = None,
        serving: Serving | None = None,
        raise_from: float | None = None,
    ) -> None:
        """`raise_from` is the threshold of the label pass; None for none."""
        self.database, self.engine, self.name = database, engine, name
        self.concurrency, self.stall_seconds = concurrency, stall_seconds
        self.beat, self.metrics = beat, metrics or Metrics()
        self.serving = serving  # None: the engine keeps the adapter that it has
        self.reader = None
        if raise_from is not None:
            patience = min(labelling.SECONDS, stall_seconds / 2)
            self.reader = Reader(raise_from, self.metrics, self._progresses, seconds=patience)
        self.answering = Answering(
            database, params, self.metrics, self._heard, reader=self.reader, serving=serving
        )
        self.flights: dict[int, Flight] = {}
        self.fatal: EngineDownError | None = None
        self.outdated: RestartNeededError | None = None
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._first_words = asyncio.Event()
        self._progress = time.monotonic()
        self._resting = False
        self._card: EngineCard | None = None  # the last that was seen

    async def run(self, drain_seconds: float) -> None:
        """Work until `stop` is called, then finish what is in flight or put it back.

        Raises `EngineDownError` when the engine cannot be used any more; a new process may help.
        Raises `RestartNeededError` when only a new process can serve the adapter that is wanted.
        """
        beside = [asyncio.create_task(self._tick(), name="worker-tick")]
        if self.serving is not None:
            beside.append(asyncio.create_task(self._follow(self.serving), name="worker-follow"))
        try:
            busy = False
            while not self.stopping and self.fatal is None:
                busy = await self._claim(sure=busy)
                if not busy:
                    await self._pause(POLL_SECONDS)
            await self._drain(drain_seconds if self.fatal is None else 0.0)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        if self.fatal is not None:
            raise self.fatal
        if self.outdated is not None:
            raise self.outdated

    async def _follow(self, serving: Serving) -> None:
        try:
            await serving.follow()
        except EngineDownError as error:
            log.critical("the engine is down: %s", error)
            self.fatal = error
        except RestartNeededError as error:
            log.warning("the worker ends once its answers have: %s", error)
            self.outdated = error
            self.stop()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is in flight has ended or was put back.

        A second call does not wait for what is in flight.
        """
        if self.stopping:
            self._hurry.set()
        self._stopping.set()

    @asynccontextmanager
    async def resting(self) -> AsyncIterator[None]:
        """Let what is in flight end, take the model out of memory, and have it back at the end.

        Questions wait meanwhile. A model that does not come back ends this worker.
        """
        assert self.serving is not None
        self._resting = True
        try:
            while self.flights:
                await asyncio.sleep(POLL_SECONDS)
            await self.serving.unload()
            try:
                yield
            finally:
                await self._wake(self.serving)
        finally:
            self._resting = False

    async def _wake(self, serving: Serving) -> None:
        try:
            await serving.load()
        except DoctorLlamaError as error:
            log.critical("the model could not be loaded again: %s", error)
            self.fatal = EngineDownError(str(error))
        else:
            self.engine = serving.engine

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    # -- claiming ---------------------------------------------------------------------------------

    def _room(self) -> int:
        """How many jobs may be claimed now; one that was in a crash has the engine to itself."""
        if self._resting or any(flight.job.crashes for flight in self.flights.values()):
            return 0
        return min(CLAIMS, self.concurrency - len(self.flights))

    async def _claim(self, *, sure: bool) -> bool:
        """Take some jobs; false when there are no more, or no room. `sure`: there may well be."""
        room = self._room()
        if not room:
            return False
        try:
            if not sure:
                async with self.database.reading() as session:
                    if not await jobs.anything_due(session, KINDS):
                        return False
            async with self.database.session() as session:
                claimed = await self._take(session, room)
        except SQLAlchemyError:
            log.exception("the database does not answer; trying again")
            return False
        for job in claimed:
            self._begin(job)
        return len(claimed) == CLAIMS

    async def _take(self, session: Session, room: int) -> list[Job]:
        """What is claimed in one transaction: a commit costs as much as a claim."""
        claimed: list[Job] = []
        while len(claimed) < room and not any(job.crashes for job in claimed):
            alone = not self.flights and not claimed
            job = await jobs.claim(session, worker=self.name, kinds=KINDS, alone=alone)
            if job is None:
                break
            claimed.append(job)
        return claimed

    def _begin(self, job: Job) -> None:
        if not self.flights:
            self._progress = time.monotonic()
        flight = self.flights[job.id] = Flight(job)
        work = {
            JobKind.ANSWER: lambda flight: self.answering.answer(self.engine, flight),
            JobKind.BACKUP: lambda flight: chores.backup(self.database, flight.job),
            JobKind.RETENTION: lambda flight: chores.retain(
                self.database, flight.job, self._progresses
            ),
        }[JobKind(job.kind)]
        flight.task = asyncio.create_task(self._settle(flight, work), name=f"job-{job.id}")

    # -- one job ----------------------------------------------------------------------------------

    async def _settle(self, flight: Flight, work: Callable[[Flight], Any]) -> None:
        """Do a job and write down how it ended. The one place where any error becomes a result."""
        outcome, result = JobStatus.SUCCEEDED, {}
        try:
            result = await work(flight)
        except asyncio.CancelledError:
            if flight.job.id not in self.flights:  # taken away from us: nothing to write
                return
            raise
        except EngineDownError as error:
            if self.engine.down:
                log.critical("the engine is down: %s", error)
                self.fatal = error  # the job stays ours and is released as a crash
                return
            outcome, result = JobStatus.FAILED, {"error": "engine", "detail": str(error)}
        except InvalidRequestError as error:
            outcome, result = JobStatus.FAILED, {"error": "refused", "detail": str(error)}
        except EngineError as error:
            outcome, result = JobStatus.FAILED, {"error": "engine", "detail": str(error)}
        except Exception as error:  # one job must never end the worker
            log.exception("job %s failed", flight.job.id)
            outcome, result = JobStatus.FAILED, {"error": type(error).__name__}
        await self._write_end(flight, outcome, result)
        self.flights.pop(flight.job.id, None)
        if flight.job.kind == JobKind.ANSWER:
            flight.count(self.metrics, outcome, self.engine.card())

    async def _write_end(self, flight: Flight, outcome: JobStatus, result: dict[str, Any]) -> None:
        """Settle the job and its message in one transaction, as long as the database needs."""
        job, flight.ending = flight.job, True
        while True:
            try:
                async with self.database.session() as session:
                    ours = await jobs.finish(session, job, outcome, result)
                    if ours and job.message_id is not None:
                        values = flight.ends(outcome, self.engine.card())
                        if flight.raised is not None:
                            card = await conversations.raised(session, job, flight.raised.label)
                            values["content"] = card
                        await history.put(session, job.message_id, **values)
            except SQLAlchemyError:
                log.exception("the end of job %s could not be written; trying again", job.id)
                await asyncio.sleep(1.0)
            else:
                log.info("job %s %s after %.2f s", job.id, outcome, flight.seconds)
                return

    def _progresses(self) -> None:
        self._progress = time.monotonic()

    def _heard(self, flight: Flight) -> None:
        self._progresses()
        if flight.text and not flight.written:
            self._first_words.set()

    # -- the tick ---------------------------------------------------------------------------------

    async def _tick(self) -> None:
        reported = -REPORT_SECONDS
        while True:
            try:
                if time.monotonic() - reported > REPORT_SECONDS:
                    await self._report()
                    reported = time.monotonic()
                await self._write_progress()
            except SQLAlchemyError:
                log.exception("the answers so far could not be written; trying again")
            self._beat()
            await self._until_next_write()

    async def _until_next_write(self) -> None:
        await asyncio.sleep(FIRST_WRITE_SECONDS)
        self._first_words.clear()
        try:
            await asyncio.wait_for(self._first_words.wait(), WRITE_SECONDS - FIRST_WRITE_SECONDS)
        except TimeoutError:
            return

    def _beat(self) -> None:
        self.metrics.in_flight.set(len(self.flights))
        if self.healthy():
            self.beat()

    def healthy(self) -> bool:
        """Whether there is progress, or nothing to do."""
        return not self.flights or time.monotonic() - self._progress <= self.stall_seconds

    async def _report(self) -> None:
        how = await vitals.read()
        async with self.database.session() as session:
            if not self._resting or self._card is None:
                self._card = self.engine.card()
            await status.report(session, self.name, self._card, how)
            poison = await jobs.expire(session, self.name)
            self.metrics.waiting.set(await jobs.depth(session))
        _tell(poison)

    async def recover(self) -> None:
        """Take back what a dead process of this name held; call it before the engine is loaded."""
        async with self.database.session() as session:
            poison = await jobs.release(session, self.name)
        _tell(poison)

    async def _write_progress(self) -> None:
        """Write every growing answer and renew its lease; let go of those no longer ours."""
        flights = [flight for flight in self.flights.values() if not flight.ending]
        if not flights:
            return
        async with self.database.session() as session:
            ours = await jobs.renew(session, [flight.job for flight in flights])
            fresh = [one for one in flights if one.job.id in ours and self._has_news(one)]
            news = [(one, one.text) for one in fresh]
            if news:
                rows = [{"id": one.job.message_id, "content": text} for one, text in news]
                await session.execute(update(Message), rows)
        for flight, text in news:
            flight.written = text
        for flight in flights:
            if flight.job.id not in ours and not flight.ending and flight.task is not None:
                log.info("job %s was taken away", flight.job.id)
                self.flights.pop(flight.job.id, None)
                flight.task.cancel()

    def _has_news(self, flight: Flight) -> bool:
        """Whether there is text to show, of an adapter that is not on probation."""
        if self.serving is not None and not self.serving.shows(flight.adapter):
            return False
        return flight.text != flight.written and flight.job.message_id is not None

    # -- stopping ---------------------------------------------------------------------------------

    async def _drain(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.flights and not self._hurry.is_set() and time.monotonic() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        left = list(self.flights.values())
        self.flights.clear()
        for flight in left:
            if flight.task is not None:
                flight.task.cancel()
        await asyncio.gather(*(f.task for f in left if f.task), return_exceptions=True)
        if self.fatal is not None:
            return  # what was in flight counts as in a crash; it is released by name
        async with self.database.session() as session:
            for flight in left:
                await jobs.put_back(session, flight.job)


def _tell(poison: Sequence[Job]) -> None:
    for job in poison:
        log.error("job %s ended its worker twice and is set aside", job.id)
