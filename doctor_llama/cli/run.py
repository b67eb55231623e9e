"""`doctor-llama run` and `bot`: everything at once, or the Telegram part alone."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr

from doctor_llama import __version__, locks, logs, metrics, schedule, settings, status
from doctor_llama.cli import app, storage
from doctor_llama.db import Database
from doctor_llama.errors import ChatPageError, SettingsError
from doctor_llama.settings import Settings
from doctor_llama.supervisor import Supervisor

if TYPE_CHECKING:
    from bot.app import Bot

log = logging.getLogger(__name__)

# The chat page's person who may do everything, and a token that only the chat page accepts.
LOCAL_OWNER = 1001
LOCAL_TOKEN = "1000:local-chat-page-only"  # noqa: S105 - it opens nothing
PAGE_START_SECONDS = 20.0


@app.command()
def run(
    port: Annotated[
        int | None, typer.Option(help="Port of the chat page. Default: DOCTOR_LLAMA_CHAT_PORT.")
    ] = None,
    browser: Annotated[
        bool | None, typer.Option("--browser/--no-browser", help="Open the chat page.")
    ] = None,
) -> None:
    """Start everything: bot, worker and timetable; without a token also the local chat page."""
    changes = {"chat_port": port, "open_browser": browser}
    chosen = settings.load(**{k: v for k, v in changes.items() if v is not None})
    logs.configure(chosen.log_level, form=chosen.log_format)
    with locks.held(chosen.data_dir / "run.lock", _running_already(chosen)):
        asyncio.run(_run(chosen))


@app.command()
def bot() -> None:
    """Start the Telegram bot alone; a worker answers from a process of its own."""
    chosen = settings.load()
    logs.configure(chosen.log_level, form=chosen.log_format)
    if chosen.telegram_bot_token is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is not set. Get one from @BotFather, or use `run`.")
    with locks.held(chosen.data_dir / "run.lock", _running_already(chosen)):
        asyncio.run(_bot(chosen))


def _running_already(chosen: Settings) -> str:
    return (
        f"Doctor Llama is running already on {chosen.data_dir.resolve()}. Stop it first, or set "
        "DOCTOR_LLAMA_DATA_DIR to another folder."
    )


@dataclass(frozen=True, slots=True)
class Page:
    """The local chat page while it runs."""

    url: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def _telegram(chosen: Settings, database: Database) -> AsyncIterator["Bot"]:
    """The bot with its numbers and its timetable, whose entries are only ever made once."""
    from bot import app as bot_app

    timetable = schedule.scheduler(chosen, database)
    address = (chosen.metrics_host, chosen.bot_metrics_port)
    async with (
        bot_app.running(chosen, database) as bot,
        metrics.served(bot.metrics.registry, address, healthy=bot.healthy, ready=bot.ready.is_set),
    ):
        timetable.start()
        try:
            yield bot
        finally:
            timetable.shutdown(wait=False)


async def _run(chosen: Settings) -> None:
    ends: list[asyncio.Task[Any]] = [asyncio.create_task(_stop_signal().wait())]
    supervisor = Supervisor()
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(_opened(chosen))
        if chosen.telegram_bot_token is None:
            page = await stack.enter_async_context(_chat_page(chosen))
            chosen = _local(chosen, page.url)
            ends.append(asyncio.create_task(_ended(page)))
        stack.push_async_callback(_put_away, ends)
        ends.append(asyncio.create_task(supervisor.run()))
        ends.append(asyncio.create_task(_greet(chosen, database, supervisor)))
        telegram = await stack.enter_async_context(_telegram(chosen, database))
        ends.append(asyncio.create_task(telegram.failed()))
        # the bot stops last: what the worker finishes while it drains is delivered
        stack.push_async_callback(supervisor.stop, chosen.drain_seconds + 5.0)
        await _first_of(ends)


async def _bot(chosen: Settings) -> None:
    stop: asyncio.Task[Any] = asyncio.create_task(_stop_signal().wait())
    async with _opened(chosen) as database, _telegram(chosen, database) as telegram:
        ends = [stop, asyncio.create_task(telegram.failed())]
        try:
            await _first_of(ends)
        finally:
            await _put_away(ends)


async def _put_away(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _first_of(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Wait until one of the tasks ends; raise what it raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


@asynccontextmanager
async def _opened(chosen: Settings) -> AsyncIterator[Database]:
    database = storage.open_database(chosen)
    await asyncio.to_thread(storage.prepare, database)
    try:
        yield database
    finally:
        await database.close()


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


# -- the chat page ---------------------------------------------------------------------------------


def _local(chosen: Settings, url: str) -> Settings:
    return chosen.model_copy(
        update={
            "telegram_bot_token": SecretStr(LOCAL_TOKEN),
            "telegram_api_url": url.rstrip("/"),
            "owner_ids": chosen.owner_ids or (LOCAL_OWNER,),
        }
    )


@asynccontextmanager
async def _chat_page(chosen: Settings) -> AsyncIterator[Page]:
    """The simulator as a process of its own. Raises `ChatPageError`.

    Its standard input is a pipe from us: when we end, however that happens, so does it.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator",
        "--port", str(chosen.chat_port),
        "--journal", str(chosen.data_dir / "chat-page.jsonl"),
        "--admin", str(LOCAL_OWNER),
        "--exit-with-stdin",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PAGE_START_SECONDS):
            line = (await process.stdout.readline()).decode()
    except TimeoutError:
        line = ""
    try:
        if "http://" not in line:
            raise ChatPageError(
                f"The chat page could not start on port {chosen.chat_port}. Is the port in use? "
                "Choose another with: doctor-llama run --port 0"
            )
        yield Page(line[line.index("http://") :].strip(), process)
    finally:
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _ended(page: Page) -> None:
    await page.process.wait()
    raise ChatPageError("The chat page ended unexpectedly; its message is above.")


async def _greet(chosen: Settings, database: Database, supervisor: Supervisor) -> None:
    """Say where to go and what answers, once both are up; then wait for ever."""
    where = "Telegram" if chosen.telegram_api_url.startswith("https") else chosen.telegram_api_url
    typer.echo(f"Doctor Llama {__version__} (an AI, not a doctor)")
    if where != "Telegram":
        typer.echo(f"Chat page: {where}/")
    await supervisor.ready.wait()
    async with database.reading() as session:
        cards = await status.cards(session)
    if cards:
        typer.echo(f"Answering with {cards[0]}.")
    typer.echo("Press Ctrl+C to stop.")
    if where != "Telegram" and chosen.open_browser and _has_desktop():
        webbrowser.open(where)
    await asyncio.Event().wait()


def _has_desktop() -> bool:
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
