"""The way in: committed before Telegram hears of it, in order, and nobody stuck behind anybody."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import OperationalError
from telegram import Bot, Update
from telegram.error import NetworkError

from bot.intake import AGAIN_TIMES, Intake, Ordering
from bot.notebook import Notebook
from doctor_llama import inbox
from doctor_llama.db import Database
from doctor_llama.metrics import BotMetrics
from doctor_llama.presence import Presence
from doctor_llama.schema import InboxUpdate, Job
from tests.bot.conftest import ANA, BEN, Scene

UNLIMITED = 1_073_741_823  # pages, SQLite's own limit


def intake_of(database: Database) -> Intake:
    return Intake(database, Notebook(database), BotMetrics(), Presence(database))


def update(number: int, words: str = "hello", chat: int = ANA) -> Update:
    person = {"id": chat, "is_bot": False, "first_name": "P"}
    message = {
        "message_id": number,
        "date": 1,
        "chat": {"id": chat, "type": "private"},
        "from": person,
        "text": words,
    }
    made = Update.de_json({"update_id": number, "message": message}, None)
    assert made is not None
    return made


def row(number: int, body: dict[str, Any]) -> InboxUpdate:
    return InboxUpdate(update_id=number, body=body)


async def left(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(InboxUpdate)) or 0


async def empty(database: Database) -> None:
    async with asyncio.timeout(60):
        while await left(database):
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def full(database: Database) -> AsyncIterator[None]:
    """The disk is full: the file may not grow, and what room there was in it is taken."""
    async with database.session() as session:
        await session.execute(text("PRAGMA max_page_count=1"))
    filler = -1
    with contextlib.suppress(OperationalError):
        while True:
            async with database.session() as session:
                await inbox.put(session, [row(filler, {"filler": "x" * 2000})])
            filler -= 1
    yield
    async with database.session() as session:
        await session.execute(text(f"PRAGMA max_page_count={UNLIMITED}"))
        await session.execute(delete(InboxUpdate).where(InboxUpdate.update_id < 0))


# -- the queue -------------------------------------------------------------------------------------


async def test_an_update_is_in_the_database_when_put_returns(database: Database) -> None:
    intake = intake_of(database)
    await intake.put(update(1))
    await intake.put(update(1))
    assert intake.qsize() == 1
    assert await left(database) == 1
    again = intake_of(database)
    assert await again.load(Bot("1:x")) == 1
    await again.put(update(1))
    assert again.qsize() == 1
    found = again.get_nowait()
    assert isinstance(found, Update)
    assert found.message is not None
    assert found.message.text == "hello"


async def test_a_full_disk_becomes_an_error_that_polling_survives(database: Database) -> None:
    intake = intake_of(database)
    async with full(database):
        with pytest.raises(NetworkError):
            await intake.put(update(1, "word " * 2000))
    await intake.put(update(1, "word " * 2000))
    assert intake.qsize() == 1


async def test_a_batch_is_kept_whole_or_not_at_all(database: Database) -> None:
    intake, batch = intake_of(database), [update(n, "word " * 500) for n in range(1, 9)]
    await intake.put(batch[0])
    async with full(database):
        before = await left(database)
        with pytest.raises(NetworkError):
            await intake.keep(batch)
        assert await left(database) == before
    await intake.keep(batch)
    assert await left(database) == len(batch)
    assert intake.qsize() == 1
    for one in batch:
        await intake.put(one)
    assert intake.qsize() == len(batch)


async def test_an_update_that_ends_every_program_is_set_aside(database: Database) -> None:
    await intake_of(database).put(update(1))
    spent = []
    for _ in range(inbox.LAST_TRY):
        intake = intake_of(database)
        assert await intake.load(Bot("1:x")) == 1
        spent.append(1 in intake.spent)
    assert spent == [False] * inbox.MAX_TRIES + [True] * inbox.MAX_TRIES
    assert await intake_of(database).load(Bot("1:x")) == 0


async def test_an_update_waits_for_the_database_a_few_times(database: Database) -> None:
    intake, late = intake_of(database), update(1)
    assert [intake.again(late) for _ in range(AGAIN_TIMES + 1)] == [True] * AGAIN_TIMES + [False]


# -- the order -------------------------------------------------------------------------------------


class Handled:
    """What was handled, in which order; the first of each chat waits until it may go on."""

    def __init__(self, database: Database) -> None:
        self.order: list[int] = []
        self.go = asyncio.Event()
        self._processor = Ordering(intake_of(database))

    def start(self, arrived: Update, *, slow: bool = False) -> asyncio.Task[None]:
        async def work() -> None:
            if slow:
                await self.go.wait()
            self.order.append(arrived.update_id)

        return asyncio.create_task(self._processor.process_update(arrived, work()))


async def test_a_chat_is_in_order_and_alone(database: Database) -> None:
    handled = Handled(database)
    waiting = [handled.start(update(1), slow=True), handled.start(update(2))]
    await asyncio.wait_for(handled.start(update(3, chat=BEN)), 5)
    assert handled.order == [3]
    handled.go.set()
    await asyncio.gather(*waiting)
    assert handled.order == [3, 1, 2]


async def test_a_stop_meets_the_question_before_it(database: Database) -> None:
    """Both come at once after an outage, or from somebody who has thought better of it."""
    handled = Handled(database)
    doing = [handled.start(update(1), slow=True), handled.start(update(2, "/stop"))]
    await asyncio.sleep(0.05)
    assert handled.order == []
    handled.go.set()
    await asyncio.gather(*doing)
    assert handled.order == [1, 2]


async def test_stops_and_buttons_are_never_stuck(database: Database) -> None:
    handled = Handled(database)
    waiting = handled.start(update(1), slow=True)
    person = {"id": ANA, "is_bot": False, "first_name": "P"}
    pressed = {"id": "1", "from": person, "chat_instance": "1", "data": "1:stop:1"}
    native = {"chat": {"id": ANA, "type": "private"}, "draft_id": 1}
    for raw in (
        update(2, "/stop").to_dict(),
        update(3, "/stop@our_bot now").to_dict(),
        {"update_id": 4, "callback_query": pressed},
        {"update_id": 5, "stopped_message_generation": native},
    ):
        arrived = Update.de_json(raw, None)
        assert arrived is not None
        await asyncio.wait_for(handled.start(arrived), 5)
    assert handled.order == [2, 3, 4, 5]
    handled.go.set()
    await waiting


# -- the whole way ---------------------------------------------------------------------------------


async def test_nothing_is_left_in_the_inbox(scene: Scene) -> None:
    await scene.agreed(ANA)
    for words in ("What is flu?", "😀"):
        await scene.people.send(ANA, words)
    await scene.final(ANA, "About What is flu?")
    await empty(scene.database)


async def test_a_question_that_comes_twice_is_asked_once(scene: Scene) -> None:
    await scene.agreed(ANA)
    sent = await scene.people.send(ANA, "What is flu?")
    await scene.final(ANA, "About What is flu?")
    assert sent.update_id is not None
    await scene.people.redeliver(sent.update_id)
    await scene.stop()
    await scene.start()
    await scene.people.redeliver(sent.update_id)
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/new")
    async with scene.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Job)) == 1


async def test_what_an_earlier_run_left_is_handled_first(backstage: Scene) -> None:
    await backstage.start()
    await backstage.agreed(ANA)
    await backstage.stop()
    async with backstage.database.session() as session:
        await inbox.put(session, [row(999_999_999, update(77, "What is flu?").to_dict())])
    await backstage.start()
    await backstage.final(ANA, "About What is flu?")


async def test_whoever_waits_for_an_update_that_is_set_aside_is_told(backstage: Scene) -> None:
    await backstage.start()
    await backstage.agreed(ANA)
    await backstage.stop()
    async with backstage.database.session() as session:
        spent = row(999_999_999, update(999_999_999, "What is flu?").to_dict())
        spent.tries = inbox.MAX_TRIES
        await inbox.put(session, [spent])
    await backstage.people.fault("sendMessage", "502")  # the first time it cannot be said
    await backstage.start()
    await backstage.answer(ANA, "something went wrong on my side")
    await empty(backstage.database)
    async with backstage.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Job)) == 0


@contextlib.asynccontextmanager
async def locked(database: Database) -> AsyncIterator[None]:
    """Another program writes and does not stop."""
    other = sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")  # may itself have to wait
    yield
    other.execute("ROLLBACK")
    other.close()


async def handed_out(scene: Scene, update_id: int | None) -> int:
    """How often Telegram has given us an update."""
    polls = await scene.people.calls("getUpdates")
    return sum(update_id in poll.get("update_ids", []) for poll in polls)


async def test_polling_survives_a_full_disk(scene: Scene) -> None:
    await scene.agreed(ANA)
    words = "What is flu? " + "word " * 700
    async with full(scene.database):
        sent = await scene.people.send(ANA, words)
        async with asyncio.timeout(60):
            while await handed_out(scene, sent.update_id) < 2:
                await asyncio.sleep(0.1)
    await scene.final(ANA, "What is flu?", 20)
    async with scene.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Job)) == 1


async def test_polling_survives_a_locked_database(scene: Scene) -> None:
    await scene.agreed(ANA)
    async with locked(scene.database):
        await scene.people.send(ANA, "What is flu?")
        await asyncio.sleep(1.0)  # the fault itself: so long does the other program write
    await scene.final(ANA, "About What is flu?")
