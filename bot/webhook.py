"""Telegram calls us: a small server beside polling, for machines that have a public address.

An update is answered with 200 only once it is committed; whatever fails is sent again by Telegram.
What does not bring the secret that we agreed with Telegram is refused. TLS is the business of the
proxy in front.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import random
import socket
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot, Update
from telegram.error import NetworkError, TelegramError

from bot import botapi
from bot.intake import Intake
from doctor_llama.errors import SettingsError
from doctor_llama.settings import Settings

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST = 1_048_576  # bytes of an update
CHECK_SECONDS = 30.0  # between two looks whether Telegram still calls us
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


class _Server(uvicorn.Server):
    """Leaves signals to the program that it is a part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Webhook:
    """From `start` to `stop`; `heard` is when Telegram last said anything (monotonic)."""

    def __init__(
        self, settings: Settings, bot: Bot, intake: Intake, healthy: Callable[[], bool]
    ) -> None:
        assert settings.webhook_url is not None
        self._url, self._bot, self._intake = settings.webhook_url, bot, intake
        self._address = (settings.webhook_host, settings.webhook_port)
        self._secret = secret_of(settings)
        self._healthy = healthy
        self.heard = time.monotonic()
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the port, then tell Telegram. Raises `SettingsError` for a port that is taken."""
        try:
            listener = socket.create_server(self._address)
        except OSError as error:
            raise SettingsError(
                f"DOCTOR_LLAMA_WEBHOOK_PORT {self._address[1]} cannot be used: {error.strerror}."
            ) from None
        path = urlsplit(self._url).path or "/"
        app = Starlette(
            routes=[
                Route(path, self._receive, methods=["POST"]),
                Route("/healthz", self._health, methods=["GET"]),
            ]
        )
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([listener]), name="webhook")
        await self._register()

    async def _register(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._bot.set_webhook(
                    self._url,
                    secret_token=self._secret,
                    allowed_updates=botapi.ALLOWED,
                    drop_pending_updates=False,
                )
            except TelegramError as error:
                log.warning("the webhook was not set (%s); trying again", type(error).__name__)
            else:
                self.heard = time.monotonic()
                return
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def watch(self) -> None:
        """Look now and then whether Telegram still calls us, and say so again where it does not."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                info = await self._bot.get_webhook_info()
            except TelegramError as error:
                log.warning("the webhook cannot be looked at (%s)", type(error).__name__)
                continue
            self.heard = time.monotonic()
            if info.last_error_message and info.pending_update_count:
                log.warning("Telegram cannot reach the webhook: %s", info.last_error_message)
            if info.url != self._url:
                log.warning("the webhook was changed by somebody else; setting it again")
                await self._register()

    async def stop(self) -> None:
        """Answer nothing more. Telegram keeps what comes meanwhile, for a day."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.gather(self._serving, return_exceptions=True)

    async def _receive(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return PlainTextResponse("no\n", 403)
        raw = bytearray()
        async for chunk in request.stream():  # a body need not say how long it is
            raw += chunk
            if len(raw) > LARGEST:
                return PlainTextResponse("too large\n", 413)
        try:
            body = json.loads(raw)
            update = Update.de_json(body, self._bot) if isinstance(body, dict) else None
        except (ValueError, KeyError, TypeError):
            update = None
        if update is None:
            return PlainTextResponse("not an update\n", 400)
        self.heard = time.monotonic()
        try:
            await self._intake.put(update)
        except NetworkError:  # not committed: Telegram must send it again
            return PlainTextResponse("later\n", 503)
        return PlainTextResponse("ok\n")

    async def _health(self, request: Request) -> Response:
        well = self._healthy()
        return PlainTextResponse("ok\n" if well else "no\n", 200 if well else 503)


def secret_of(settings: Settings) -> str:
    """What Telegram must bring along: the setting, else one made of the bot's token."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    assert settings.telegram_bot_token is not None
    token = settings.telegram_bot_token.get_secret_value()
    return hmac.new(token.encode(), b"webhook", hashlib.sha256).hexdigest()
