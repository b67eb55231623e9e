"""Who may speak when: windows per chat and overall, cool-downs, priorities. It sends nothing.

A chat gets one message a second, counted from when Telegram has answered the last one, so that a
slow network cannot push two together. A 429 cools its own chat and no other; only when more than
three chats cool at once is it taken to be about the whole bot. Frames never wait: they ask whether
there is room, and go without.
"""

import asyncio
import bisect
import itertools
import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from bot import botapi

SPARE = 8  # places of a group's minute, and of everybody's second, that frames leave alone
MANY_COOLING = 3
IDLE_CHATS = 2_000  # chats remembered before the quiet ones are forgotten


class Priority(IntEnum):
    """In this order when several wait."""

    CARD = 0  # an emergency text
    ANSWER = 1
    NOTICE = 2
    FRAME = 3  # never waits


class Window:
    """At most `limit` events in any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self._at: deque[float] = deque()

    def free(self, now: float) -> int:
        while self._at and now - self._at[0] >= self.seconds:
            self._at.popleft()
        return self.limit - len(self._at)

    def opens(self, now: float) -> float:
        """When there is room: now, or when the oldest event leaves."""
        return now if self.free(now) > 0 else self._at[0] + self.seconds

    def add(self, now: float) -> None:
        self._at.append(now)

    def restart(self, now: float) -> None:
        """What was granted has happened only now."""
        self._at.clear()
        self._at.append(now)


@dataclass
class Chat:
    """The pace of one chat."""

    second: Window
    minute: Window | None  # of a group
    speaking: int = 0  # messages that Telegram has not answered yet
    cool: float = 0.0  # until when nothing is sent
    last_frame: float = float("-inf")

    def opens(self, now: float) -> float:
        """When a message may be sent, as far as this chat goes."""
        if self.speaking:
            return math.inf
        minute = self.minute.opens(now) if self.minute else now
        return max(self.second.opens(now), minute)

    def quiet(self, now: float) -> bool:
        """Whether nothing is remembered of it that matters."""
        minute = self.minute is None or self.minute.free(now) == self.minute.limit
        return not self.speaking and self.cool < now and self.second.free(now) > 0 and minute


@dataclass(order=True)
class _Waiting:
    priority: Priority
    ticket: int
    chat: int = field(compare=False)
    counted: bool = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Pacing:
    """Grants turns. Times are the event loop's."""

    def __init__(self, a_second: int = botapi.OVERALL) -> None:
        self._chats: dict[int, Chat] = {}
        self._overall = Window(a_second, 1.0)
        self._cool = 0.0
        self._waiting: list[_Waiting] = []
        self._tickets = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = asyncio.Event()

    def close(self) -> None:
        """The program stops: whoever has not said anything yet is cancelled."""
        self._closed.set()
        for waiting in self._waiting:
            waiting.turn.cancel()
        if self._timer is not None:
            self._timer.cancel()

    async def pause(self, seconds: float) -> None:
        """Sleep before another try; cancelled like a turn."""
        try:
            await asyncio.wait_for(self._closed.wait(), seconds)
        except TimeoutError:
            return
        raise asyncio.CancelledError

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _chat(self, chat_id: int) -> Chat:
        if chat_id not in self._chats:
            if len(self._chats) >= IDLE_CHATS:
                self._forget_quiet()
            minute = Window(*botapi.GROUP) if chat_id < 0 else None
            self._chats[chat_id] = Chat(Window(*botapi.CHAT), minute)
        return self._chats[chat_id]

    def _forget_quiet(self) -> None:
        now = self._now()
        busy = {waiting.chat for waiting in self._waiting}
        for chat_id, chat in list(self._chats.items()):
            if chat.quiet(now) and chat_id not in busy:
                del self._chats[chat_id]

    async def turn(self, chat_id: int, priority: Priority, *, counted: bool = True) -> None:
        """Wait until something may be sent to this chat.

        `counted`: it is a message, and takes a place there and in everybody's second, until `done`
        is called for it; edits in private chats and deletions are none.
        """
        if self._closed.is_set():
            raise asyncio.CancelledError
        waiting = _Waiting(
            priority,
            next(self._tickets),
            chat_id,
            counted,
            asyncio.get_running_loop().create_future(),
        )
        bisect.insort(self._waiting, waiting)
        self._grant()
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif counted and not waiting.turn.cancelled():  # granted at the same instant
                self.done(chat_id)
            raise

    def done(self, chat_id: int) -> None:
        """Telegram has answered a counted message of this chat, or never will."""
        now, chat = self._now(), self._chat(chat_id)
        chat.speaking = max(0, chat.speaking - 1)
        chat.second.restart(now)
        self._grant()

    def frame(self, chat_id: int, every: float, *, counted: bool) -> bool:
        """Whether a frame may be sent now; if so it is counted. It yields to everything."""
        now, chat = self._now(), self._chat(chat_id)
        spare = chat.minute is None or chat.minute.free(now) > SPARE
        room = not counted or (spare and chat.opens(now) <= now)
        if (
            now < max(chat.cool, self._cool)
            or now - chat.last_frame < every
            or not room
            or self._overall.free(now) <= SPARE
            or any(waiting.chat == chat_id for waiting in self._waiting)
        ):
            return False
        chat.last_frame = now
        if counted:
            self._count(chat, now)
        return True

    def spent(self, chat_id: int) -> None:
        """An earlier process may have used up this group's minute: it begins with a full one."""
        now, minute = self._now(), self._chat(chat_id).minute
        while minute is not None and minute.free(now) > 0:
            minute.add(now)

    def cool(self, chat_id: int, seconds: float) -> None:
        """Telegram said 429 in this chat."""
        now = self._now()
        self._chat(chat_id).cool = now + seconds
        if sum(chat.cool > now for chat in self._chats.values()) > MANY_COOLING:
            self._cool = max(self._cool, now + seconds)
        self._grant()

    def cooling(self, chat_id: int) -> bool:
        return self._now() < max(self._chat(chat_id).cool, self._cool)

    def _count(self, chat: Chat, now: float) -> None:
        self._overall.add(now)
        chat.second.add(now)
        if chat.minute is not None:
            chat.minute.add(now)

    def _opens(self, waiting: _Waiting, chat: Chat, now: float) -> float:
        """When this one may speak. A card waits for no more than its chat's second."""
        opens = max(chat.cool, self._cool)
        if not waiting.counted:
            return opens
        if waiting.priority is Priority.CARD:
            return max(opens, chat.second.opens(now))
        return max(opens, self._overall.opens(now), chat.opens(now))

    def _grant(self) -> None:
        """Give everyone their turn who can have it, and come back when the next one can."""
        now = self._now()
        held: set[tuple[int, bool]] = set()  # whose first in line cannot go: nobody overtakes there
        later: list[float] = []
        for waiting in list(self._waiting):
            line = (waiting.chat, waiting.counted)
            if line in held or waiting.turn.done():
                continue
            chat = self._chat(waiting.chat)
            opens = self._opens(waiting, chat, now)
            if opens > now:
                held.add(line)
                later.append(opens)
                continue
            if waiting.counted:
                self._count(chat, now)
                chat.speaking += 1
            self._waiting.remove(waiting)
            waiting.turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if later and min(later) < math.inf:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(min(later) + 0.001, self._grant)
