"""A soak: 300 people ask 5,000 questions while Telegram fails, people block, and we are killed.

`conduct` then accounts for every question and for the pace, from outside. The parts are made to be
used by other trials: `Crowd` asks, `spoil` breaks.
"""

import asyncio
import contextlib
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks import conduct
from benchmarks.acknowledge import simulator
from benchmarks.figures import Figure
from bot.simulator.client import ChatView, SimClient, SimError
from bot.trials.program import Program, program, serving
from doctor_llama import jobs, privacy
from doctor_llama.db import Database
from doctor_llama.engine.scripted import marker
from doctor_llama.schema import JobStatus

QUESTIONS = int(os.environ.get("SOAK_QUESTIONS", "5000"))
PEOPLE = 300
GROUP, IN_GROUP = -1_001_000_000_001, 40  # questions there: it takes twenty messages a minute
RESTARTS = max(2, QUESTIONS // 800)
FIRST_PERSON = 700_000
PATIENCE = 90.0  # seconds that a person waits before asking the next question
STOP, AGAIN, BLOCK, FAIL = 0.03, 0.03, 0.01, 0.02  # shares of the questions
SETTLE_SECONDS = 600.0
AT_ONCE = 6  # faults that wait for their call
SEED = 11
METHODS = ("sendMessage", "editMessageText", "sendMessageDraft", "deleteMessage", "getUpdates")
KINDS = ("429", "500", "502", "reset", "reset_after", "timeout", "timeout_after", "delay")
Asked = dict[tuple[int, int], tuple[int, str]]


@dataclass(slots=True)
class Crowd:
    """People who ask one question after the other, and now and then stop, block or stutter."""

    client: SimClient
    persons: range
    chance: random.Random
    asked: Asked = field(default_factory=dict)

    async def ask(self, person: int, questions: int) -> None:
        for number in range(questions):
            await self._question(person, person, f"soak {person}-{number}: what helps me to sleep?")
            await asyncio.sleep(self.chance.uniform(0.0, 3.0))

    async def ask_in_group(self, person: int, number: int) -> None:
        words = f"soak group {person}-{number}: what helps me to sleep?"
        await self._question(person, GROUP, words, "@doctor_llama_bot ")

    async def _question(self, person: int, chat: int, words: str, before: str = "") -> None:
        fate, kind = self.chance.random(), self.chance.random()
        words += " [[error]]" if kind < FAIL else " [[slow 2]]" if kind < 0.3 else ""
        try:
            sent = await self.client.send(person, before + words, chat_id=chat)
        except (SimError, httpx.HTTPError):
            return  # somebody who has just blocked us
        begins = marker(words)
        self.asked[chat, sent.message_id] = (person, begins)
        with contextlib.suppress(SimError, httpx.HTTPError):
            await self._then(person, chat, fate, sent.update_id)
            await self.client.wait_for(
                chat, lambda view: _over(view, begins, sent.message_id), PATIENCE,
                after=sent.message_id,
            )  # fmt: skip

    async def _then(self, person: int, chat: int, fate: float, update_id: int | None) -> None:
        if fate < STOP:
            await self.client.send(person, "/stop", chat_id=chat)
        elif fate < STOP + AGAIN and update_id is not None:
            await self.client.redeliver(update_id)
        elif fate < STOP + AGAIN + BLOCK and chat > 0:
            await self.client.block(person)
            await asyncio.sleep(1.0)
            await self.client.block(person, False)


def _over(view: ChatView, begins: str, question: int) -> bool:
    """Whether a question is answered, stopped or refused, as its writer sees it."""
    return any(
        begins in one.text or (one.reply_to == question and one.labels not in ([], ["Stop"]))
        for one in view.from_bot
    )


async def spoil(client: SimClient, chance: random.Random) -> None:
    """Let a call of Telegram fail about twice a second, until cancelled; never many in a row."""
    while True:
        with contextlib.suppress(SimError, httpx.HTTPError):
            if len(await client.faults()) >= AT_ONCE:
                await client.clear_faults()
            await client.fault(
                chance.choice(METHODS),
                chance.choice(KINDS),
                times=chance.randint(1, 2),
                retry_after=chance.randint(1, 3),
                seconds=chance.uniform(0.5, 3.0),
            )
        await asyncio.sleep(chance.uniform(0.2, 0.8))


async def restart(running: Program, crowd: Crowd, chance: random.Random, times: int) -> None:
    """Kill the program with -9, or stop it, each time that a share of the questions is asked."""
    for number in range(1, times + 1):
        while len(crowd.asked) < QUESTIONS * number / (times + 1):
            await asyncio.sleep(0.2)
        await (running.kill() if number % 2 else running.stop())
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        await running.start()


async def measure(folder: Path) -> list[Figure]:
    """Ask everything, wait until all is told, then read the journal and the rows."""
    settings = {
        "DOCTOR_LLAMA_LOG_LEVEL": "WARNING",
        "DOCTOR_LLAMA_CONCURRENCY": "32",
        "DOCTOR_LLAMA_QUEUE_LIMIT": "100000",
        "DOCTOR_LLAMA_PERSON_PER_MINUTE": "0",
        "DOCTOR_LLAMA_METRICS_PORT": "0",
        "DOCTOR_LLAMA_BOT_METRICS_PORT": "0",
    }
    began, chance = time.monotonic(), random.Random(SEED)
    async with (
        simulator(folder) as url,
        SimClient(url) as client,
        program(folder, **serving(url, **settings)) as running,
    ):
        await running.start()
        database = Database(running.database_url)
        crowd = Crowd(client, range(FIRST_PERSON, FIRST_PERSON + PEOPLE), chance)
        await _begun(database, crowd.persons)
        spoiling = asyncio.create_task(spoil(client, chance))
        restarting = asyncio.create_task(restart(running, crowd, chance, RESTARTS))
        each, more = divmod(QUESTIONS - IN_GROUP, PEOPLE)
        await asyncio.gather(
            *(crowd.ask(p, each + (n < more)) for n, p in enumerate(crowd.persons)),
            *(crowd.ask_in_group(crowd.persons[n], n) for n in range(IN_GROUP)),
        )
        for task in (spoiling, restarting):
            task.cancel()
        await asyncio.gather(spoiling, restarting, return_exceptions=True)
        await client.clear_faults()
        if not running.tree():
            await running.start()
        await _told(database)
        await running.stop()
        await database.close()
    return _figures(folder, crowd.asked, time.monotonic() - began)


async def _begun(database: Database, persons: range) -> None:
    async with database.session() as session:
        for person in persons:
            user = await privacy.person(session, f"telegram:{person}", language="en")
            privacy.consent(user)


async def _told(database: Database) -> None:
    """Wait until nobody waits for anything, or for long enough."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        async with database.reading() as session:
            waiting = await jobs.undelivered(session, list(JobStatus), limit=1)
        if not waiting:
            return
        await asyncio.sleep(0.5)


def _figures(folder: Path, asked: Asked, seconds: float) -> list[Figure]:
    journal = conduct.read(folder / "journal.jsonl")
    found = conduct.account(journal, folder / "data" / "doctor-llama.db", asked)
    for detail in found.details[:20]:
        print(detail)  # noqa: T201 - what to look into
    return [
        Figure("questions asked", len(asked), ""),
        Figure("accepted", found.accepted, ""),
        Figure("answered", found.answered, ""),
        Figure("cancelled, with a notice", found.cancelled, ""),
        Figure("failed, with a notice", found.failed, ""),
        Figure("of people who blocked us", found.untold, ""),
        Figure("refused, with a notice", found.refused, ""),
        Figure("lost", found.lost, "", at_most=0),
        Figure("answered twice", found.doubled, "", at_most=0),
        Figure("answered in another chat", found.elsewhere, "", at_most=0),
        Figure("shortest pause in a chat", journal.closest(), "s", at_least=1.0),
        Figure("most in a group's minute", journal.fullest_minute(), "", at_most=20),
        Figure("calls that failed on purpose", sum(journal.faults.values()), ""),
        Figure("restarts", RESTARTS, ""),
        Figure("whole", seconds, "s"),
    ]
