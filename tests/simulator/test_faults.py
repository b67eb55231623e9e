"""Faults on purpose, as python-telegram-bot experiences them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.simulator.client import SimClient
from tests.simulator.conftest import FAMILY


async def texts(people: SimClient, chat_id: int) -> list[str]:
    return [message.text for message in (await people.chat(chat_id)).from_bot]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("500", NetworkError), ("502", NetworkError), ("403", Forbidden), ("400", BadRequest)],
)
async def test_refusals(
    bot: Bot, people: SimClient, ana: int, kind: str, error: type[Exception]
) -> None:
    await people.fault("sendMessage", kind, after=1, times=1)
    await bot.send_message(ana, "one")
    with pytest.raises(error):
        await bot.send_message(ana, "two")
    await bot.send_message(ana, "three")
    assert await texts(people, ana) == ["one", "three"]


async def test_too_many_requests(bot: Bot, people: SimClient, ana: int) -> None:
    await people.fault("*", "429", retry_after=7, chat_id=ana)
    await bot.send_message(FAMILY, "not for this chat")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(ana, "x")
    assert caught.value.retry_after == timedelta(seconds=7)


async def test_lost_before_and_after(bot: Bot, people: SimClient, ana: int) -> None:
    await people.fault("sendMessage", "reset")
    await people.fault("sendMessage", "reset_after")
    for text in ("lost before", "lost after"):
        with pytest.raises(NetworkError):
            await bot.send_message(ana, text)
    assert await texts(people, ana) == ["lost after"]
    first, second = await people.calls("sendMessage")
    assert (first["status"], first["acted"], first["answered"]) == (0, False, False)
    assert (second["status"], second["acted"], second["answered"]) == (200, True, False)
    assert second["fault"]["kind"] == "reset_after"
    assert second["message_id"] == (await people.chat(ana)).from_bot[0].message_id


async def test_silence(bot: Bot, people: SimClient, ana: int) -> None:
    await people.fault("sendMessage", "timeout")
    await people.fault("sendMessage", "timeout_after")
    for text in ("lost before", "lost after"):
        with pytest.raises(TimedOut):
            await bot.send_message(ana, text, read_timeout=0.2)
    assert await texts(people, ana) == ["lost after"]


async def test_delay_and_clearing(bot: Bot, people: SimClient, ana: int) -> None:
    await people.fault("sendMessage", "delay", seconds=0.3, times=9)
    started = time.monotonic()
    await bot.send_message(ana, "slow")
    assert time.monotonic() - started >= 0.3
    assert (await people.faults())[0]["hits"] == 1
    await people.clear_faults()
    assert await people.faults() == []


async def test_flood_limits(bot: Bot, people: SimClient, ana: int) -> None:
    await people.flood()
    with pytest.raises(RetryAfter):
        for number in range(5):
            await bot.send_message(ana, str(number))
    message = await bot.send_message(FAMILY, "0")
    with pytest.raises(RetryAfter):
        for number in range(1, 25):
            await bot.edit_message_text(str(number), FAMILY, message.message_id)
    assert await texts(people, FAMILY) == ["19"]
    await people.flood(False)
    await bot.send_message(FAMILY, "again")
