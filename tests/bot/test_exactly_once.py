"""An answer arrives once: whatever is lost between Telegram and us, wherever we are stopped.

Every case is a person of their own in one scene, so that all of them happen together.
"""

import asyncio
from itertools import product

import pytest
from sqlalchemy import text

from bot.simulator.client import Message
from doctor_llama import sqlite
from doctor_llama.db import Database
from tests.bot.conftest import ANA, Scene
from tests.pace import within

LOST = ("reset_after", "timeout_after", "reset", "timeout", "500", "429")
CALLS = ("sendMessage", "editMessageText", "deleteMessage")
STEPS = (
    ("sendMessage", 0),  # the status
    ("sendMessageDraft", 0),
    ("sendMessage", 1),  # the placeholder of the first part
    ("editMessageText", 0),  # the first part
    ("sendMessage", 2),  # the placeholder of the second part
    ("editMessageText", 1),
    ("deleteMessage", 0),  # the status goes
)
TEXT = "Begin. " + "word " * 200 + "\n\n" + "long " * 900 + "end."


async def said(scene: Scene, person: int, words: str) -> list[Message]:
    return [m for m in (await scene.people.chat(person)).from_bot if words in m.text]


async def test_a_lost_reply_makes_neither_two_answers_nor_none(scene: Scene) -> None:
    cases = dict(enumerate(product(CALLS, LOST), 2001))
    await scene.agreed(*cases)
    scene.worker.paused = True
    scene.worker.text = lambda _: TEXT
    scene.worker.delay, scene.worker.writes = 0.3, 2
    for person, (method, kind) in cases.items():
        await scene.people.fault(method, kind, chat_id=person, times=2, retry_after=1)
        await scene.people.send(person, "What is flu?")
    await scene.asked(len(cases))
    scene.worker.paused = False
    for person in cases:
        await scene.final(person, "end.", 40)
    await scene.all_delivered(20)
    for person, case in cases.items():
        assert len(await said(scene, person, "Begin.")) == 1, case
        assert len(await said(scene, person, "end.")) == 1, case


async def test_a_restart_at_any_step_delivers_once(backstage: Scene) -> None:
    """Each person's delivery hangs in another call, before Telegram acts or after; we stop there
    and start again.
    """
    scene = backstage
    await scene.start(patience=30)
    cases = dict(enumerate(product(STEPS, ("timeout", "timeout_after")), 2001))
    await scene.agreed(*cases)
    scene.worker.paused = True
    scene.worker.text = lambda _: TEXT
    scene.worker.delay, scene.worker.writes = 0.5, 3
    for person, ((method, nth), kind) in cases.items():
        await scene.people.fault(method, kind, chat_id=person, after=nth, seconds=60)
        await scene.people.send(person, "What is flu?")
    for person, (step, _) in cases.items():
        if step != STEPS[0]:
            await scene.answer(person, "Your question is in")
    scene.worker.paused = False
    async with asyncio.timeout(30):
        while not all(fault["hits"] for fault in await scene.people.faults()):
            await asyncio.sleep(0.05)
    await scene.stop()
    await scene.people.clear_faults()
    await scene.start()
    for person in cases:
        await scene.final(person, "end.", 40)
    await scene.all_delivered(20)
    for person, (step, kind) in cases.items():
        assert len(await said(scene, person, "Begin.")) == 1, (step, kind)
        assert len(await said(scene, person, "end.")) == 1, (step, kind)
        acted = kind == "timeout_after"
        strays = await said(scene, person, "Your question is in")
        strays += [
            m for m in await said(scene, person, "") if m.text in ("Here is the answer:", "…")
        ]
        assert len(strays) <= acted, (step, kind, strays)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers wait for a lock for a moment only; asked for before any connection is made."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 200)


@pytest.mark.usefixtures("impatient")
async def test_what_could_not_be_written_down_is_not_built_upon(backstage: Scene) -> None:
    """The heading is sent, the database locked before its id is written, and then we are killed."""
    scene = backstage
    await scene.start()
    await scene.agreed(ANA)
    scene.worker.paused = True
    scene.worker.delay, scene.worker.writes = 0.5, 3  # a draft hangs in the chat: a new message
    await scene.people.send(ANA, "What is flu?")
    await scene.answer(ANA, "Your question is in")
    await scene.people.fault("sendMessage", "delay", seconds=1.5)
    scene.worker.paused = False
    other = Database(scene.database.url.render_as_string())
    async with asyncio.timeout(20):
        while not (await scene.people.faults())[0]["hits"]:
            await asyncio.sleep(0.02)
    with pytest.raises(RuntimeError):  # nothing of this is to be kept
        async with other.session() as session:
            await session.execute(text("DELETE FROM inbox"))
            await scene.answer(ANA, "Here is the answer")
            await asyncio.sleep(within(1.5))  # time for some tries
            assert await said(scene, ANA, "About What is flu?") == []
            await scene.stop()
            raise RuntimeError
    await other.close()
    await scene.start()
    await scene.final(ANA, "About What is flu?")
    await scene.all_delivered()
    assert len(await said(scene, ANA, "About What is flu?")) == 1
