"""What the rows and the processes show while people ask: waiting questions, safe ones, memory."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self

import psutil

from bot.trials.fleet import Fleet
from bot.trials.program import Program
from doctor_llama import outcomes
from doctor_llama.db import Database, Trouble

LOOK_SECONDS = 0.01  # between two looks for new jobs: how exactly "safe" is timed
SAMPLE_SECONDS = 0.5


@dataclass(slots=True)
class Watch:
    """Filled from its `async with` to the end of that, in a thread, or the crowd would delay it."""

    program: Program | Fleet
    safe: dict[str, float] = field(default_factory=dict)  # question -> when its job was committed
    depth: list[tuple[float, int]] = field(default_factory=list)  # seconds, waiting questions
    memory_mb: float = 0.0  # of the bot, at most
    _ending: bool = False
    _looking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(asyncio.to_thread(self._run))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Also where the trial failed, or its thread would keep the program alive for ever."""
        self._ending = True
        if self._looking is not None:
            await self._looking

    def _run(self) -> None:
        follower = outcomes.Follower(Database(self.program.database_url))
        began, sampled = time.time(), 0.0
        while not self._ending:
            try:
                for ref in follower.newer():
                    self.safe.setdefault(ref, time.time())
                if time.time() - sampled > SAMPLE_SECONDS:
                    sampled = time.time()
                    self.depth.append((sampled - began, follower.waiting()))
                    self._weigh()
            except Trouble:
                pass  # the next look sees it
            time.sleep(LOOK_SECONDS)
        follower.close()

    def _weigh(self) -> None:
        for process in self.program.tree()[:1]:
            try:
                held = process.memory_info().rss / 2**20
            except psutil.NoSuchProcess:
                return
            self.memory_mb = max(self.memory_mb, held)
