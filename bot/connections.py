"""The connections to Telegram: one listens and knows when it last heard, one speaks and counts."""

import json
import time
from typing import Any

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest, RequestData

from doctor_llama.metrics import BotMetrics

POOL = 256  # requests at once: a slow chat must not keep the others waiting for a connection
IDLE = 32  # connections kept open; httpx looks at each of them with every request


class Listening(HTTPXRequest):
    """The connection for getUpdates; it knows when it last came back, with or without success."""

    def __init__(self, read_timeout: float) -> None:
        super().__init__(connection_pool_size=1, read_timeout=read_timeout)
        self.heard = time.monotonic()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *rest: Any,
        **more: Any,
    ) -> tuple[int, bytes]:
        try:
            code, body = await super().do_request(url, method, request_data, *rest, **more)
        except TelegramError:
            self.heard = time.monotonic()
            raise
        self.heard = time.monotonic()
        if code == 429:  # told to be silent: that is no deafness
            self.heard += json.loads(body).get("parameters", {}).get("retry_after", 0)
        return code, body


class Speaking(HTTPXRequest):
    """The connection for everything else; each call is counted by method and outcome."""

    def __init__(self, read_timeout: float, metrics: BotMetrics) -> None:
        limits = httpx.Limits(max_connections=POOL, max_keepalive_connections=IDLE)
        super().__init__(read_timeout=read_timeout, httpx_kwargs={"limits": limits})
        self._metrics = metrics

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *rest: Any,
        **more: Any,
    ) -> tuple[int, bytes]:
        called, began = url.rsplit("/", 1)[-1], time.monotonic()
        outcome = "unreachable"
        try:
            code, body = await super().do_request(url, method, request_data, *rest, **more)
            outcome = str(code)
        finally:
            self._metrics.calls.labels(called, outcome).inc()
            self._metrics.call_seconds.observe(time.monotonic() - began)
        return code, body
