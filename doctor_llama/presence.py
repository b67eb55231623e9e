"""Which bots of one database are alive, and which of them leads.

On PostgreSQL by its advisory locks, which go with the connection that holds them, and so with the
process: no clock decides who is dead. SQLite serves one machine, where a bot is always alone.
"""

import asyncio
import hashlib
import logging
import os
import secrets
import socket

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from doctor_llama.db import Database, Trouble

log = logging.getLogger(__name__)

PING_SECONDS = 1.0  # how soon a lost connection is noticed by the one that had it
GRACE_SECONDS = (
    3.0  # before a new leader acts: longer than a ping, so that the former one has ceased
)
AGAIN_SECONDS = 1.0
LEADER = "leader"
HELD = text(
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks "
    "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Presence:
    """One bot among others: `run` in the background, then ask `leads` and `lives`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.alone = database.is_sqlite  # no other bot can be there
        self._leads = self.alone
        self.present = asyncio.Event()  # others can see us
        if self.alone:
            self.present.set()

    def leads(self) -> bool:
        """Whether this bot is the one that delivers and takes over."""
        return self._leads

    async def run(self) -> None:
        """Be present until cancelled; a connection that is lost is opened anew."""
        while not self.alone:
            try:
                async with self._database.connected() as connection:
                    await self._be(connection)
            except Trouble as error:
                log.warning("the database does not answer (%s)", type(error).__name__)
            finally:
                self._leads = False
            await asyncio.sleep(AGAIN_SECONDS)

    async def _be(self, connection: AsyncConnection) -> None:
        if not await _take(connection, self.name):
            return  # our former connection is not gone yet
        self.present.set()
        while not await _take(connection, LEADER):
            await asyncio.sleep(PING_SECONDS)
        log.info("this bot leads in %.0f s", GRACE_SECONDS)
        ready = asyncio.get_running_loop().time() + GRACE_SECONDS
        while True:
            async with asyncio.timeout(PING_SECONDS * 2):
                await connection.execute(text("SELECT 1"))
            self._leads = asyncio.get_running_loop().time() >= ready
            await asyncio.sleep(PING_SECONDS)

    async def living(self) -> "Living":
        """Who is alive now. Raises `Trouble` when the database does not answer."""
        if self.alone:
            return Living({_key(self.name)})
        async with self._database.connected() as connection:
            return Living({_signed(held) for (held,) in await connection.execute(HELD)})


class Living:
    """The bots that were alive when it was asked."""

    def __init__(self, keys: set[int]) -> None:
        self._keys = keys

    def __contains__(self, name: object) -> bool:
        return _key(str(name)) in self._keys


async def _take(connection: AsyncConnection, name: str) -> bool:
    taken = await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _key(name)})
    return bool(taken)


def _key(name: str) -> int:
    """A lock's number for a name: 64 bits, signed, as PostgreSQL has them."""
    digest = hashlib.sha256(f"doctor-llama:{name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _signed(number: int) -> int:
    return int.from_bytes((number % 2**64).to_bytes(8), signed=True)
