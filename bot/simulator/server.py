"""The simulator as a server on loopback: its routes, its start and its stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.simulator import world as worlds
from bot.simulator.botapi import TRANSPORT, BotApi
from bot.simulator.guard import LOOPBACK, Guard
from bot.simulator.person_api import PersonApi, person_error
from bot.simulator.refusals import PersonError
from bot.simulator.world import ADMIN_ID, World

PAGE = Path(__file__).parent / "page"
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator: where it is and what it holds."""

    port: int
    world: World

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """For python-telegram-bot's `base_url`."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For python-telegram-bot's `base_file_url`."""
        return f"{self.url}/file/bot"


class _Protocol(H11Protocol):
    """Hands each request its connection, so that a fault can cut it."""

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await inner(scope, receive, send)

        self.app = app


class _Server(uvicorn.Server):
    """Ends long polls and event streams when it stops; leaves signals alone inside tests."""

    def __init__(self, config: uvicorn.Config, world: World, *, signals: bool) -> None:
        super().__init__(config)
        self._world = world
        self._signals = signals

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if self._signals:
            with super().capture_signals():
                yield
        else:
            yield

    async def main_loop(self) -> None:
        """As uvicorn's, but quicker to notice the end: tests start many simulators."""
        ticks = 0
        while not await self.on_tick(ticks):
            ticks = (ticks + 1) % 864_000
            for _ in range(5):
                await asyncio.sleep(0.02 if not self.should_exit else 0.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._world.ledger.release()
        await super().shutdown(sockets)


class _Page(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(PAGE_HEADERS)
        return response


async def _index(request: Request) -> Response:
    return FileResponse(PAGE / "index.html", headers=PAGE_HEADERS)


def application(world: World) -> Starlette:
    """The ASGI application: Bot API, files, the people's API and the chat page."""
    bot = BotApi(world)
    return Starlette(
        routes=[
            Route("/", _index),
            Mount("/page", _Page(directory=PAGE)),
            Mount("/sim", routes=PersonApi(world).routes()),
            Route("/bot{token}/{method}", bot.method, methods=["GET", "POST"]),
            Route("/file/bot{token}/files/{file_id}", bot.file),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={PersonError: person_error},
    )


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ValueError for a host that is not loopback, OSError if in use."""
    if host not in LOOPBACK:
        raise ValueError(f"the simulator listens on loopback only, not on {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without it each answer takes 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


@contextlib.asynccontextmanager
async def running(
    port: int = 0,
    journal: Path | None = None,
    *,
    admin: int = ADMIN_ID,
    host: str = "127.0.0.1",
    signals: bool = False,
) -> AsyncIterator[Simulator]:
    """A simulator in this event loop, ready to answer; port 0 picks a free one."""
    bound = listen(host, port)
    world = worlds.make(journal, admin)
    config = uvicorn.Config(
        application(world),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, world, signals=signals)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    delivering = asyncio.create_task(world.webhooks.run())
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        yield Simulator(bound.getsockname()[1], world)
    finally:
        server.should_exit = True
        await serving
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        world.ledger.close()
        bound.close()


async def serve(
    port: int = 8765,
    journal: Path | None = None,
    *,
    admin: int = ADMIN_ID,
    host: str = "127.0.0.1",
    exit_with_stdin: bool = False,
) -> None:
    """Run until SIGTERM or SIGINT (or the end of standard input); prints where the page is."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    if exit_with_stdin:
        watcher = threading.Thread(target=_watch_stdin, args=(loop, stopping), daemon=True)
        watcher.start()
    async with running(port, journal, admin=admin, host=host) as simulator:
        with _stopped_by_signals(loop, stopping):
            sys.stdout.write(f"Chat page: {simulator.url}/\n")
            sys.stdout.flush()
            await stopping.wait()


@contextlib.contextmanager
def _stopped_by_signals(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> Iterator[None]:
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    """A parent that dies, even by kill -9, closes our standard input."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    loop.call_soon_threadsafe(stopping.set)
