"""Many small writes in one transaction: a commit costs the same for one as for fifty.

Questions that come in and deliveries, which write a line for every message that they send, would
stand in each other's way alone: there is one writing connection, and each transaction waits for
its turn of the event loop twice.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from doctor_llama.db import Database, Session, Trouble

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class _Entry:
    """A change, and whoever waits for it."""

    change: Callable[[Session], Awaitable[Any]]
    done: asyncio.Future[Any]
    value: Any = None
    error: Exception | None = None

    def tell(self) -> None:
        """It is committed, or came to nothing."""
        if self.done.done():  # nobody waits any more
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.value)


class Notebook:
    """Collects changes while a transaction runs, and makes the next one of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Entry] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, change: Callable[[Session], Awaitable[T]]) -> T:
        """Return what the change returns, once that is committed.

        Raises what the change raises, and Trouble; then nothing of it is written. A change may be
        called twice: what failed in company is tried again alone.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Entry(change, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="notebook")
        return await done

    async def close(self) -> None:
        """Wait until everything is written: a transaction must not be torn apart by a stop."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._commit(batch)
            except Trouble:  # whose fault it was shows when each stands alone
                for entry in batch:
                    await self._alone(entry)
            for entry in batch:
                entry.tell()

    async def _commit(self, batch: list[_Entry]) -> None:
        async with self._database.session() as session:
            for entry in batch:
                entry.error = None
                try:
                    async with session.begin_nested():
                        entry.value = await entry.change(session)
                except Trouble:  # the transaction may be gone with it
                    raise
                except Exception as error:  # a refusal: of this one only
                    entry.error = error

    async def _alone(self, entry: _Entry) -> None:
        try:
            await self._commit([entry])
        except Trouble as error:
            entry.error = error
