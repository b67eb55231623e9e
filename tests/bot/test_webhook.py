"""Telegram calls us: committed before it is answered, with the secret only, and back to polling."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.simulator import Simulator
from bot.webhook import LARGEST, SECRET_HEADER, secret_of
from doctor_llama.db import Database
from doctor_llama.settings import Settings
from tests.bot.conftest import ANA, TOKEN, Scene, staged


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def chunks() -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for _ in range(LARGEST // 65_536 + 1):
        yield b" " * 65_536


@pytest.fixture
def called(settings: Settings) -> Settings:
    port = free_port()
    return settings.model_copy(
        update={"webhook_url": f"http://127.0.0.1:{port}/telegram", "webhook_port": port}
    )


@pytest.fixture
async def hooked(
    simulator: Simulator, database: Database, called: Settings
) -> AsyncIterator[Scene]:
    async with staged(simulator, database, called) as stage:
        await stage.start()
        yield stage


async def test_a_question_comes_by_webhook_once(hooked: Scene) -> None:
    await hooked.agreed(ANA)
    sent = await hooked.people.send(ANA, "What is asthma?")
    answer = await hooked.final(ANA, "About What is asthma?: rest.")
    assert answer.reply_to == sent.message_id
    pressed = await hooked.people.press(ANA, answer.message_id, "👍")
    assert pressed.text == "Thank you. Noted: 👍"
    assert await hooked.people.calls("getUpdates") == []
    (call,) = await hooked.people.calls("setWebhook")
    assert call["params"]["drop_pending_updates"] in (False, "false", None)
    assert TOKEN not in str(call["params"])


async def test_what_brings_no_secret_is_refused(hooked: Scene) -> None:
    url, secret = hooked.settings.webhook_url, secret_of(hooked.settings)
    assert url is not None
    body = {"update_id": 1, "message": {}}
    async with httpx.AsyncClient(trust_env=False) as client:
        for wrong in ("", "wrong", "é"):
            headers = {SECRET_HEADER.encode(): wrong.encode()}
            assert (await client.post(url, json=body, headers=headers)).status_code == 403
        right = {SECRET_HEADER: secret}
        assert (await client.post(url, content=b"{", headers=right)).status_code == 400
        assert (await client.post(url, json=[1], headers=right)).status_code == 400
        assert (await client.get(url, headers=right)).status_code == 405
        endless = await client.post(url, content=chunks(), headers=right)
        assert "content-length" not in endless.request.headers
        assert endless.status_code == 413
        health = url.replace("/telegram", "/healthz")
        assert (await client.get(health)).text == "ok\n"


async def test_what_cannot_be_committed_comes_again(hooked: Scene) -> None:
    await hooked.agreed(ANA)
    url, secret = hooked.settings.webhook_url, secret_of(hooked.settings)
    assert url is not None
    async with hooked.database.session() as session:
        await session.execute(text("ALTER TABLE inbox RENAME TO elsewhere"))
    await hooked.people.send(ANA, "What is asthma?")
    async with httpx.AsyncClient(trust_env=False) as client:
        update = {"update_id": 5}
        answer = await client.post(url, json=update, headers={SECRET_HEADER: secret})
        assert answer.status_code == 503
    async with hooked.database.session() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO inbox"))
    await hooked.final(ANA, "About What is asthma?: rest.")


async def test_polling_takes_the_webhook_away_and_loses_nothing(hooked: Scene) -> None:
    await hooked.agreed(ANA)
    await hooked.stop()
    await hooked.people.send(ANA, "What is asthma?")  # Telegram cannot reach us and keeps it
    hooked.settings = hooked.settings.model_copy(update={"webhook_url": None})
    await hooked.start()
    await hooked.final(ANA, "About What is asthma?: rest.")
    (call,) = await hooked.people.calls("deleteWebhook")
    assert not call["params"].get("drop_pending_updates") or (
        call["params"]["drop_pending_updates"] in (False, "false")
    )


def test_the_secret_is_the_setting_or_made_of_the_token(settings: Settings) -> None:
    made = secret_of(settings)
    assert made == secret_of(settings)
    assert TOKEN not in made
    chosen = settings.model_copy(update={"webhook_secret": SecretStr("a-secret-of-mine")})
    assert secret_of(chosen) == "a-secret-of-mine"
