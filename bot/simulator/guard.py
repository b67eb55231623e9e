"""The door: only this machine's own programs and pages may talk to the simulator.

The port is on loopback, but a web page that a person visits could still make their browser call
it, by a rebound DNS name or by a cross-site form. Both are refused here.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """ASGI middleware: refuses foreign Host names and foreign origins with 403."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = _problem(Headers(scope=scope)) if scope["type"] == "http" else None
        if problem is None:
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"error": problem}, status_code=403)(scope, receive, send)


def _problem(headers: Headers) -> str | None:
    host = headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK:
        return "The simulator answers only to 127.0.0.1 and localhost."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "Another site may not use the simulator."
    navigation = headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site") == "cross-site" and not navigation:
        return "Another site may not use the simulator."
    return None
