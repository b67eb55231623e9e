"""What a restart brings back, and what the journal tells an independent checker."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from telegram import Bot, Update
from telegram.ext import CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.simulator import Simulator, running
from bot.simulator.client import SimClient
from tests.simulator.conftest import ANA, BEN, TOKEN, builder, make_bot


async def test_a_restart_brings_everything_back(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    async with running(journal=journal) as first, SimClient(first.url) as people:
        await people.send(ANA, "confirmed")
        unconfirmed = await people.send(BEN, "unconfirmed", kind="document")
        async with make_bot(first) as bot:
            updates = await bot.get_updates()
            await bot.get_updates(offset=updates[1].update_id)
            message = await bot.send_message(ANA, "Hello")
            await bot.set_message_reaction(ANA, message.message_id, "👍")
            await bot.set_my_commands([("help", "Help")])
            await bot.send_message_draft(ANA, 3, "Draft")
        before = [(await people.chat(chat)).raw for chat in (ANA, BEN)]
    with journal.open("ab") as torn:
        torn.write(b'{"n": 99, "cut sh')
    async with running(journal=journal) as second, SimClient(second.url) as people:
        assert [(await people.chat(chat)).raw for chat in (ANA, BEN)] == before
        assert (await people.commands(BEN))[0]["command"] == "help"
        async with make_bot(second) as bot:
            again = (await bot.get_updates())[0]
            assert again.message is not None
            assert again.update_id == unconfirmed.update_id
            assert again.message.document is not None
            await bot.get_file(again.message.document.file_id)
            assert (await bot.send_message(ANA, "x")).message_id > message.message_id
        assert ((await people.send(ANA, "y")).update_id or 0) > (unconfirmed.update_id or 0)


async def test_ids_are_not_reused_without_a_journal() -> None:
    async with running() as first, SimClient(first.url) as people:
        before = await people.send(ANA, "x")
    await asyncio.sleep(0.3)  # ids begin with the time, in eighths of a second
    async with running() as second, SimClient(second.url) as people:
        assert (await people.send(ANA, "x")).message_id > before.message_id


async def test_the_journal_tells_what_happened(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    async with running(journal=journal) as simulator, SimClient(simulator.url) as people:
        sent = await people.send(ANA, "/start")
        async with make_bot(simulator) as bot:
            await bot.get_updates()
            answer = await bot.send_message(ANA, "Hello")
    text = journal.read_text()
    assert TOKEN not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    person = next(line for line in lines if line["kind"] == "person")
    assert (person["action"], person["message_id"]) == ("send", sent.message_id)
    assert (person["update"], person["update_id"]) == ("message", sent.update_id)
    calls = {line["method"]: line for line in lines if line["kind"] == "call"}
    assert calls["getUpdates"]["update_ids"] == [sent.update_id]
    call = calls["sendMessage"]
    assert (call["status"], call["acted"], call["answered"]) == (200, True, True)
    assert call["params"] == {"chat_id": str(ANA), "text": "Hello"}
    assert (call["chat_id"], call["message_id"]) == (ANA, answer.message_id)


async def test_a_whole_application_by_polling(people: SimClient, simulator: Simulator) -> None:
    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        text = update.effective_message.text or ""
        await update.effective_message.reply_text(text, do_quote=True)

    async def pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("pressed")

    application = builder(simulator).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(pressed))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        sent = await people.send(ANA, "over and over")
        answer = await people.wait_message(ANA, after=sent.message_id)
        assert (answer.text, answer.reply_to) == ("over and over", sent.message_id)
        press = await people.press(ANA, answer.message_id, "v1:any", stale=True)
        assert (press.answered, press.text) == (True, "pressed")
        await application.updater.stop()
        await application.stop()


async def test_webhook_with_secret_and_retry(people: SimClient, bot: Bot) -> None:
    seen: list[tuple[str, int]] = []
    done = asyncio.Event()

    async def hook(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        body = json.loads(await reader.readexactly(length))
        secret = head.split("x-telegram-bot-api-secret-token:")[1].split("\r\n")[0].strip()
        seen.append((secret, body["update_id"]))
        status = b"500 Oops" if len(seen) == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        if len(seen) == 2:
            done.set()

    server = await asyncio.start_server(hook, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret")
        sent = await people.send(ANA, "hello")
        await asyncio.wait_for(done.wait(), 5)
    assert seen == [("s3cret", sent.update_id)] * 2
    await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def test_webhooks_come_at_once_but_one_of_a_chat_at_a_time(
    people: SimClient, bot: Bot
) -> None:
    began: list[int] = []
    gate, both = asyncio.Event(), asyncio.Event()

    async def hook(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        began.append(json.loads(await reader.readexactly(length))["update_id"])
        if len(began) == 2:
            both.set()
        await gate.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hook, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await bot.set_webhook(f"http://127.0.0.1:{port}/hook")
        first = await people.send(ANA, "hello")
        second = await people.send(ANA, "hello again")
        other = await people.send(BEN, "hello")
        await asyncio.wait_for(both.wait(), 5)
        assert began == [first.update_id, other.update_id]
        gate.set()
        async with asyncio.timeout(5):
            while (await bot.get_webhook_info()).pending_update_count:
                await asyncio.sleep(0.02)
        assert began[2:] == [second.update_id]
        await bot.delete_webhook()


@pytest.mark.parametrize("end", ["stdin", "sigterm"])
async def test_the_program_starts_and_stops(tmp_path: Path, end: str) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.simulator", "--port", "0"),
        *("--journal", str(tmp_path / "j.jsonl"), "--exit-with-stdin"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    assert program.stdin is not None
    assert program.stderr is not None
    line = (await asyncio.wait_for(program.stdout.readline(), 10)).decode()
    assert line.startswith("Chat page: http://127.0.0.1:")
    url = line.split(": ", 1)[1].strip()
    async with httpx.AsyncClient(trust_env=False) as client:
        polling = asyncio.create_task(
            client.get(f"{url}bot{TOKEN}/getUpdates", params={"timeout": 30}, timeout=30)
        )
        page = await client.get(url)
        assert page.status_code == 200
        await _die_in_mid_request(url)
        if end == "stdin":
            program.stdin.close()
        else:
            program.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(program.wait(), 5) == 0
        await asyncio.gather(polling, return_exceptions=True)
    assert await program.stderr.read() == b""


async def _die_in_mid_request(url: str) -> None:
    """As a bot that is killed does: the rest of its request never comes."""
    address = urlsplit(url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n"
    writer.write(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\ntext=".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    await writer.wait_closed()
