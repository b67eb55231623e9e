"""Where Telegram refuses, the simulator refuses, in Telegram's words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.simulator import Simulator, running
from bot.simulator.client import SimClient
from tests.simulator.conftest import ANA, FAMILY, TOKEN

Params = dict[str, Any]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def entity(kind: str, offset: int, length: int) -> Params:
    return {"type": kind, "offset": offset, "length": length}


def buttons(*rows: list[Params]) -> Params:
    return {"inline_keyboard": list(rows)}


ONE: Params = {"text": "b", "callback_data": "d"}
REFUSED: list[tuple[str, Params, str]] = [
    ("sendMessage", {"text": ""}, "message text is empty"),
    ("sendMessage", {"text": " \n "}, "text must be non-empty"),
    ("sendMessage", {"text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"text": "🦙" * 2049}, "message is too long"),
    ("sendMessage", {"text": "x", "chat_id": 99}, "chat not found"),
    ("sendMessage", {"text": "x", "chat_id": ""}, "chat_id is empty"),
    ("sendMessage", {"text": "x", "entities": [entity("bold", 0, 2)]}, "ends after the end"),
    ("sendMessage", {"text": "x", "entities": [entity("bold", -1, 1)]}, "incorrect offset"),
    ("sendMessage", {"text": "🦙", "entities": [entity("bold", 0, 1)]}, "middle of a UTF-16"),
    ("sendMessage", {"text": "x", "entities": [entity("big", 0, 1)]}, "Unsupported type"),
    ("sendMessage", {"text": "x", "entities": [entity("bold", 0, 1)] * 101}, "ENTITIES_TOO_LONG"),
    ("sendMessage", {"text": "<b>x", "parse_mode": "HTML"}, "Can't find end tag"),
    ("sendMessage", {"text": "a < b", "parse_mode": "HTML"}, "Unsupported start tag"),
    ("sendMessage", {"text": "<h1>x</h1>", "parse_mode": "HTML"}, "Unsupported start tag"),
    ("sendMessage", {"text": "<b><i>x</b></i>", "parse_mode": "HTML"}, "Unmatched end tag"),
    ("sendMessage", {"text": "x", "parse_mode": "LaTeX"}, "unsupported parse_mode"),
    ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 1}}, "replied not found"),
    ("sendMessage", {"text": "x", "reply_markup": "{"}, "can't parse reply_markup"),
    ("sendMessage", {"text": "x", "reply_markup": buttons([{"text": "b"}])}, "Text buttons are"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": buttons([{**ONE, "callback_data": "é" * 33}])},
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": buttons([{**ONE, "callback_data": ""}])},
        "BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": buttons([{**ONE, "url": "https://x.org"}])},
        "exactly one action",
    ),
    (
        "sendMessage",
        {"text": "x", "reply_markup": buttons([{**ONE, "style": "loud"}])},
        "BUTTON_STYLE_INVALID",
    ),
    ("sendMessage", {"text": "x", "reply_markup": buttons([ONE] * 9)}, "REPLY_MARKUP_TOO_LONG"),
    (
        "sendMessage",
        {"text": "x", "reply_markup": buttons(*[[ONE] * 8] * 13)},
        "REPLY_MARKUP_TOO_LONG",
    ),
    ("editMessageText", {"text": "x", "message_id": 1}, "message to edit not found"),
    ("sendMessageDraft", {"text": "x", "draft_id": 0}, "draft_id must be non-zero"),
    (
        "sendMessageDraft",
        {"text": "x", "draft_id": 1, "chat_id": FAMILY},
        "TEXTDRAFT_PEER_INVALID",
    ),
    ("sendMessageDraft", {"text": "x" * 4097, "draft_id": 1}, "message is too long"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
    ("setMessageReaction", {"message_id": 1}, "message to react not found"),
    ("sendChatAction", {"action": "sleeping"}, "wrong parameter action"),
    ("sendDocument", {"document": "nothing"}, "wrong file identifier"),
    ("sendPhoto", {}, "there is no photo"),
    ("setMyCommands", {"commands": [{"command": "Ä", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    (
        "setMyCommands",
        {"commands": [{"command": "a", "description": ""}]},
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    ("setMyDescription", {"description": "x" * 513}, "description is too long"),
    ("setWebhook", {"url": "https://example.org/"}, "bad webhook"),
    ("pinChatMessage", {"chat_id": FAMILY, "message_id": 1}, "not enough rights"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def simulator() -> AsyncIterator[Simulator]:
    """One simulator for the whole table; Ana has started her chat."""
    async with running() as started, SimClient(started.url) as people:
        await people.send(ANA, "/start")
        yield started


async def call(simulator: Simulator, method: str, params: Params) -> Params:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{simulator.base_url}{TOKEN}/{method}", json=params)
    body: Params = answer.json()
    assert answer.status_code == (200 if body["ok"] else body["error_code"])
    return body


@pytest.mark.parametrize(("method", "params", "words"), REFUSED)
async def test_refused(simulator: Simulator, method: str, params: Params, words: str) -> None:
    body = await call(simulator, method, {"chat_id": ANA, **params})
    assert (body["ok"], body["error_code"]) == (False, 400)
    assert body["description"].startswith("Bad Request: ")
    assert words.lower() in body["description"].lower()


async def test_unknown_method(simulator: Simulator) -> None:
    body = await call(simulator, "sendNonsense", {})
    assert body == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


async def test_not_modified_looks_at_what_is_shown(simulator: Simulator) -> None:
    sent = (await call(simulator, "sendMessage", {"chat_id": ANA, "text": "Hello "}))["result"]
    place = {"chat_id": ANA, "message_id": sent["message_id"]}
    same = await call(simulator, "editMessageText", {**place, "text": "Hello\n"})
    assert "message is not modified" in same["description"]
    bold = {**place, "text": "Hello", "entities": [entity("bold", 0, 5)]}
    assert (await call(simulator, "editMessageText", bold))["ok"]
    assert not (await call(simulator, "editMessageText", bold))["ok"]
    assert (await call(simulator, "editMessageText", {**place, "text": "Hello"}))["ok"]
    markup = await call(simulator, "editMessageReplyMarkup", place)
    assert "message is not modified" in markup["description"]
    caption = await call(simulator, "editMessageCaption", {**place, "caption": "x"})
    assert "no caption" in caption["description"]


async def test_names_forms_and_queries_are_all_read(simulator: Simulator) -> None:
    url = f"{simulator.base_url}{TOKEN}/SENDMESSAGE"
    markup = json.dumps(buttons([ONE]))
    async with httpx.AsyncClient(trust_env=False) as client:
        form = await client.post(url, data={"chat_id": ANA, "text": "é", "reply_markup": markup})
        query = await client.get(url, params={"chat_id": ANA, "text": "é"})
        broken = await client.post(url, content=b"{", headers={"content-type": "application/json"})
    assert form.json()["result"]["reply_markup"] == buttons([ONE])
    assert query.json()["result"]["text"] == "é"
    assert broken.json()["description"] == "Bad Request: can't parse JSON object"


async def test_automatic_entities_avoid_code(simulator: Simulator) -> None:
    params = {"chat_id": ANA, "text": "/a /b", "entities": [entity("code", 0, 2)]}
    result = (await call(simulator, "sendMessage", params))["result"]
    assert result["entities"] == [entity("code", 0, 2), entity("bot_command", 3, 2)]


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_strangers_are_refused(simulator: Simulator, header: dict[str, str]) -> None:
    async with httpx.AsyncClient(trust_env=False, base_url=simulator.url, headers=header) as client:
        for answer in (
            await client.get("/sim/people"),
            await client.post("/sim/send", json={"user_id": ANA, "text": "x"}),
            await client.post(f"/bot{TOKEN}/getMe"),
        ):
            assert answer.status_code == 403


async def test_people_must_send_json(simulator: Simulator) -> None:
    async with httpx.AsyncClient(trust_env=False, base_url=simulator.url) as client:
        form = await client.post("/sim/send", data={"user_id": "1001", "text": "x"})
        missing = await client.get("/sim/chat/42")
    assert form.status_code == 415
    assert missing.json() == {"error": "There is no chat 42."}
