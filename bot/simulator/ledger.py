"""The ledger: one line for each thing that happened, in memory, in the journal and to listeners.

A `Turn` gathers the changes of one person's action or of one Bot API call and becomes one line,
so that a crash keeps or loses it as a whole. The ledger knows nothing of what the changes mean.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from bot.simulator.records import Json
from bot.simulator.state import State

KEPT_LINES = 20_000


class Bell:
    """Wakes everybody who waits for something to happen; nobody misses a ring."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait((future,), timeout=max(seconds, 0.0))
        finally:
            self._waiting.discard(future)


class Turn:
    """The changes of one thing that happens; `close` writes them as one line.

    As a context manager it also writes what a failed action had already changed, so that the
    journal and the state never part.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.state = ledger.state
        self.now = time.time()
        self.changes: list[Json] = []
        self.notes: Json = {}
        self._ledger = ledger
        self._closed = False

    def change(self, kind: str, /, **fields: Any) -> None:
        change = {"type": kind, **fields}
        self.state.apply(change, self.now)
        self.changes.append(change)

    def note(self, **fields: Any) -> None:
        """Add fields to the line for those who read the journal."""
        self.notes.update(fields)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if not self._closed and self.changes:
            self.close("unfinished")

    def close(self, kind: str, **fields: Any) -> Json:
        self._closed = True
        return self._ledger.write(
            {"time": self.now, "kind": kind, **fields, **self.notes, "changes": self.changes}
        )


class Ledger:
    """The state, the journal on disk (if any) and the recent lines."""

    def __init__(self, journal: Path | None = None) -> None:
        self.state = State()
        self.bell = Bell()
        self.lines: deque[Json] = deque(maxlen=KEPT_LINES)
        self.last = 0
        self.closing = False
        self.touched: dict[int, int] = {}  # chat id -> number of the last line about it
        self._chat_bells: dict[int, Bell] = {}
        self._file: IO[bytes] | None = None
        if journal is not None:
            journal.parent.mkdir(parents=True, exist_ok=True)
            journal.touch()
            for line in read(journal):
                self._take(line)
            self._file = journal.open("ab")

    def turn(self) -> Turn:
        return Turn(self)

    def write(self, line: Json) -> Json:
        """Number the line, keep it, flush it to the journal and wake the listeners."""
        self.last += 1
        line = {"n": self.last, **line}
        self.lines.append(line)
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            self._file.flush()
        for chat_id in _chats(line):
            self.touched[chat_id] = self.last
            if chat_id in self._chat_bells:
                self._chat_bells[chat_id].ring()
        self.bell.ring()
        return line

    async def wait_for_chat(self, chat_id: int, since: int, seconds: float) -> None:
        """Return once a line above `since` concerned the chat, or after `seconds`.

        Hundreds of people wait in a load test, so each chat has its own bell.
        """
        deadline = time.monotonic() + seconds
        bell = self._chat_bells.setdefault(chat_id, Bell())
        while self.touched.get(chat_id, 0) <= since and not self.closing:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            await bell.wait(left)

    def after(self, number: int) -> Iterator[Json]:
        """The kept lines whose number is above `number`, oldest first."""
        missed = self.last - number
        start = max(0, len(self.lines) - missed) if missed > 0 else len(self.lines)
        for index in range(start, len(self.lines)):
            yield self.lines[index]

    def remembers(self, number: int) -> bool:
        """Whether every line above `number` is still kept."""
        return self.last - len(self.lines) <= number <= self.last

    def release(self) -> None:
        """Wake everybody for good: the simulator is about to stop."""
        self.closing = True
        self.bell.ring()
        for bell in self._chat_bells.values():
            bell.ring()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _take(self, line: Json) -> None:
        for change in line["changes"]:
            self.state.apply(change, line["time"])
        self.last = line["n"]
        self.touched.update(dict.fromkeys(_chats(line), self.last))
        self.lines.append(line)


def _chats(line: Json) -> set[int]:
    """The chats that a line concerns, by its changes or by what it says itself."""
    inside = (change.get("record") or change.get("draft") or change for change in line["changes"])
    return {one["chat_id"] for one in (*inside, line) if one.get("chat_id")}


def read(journal: Path) -> Iterator[Json]:
    """The journal's lines. A last line cut short by a kill is dropped from the file."""
    whole = 0
    with journal.open("rb") as lines:
        for raw in lines:
            if not raw.endswith(b"\n"):
                break
            whole += len(raw)
            yield json.loads(raw)
    if whole < journal.stat().st_size:
        with journal.open("rb+") as file:
            file.truncate(whole)
