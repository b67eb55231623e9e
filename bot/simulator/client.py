"""A person as a script: a typed client of the simulator's /sim API.

Tests, benchmarks and other rooms use it to write to the bot and to wait for what it answers. It
knows the HTTP API only, never the server's code.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from bot.simulator import seen
from bot.simulator.seen import ChatView, Draft, Json, Message, Pressed, Sent

__all__ = [
    "ChatView",
    "Draft",
    "Message",
    "Pressed",
    "Sent",
    "SimClient",
    "SimError",
    "WaitTimeoutError",
]

T = TypeVar("T")
POLL_SECONDS = 20.0


class SimError(Exception):
    """The simulator refused; the sentence says why."""


class WaitTimeoutError(SimError):
    """What was waited for did not happen; the message ends with the chat's last lines."""


class SimClient:
    """Everything that people can do, and the levers behind the stage (faults, journal).

    Use it as an async context manager. Raises SimError when the simulator refuses.
    """

    def __init__(self, url: str, *, timeout: float = 75.0) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"), timeout=timeout, limits=limits, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def send(
        self,
        user_id: int,
        text: str = "",
        *,
        chat_id: int | None = None,
        reply_to: int | None = None,
        quote: str | None = None,
        thread_id: int | None = None,
        kind: str = "text",
    ) -> Sent:
        """Write to the bot (or into the group `chat_id`). An unknown person comes into being.

        `kind` photo, document, voice or sticker sends a small built-in file with `text` as caption.
        """
        wanted = {
            "user_id": user_id,
            "chat_id": chat_id or user_id,
            "text": text,
            "reply_to": reply_to,
            "quote": quote,
            "thread_id": thread_id,
            "kind": kind,
        }
        return seen.sent(await self._post("send", wanted))

    async def upload(
        self, user_id: int, name: str, data: bytes, *, kind: str = "document", caption: str = ""
    ) -> Sent:
        """Send a file of one's own."""
        answer = await self._http.post(
            "/sim/upload",
            data={"user_id": str(user_id), "kind": kind, "caption": caption},
            files={"file": (name, data)},
        )
        return seen.sent(_checked(answer))

    async def edit(self, chat_id: int, message_id: int, text: str) -> Sent:
        """Change a person's own message."""
        wanted = {"chat_id": chat_id, "message_id": message_id, "text": text}
        return seen.sent(await self._post("edit", wanted))

    async def press(
        self,
        user_id: int,
        message_id: int,
        button: str,
        *,
        chat_id: int | None = None,
        stale: bool = False,
        wait: float = 5.0,
    ) -> Pressed:
        """Press an inline button by its data or its text; `stale` presses one that is gone."""
        answer = await self._post(
            "press",
            {
                "user_id": user_id,
                "chat_id": chat_id or user_id,
                "message_id": message_id,
                "button": button,
                "stale": stale,
                "wait": wait,
            },
        )
        return Pressed(**{name: answer[name] for name in Pressed.__slots__})

    async def react(
        self, user_id: int, message_id: int, *emoji: str, chat_id: int | None = None
    ) -> Sent:
        """Set one's reaction to a message; without an emoji take it back."""
        wanted = {
            "user_id": user_id,
            "chat_id": chat_id or user_id,
            "message_id": message_id,
            "emoji": list(emoji),
        }
        return seen.sent(await self._post("react", wanted))

    async def stop(self, chat_id: int, draft_id: int | None = None) -> int:
        """Tap the Stop button of the streaming draft; returns its id."""
        answer = await self._post("stop", {"chat_id": chat_id, "draft_id": draft_id})
        return int(answer["draft_id"])

    async def block(self, user_id: int, blocked: bool = True) -> None:
        """Block the bot, or let it write again."""
        await self._post("block", {"user_id": user_id, "blocked": blocked})

    async def migrate(self, chat_id: int) -> int:
        """Let a group become a supergroup with another id; return that."""
        return int((await self._post("migrate", {"chat_id": chat_id}))["chat_id"])

    async def promote(self, chat_id: int, bot_admin: bool = True) -> None:
        """Make the bot an administrator of the group, or an ordinary member again."""
        await self._post("group", {"chat_id": chat_id, "bot_admin": bot_admin})

    async def invite(self, chat_id: int, member: bool = True) -> None:
        """Take the bot into the group, or put it out."""
        await self._post("invite", {"chat_id": chat_id, "member": member})

    async def person(
        self, user_id: int, *, name: str | None = None, language: str | None = None
    ) -> Json:
        """Make or rename a person without writing anything."""
        return await self._post("people", {"user_id": user_id, "name": name, "language": language})

    async def chat(
        self, chat_id: int, *, after: int = 0, since: int | None = None, timeout: float = 10.0
    ) -> ChatView:
        """The chat's messages above the id `after`.

        With `since` (a view's `n`) it first waits until something happened after that.
        """
        query: dict[str, str | float] = {"after": after}
        if since is not None:
            query |= {"since": since, "timeout": timeout}
        return seen.chat(_checked(await self._http.get(f"/sim/chat/{chat_id}", params=query)))

    async def wait_for(
        self,
        chat_id: int,
        predicate: Callable[[ChatView], T | None],
        timeout: float = 40.0,
        *,
        after: int = 0,
    ) -> T:
        """Wait until `predicate` of the chat is true (not None, False or empty); returns it.

        Raises WaitTimeoutError after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        view = await self.chat(chat_id, after=after)
        while True:
            found = predicate(view)
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                last = "\n".join(f"  {one!r}" for one in [*view.messages[-5:], *view.drafts])
                raise WaitTimeoutError(f"not in {timeout} s in chat {chat_id}; last:\n{last}")
            wait = min(left, POLL_SECONDS)
            # A draft can also end by itself, which no event announces.
            wait = min([wait, *(max(d.expires - time.time(), 0.05) for d in view.drafts)])
            view = await self.chat(chat_id, after=after, since=view.n, timeout=wait)

    async def wait_message(
        self,
        chat_id: int,
        predicate: Callable[[Message], bool] = lambda _: True,
        timeout: float = 40.0,
        *,
        after: int = 0,
    ) -> Message:
        """The first message of the bot above the id `after` of which `predicate` is true."""

        def first(view: ChatView) -> Message | None:
            return next((one for one in view.from_bot if predicate(one)), None)

        return await self.wait_for(chat_id, first, timeout, after=after)

    async def fault(self, method: str, kind: str, **more: float | str) -> int:
        """Ask for a fault: `times`, `after`, `retry_after`, `seconds`, `chat_id`, `description`."""
        answer = await self._post("fault", {"method": method, "kind": kind, **more})
        return int(answer["fault_id"])

    async def faults(self) -> list[Json]:
        return list(_checked(await self._http.get("/sim/faults"))["faults"])

    async def clear_faults(self) -> None:
        _checked(await self._http.delete("/sim/faults"))

    async def flood(self, on: bool = True) -> None:
        """Switch Telegram's pace limits on or off."""
        await self._post("flood", {"on": on})

    async def redeliver(self, update_id: int) -> None:
        """Give an update to the bot a second time."""
        await self._post("redeliver", {"update_id": update_id})

    async def journal(
        self, *, after: int = 0, kind: str | None = None, limit: int = 10_000
    ) -> Sequence[Json]:
        """The journal's last lines (without state changes), oldest first."""
        query: dict[str, str | int] = {"after": after, "limit": limit}
        if kind is not None:
            query["kind"] = kind
        return list(_checked(await self._http.get("/sim/journal", params=query))["lines"])

    async def calls(self, method: str, *, after: int = 0) -> list[Json]:
        """The journal's lines about one Bot API method."""
        lines = await self.journal(after=after, kind="call")
        return [line for line in lines if line["method"].lower() == method.lower()]

    async def pending(self, token: str) -> int:
        """How many updates the bot has not taken yet, as Telegram tells it by getWebhookInfo."""
        answer = _checked(await self._http.get(f"/bot{token}/getWebhookInfo"))
        return int(answer["result"]["pending_update_count"])

    async def commands(self, user_id: int, chat_id: int | None = None) -> list[Json]:
        """The commands that this person is offered in this chat."""
        query = {"user_id": user_id, "chat_id": chat_id or user_id}
        return list(_checked(await self._http.get("/sim/commands", params=query))["commands"])

    async def _post(self, what: str, wanted: Json) -> Json:
        return _checked(await self._http.post(f"/sim/{what}", json=wanted))


def _checked(answer: httpx.Response) -> Json:
    body: Json = answer.json()
    if answer.is_success:
        return body
    raise SimError(body.get("error", f"HTTP {answer.status_code}"))
