"""Start, stop and watch; errors for people, owners and the log; what the process is made of."""

import asyncio
import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.ext import CommandHandler

from bot import app, botapi, profile
from bot.context import Context
from bot.simulator import running
from bot.texts import languages
from doctor_llama import logs
from doctor_llama.db import Database
from doctor_llama.errors import DeafError, SettingsError
from doctor_llama.settings import Settings
from tests.bot.conftest import ANA, OWNER, TOKEN, Scene
from tests.pace import within

SECRET = TOKEN.partition(":")[2]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the program would log at its most talkative."""
    root = logging.getLogger()
    before, level, stream = list(root.handlers), root.level, io.StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = before, level


async def boom(update: Update, context: Context) -> None:
    raise KeyError("the words of a person")


async def test_an_unforeseen_error_has_a_number(scene: Scene, log: io.StringIO) -> None:
    await scene.agreed(ANA, OWNER)
    scene.bot.telegram.add_handler(CommandHandler("boom", boom), group=-2)
    await scene.people.send(ANA, "/boom")
    told = await scene.answer(ANA, "something went wrong on my side")
    number = told.text.rsplit(" ", 1)[-1]
    assert len(number) == 8
    owner = await scene.answer(OWNER, number)
    assert "KeyError in tests/bot/test_app.py" in owner.text
    assert "words of a person" not in owner.text
    assert f"error {number}" in log.getvalue()
    assert "Traceback" in log.getvalue()


async def test_the_bot_counts_what_it_does(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.fault("sendMessage", "429", times=1, retry_after=1)
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "About What is asthma?")
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/stop")

    def value(name: str, **labels: str) -> float:
        return scene.bot.metrics.registry.get_sample_value(f"doctor_llama_{name}", labels) or 0

    assert value("telegram_calls_total", method="sendMessage", status="200") >= 2
    assert value("telegram_calls_total", method="sendMessage", status="429") == 1
    assert value("update_seconds_count") == 2
    assert value("bot_errors_total") == 0
    assert scene.bot.healthy()


async def test_no_token_and_no_words_in_the_log(scene: Scene, log: io.StringIO) -> None:
    await scene.agreed(ANA)
    await scene.people.fault("sendMessage", "502")
    await scene.people.fault("editMessageText", "reset")
    await scene.people.send(ANA, "What is the meaning of zebrafish?")
    await scene.final(ANA, "zebrafish")
    await scene.people.send(ANA, "/stop")
    await scene.answer(ANA, "nothing to stop")
    await scene.stop()
    await scene.start()
    await scene.stop()
    assert "listening to Telegram" in log.getvalue()
    assert SECRET not in log.getvalue()
    assert "zebrafish" not in log.getvalue()


async def test_a_wrong_token_is_said_clearly(database: Database, settings: Settings) -> None:
    wrong = settings.model_copy(update={"telegram_bot_token": SecretStr("0:" + "a" * 30)})
    async with app.running(wrong, database) as bot:
        with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
            await asyncio.wait_for(bot.failed(), 10)


async def test_no_token_at_all(database: Database, settings: Settings) -> None:
    without = settings.model_copy(update={"telegram_bot_token": None})
    with pytest.raises(SettingsError):
        async with app.running(without, database):
            pass


async def test_the_bot_waits_for_a_telegram_that_is_away(
    database: Database, settings: Settings
) -> None:
    async with running() as gone:
        port = gone.port
    away = settings.model_copy(update={"telegram_api_url": f"http://127.0.0.1:{port}"})
    async with app.running(away, database) as bot:
        assert not bot.ready.is_set()
        async with running(port):
            await asyncio.wait_for(bot.ready.wait(), 20)
            await asyncio.wait_for(bot.stop(), 10)


async def test_the_bot_can_be_stopped_while_telegram_is_away(
    database: Database, settings: Settings
) -> None:
    away = settings.model_copy(update={"telegram_api_url": "http://127.0.0.1:9"})
    async with asyncio.timeout(60), app.running(away, database):
        await asyncio.sleep(0)


async def test_a_deaf_bot_ends_the_program(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "DEAF_SECONDS", 1.5)
    await scene.people.fault("getUpdates", "timeout", times=99, seconds=60)
    await scene.people.send(ANA, "/start")  # ends the poll that is under way
    with pytest.raises(DeafError):
        await asyncio.wait_for(scene.bot.failed(), 10)
    await scene.people.clear_faults()


async def test_the_profile_is_set_once(backstage: Scene) -> None:
    spoken, looks = len(languages()), 3 * len(languages()) + 1  # one for the owner's own commands
    for start in (1, 2):
        await backstage.start()
        async with asyncio.timeout(60):
            while len(await backstage.people.calls("getMyCommands")) < start * looks:
                await asyncio.sleep(0.02)
        await backstage.stop()
    for method in ("setMyName", "setMyDescription", "setMyShortDescription"):
        assert len(await backstage.people.calls(method)) == spoken
    assert len(await backstage.people.calls("setMyCommands")) == 3 * spoken
    offered = await backstage.people.commands(ANA)
    assert [c["command"] for c in offered] == list(profile.PRIVATE)


async def test_a_profile_that_cannot_be_set_is_no_reason_not_to_start(backstage: Scene) -> None:
    await backstage.people.fault("setMyName", "429", retry_after=300)
    await backstage.start()
    await backstage.people.send(ANA, "/help")
    await backstage.answer(ANA, "/new")


async def test_only_the_updates_that_we_handle_are_asked_for(scene: Scene) -> None:
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/new")
    asked = (await scene.people.calls("getUpdates"))[-1]["params"]["allowed_updates"]
    assert all(kind in str(asked) for kind in botapi.ALLOWED)
    assert "poll_answer" not in str(asked)


def test_the_bot_is_light() -> None:
    """In its own process: what it imports, how long that takes, and how much it holds."""
    code = (
        "import time; t=time.perf_counter(); import bot.app, sys; took=time.perf_counter()-t;"
        # not ru_maxrss, which a child takes over from the process that forked it
        "import psutil; print(took, psutil.Process().memory_info().rss/2**20);"
        "heavy=('torch','transformers','datasets','training','matplotlib');"
        "print(*[m for m in heavy if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, megabytes, *heavy = ran.stdout.split()
    assert heavy == []
    assert float(megabytes) < 200
    assert float(seconds) < within(
        2.5
    )  # 0.8 s on an idle machine; the promise of 1.5 s is the benchmark's
