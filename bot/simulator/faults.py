"""Faults on purpose: errors, delays and lost connections for chosen Bot API calls.

A fault says *when* and *what*; `botapi` carries it out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.simulator.records import Json
from bot.simulator.refusals import PersonError, RefusedError


class Kind(StrEnum):
    """What happens to the call."""

    TOO_MANY = "429"  # refused; `retry_after` seconds
    SERVER = "500"  # refused; nothing happened
    GATEWAY = "502"  # refused; nothing happened
    FORBIDDEN = "403"  # refused
    BAD = "400"  # refused
    TIMEOUT = "timeout"  # nothing happens and no answer comes
    RESET = "reset"  # nothing happens and the connection is dropped
    RESET_AFTER = "reset_after"  # the call ACTS, then the connection is dropped
    TIMEOUT_AFTER = "timeout_after"  # the call ACTS, and no answer comes
    DELAY = "delay"  # the call acts after `seconds`


DESCRIPTIONS = {
    Kind.SERVER: "Internal Server Error",
    Kind.GATEWAY: "Bad Gateway",
    Kind.FORBIDDEN: "Forbidden: injected by the simulator",
    Kind.BAD: "Bad Request: injected by the simulator",
}
ACTS = (Kind.RESET_AFTER, Kind.TIMEOUT_AFTER, Kind.DELAY)


@dataclass(slots=True)
class Fault:
    """One entry of the book. `times` counts down; a fault with none left stays to be read."""

    id: int
    method: str
    kind: Kind
    times: int
    after: int
    chat_id: int | None
    retry_after: int
    seconds: float
    description: str | None
    hits: int = 0

    def matches(self, method: str, chat_id: int | None) -> bool:
        if self.method not in ("*", method.lower()):
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def refusal(self) -> RefusedError:
        if self.kind is Kind.TOO_MANY:
            description = self.description or f"Too Many Requests: retry after {self.retry_after}"
            return RefusedError(429, description, retry_after=self.retry_after)
        return RefusedError(int(self.kind), self.description or DESCRIPTIONS[self.kind])


class FaultBook:
    """The faults in the order in which they were asked for; the first that matches wins."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._last = 0

    def add(self, wanted: Json) -> Fault:
        """Raises PersonError for a kind that is not known or a number that is none."""
        try:
            kind = Kind(str(wanted.get("kind", "")))
        except ValueError:
            raise PersonError(f"A fault's kind is one of: {', '.join(Kind)}.") from None
        self._last += 1
        try:
            fault = Fault(
                id=self._last,
                method=str(wanted.get("method", "*")).lower(),
                kind=kind,
                times=int(wanted.get("times", 1)),
                after=int(wanted.get("after", 0)),
                chat_id=int(wanted["chat_id"]) if wanted.get("chat_id") else None,
                retry_after=int(wanted.get("retry_after", 3)),
                seconds=float(wanted.get("seconds", 600.0 if "timeout" in kind else 1.0)),
                description=wanted.get("description"),
            )
        except (TypeError, ValueError):
            raise PersonError("A fault's times, after, chat_id, seconds are numbers.") from None
        self.faults.append(fault)
        return fault

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault for this call, counted down, or None."""
        for fault in self.faults:
            if fault.times <= 0 or not fault.matches(method, chat_id):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            fault.hits += 1
            return fault
        return None

    def clear(self) -> None:
        self.faults.clear()

    def shown(self) -> list[Json]:
        return [asdict(fault) for fault in self.faults]
