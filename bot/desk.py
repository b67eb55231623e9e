"""What all deliveries share: the way out, the rows, and what holds for everybody who waits."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.alarms import Alarms
from bot.gateway import Gateway
from bot.notebook import Notebook
from doctor_llama.db import Database
from doctor_llama.pauses import Pause
from doctor_llama.runs import Learning
from doctor_llama.schema import Job

log = logging.getLogger(__name__)
T = TypeVar("T")


class Turns:
    """Whose answer comes first: of a conversation's ended jobs, the one with the lowest id."""

    def __init__(self) -> None:
        self._ended: dict[str | None, dict[int, asyncio.Event]] = {}

    def join(self, job: Job) -> None:
        """This job has ended; later ones wait until it leaves."""
        self._ended.setdefault(job.lock, {}).setdefault(job.id, asyncio.Event())

    def leave(self, job: Job) -> None:
        """Nothing is left to tell of it. More often than once is no mistake."""
        jobs = self._ended.get(job.lock, {})
        if (gone := jobs.pop(job.id, None)) is not None:
            gone.set()
        if not jobs:
            self._ended.pop(job.lock, None)

    async def mine(self, job: Job, patience: float) -> None:
        """Wait for the jobs before this one, so many seconds at most: none may be held up for ever.

        A job without a lock belongs to no conversation.
        """
        if job.lock is None:
            return
        before = [gone for other, gone in self._ended.get(job.lock, {}).items() if other < job.id]
        try:
            async with asyncio.timeout(patience):
                for gone in before:
                    await gone.wait()
        except TimeoutError:
            log.warning("job %d no longer waits for an earlier one", job.id)


@dataclass
class Desk:
    """What all parcels share."""

    gateway: Gateway
    database: Database
    notebook: Notebook
    alarms: Alarms
    concurrency: int
    turns: Turns = field(default_factory=Turns)
    seconds: float | None = None  # that one answer takes
    learning: Learning | None = None
    paused: Pause | None = None
    crowded: bool = False  # so many wait that answers and new questions need all the time there is
    steps: set[asyncio.Task[Any]] = field(default_factory=set)

    async def whole(self, step: Coroutine[Any, Any, T]) -> T:
        """Do a step that must not be torn apart by a stop: what was sent is also written down."""
        task = asyncio.create_task(step)
        self.steps.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.steps.discard(task)
        if not task.cancelled():
            task.exception()  # seen, also where the one who waited is gone
