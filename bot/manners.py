"""Which chat was told what a moment ago, so that a flood is answered once."""

from bot.pacing import Window

SAME_SECONDS = 3.0  # the same sentence to the same chat, at most so often
REMEMBERED = 1_000  # chats and sentences, before the old ones are forgotten


class Manners:
    """Remembers which chat was told what, so that a flood is answered once."""

    def __init__(self) -> None:
        self._told: dict[tuple[int, str], Window] = {}

    def may(self, chat: int, key: str, now: float, limit: int = 1) -> bool:
        """Whether to say it (and then it counts as said)."""
        if len(self._told) > REMEMBERED:
            self._told = {k: w for k, w in self._told.items() if w.free(now) < w.limit}
        window = self._told.setdefault((chat, key), Window(limit, SAME_SECONDS * limit))
        if window.free(now) == 0:
            return False
        window.add(now)
        return True
