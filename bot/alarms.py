"""Tells the owners what went wrong: the number that the person saw, and the cause.

The same thing is told once in half a minute: a model that is down must not flood anybody. The
log has every case. It knows no wording but the two sentences of an alarm.
"""

import asyncio
import logging
from collections.abc import Sequence

from telegram.error import TelegramError

from bot.gateway import (
    BlockedError,
    Gateway,
    GoneError,
    MigratedError,
    UncertainError,
    UnreachableError,
    UnwantedError,
)
from bot.places import Place
from bot.rendering import Part
from bot.texts import say

log = logging.getLogger(__name__)

SAME_SECONDS = 30.0
SILENT = (GoneError, MigratedError, UncertainError, UnreachableError, UnwantedError)


class Alarms:
    """Best effort: an alarm that cannot be given is in the log and nowhere else."""

    def __init__(self, gateway: Gateway, owners: Sequence[int]) -> None:
        self._gateway, self._owners = gateway, owners
        self._told: dict[tuple[str, str], float] = {}

    async def tell(self, number: str, kind: str, where: str) -> None:
        """`kind` is an error's name, `where` a place in the program; no text of anybody."""
        now = asyncio.get_running_loop().time()
        if now - self._told.get((kind, where), float("-inf")) < SAME_SECONDS:
            return
        self._told[kind, where] = now
        await self._tell(say(None, "error-admin", id=number, kind=kind, where=where), number)

    async def unsafe(self, answer_id: int) -> None:
        """Somebody says that an answer can do harm: each time, since each is another one."""
        await self._tell(say(None, "unsafe-admin", id=str(answer_id)), f"unsafe {answer_id}")

    async def _tell(self, said: str, number: str) -> None:
        for owner in self._owners:
            try:
                await self._gateway.send(Place(owner), Part(said))
            except (BlockedError, TelegramError, *SILENT):
                log.warning("an owner could not be told of error %s", number)
