"""Webhook delivery: updates posted one after another, retried until the bot says 2xx.

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
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def checked_url(url: str) -> str:
    """Raises RefusedError for an address that is not on this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK:
        raise bad("bad webhook: the simulator delivers to http://127.0.0.1 only")
    return url


class Webhooks:
    """The delivery task; it sleeps while no webhook is set."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.last_error: tuple[float, str] | None = None

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
            shape["max_connections"] = state.webhook.get("max_connections", 40)
        if state.allowed:
            shape["allowed_updates"] = state.allowed
        return shape

    async def run(self) -> None:
        """Deliver for ever; the server cancels it."""
        pause = FIRST_RETRY
        while True:
            state = self._ledger.state
            if state.webhook is None or not state.pending:
                await self._ledger.bell.wait(3600.0)
                continue
            update = next(iter(state.pending.values()))[1]
            problem = await self._post(state.webhook, update)
            if problem is None:
                pause = FIRST_RETRY
                turn = self._ledger.turn()
                turn.change("confirmed", update_ids=[update["update_id"]])
                turn.close("confirmed", update_ids=[update["update_id"]], webhook=True)
            else:
                self.last_error = (time.time(), problem)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_RETRY)

    async def _post(self, webhook: Json, update: Json) -> str | None:
        """Post one update; a sentence says what went wrong."""
        headers = {}
        if webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret_token"]
        try:
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
                answer = await client.post(webhook["url"], json=update, headers=headers)
        except httpx.HTTPError as error:
            return f"Connection failed: {type(error).__name__}"
        if answer.is_success:
            return None
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
