"""What happened a moment ago: which chat was told what, and whose text was too long."""

from telegram import Message

from bot.pacing import Window
from bot.rendering import LIMIT, units

SAME_SECONDS = 3.0  # the same sentence to the same chat, at most so often
FULL_PIECE = LIMIT - 96  # units; a piece may begin or end with spaces, which go
PIECE_SECONDS = 2.0  # between the pieces into which an app cuts a long text
REMEMBERED = 1_000  # chats and sentences, before the old ones are forgotten


class Manners:
    """Remembers it for seconds, in memory: after a restart somebody is told something twice."""

    def __init__(self) -> None:
        self._told: dict[tuple[int, str], Window] = {}
        self._long: dict[tuple[int, int], float] = {}  # chat and person: when the last piece came

    def may(self, chat: int, key: str, now: float, limit: int = 1) -> bool:
        """Whether to say it (and then it counts as said)."""
        if len(self._told) > REMEMBERED:
            self._told = {k: w for k, w in self._told.items() if w.free(now) < w.limit}
        window = self._told.setdefault((chat, key), Window(limit, SAME_SECONDS * limit))
        if window.free(now) == 0:
            return False
        window.add(now)
        return True

    def forget(self, chat: int, key: str) -> None:
        """It was not said after all."""
        self._told.pop((chat, key), None)

    def too_long(self, message: Message) -> None:
        """This text was refused; if it is as long as can be, an app has cut it in pieces."""
        if message.from_user is None or units(message.text or "") < FULL_PIECE:
            return
        if len(self._long) > REMEMBERED:
            self._long.clear()
        self._long[message.chat.id, message.from_user.id] = message.date.timestamp()

    def continues(self, message: Message) -> bool:
        """Whether this is the next piece of a text that was refused: no question of its own."""
        if message.from_user is None:
            return False
        key = (message.chat.id, message.from_user.id)
        before = self._long.pop(key, float("-inf"))
        if message.date.timestamp() - before > PIECE_SECONDS:
            return False
        self.too_long(message)  # unless it is the last one
        return True
