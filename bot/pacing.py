"""Who may speak when: windows per chat and overall, cool-downs, priorities. It sends nothing.

A 429 cools its own chat and no other; only when more than three chats cool at once is it taken
to be about the whole bot. Frames never wait: they ask whether there is room, and go without.
"""

import asyncio
import bisect
import itertools
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

# Telegram: about one message a second in a chat (short bursts pass), 20 a minute in a group,
# about 30 a second overall (core.telegram.org/bots/faq#my-bot-is-hitting-limits).
PRIVATE = (3, 3.1)  # messages, in seconds
GROUP = (19, 61.0)
OVERALL = (28, 1.0)
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


@dataclass
class Chat:
    """The pace of one chat."""

    window: Window
    cool: float = 0.0  # until when nothing is sent
    last_frame: float = float("-inf")


@dataclass(order=True)
class _Waiting:
    priority: Priority
    ticket: int
    chat: int = field(compare=False)
    counted: bool = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Pacing:
    """Grants turns. Times are the event loop's."""

    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}
        self._overall = Window(*OVERALL)
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
            self._chats[chat_id] = Chat(Window(*(PRIVATE if chat_id > 0 else GROUP)))
        return self._chats[chat_id]

    def _forget_quiet(self) -> None:
        now = self._now()
        busy = {waiting.chat for waiting in self._waiting}
        for chat_id, chat in list(self._chats.items()):
            quiet = chat.cool < now and chat.window.free(now) == chat.window.limit
            if quiet and chat_id not in busy:
                del self._chats[chat_id]

    async def turn(self, chat_id: int, priority: Priority, *, counted: bool = True) -> None:
        """Wait until something may be sent to this chat.

        `counted`: it is a message, and takes a place there and in everybody's second; edits in
        private chats and deletions are none.
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
        finally:
            if waiting in self._waiting:  # cancelled while it waited
                self._waiting.remove(waiting)

    def frame(self, chat_id: int, every: float, *, counted: bool) -> bool:
        """Whether a frame may be sent now; if so it is counted. It yields to everything."""
        now, chat = self._now(), self._chat(chat_id)
        room = chat.window.free(now) > SPARE or not counted
        if (
            now < max(chat.cool, self._cool)
            or now - chat.last_frame < every
            or not room
            or self._overall.free(now) <= SPARE
            or any(waiting.chat == chat_id for waiting in self._waiting)
        ):
            return False
        chat.last_frame = now
        self._count(chat, now, counted=counted)
        return True

    def cool(self, chat_id: int, seconds: float) -> None:
        """Telegram said 429 in this chat."""
        now = self._now()
        self._chat(chat_id).cool = now + seconds
        if sum(chat.cool > now for chat in self._chats.values()) > MANY_COOLING:
            self._cool = max(self._cool, now + seconds)
        self._grant()

    def cooling(self, chat_id: int) -> bool:
        return self._now() < max(self._chat(chat_id).cool, self._cool)

    def _count(self, chat: Chat, now: float, *, counted: bool) -> None:
        if counted:
            self._overall.add(now)
            chat.window.add(now)

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
            opens = max(chat.cool, self._cool)
            # nothing but a refusal holds up a card
            if waiting.counted and waiting.priority is not Priority.CARD:
                opens = max(opens, self._overall.opens(now), chat.window.opens(now))
            if opens > now:
                held.add(line)
                later.append(opens)
                continue
            self._count(chat, now, counted=waiting.counted)
            self._waiting.remove(waiting)
            waiting.turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if later:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(min(later) + 0.001, self._grant)
