"""The Bot API over HTTP: tokens, faults, dispatch, and one journal line for each call.

Knows no method by heart but getUpdates, which waits.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import time
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.simulator import params as parameters
from bot.simulator.faults import ACTS, Fault, Kind
from bot.simulator.methods import TABLE, Call
from bot.simulator.methods.receiving import allow
from bot.simulator.params import Params
from bot.simulator.records import Json
from bot.simulator.refusals import RefusedError
from bot.simulator.world import World

TRANSPORT = "simulator.transport"  # where `server` leaves the connection for `Dropped`
_TOKEN = re.compile(r"\d+:[\w-]+")


class Dropped(Response):
    """No response at all: the connection is reset, or stays silent for a while first."""

    def __init__(self, silent_seconds: float = 0.0) -> None:
        super().__init__()
        self.silent_seconds = silent_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.silent_seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_gone(receive), self.silent_seconds)
        transport: asyncio.Transport = scope["extensions"][TRANSPORT]
        transport.abort()
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Return when the other side, or the abort, has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


class BotApi:
    """The routes under /bot<token>/ and /file/bot<token>/."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def method(self, request: Request) -> Response:
        refusal = _token_refusal(request.path_params["token"])
        if refusal is not None:
            return _refused(refusal)
        name: str = request.path_params["method"].rstrip("/")
        try:
            params = await parameters.read(request)
        except RefusedError as unreadable:
            return _refused(unreadable)
        except ClientDisconnect:  # killed in the middle of its request: nobody hears of it
            return Response(status_code=400)
        started = time.monotonic()
        fault = self._world.faults.take(name.lower(), _chat_id(params))
        line: Json = {"method": name, "params": params.shown()}
        if fault is not None:
            line["fault"] = {"id": fault.id, "kind": fault.kind}
            if fault.kind is Kind.DELAY:
                await asyncio.sleep(fault.seconds)
            elif fault.kind not in ACTS:
                return self._without_acting(fault, line, started)
        return await self._act(name, params, fault, line, started)

    def _without_acting(self, fault: Fault, line: Json, started: float) -> Response:
        """An injected refusal, or a connection lost before anything happened."""
        turn = self._world.ledger.turn()
        lost = fault.kind in (Kind.TIMEOUT, Kind.RESET)
        refusal = None if lost else fault.refusal()
        turn.close(
            "call",
            **line,
            status=refusal.code if refusal else 0,
            error=refusal.description if refusal else None,
            acted=False,
            answered=not lost,
            seconds=round(time.monotonic() - started, 4),
        )
        if refusal is not None:
            return _refused(refusal)
        return Dropped(fault.seconds if fault.kind is Kind.TIMEOUT else 0.0)

    async def _act(
        self, name: str, params: Params, fault: Fault | None, line: Json, started: float
    ) -> Response:
        answered = fault is None or fault.kind is Kind.DELAY
        refusal: RefusedError | None = None
        result: Any = None
        updates: list[Json] = []
        if name.lower() == "getupdates":
            try:
                result = updates = await self._get_updates(params)
            except RefusedError as error:
                refusal = error
        with self._world.ledger.turn() as turn:
            if name.lower() != "getupdates":
                try:
                    result = self._call(name, Call(self._world, turn, params))
                except RefusedError as error:
                    refusal = error
            if updates:
                turn.note(update_ids=[update["update_id"] for update in updates])
            turn.close(
                "call",
                **line,
                status=refusal.code if refusal else 200,
                error=refusal.description if refusal else None,
                acted=refusal is None,
                answered=answered,
                seconds=round(time.monotonic() - started, 4),
            )
        if fault is not None and not answered:
            return Dropped(fault.seconds if fault.kind is Kind.TIMEOUT_AFTER else 0.0)
        if refusal is not None:
            return _refused(refusal)
        return JSONResponse({"ok": True, "result": result})

    def _call(self, name: str, call: Call) -> Any:
        method = TABLE.get(name.lower())
        if method is None:
            raise RefusedError(404, "Not Found: method not found")
        return method(call)

    async def _get_updates(self, params: Params) -> list[Json]:
        turn = self._world.ledger.turn()
        allow(Call(self._world, turn, params))
        if turn.changes:
            turn.close("allowed", kinds=turn.state.allowed)
        return await self._world.poller.poll(
            params.integer("offset"), params.integer("limit", 100), params.integer("timeout")
        )

    async def file(self, request: Request) -> Response:
        refusal = _token_refusal(request.path_params["token"])
        stored = self._world.ledger.state.files.get(request.path_params["file_id"])
        if refusal is None and stored is None:
            refusal = RefusedError(404, "Not Found")
        if refusal is not None or stored is None:
            return _refused(refusal or RefusedError(404, "Not Found"))
        return Response(base64.b64decode(stored.data), media_type="application/octet-stream")


def _token_refusal(token: str) -> RefusedError | None:
    if not _TOKEN.fullmatch(token):
        return RefusedError(404, "Not Found")
    if token.startswith("0:"):
        return RefusedError(401, "Unauthorized")
    return None


def _chat_id(params: Params) -> int | None:
    try:
        return int(params.values["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None


def _refused(refusal: RefusedError) -> Response:
    body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    headers = {}
    if refusal.retry_after is not None:
        body["parameters"] = {"retry_after": refusal.retry_after}
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.migrate_to is not None:
        body["parameters"] = {"migrate_to_chat_id": refusal.migrate_to}
    return JSONResponse(body, status_code=refusal.code, headers=headers)
