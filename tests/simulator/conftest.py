"""A real simulator, a real python-telegram-bot and people as scripts, for every test here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.ext import ApplicationBuilder

from bot.simulator import Simulator, running
from bot.simulator.client import SimClient

TOKEN = "123456:simulator-token"
ANA, BEN, CHLOE = 1001, 1002, 1003
FAMILY = -1_001_000_000_001


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTB warns at every RetryAfter unless its coming behaviour is chosen."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running() as started:
        yield started


@pytest.fixture
async def people(simulator: Simulator) -> AsyncIterator[SimClient]:
    async with SimClient(simulator.url) as client:
        yield client


@pytest.fixture
async def bot(simulator: Simulator) -> AsyncIterator[Bot]:
    """An unmodified Bot, initialised against the simulator."""
    async with make_bot(simulator) as ready:
        yield ready


@pytest.fixture
async def ana(people: SimClient, bot: Bot) -> int:
    """Ana's chat, which she has started; the update is confirmed."""
    sent = await people.send(ANA, "/start")
    assert sent.update_id is not None
    await bot.get_updates(offset=sent.update_id + 1)
    return ANA


def make_bot(simulator: Simulator, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=simulator.base_url, base_file_url=simulator.base_file_url)


def builder(simulator: Simulator) -> ApplicationBuilder:  # type: ignore[type-arg]
    made = ApplicationBuilder().token(TOKEN).job_queue(None)
    return made.base_url(simulator.base_url).base_file_url(simulator.base_file_url)
