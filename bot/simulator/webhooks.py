"""Webhook delivery: one update of a place at a time, many places at once, until the bot says 2xx.

Only loopback addresses are allowed, and plain http on them: the simulator must not be a way to
make this machine call others. A method call in the bot's response body is not carried out.
"""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

import httpx

from bot.simulator.ledger import Ledger
from bot.simulator.records import Json
from bot.simulator.refusals import bad

FIRST_RETRY = 0.5
LAST_RETRY = 30.0
ANSWER_SECONDS = 30.0
MAX_CONNECTIONS = 40  # Telegram's own default
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def checked_url(url: str) -> str:
    """Raises RefusedError for an address that is not on this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK:
        raise bad("bad webhook: the simulator delivers to http://127.0.0.1 only")
    return url


def _place(update: Json) -> int:
    """The chat of an update, or the person of one without."""
    body: Json = next(value for key, value in update.items() if key != "update_id")
    message: Json = body.get("message") or {}
    chat: Json = body.get("chat") or message.get("chat") or body.get("from") or {"id": 0}
    return int(chat["id"])


class Webhooks:
    """The delivery task; it sleeps while no webhook is set."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.last_error: tuple[float, str] | None = None
        self._under_way: dict[int, asyncio.Task[None]] = {}  # by place
        self._pauses: dict[int, float] = {}  # before the next try, by place

    def info(self) -> Json:
        state = self._ledger.state
        shape: Json = {
            "url": (state.webhook or {}).get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(state.pending),
        }
        if self.last_error is not None and state.webhook:
            shape["last_error_date"] = int(self.last_error[0])
            shape["last_error_message"] = self.last_error[1]
        if state.webhook:
            shape["max_connections"] = state.webhook.get("max_connections", MAX_CONNECTIONS)
        if state.allowed:
            shape["allowed_updates"] = state.allowed
        return shape

    async def run(self) -> None:
        """Deliver for ever; the server cancels it."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
            try:
                while True:
                    self._begin(client)
                    await self._ledger.bell.wait(3600.0)
            finally:
                for task in self._under_way.values():
                    task.cancel()

    def _begin(self, client: httpx.AsyncClient) -> None:
        """Start with the first update of every place for which there is a connection."""
        state = self._ledger.state
        if state.webhook is None:
            return
        at_once = int(state.webhook.get("max_connections") or MAX_CONNECTIONS)
        for _, update in state.pending.values():
            if len(self._under_way) >= at_once:
                return
            if (place := _place(update)) not in self._under_way:
                self._under_way[place] = asyncio.create_task(
                    self._deliver(client, state.webhook, place, update)
                )

    async def _deliver(
        self, client: httpx.AsyncClient, webhook: Json, place: int, update: Json
    ) -> None:
        problem = await self._post(client, webhook, update)
        if problem is None:
            self._pauses.pop(place, None)
            turn = self._ledger.turn()
            turn.change("confirmed", update_ids=[update["update_id"]])
            del self._under_way[place]
            turn.close("confirmed", update_ids=[update["update_id"]], webhook=True)
        else:
            self.last_error = (time.time(), problem)
            pause = self._pauses.get(place, FIRST_RETRY)
            self._pauses[place] = min(pause * 2, LAST_RETRY)
            await asyncio.sleep(pause)
            del self._under_way[place]
        self._ledger.bell.ring()

    async def _post(self, client: httpx.AsyncClient, webhook: Json, update: Json) -> str | None:
        """Post one update; a sentence says what went wrong."""
        headers = {}
        if webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret_token"]
        try:
            answer = await client.post(webhook["url"], json=update, headers=headers)
        except httpx.HTTPError as error:
            return f"Connection failed: {type(error).__name__}"
        if answer.is_success:
            return None
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
