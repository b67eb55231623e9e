"""The whole house in one place: simulator, bot and a real worker process, and people who write."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bot import app
from bot.simulator import Simulator, running
from bot.simulator.client import ChatView, Message, SimClient
from doctor_llama import adapters, conversations, corrections, embedded, privacy, settings, status
from doctor_llama.db import Database
from doctor_llama.schema import Adapter, User, now
from doctor_llama.schema import Message as Row
from doctor_llama.settings import Settings, variable

OWNER = 1009
ANSWER_SECONDS = 240.0
START_SECONDS = 180.0


@dataclass
class Scene:
    """A database, the bot on it, a worker beside it, and the simulator around them."""

    database: Database
    settings: Settings
    simulator: Simulator
    people: SimClient
    asked: int = 0
    _seen: dict[int, int] = field(default_factory=dict)  # chat -> last message that was read

    async def join(self, person: int, *, days: float = 60, shares: bool = True) -> None:
        """Someone starts the bot, agrees, and lets their feedback train; `days` ago."""
        sent = await self.people.send(person, "/start")
        asked = await self._with_button(person, "I agree", after=sent.message_id)
        await self.people.press(person, asked.message_id, "I agree")
        if shares:
            offer = await self._with_button(person, "Yes, help", after=sent.message_id)
            label = next(label for label in offer.labels if label.startswith("Yes"))
            await self.people.press(person, offer.message_id, label)
        async with self.database.session() as session:
            user = await self._user(session, person)
            user.created_at = now() - timedelta(days=days)

    async def _with_button(self, person: int, words: str, *, after: int) -> Message:
        return await self.people.wait_message(
            person,
            lambda message: any(label.startswith(words) for label in message.labels),
            ANSWER_SECONDS,
            after=after,
        )

    async def _user(self, session: object, person: int) -> User:
        user = await privacy.known(session, f"telegram:{person}")  # type: ignore[arg-type]
        assert user is not None
        return user

    async def ask(self, person: int, question: str) -> Message:
        """Ask in the chat and wait for the whole answer, which has its thumbs."""
        sent = await self.people.send(person, question)
        self.asked += 1

        def answered(view: ChatView) -> Message | None:
            return next((m for m in view.from_bot if "👍" in m.labels), None)

        return await self.people.wait_for(person, answered, ANSWER_SECONDS, after=sent.message_id)

    async def correct(self, person: int, answer: Message, text: str) -> int | None:
        """👎, ✍️, and what is right in place of an answer; its number for reviewers.

        None where the bot took it for something else, such as a red flag.
        """
        await self.people.press(person, answer.message_id, "👎")

        def offered(view: ChatView) -> str | None:
            shown = next((m for m in view.from_bot if m.message_id == answer.message_id), None)
            labels = shown.labels if shown else ()
            return next((label for label in labels if label.startswith("✍️")), None)

        after = answer.message_id - 1
        label = await self.people.wait_for(person, offered, ANSWER_SECONDS, after=after)
        await self.people.press(person, answer.message_id, label)
        await self._with_button(person, "Never mind", after=answer.message_id)
        sent = await self.people.send(person, text)
        reply = await self.people.wait_message(
            person, timeout=ANSWER_SECONDS, after=sent.message_id
        )
        if "noted" not in reply.text:
            return None
        async with self.database.reading() as session:
            user = await self._user(session, person)
            return (await corrections.latest(session, user)).id

    async def admin(self, words: str) -> None:
        """The owner gives a command and confirms it."""
        sent = await self.people.send(OWNER, words)
        asked = await self._with_button(OWNER, "Yes", after=sent.message_id)
        label = next(label for label in asked.labels if label.startswith("Yes"))
        await self.people.press(OWNER, asked.message_id, label, wait=ANSWER_SECONDS)

    async def _row(self, person: int, answer: Message) -> Row:
        """The row of an answer in the chat; it is noted a moment after it can be read."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                async with self.database.reading() as session:
                    place = f"telegram:{person}/{answer.message_id}"
                    found = await conversations.answer_at(session, place)
                if found is not None:
                    return found
                await asyncio.sleep(0.05)

    async def answers(self, askers: Sequence[int], questions: Sequence[str]) -> list[str]:
        """The text of the answer to each question, asked by several people side by side."""
        found: dict[int, str] = {}
        waiting = list(enumerate(questions))[::-1]

        async def one(person: int) -> None:
            await self.people.send(person, "/new")
            while waiting:
                number, question = waiting.pop()
                found[number] = (await self.ask(person, question)).text.strip()

        await asyncio.gather(*(one(person) for person in askers))
        return [found[number] for number in range(len(questions))]

    async def active(self) -> Adapter | None:
        async with self.database.reading() as session:
            return await adapters.active(session)

    async def served(self, name: str) -> float:
        """Wait until the worker answers with this adapter; how long that took."""
        began = time.monotonic()
        async with asyncio.timeout(START_SECONDS):
            while True:
                asked = await self.ask(OWNER, embedded.suggestions(1)[0])
                if (await self._row(OWNER, asked)).adapter == name:
                    return time.monotonic() - began
                await asyncio.sleep(0.5)


@asynccontextmanager
async def opened(folder: Path, **changes: object) -> AsyncIterator[Scene]:
    """Everything started on a folder; all of it is ended with the block."""
    async with running() as simulator, SimClient(simulator.url) as people:
        chosen = _settings(folder, simulator.url, **changes)
        database = Database(chosen.database)
        await asyncio.to_thread(database.upgrade)
        try:
            async with worker(chosen), app.running(chosen, database) as bot:
                async with asyncio.timeout(START_SECONDS):
                    await bot.ready.wait()
                    await _worker_is_up(database)
                scene = Scene(database, chosen, simulator, people)
                await scene.join(OWNER)
                yield scene
        finally:
            await database.close()


def _settings(folder: Path, url: str, **changes: object) -> Settings:
    return settings.load(
        telegram_bot_token=SecretStr("123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        telegram_api_url=url,
        owner_ids=(OWNER,),
        data_dir=folder,
        model="embedded",
        metrics_port=0,
        refresh_cron="off",
        person_per_minute=0,  # simulated people write faster than anybody
        person_per_day=0,
        questions_per_minute=0,
        **changes,
    )


async def _worker_is_up(database: Database) -> None:
    while True:
        async with database.reading() as session:
            if await status.cards(session):
                return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def worker(chosen: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """`doctor-llama worker` as an operator starts it."""
    own = {
        variable(name): str(getattr(chosen, name)).lower()
        if isinstance(getattr(chosen, name), bool)
        else str(getattr(chosen, name))
        for name in ("data_dir", "model", "metrics_port", "refresh_beside", "auto_rollback")
    }
    environment = {k: v for k, v in os.environ.items() if k != "TELEGRAM_BOT_TOKEN"} | own
    log = (chosen.data_dir / "worker.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "doctor_llama", "worker", env=environment, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 40)
        except TimeoutError:
            process.kill()
            await process.wait()
        log.close()
