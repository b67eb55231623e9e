"""What stands before several bots: hands each of Telegram's calls to the next one that answers.

In service that is nginx, Caddy or a load balancer; here it is only as much as a trial needs.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HEADERS = ("content-type", "x-telegram-bot-api-secret-token")


class _Server(uvicorn.Server):
    """A server that leaves signals to the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def balancing(port: int, targets: Sequence[str]) -> AsyncIterator[None]:
    """Listen on 127.0.0.1 until the end; 502 when no target answers."""
    turns = itertools.count()

    async def forward(request: Request) -> Response:
        body, first = await request.body(), next(turns)
        headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
        for offset in range(len(targets)):
            target = targets[(first + offset) % len(targets)]
            try:
                answer = await client.post(target, content=body, headers=headers)
            except httpx.HTTPError:
                continue
            return Response(answer.content, answer.status_code)
        return Response(status_code=502)

    app = Starlette(routes=[Route("/{path:path}", forward, methods=["POST"])])
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="critical", access_log=False, lifespan="off"
    )
    server = _Server(config)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        serving = asyncio.create_task(server.serve())
        try:
            yield
        finally:
            server.should_exit = True
            await serving
