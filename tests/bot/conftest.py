"""The real application over HTTP against the real simulator; the worker's part is played here."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from bot import app
from bot.app import Bot
from bot.simulator import Simulator, running
from bot.simulator.client import ChatView, Message, SimClient
from doctor_llama import jobs, privacy
from doctor_llama.db import Database
from doctor_llama.schema import Job, JobKind, JobStatus
from doctor_llama.schema import Message as Row
from doctor_llama.settings import Settings, load

TOKEN = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ANA, BEN, OWNER = 1001, 1002, 1009
FAMILY = -1_001_000_000_001
QUICK = 1.0  # seconds after which an unanswered request counts as lost


@dataclass
class Worker:
    """The worker's part, by the same calls that the real one makes."""

    database: Database
    delay: float = 0.0  # between two writes
    writes: int = 0  # of the growing text; 0 writes only the end
    text: Callable[[str], str] = field(default=lambda question: f"About {question}: rest.")
    paused: bool = False
    claimed: int = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                job = None if self.paused else await self._claim()
                if job is None:
                    await asyncio.sleep(0.03)
                else:
                    self.claimed += 1
                    group.create_task(self._answer(job))

    async def _claim(self) -> Job | None:
        async with self.database.session() as session:
            return await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER], alone=True)

    async def _answer(self, job: Job) -> None:
        async with self.database.reading() as session:
            answer = await session.get_one(Row, job.message_id)
            question = await session.get_one(Row, answer.parent_id)
        text = self.text(question.content)
        writes = self.writes
        for number in range(1, writes + 1):
            if not await self._write(job, text[: len(text) * number // writes]):
                return
            await asyncio.sleep(self.delay)
        async with self.database.session() as session:
            if await jobs.finish(session, job, JobStatus.SUCCEEDED, {}):
                values = {"content": text, "model": "m", "seconds": 1.0}
                await session.execute(update(Row).where(Row.id == job.message_id).values(**values))

    async def _write(self, job: Job, text: str) -> bool:
        async with self.database.session() as session:
            if not await jobs.renew(session, [job]):
                return False
            await session.execute(update(Row).where(Row.id == job.message_id).values(content=text))
            return True


@dataclass
class Scene:
    """People, a bot and a worker around one database."""

    simulator: Simulator
    people: SimClient
    database: Database
    settings: Settings
    worker: Worker
    bot: Bot = field(init=False)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self, *, ready: bool = True, patience: float = QUICK) -> None:
        """Start the bot; after `stop` another one on the same rows."""
        self._stack = AsyncExitStack()
        self.bot = await self._stack.enter_async_context(
            app.running(self.settings, self.database, read_timeout=patience)
        )
        if ready:
            await asyncio.wait_for(self.bot.ready.wait(), 40)

    async def stop(self) -> None:
        await self._stack.aclose()

    async def agreed(self, *person_ids: int) -> None:
        """These people have started the bot, some time ago, and agreed to storing."""
        for person_id in person_ids:
            await self.people.person(person_id)
            with self.simulator.world.ledger.turn() as turn:
                turn.change("chat", chat_id=person_id, started=True)
        async with self.database.session() as session:
            for person_id in person_ids:
                user = await privacy.person(session, f"telegram:{person_id}", language="en")
                privacy.consent(user)

    async def answer(
        self, chat: int, words: str, timeout: float = 40.0, *, after: int = 0
    ) -> Message:
        """The bot's message that contains these words."""
        return await self.people.wait_message(
            chat, lambda message: words in message.text, timeout, after=after
        )

    async def final(self, chat: int, words: str, timeout: float = 40.0) -> Message:
        """An answer with its thumbs."""

        def found(view: ChatView) -> Message | None:
            return next((m for m in view.from_bot if words in m.text and "👍" in m.labels), None)

        return await self.people.wait_for(chat, found, timeout)

    async def asked(self, number: int = 1, timeout: float = 40.0) -> None:
        """Wait until so many questions have been asked."""
        async with asyncio.timeout(timeout):
            while True:
                async with self.database.reading() as session:
                    if await session.scalar(select(func.count()).select_from(Job)) == number:
                        return
                await asyncio.sleep(0.02)

    async def all_delivered(self, timeout: float = 40.0) -> None:
        """Wait until nobody waits for anything."""
        statuses = list(JobStatus)
        async with asyncio.timeout(timeout):
            while True:
                async with self.database.reading() as session:
                    if not await jobs.undelivered(session, statuses):
                        return
                await asyncio.sleep(0.03)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running() as started:
        yield started


@pytest.fixture
def settings(simulator: Simulator) -> Settings:
    return load(
        telegram_bot_token=SecretStr(TOKEN),
        telegram_api_url=simulator.url,
        owner_ids=(OWNER,),
        concurrency=4,
        person_limit=3,
    )


@asynccontextmanager
async def staged(
    simulator: Simulator, database: Database, settings: Settings
) -> AsyncIterator[Scene]:
    async with SimClient(simulator.url) as people:
        stage = Scene(simulator, people, database, settings, Worker(database))
        playing = asyncio.create_task(stage.worker.run())
        try:
            yield stage
        finally:
            await stage.stop()
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


@pytest.fixture
async def backstage(
    simulator: Simulator, database: Database, settings: Settings
) -> AsyncIterator[Scene]:
    """Everything but the bot, which the test starts."""
    async with staged(simulator, database, settings) as stage:
        yield stage


@pytest.fixture
async def scene(backstage: Scene) -> Scene:
    """Everything running."""
    await backstage.start()
    return backstage
