"""The flood limiter: Telegram's pace per chat, off until somebody turns it on.

Telegram publishes rough numbers only (one message a second per chat, twenty a minute in a group);
the short burst is what it tolerates in practice. Overall limits are not imitated.
"""

from __future__ import annotations

import math
import time
from collections import deque

from bot.simulator.refusals import too_many

PRIVATE_PER_SECOND = 1.0
PRIVATE_BURST = 3
GROUP_PER_MINUTE = 20


class Flood:
    """Counts what the bot sends to each chat; `check` raises a 429 beyond the pace."""

    def __init__(self) -> None:
        self.on = False
        self._sent: dict[int, deque[float]] = {}

    def switch(self, on: bool) -> None:
        self.on = on
        self._sent.clear()

    def check(self, chat_id: int) -> None:
        """Count one message (or one edit in a group). Raises RefusedError with retry_after."""
        if not self.on:
            return
        now = time.monotonic()
        window = 60.0 if chat_id < 0 else PRIVATE_BURST / PRIVATE_PER_SECOND
        limit = GROUP_PER_MINUTE if chat_id < 0 else PRIVATE_BURST
        sent = self._sent.setdefault(chat_id, deque())
        while sent and now - sent[0] >= window:
            sent.popleft()
        if len(sent) >= limit:
            raise too_many(max(1, math.ceil(window - (now - sent[0]))))
        sent.append(now)
