"""Many small writes in one transaction: a commit costs the same for one as for fifty.

Deliveries write a line for every message that they send. Alone they would stand in each other's
way and in that of the questions that come in, since there is one writing connection.
"""

import asyncio
from collections.abc import Awaitable, Callable

from doctor_llama.db import Database, Session, Trouble

Change = Callable[[Session], Awaitable[None]]


class Notebook:
    """Collects changes while a transaction runs, and makes the next one of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Change, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, change: Change) -> None:
        """Return when the change is committed. Raises Trouble."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="notebook")
        await done

    async def close(self) -> None:
        """Wait until everything is written: a transaction must not be torn apart by a stop."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            if not await self._commit(batch) and len(batch) > 1:
                for one in batch:  # whose fault it was shows when each stands alone
                    await self._commit([one])

    async def _commit(self, batch: list[tuple[Change, asyncio.Future[None]]]) -> bool:
        try:
            async with self._database.session() as session:
                for change, _ in batch:
                    await change(session)
        except Trouble as error:
            for _, done in batch if len(batch) == 1 else ():
                if not done.done():
                    done.set_exception(error)
            return False
        for _, done in batch:
            if not done.done():
                done.set_result(None)
        return True
