"""What all deliveries share: the way out, the rows, and what holds for everybody who waits."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.alarms import Alarms
from bot.gateway import Gateway
from bot.notebook import Notebook
from doctor_llama.db import Database
from doctor_llama.pauses import Pause
from doctor_llama.runs import Learning

T = TypeVar("T")


@dataclass
class Desk:
    """What all parcels share."""

    gateway: Gateway
    database: Database
    notebook: Notebook
    alarms: Alarms
    concurrency: int
    seconds: float | None = None  # that one answer takes
    learning: Learning | None = None
    paused: Pause | None = None
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
