"""Rows to messages: looks at the undelivered jobs a few times a second, one task for each.

What was said to whom is in the rows, so a new process goes on where the last one was killed. A
slow or blocked chat holds up only itself. It never asks the engine anything.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from bot.alarms import Alarms
from bot.desk import Desk
from bot.gateway import Gateway
from bot.notebook import Notebook
from bot.parcels import Parcel
from doctor_llama import jobs, pauses, runs
from doctor_llama.db import Database, Trouble
from doctor_llama.metrics import BotMetrics
from doctor_llama.runs import Learning
from doctor_llama.schema import Job, JobKind, JobStatus, Message

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.15
LOOK_SHARE = 5  # under load: this many times as long as a look takes, what is new comes first
ESTIMATE_SECONDS = 5.0  # between two estimates of how long an answer takes
TROUBLE_SECONDS = 1.0  # after the database did not answer
STOP_SECONDS = 3.0  # for a message that is on its way when the program stops
REMEMBERED = 1_000  # ids of the jobs that were delivered last
AT_MOST = 1_000  # jobs looked at in one go
CROWD = 150  # deliveries at once from which nothing is shown but places and answers
STREAMS = 40  # growing answers at once of which the same holds: more frames than Telegram takes
NOT_QUEUED = (JobStatus.RUNNING, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)


class Delivery:
    """Runs until it is stopped; one job's failure never ends it."""

    def __init__(
        self,
        gateway: Gateway,
        notebook: Notebook,
        database: Database,
        alarms: Alarms,
        concurrency: int,
        metrics: BotMetrics,
        leads: Callable[[], bool],
    ) -> None:
        self._leads = leads  # of several bots one delivers
        self._metrics = metrics
        self._desk = Desk(gateway, database, notebook, alarms, concurrency)
        self._parcels: dict[int, Parcel] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._known: dict[int, jobs.Standing] = {}  # as of the last look
        self._done: deque[int] = deque(maxlen=REMEMBERED)
        self._news = asyncio.Event()
        self._estimated = float("-inf")
        self._stopping = False

    def nudge(self) -> None:
        """Something is to be delivered: look now."""
        self._news.set()

    async def run(self) -> None:
        """Deliver until `stop` is called."""
        loop = asyncio.get_running_loop()
        while not self._stopping:
            began = loop.time()
            try:
                if self._leads():
                    await self._look()
                elif self._tasks:
                    await self._let_go()
                pause = max(LOOK_SECONDS, (loop.time() - began) * LOOK_SHARE)
            except Trouble as error:
                log.warning("the database does not answer (%s)", type(error).__name__)
                pause = TROUBLE_SECONDS
            try:
                await asyncio.wait_for(self._news.wait(), pause)
            except TimeoutError:
                continue
            self._news.clear()

    async def _let_go(self) -> None:
        """Another bot delivers now: end every delivery between two steps."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._done.clear()  # they are not done; should we lead again, they are ours again
        self._known = {}

    async def stop(self) -> None:
        """End every delivery between two steps; the rows know the rest. `run` returns soon."""
        self._stopping = True
        self._news.set()
        self._desk.gateway.pacing.close()
        await self._let_go()
        if self._desk.steps:
            _, late = await asyncio.wait(self._desk.steps, timeout=STOP_SECONDS)
            for step in late:
                step.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._desk.notebook.close()

    async def _look(self) -> None:
        async with self._desk.database.reading() as session:
            order = await jobs.waiting(session)
            paused = await pauses.current(session)
            standing = await jobs.undelivered(session, NOT_QUEUED, limit=AT_MOST)
            news = [job_id for job_id, how in standing.items() if self._known.get(job_id) != how]
            fresh = [job_id for job_id in order if not self._is_queued(job_id)]
            rows = await jobs.of(session, news + fresh[:AT_MOST])
            now = asyncio.get_running_loop().time()
            if now - self._estimated > ESTIMATE_SECONDS:
                self._desk.seconds = await jobs.service_seconds(session)
                self._learn(await runs.learning(session))
                self._estimated = now
        if (paused is None) != (self._desk.paused is None):
            for parcel in self._parcels.values():
                parcel.wake()
        self._desk.paused = paused
        running = sum(one.job.status == JobStatus.RUNNING for one in self._parcels.values())
        self._desk.crowded = len(self._parcels) > CROWD or running > STREAMS
        self._metrics.waiting.set(len(order))
        self._metrics.undelivered.set(len(standing) + len(order))
        before = {job_id: place for place, job_id in enumerate(order)}
        for job, answer in rows:
            if job.kind == JobKind.ANSWER and job.channel is not None:
                self._meet(job, answer, before.get(job.id, 0))
        self._known = standing
        self._refresh(before, {*standing, *(job.id for job, _ in rows)})

    def _learn(self, learning: Learning | None) -> None:
        before, self._desk.learning = self._desk.learning, learning
        if (before and before.alone) != (learning and learning.alone):
            for parcel in self._parcels.values():
                parcel.wake()

    def _is_queued(self, job_id: int) -> bool:
        """Whether we know this job as one that waits; a stopping worker puts some back."""
        parcel = self._parcels.get(job_id)
        return parcel is not None and parcel.job.status == JobStatus.QUEUED

    def _meet(self, job: Job, answer: Message | None, before: int) -> None:
        parcel = self._parcels.get(job.id)
        if parcel is not None:
            parcel.update(job, answer, before)
            return
        if self._stopping or job.id in self._done:  # read before its delivery was committed
            return
        try:
            parcel = Parcel(self._desk, job, answer)
        except ValueError:  # another channel's job is not ours to deliver
            return
        parcel.before = before
        self._parcels[job.id] = parcel
        task = asyncio.create_task(parcel.run(), name=f"deliver-{job.id}")
        self._tasks[job.id] = task
        task.add_done_callback(lambda _: self._forget(job.id))

    def _refresh(self, before: dict[int, int], met: set[int]) -> None:
        """Tell the waiting ones their place, and those that are in no row that they are gone."""
        for job_id, parcel in self._parcels.items():
            if job_id in met:
                continue
            if job_id in before:
                parcel.update(parcel.job, parcel.answer, before[job_id])
            elif len(met) < AT_MOST:
                parcel.vanish()

    def _forget(self, job_id: int) -> None:
        self._tasks.pop(job_id, None)
        parcel = self._parcels.pop(job_id, None)
        if parcel is not None and not parcel.gone:
            self._done.append(job_id)
