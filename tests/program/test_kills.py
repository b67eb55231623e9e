"""The whole program killed with -9 at chosen points and started again.

The simulator outlives it, as Telegram does. A fault holds a call at the point in question: `timeout`
before Telegram acts, `timeout_after` when Telegram has acted and we have not heard of it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.simulator import running
from bot.simulator.client import ChatView, Message, SimClient
from doctor_llama.db import Database
from doctor_llama.engine.scripted import marker
from doctor_llama.schema import Job, JobStatus
from tests.program.program import Program, program, serving

PEOPLE = (1002, 1003, 1004)
WATCHED = PEOPLE[0]

Reached = Callable[[SimClient, Database], Awaitable[bool]]


def question(person: int) -> str:
    return f"What helps person {person} to sleep? [[slow 2]]"


def answers(view: ChatView, person: int) -> list[Message]:
    """The messages that hold the whole answer to this person's question."""
    return [m for m in view.from_bot if marker(question(person)) in m.text]


def calls(method: str, count: int = 1) -> Reached:
    """The watched person's chat has seen so many calls of a method, acted on or not."""

    async def reached(people: SimClient, _database: Database) -> bool:
        lines = [
            line
            for line in await people.calls(method)
            if str(line["params"].get("chat_id")) == str(WATCHED)
        ]
        return len(lines) >= count

    return reached


def job(*statuses: JobStatus) -> Reached:
    """The watched person's job is in one of these states."""

    async def reached(_people: SimClient, database: Database) -> bool:
        async with database.reading() as session:
            found = await session.scalars(
                select(Job.status).where(Job.channel == f"telegram:{WATCHED}")
            )
            return any(status in statuses for status in found)

    return reached


def visible(predicate: Callable[[ChatView], object]) -> Reached:
    """The watched person sees something."""

    async def reached(people: SimClient, _database: Database) -> bool:
        return bool(predicate(await people.chat(WATCHED)))

    return reached


async def at_once(_people: SimClient, _database: Database) -> bool:
    return True
