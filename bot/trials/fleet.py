"""Several bots behind a webhook and several workers, on one PostgreSQL: a house of many machines.

To the rest of a trial it is one program, of which parts are killed and started again.
"""

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from bot.trials import balancer
from bot.trials.program import Program


class Fleet:
    """Bots and workers, each with a data folder of its own; see `fleet`."""

    def __init__(self, bots: list[Program], workers: list[Program], seed: int) -> None:
        self.bots, self.workers = bots, workers
        self._chance = random.Random(seed)

    @property
    def database_url(self) -> str:
        return self.bots[0].database_url

    async def start(self) -> None:
        """Start whatever does not run; the bots first, since they bring the database up to date."""
        for group in (self.bots, self.workers):
            await asyncio.gather(*(one.start() for one in group if not one.tree()))

    def tree(self) -> list[psutil.Process]:
        """Every process, bots first; nothing while a part is missing."""
        parts = [one.tree() for one in (*self.bots, *self.workers)]
        return [process for part in parts for process in part] if all(parts) else []

    def worker(self) -> psutil.Process:
        """One of the workers. Raises `psutil.NoSuchProcess` while there is none."""
        there = [processes[0] for one in self.workers if (processes := one.tree())]
        if not there:
            raise psutil.NoSuchProcess(0, msg="there is no worker at the moment")
        return self._chance.choice(there)

    async def kill(self) -> None:
        """Kill one of the bots with -9."""
        await self._chance.choice([one for one in self.bots if one.tree()]).kill()

    async def stop(self) -> int:
        """Ask all to stop, the workers first; return the first exit status that is not 0."""
        found = []
        for group in (self.workers, self.bots):
            found += await asyncio.gather(*(one.stop() for one in group))
        return next((status for status in found if status), 0)


@asynccontextmanager
async def fleet(
    folder: Path, bots: int, workers: int, settings: dict[str, str], *, seed: int = 1
) -> AsyncIterator[Fleet]:
    """A fleet that is not started yet, with its balancer; what is left is killed at the end."""
    door, *ports = _free_ports(bots + 1)
    address = {"DOCTOR_LLAMA_WEBHOOK_URL": f"http://127.0.0.1:{door}/telegram"}
    common = {**settings, "DOCTOR_LLAMA_LOG_LEVEL": "INFO"}
    made = Fleet(
        [
            Program(
                folder / f"bot-{n}", "bot", **common, **address, DOCTOR_LLAMA_WEBHOOK_PORT=str(port)
            )
            for n, port in enumerate(ports)
        ],
        [
            Program(
                folder / f"worker-{n}", "worker", **common, DOCTOR_LLAMA_WORKER_NAME=f"worker-{n}"
            )
            for n in range(workers)
        ],
        seed,
    )
    targets = [f"http://127.0.0.1:{port}/telegram" for port in ports]
    try:
        async with balancer.balancing(door, targets):
            yield made
    finally:
        for part in (*made.bots, *made.workers):
            await part.end()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
