"""The way of an update from Telegram to its handler: committed first, in order, never stuck.

Telegram forgets an update at the next poll after ours took it, which is long before its handler
has run; so `put` returns only when the update is in the database, and its row goes when the
handler has committed. It knows nothing of what an update asks for.
"""

import asyncio
import contextlib
import logging
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Sequence
from typing import Any

from telegram import Bot, Update
from telegram.error import NetworkError
from telegram.ext import BaseUpdateProcessor, ExtBot

from bot import botapi
from bot.notebook import Notebook
from doctor_llama import inbox
from doctor_llama.db import Database, Trouble
from doctor_llama.metrics import BotMetrics
from doctor_llama.presence import Presence
from doctor_llama.schema import InboxUpdate

log = logging.getLogger(__name__)

REMEMBERED = 2_000  # ids of the latest updates: a batch that failed half-way comes again whole
AT_ONCE = 1_024  # updates in work; most of them wait for an earlier one of their chat
AGAIN_SECONDS = 2.0
AGAIN_TIMES = 3
TURN_SECONDS = 30.0  # for an earlier update of a chat that another bot has
TURN_LOOK_SECONDS = 0.05
STOP_SECONDS = 0.5  # a /stop waits so long for what was said before it


class Intake(asyncio.Queue[object]):
    """The application's queue of updates, with the inbox table under it."""

    def __init__(
        self, database: Database, notebook: Notebook, metrics: BotMetrics, presence: Presence
    ) -> None:
        super().__init__()
        self._database, self._notebook = database, notebook
        self._metrics, self._presence = metrics, presence
        self._came: dict[int, float] = {}
        self._seen: deque[int] = deque(maxlen=REMEMBERED)
        self._kept: set[int] = set()  # committed, but not yet queued
        self._tries: dict[int, int] = {}
        self._forgotten: set[int] = set()
        self.spent: set[int] = set()  # met the end of too many programs: not to be handled again

    async def put(self, item: object) -> None:
        """Commit an update, then queue it. Raises NetworkError, and only that.

        Anything else would end the library's polling in silence; this makes it poll again, and
        Telegram give the update again.
        """
        if not isinstance(item, Update):  # the library's own signal to stop
            await super().put(item)
            return
        await self.keep([item])
        if item.update_id in self._kept:
            self._kept.discard(item.update_id)
            await super().put(item)

    async def keep(self, updates: Sequence[Update]) -> None:
        """Commit updates, all of them or none; `put` queues each later. Raises NetworkError."""
        new = [update for update in updates if update.update_id not in self._seen]
        if not new:
            return
        now = time.monotonic()
        try:
            async with self._database.session() as session:
                fresh = await inbox.put(session, [self._row(update) for update in new])
        except Exception as error:
            log.warning("updates could not be kept (%s); once more", type(error).__name__)
            raise NetworkError("The updates could not be kept.") from error
        self._seen.extend(update.update_id for update in new)
        self._kept |= fresh
        self._came |= dict.fromkeys(fresh, now)

    def _row(self, update: Update) -> InboxUpdate:
        return InboxUpdate(
            update_id=update.update_id,
            body=update.to_dict(),
            holder=self._presence.name,
            place=place_of(update),
        )

    async def load(self, bot: Bot) -> int:
        """Queue what a bot that is gone left behind, such as an earlier run of this one.

        Before polling begins, or it would come twice.
        """
        living = await self._presence.living()
        async with self._database.session() as session:
            left = await inbox.adopt(session, self._presence.name, living)
        for row in left:
            if (update := Update.de_json(row.body, bot)) is not None:
                if row.tries > inbox.MAX_TRIES:
                    self.spent.add(update.update_id)
                self._seen.append(update.update_id)
                self.put_nowait(update)
        return len(left)

    async def turn(self, update: Update) -> None:
        """Wait while another bot handles an earlier update of the same place, or has to."""
        place = place_of(update)
        if self._presence.alone or place is None:
            return
        deadline = time.monotonic() + TURN_SECONDS
        while time.monotonic() < deadline:
            async with self._database.reading() as session:
                if not await inbox.held_up(session, update.update_id, place):
                    return
            await asyncio.sleep(TURN_LOOK_SECONDS)
        log.warning("update %d no longer waits for an earlier one", update.update_id)

    def forgotten(self, update_id: int) -> None:
        """A handler deleted the row itself, in the transaction of what it did."""
        self._forgotten.add(update_id)

    def again(self, update: Update) -> bool:
        """Handle an update once more, a little later; false when that was tried enough."""
        tries = self._tries[update.update_id] = self._tries.get(update.update_id, 0) + 1
        if tries > AGAIN_TIMES:
            return False
        self._forgotten.add(update.update_id)  # its row stays until it is done
        asyncio.get_running_loop().call_later(AGAIN_SECONDS * tries, self.put_nowait, update)
        return True

    async def settle(self, update_id: int) -> None:
        """Forget an update whose handlers have ended."""
        if (came := self._came.pop(update_id, None)) is not None:
            self._metrics.update_seconds.observe(time.monotonic() - came)
        if update_id in self._forgotten:
            self._forgotten.discard(update_id)
            return
        self._tries.pop(update_id, None)
        self.spent.discard(update_id)
        try:
            await self._notebook.write(lambda session: inbox.done(session, update_id))
        except Trouble:
            log.warning("update %d stays in the inbox and will be handled again", update_id)


class Polling(ExtBot[None]):
    """The library's bot, whose `get_updates` returns only what is committed.

    The library queues what came one by one, and a commit costs the same for a hundred as for one.
    """

    def __init__(self, intake: Intake, token: str, **more: Any) -> None:
        super().__init__(token, **more)
        self._intake = intake

    async def get_updates(self, *args: Any, **more: Any) -> tuple[Update, ...]:
        """Raises NetworkError also when they cannot be kept: Telegram will give them again."""
        updates = await super().get_updates(*args, **more)
        await self._intake.keep(updates)
        return updates


def place_of(update: Update) -> str | None:
    """Updates of one place are handled in their order."""
    return str(update.effective_chat.id) if update.effective_chat else None


def urgent(update: Update) -> bool:
    """Whether an update must not wait behind earlier ones: a button, ours or Telegram's own."""
    return update.callback_query is not None or botapi.stopped(update) is not None


def stops(update: Update) -> bool:
    """Whether it is a /stop."""
    text = update.message.text if update.message else None
    return text is not None and text.split("@")[0].split(maxsplit=1)[:1] == ["/stop"]


class Ordering(BaseUpdateProcessor):
    """One update of a chat after the other, chats beside each other."""

    __slots__ = ("_intake", "_locks")

    def __init__(self, intake: Intake) -> None:
        super().__init__(AT_ONCE)
        self._intake = intake
        self._locks: weakref.WeakValueDictionary[int, asyncio.Lock] = weakref.WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        if not isinstance(update, Update):
            await coroutine
            return
        chat = update.effective_chat
        if chat is None or urgent(update):
            await coroutine
        elif stops(update):  # of the question just before it, unless that takes long
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS), self._lock(chat.id):
                    pass
            await coroutine
        else:
            # before the lock: what it waits for may be taken over by this very bot
            await self._intake.turn(update)
            async with self._lock(chat.id):
                await coroutine
        await self._intake.settle(update.update_id)

    def _lock(self, chat: int) -> asyncio.Lock:
        return self._locks.setdefault(chat, asyncio.Lock())

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to end."""
