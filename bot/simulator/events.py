"""The event stream (server-sent events): each line of the ledger, as people see it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

from bot.simulator import views
from bot.simulator.ledger import Ledger
from bot.simulator.records import Json

PING_SECONDS = 15.0


def _message(number: int, body: Json) -> str:
    return f"id: {number}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


async def _events(ledger: Ledger, after: int | None) -> AsyncIterator[str]:
    at = ledger.last if after is None else after
    if not ledger.remembers(at):
        # Another journal, or too long ago: the listener has to read everything afresh.
        at = ledger.last
        yield _message(at, {"n": at, "events": [{"type": "reset"}]})
    else:
        yield ": connected\n\n"
    while not ledger.closing:
        for line in list(ledger.after(at)):
            at = line["n"]
            events = list(views.events(ledger.state, line))
            if events:
                yield _message(at, {"n": at, "time": line["time"], "events": events})
        if ledger.last == at:
            await ledger.bell.wait(PING_SECONDS)
            if ledger.last == at:
                yield ": ping\n\n"


def stream(ledger: Ledger, after: int | None) -> StreamingResponse:
    """Everything after line `after` (None: from now on), then live."""
    return StreamingResponse(
        _events(ledger, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
