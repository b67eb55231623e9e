"""The whole program killed with -9 at chosen points and started again.

The simulator outlives it, as Telegram does. A fault holds a call at the point in question:
`timeout` before Telegram acts, `timeout_after` when it has acted and we have not heard of it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from sqlalchemy import select

from benchmarks.people import agree
from bot.simulator import running
from bot.simulator.client import ChatView, Message, SimClient
from bot.trials.program import Program, program, serving
from doctor_llama.db import Database
from doctor_llama.engine.scripted import marker
from doctor_llama.schema import Job, JobStatus

# one program for all points: each begins where the kill before it was survived
pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST_PERSON = 2001


@dataclass(frozen=True)
class Asked:
    """A person's question, and whose it is."""

    person: int
    message_id: int


# what to wait for, in the chat of the watched person's question
Reached = Callable[[SimClient, Database, Asked], Awaitable[bool]]


def question(person: int) -> str:
    return f"What helps person {person} to sleep? [[slow 1]]"


def answers(view: ChatView, person: int) -> list[Message]:
    """The messages that hold the whole answer to this person's question."""
    return [m for m in view.from_bot if marker(question(person)) in m.text]


def job(*statuses: JobStatus) -> Reached:
    """The watched person's job is in one of these states."""

    async def reached(_people: SimClient, database: Database, asked: Asked) -> bool:
        async with database.reading() as session:
            found = await session.scalars(
                select(Job.status).where(Job.channel == f"telegram:{asked.person}")
            )
            return any(status in statuses for status in found)

    return reached


def visible(predicate: Callable[[ChatView], object]) -> Reached:
    """The watched person sees something."""

    async def reached(people: SimClient, _database: Database, asked: Asked) -> bool:
        return bool(predicate(await people.chat(asked.person, after=asked.message_id)))

    return reached


async def at_once(_people: SimClient, _database: Database, _asked: Asked) -> bool:
    return True


noted = visible(lambda view: view.from_bot)
streaming = visible(lambda view: view.drafts)
headed = visible(lambda view: len(view.from_bot) >= 2)
answered = visible(lambda view: answers(view, view.chat_id))
running_job, written = job(JobStatus.RUNNING), job(JobStatus.SUCCEEDED)

# (name, a fault that holds a call in the watched chat: method, kind, how many pass; when to kill)
POINTS: list[tuple[str, tuple[str, str, int] | None, Reached]] = [
    ("the update was just sent", None, at_once),
    ("the job is committed", ("sendMessage", "timeout", 0), job(*JobStatus)),
    ("the note was sent, we have not heard", ("sendMessage", "timeout_after", 0), noted),
    ("the answer is being written", ("sendMessageDraft", "timeout", 0), running_job),
    ("a frame is on its way", ("sendMessageDraft", "timeout_after", 0), streaming),
    ("the answer is written, not delivered", ("sendMessage", "timeout", 1), written),
    ("the heading was sent, we have not heard", ("sendMessage", "timeout_after", 1), headed),
    ("the answer is on its way", ("editMessageText", "timeout", 0), written),
    ("the answer is there, we have not heard", ("editMessageText", "timeout_after", 0), answered),
    ("the note is being taken away", ("deleteMessage", "timeout", 0), answered),
    ("everything is done", None, answered),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[SimClient, Program]]:
    """A simulator, and a program that serves it."""
    folder = tmp_path_factory.mktemp("kills")
    async with (
        running(port=0, journal=folder / "journal.jsonl") as simulator,
        SimClient(simulator.url) as people,
        program(folder, **serving(simulator.url, DOCTOR_LLAMA_CONCURRENCY="1")) as doctor,
    ):
        await doctor.start()
        yield people, doctor
        assert await doctor.stop() == 0


@pytest.mark.parametrize(("name", "fault", "reached"), POINTS, ids=[p[0] for p in POINTS])
async def test_every_accepted_question_ends_answered_once(
    stage: tuple[SimClient, Program],
    name: str,
    fault: tuple[str, str, int] | None,
    reached: Reached,
) -> None:
    people, doctor = stage
    begin = FIRST_PERSON + 10 * [point for point, *_ in POINTS].index(name)
    several = (begin, begin + 1, begin + 2)
    watched = several[1]  # the first one's answer makes the others wait: concurrency is 1
    if not doctor.tree():  # the point before this one failed
        await doctor.start()
    for person in several:
        await agree(people, person)
    database = Database(doctor.database_url)
    if fault is not None:
        method, kind, after = fault
        await people.fault(method, kind, after=after, chat_id=watched, times=1, seconds=60)
    asked = [await people.send(person, question(person)) for person in several]
    async with asyncio.timeout(60):
        while not await reached(people, database, Asked(watched, asked[1].message_id)):
            await asyncio.sleep(0.02)
    await doctor.kill()
    await people.clear_faults()
    await doctor.start()
    for person in several:
        await people.wait_message(
            person, lambda m: bool(m.buttons) and m.text.startswith("Answer to"), 60
        )
    async with asyncio.timeout(60):
        while await unfinished(database):
            await asyncio.sleep(0.05)
    await database.close()
    for person in several:
        view = await people.chat(person)
        assert len(answers(view, person)) == 1, f"{name}: {view.from_bot}"
        strangers = [m for m in view.from_bot if "Answer to" in m.text]
        assert len(strangers) == 1, f"{name}: another person's answer"


async def unfinished(database: Database) -> int:
    """How many jobs are not delivered yet."""
    async with database.reading() as session:
        return len(list(await session.scalars(select(Job.id).where(Job.delivered_at.is_(None)))))
