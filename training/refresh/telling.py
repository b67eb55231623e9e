"""What the process says of itself: JSON, a line an event, to the one who started it.

The real standard output is kept for that; whatever a library prints goes to the log.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TextIO

from doctor_llama import supervisor
from doctor_llama.trainer import reasons


class Telling:
    """One process' voice, and its ear for being asked to stop."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._asked = False

    def __call__(self, phase: str, done: float, **values: Any) -> None:
        """Where it stands: a phase, and the share of it that is done."""
        self.write({"phase": phase, "done": round(done, 4), **values})

    def write(self, event: dict[str, Any]) -> None:
        self._out.write(json.dumps(event) + "\n")
        self._out.flush()

    def stopping(self) -> bool:
        """Whether somebody asked us to stop."""
        return self._asked

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)


def speak() -> Telling:
    """Take standard output for events and send everybody else's words to standard error."""
    supervisor.die_with_parent()
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    telling = Telling(own)
    telling.listen()
    return telling


def guarded(telling: Telling, work: Callable[[], None]) -> int:
    """Do the work; an error is told with its reason. Returns the exit status."""
    try:
        work()
    except Exception as problem:
        import traceback  # noqa: PLC0415

        traceback.print_exc()
        detail = str(problem) or type(problem).__name__
        telling.write({"error": reasons.of(problem), "detail": detail[:500]})
        return 1
    except KeyboardInterrupt:
        telling.write({"error": "stopped", "detail": ""})
        return 130
    return 0
