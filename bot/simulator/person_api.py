"""The HTTP API for people under /sim: what the chat page, tests and load scripts use.

Turns requests into calls of `people` and `gestures`, and the state into `views`.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Awaitable, Callable

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.simulator import entities, gestures, people, views
from bot.simulator.events import stream
from bot.simulator.ledger import Turn
from bot.simulator.methods import profile
from bot.simulator.params import MAX_BODY, Upload
from bot.simulator.people import number
from bot.simulator.records import Chat, Json
from bot.simulator.refusals import PersonError
from bot.simulator.world import World

INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "audio/ogg"})
MAX_WAIT = 60.0


def _query(request: Request, name: str, default: float) -> float:
    try:
        return float(request.query_params.get(name, default))
    except ValueError:
        raise PersonError(f"{name} is a number.") from None


def _is_text(wanted: Json) -> bool:
    return str(wanted.get("kind") or "text") == "text"


def _seconds(wanted: Json, name: str, default: float) -> float:
    value = wanted.get(name, default)
    if not isinstance(value, int | float):
        raise PersonError(f"{name} is a number of seconds.")
    return float(value)


async def _body(request: Request) -> Json:
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        raise PersonError("Send a JSON object with Content-Type: application/json.", status=415)
    try:
        wanted = await request.json()
    except ValueError:
        raise PersonError("The body is not JSON.") from None
    if not isinstance(wanted, dict):
        raise PersonError("The body is not a JSON object.")
    return wanted


class PersonApi:
    """The handlers; `routes` lists them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ledger = world.ledger
        self._state = world.ledger.state

    def routes(self) -> list[BaseRoute]:
        posts: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "send": self._send,
            "edit": self._edit,
            "press": self._press,
            "react": self._react,
            "stop": self._stop,
            "block": self._block,
            "people": self._person,
            "group": self._group,
            "invite": self._invite,
            "migrate": self._migrate,
            "redeliver": self._redeliver,
            "fault": self._fault,
            "flood": self._flood,
        }
        return [
            *(Route(f"/{name}", _post(act), methods=["POST"]) for name, act in posts.items()),
            Route("/upload", self._upload, methods=["POST"]),
            Route("/chats", self._chats),
            Route("/chat/{chat_id:int}", self._chat),
            Route("/chat/-{chat_id:int}", self._chat),
            Route("/people", self._people),
            Route("/bot", self._bot),
            Route("/commands", self._commands),
            Route("/journal", self._journal),
            Route("/events", self._events),
            Route("/faults", self._faults, methods=["GET", "DELETE"]),
            Route("/file/{file_id}", self._file),
        ]

    def _turn(self) -> Turn:
        return self._ledger.turn()

    async def _send(self, wanted: Json) -> Json:
        text = str(wanted.get("text") or "")
        first, *rest = entities.pieces(text) if _is_text(wanted) else [text]
        with self._turn() as turn:
            sent = people.send(turn, {**wanted, "text": first})
        for piece in rest:  # an app sends a long text as several messages
            with self._turn() as turn:
                people.send(turn, {**wanted, "text": piece, "reply_to": None, "quote": None})
        return sent

    async def _upload(self, request: Request) -> Response:
        async with request.form(max_part_size=MAX_BODY) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise PersonError("The form has no file.")
            wanted = {name: value for name, value in form.items() if isinstance(value, str)}
            mime = file.content_type or "application/octet-stream"
            upload = Upload(file.filename or "file", mime, await file.read())
        with self._turn() as turn:
            return JSONResponse(people.send(turn, {"kind": "document", **wanted}, upload))

    async def _edit(self, wanted: Json) -> Json:
        chat_id, message_id = number(wanted, "chat_id"), number(wanted, "message_id")
        user_id = number(wanted, "user_id", 0) or None
        with self._turn() as turn:
            return people.edit(turn, chat_id, message_id, str(wanted.get("text", "")), user_id)

    async def _press(self, wanted: Json) -> Json:
        user_id, message_id = number(wanted, "user_id"), number(wanted, "message_id")
        chat_id = number(wanted, "chat_id", user_id)
        button = str(wanted.get("data") or wanted.get("button") or "")
        stale = bool(wanted.get("stale"))
        with self._turn() as turn:
            pressed = gestures.press(turn, user_id, chat_id, message_id, button, stale=stale)
        query = self._state.callbacks[pressed["callback_query_id"]]
        deadline = time.monotonic() + min(_seconds(wanted, "wait", 5.0), MAX_WAIT)
        while not query.answered and (left := deadline - time.monotonic()) > 0:
            since = self._ledger.touched.get(chat_id, 0)
            await self._ledger.wait_for_chat(chat_id, since, left)
            if self._ledger.closing:
                break
        return {
            **pressed,
            "answered": query.answered,
            "text": query.text,
            "show_alert": query.show_alert,
            "seconds": round(query.seconds, 4) if query.answered else None,
        }

    async def _react(self, wanted: Json) -> Json:
        user_id, message_id = number(wanted, "user_id"), number(wanted, "message_id")
        chat_id = number(wanted, "chat_id", user_id)
        emoji = wanted.get("emoji") or []
        chosen = [str(one) for one in (emoji if isinstance(emoji, list) else [emoji])]
        with self._turn() as turn:
            return gestures.react(turn, user_id, chat_id, message_id, chosen)

    async def _stop(self, wanted: Json) -> Json:
        draft_id = number(wanted, "draft_id", 0) or None
        with self._turn() as turn:
            return gestures.stop(turn, number(wanted, "chat_id"), draft_id)

    async def _block(self, wanted: Json) -> Json:
        with self._turn() as turn:
            return gestures.block(
                turn, number(wanted, "user_id"), bool(wanted.get("blocked", True))
            )

    async def _group(self, wanted: Json) -> Json:
        with self._turn() as turn:
            return gestures.promote(
                turn, number(wanted, "chat_id"), bool(wanted.get("bot_admin", True))
            )

    async def _invite(self, wanted: Json) -> Json:
        with self._turn() as turn:
            return gestures.invite(
                turn, number(wanted, "chat_id"), bool(wanted.get("member", True))
            )

    async def _migrate(self, wanted: Json) -> Json:
        with self._turn() as turn:
            return gestures.migrate(turn, number(wanted, "chat_id"))

    async def _person(self, wanted: Json) -> Json:
        user_id = number(wanted, "user_id")
        with self._turn() as turn:
            person = people.ensure(turn, user_id, wanted.get("name"), wanted.get("language"))
            if turn.changes:
                turn.close("person", action="profile", user_id=user_id)
        return views.person(person)

    async def _redeliver(self, wanted: Json) -> Json:
        with self._turn() as turn:
            return gestures.redeliver(turn, number(wanted, "update_id"))

    async def _fault(self, wanted: Json) -> Json:
        return {"fault_id": self._world.faults.add(wanted).id}

    async def _flood(self, wanted: Json) -> Json:
        self._world.flood.switch(bool(wanted.get("on", True)))
        return {"on": self._world.flood.on}

    async def _chats(self, request: Request) -> Response:
        viewer = int(_query(request, "user_id", 0))
        chats = [c for c in self._state.chats.values() if not viewer or viewer in c.members]
        shown = [views.chat_summary(self._state, chat) for chat in chats]
        return JSONResponse({"n": self._ledger.last, "chats": shown})

    def _the_chat(self, request: Request) -> Chat:
        chat_id: int = request.path_params["chat_id"]
        chat_id = -chat_id if "/chat/-" in request.url.path else chat_id
        chat = self._state.chats.get(chat_id)
        if chat is None:
            raise PersonError(f"There is no chat {chat_id}.", status=404)
        return chat

    async def _chat(self, request: Request) -> Response:
        chat = self._the_chat(request)
        if "since" in request.query_params:
            seconds = min(_query(request, "timeout", 10.0), MAX_WAIT)
            await self._ledger.wait_for_chat(chat.id, int(_query(request, "since", 0)), seconds)
        shown = views.chat(self._state, chat, int(_query(request, "after", 0)), time.time())
        return JSONResponse({"n": self._ledger.touched.get(chat.id, 0), **shown})

    async def _people(self, request: Request) -> Response:
        return JSONResponse({"people": [views.person(p) for p in self._state.people.values()]})

    async def _bot(self, request: Request) -> Response:
        return JSONResponse(views.bot(self._state, request.query_params.get("language", "")))

    async def _commands(self, request: Request) -> Response:
        """All that is set, or with user_id and chat_id what that person is offered there."""
        user_id = int(_query(request, "user_id", 0))
        if not user_id:
            everything = [
                {"scope": scope, "language_code": language, "commands": commands}
                for (scope, language), commands in self._state.commands.items()
            ]
            return JSONResponse({"scopes": everything})
        chat_id = int(_query(request, "chat_id", user_id))
        person = self._state.people.get(user_id)
        if person is None or chat_id not in self._state.chats:
            raise PersonError("There is no such person or chat.", status=404)
        offered = profile.commands_for(self._state, chat_id, user_id, person.language_code)
        return JSONResponse({"commands": offered})

    async def _journal(self, request: Request) -> Response:
        """The last lines; `changes=1` adds the state changes that a line carries."""
        limit = int(_query(request, "limit", 100))
        kind, whole = request.query_params.get("kind"), request.query_params.get("changes")
        lines = [
            line if whole else {k: v for k, v in line.items() if k != "changes"}
            for line in self._ledger.after(int(_query(request, "after", 0)))
            if kind in (None, line["kind"])
        ]
        return JSONResponse({"n": self._ledger.last, "lines": lines[-limit:] if limit else []})

    async def _events(self, request: Request) -> Response:
        given = request.headers.get("last-event-id") or request.query_params.get("after")
        after = int(given) if given and given.isdecimal() else None
        return stream(self._ledger, after)

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._world.faults.clear()
        return JSONResponse({"faults": self._world.faults.shown(), "flood": self._world.flood.on})

    async def _file(self, request: Request) -> Response:
        stored = self._state.files.get(request.path_params["file_id"])
        if stored is None:
            raise PersonError("There is no such file.", status=404)
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        mime = stored.mime
        if mime not in INLINE_TYPES:  # an uploaded page must not run in the chat page's origin
            mime = "application/octet-stream"
            headers["Content-Disposition"] = "attachment"
        return Response(base64.b64decode(stored.data), media_type=mime, headers=headers)


def _post(
    act: Callable[[Json], Awaitable[Json]],
) -> Callable[[Request], Awaitable[Response]]:
    """A handler that reads a JSON object and answers with one."""

    async def handler(request: Request) -> Response:
        return JSONResponse(await act(await _body(request)))

    return handler


async def person_error(request: Request, error: Exception) -> Response:
    """A PersonError as `{"error": sentence}`."""
    assert isinstance(error, PersonError)
    return JSONResponse({"error": error.sentence}, status_code=error.status)
