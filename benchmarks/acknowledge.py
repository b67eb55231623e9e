"""How soon a question is safe: 200 people ask within ten seconds, with the scripted engine.

Acknowledged means committed: a reader of the database sees the job. The clock starts when the
person's message is in the chat, and a third process polls, so the figures err on the long side.
"""

import asyncio
import contextlib
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks import people
from benchmarks.figures import Figure, percentile
from bot.simulator.client import Message, SimClient
from bot.trials.program import Program, program, serving

PEOPLE = 200
SECONDS = 10.0
FIRST_PERSON = 50_000
POLL_SECONDS = 0.003
SEED = 7
NEW_JOBS = """
    SELECT jobs.id, question.ref FROM jobs
    JOIN messages AS answer ON answer.id = jobs.message_id
    JOIN messages AS question ON question.id = answer.parent_id
    WHERE jobs.id > ? ORDER BY jobs.id
"""


@asynccontextmanager
async def simulator(folder: Path) -> AsyncIterator[str]:
    """The simulator as a process of its own; yields its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--port", "0",
        "--journal", str(folder / "journal.jsonl"), "--exit-with-stdin",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    try:
        yield line.split()[-1].rstrip("/")
    finally:
        process.terminate()
        await process.wait()


async def measure(folder: Path) -> list[Figure]:
    """Let 200 people ask one question each, at random times within ten seconds."""
    async with (
        simulator(folder) as url,
        program(folder, **serving(url, DOCTOR_LLAMA_LOG_LEVEL="WARNING")) as running,
        SimClient(url) as client,
    ):
        await running.start()
        crowd = range(FIRST_PERSON, FIRST_PERSON + PEOPLE)
        for at in range(0, PEOPLE, 20):
            await asyncio.gather(*(people.agree(client, p) for p in crowd[at : at + 20]))
        seen: dict[str, float] = {}
        watching = asyncio.create_task(asyncio.to_thread(_watch, running, seen, PEOPLE))
        draw = random.Random(SEED)
        began = time.monotonic()
        told = await asyncio.gather(
            *(_ask(client, p, draw.uniform(0, SECONDS), began) for p in crowd)
        )
        await watching
        memory = running.tree()[0].memory_info().rss / 2**20
    waits = [seen[ref] - sent for ref, sent, _, _ in told]
    shown = [first.date - sent for _, sent, first, _ in told]
    whole = [last.changed - sent for _, sent, _, last in told]
    return [
        Figure("acknowledged, median", percentile(waits, 0.5) * 1000, "ms", at_most=50),
        Figure("acknowledged, 99th percentile", percentile(waits, 0.99) * 1000, "ms", at_most=250),
        Figure("something shown, 99th percentile", percentile(shown, 0.99) * 1000, "ms"),
        Figure("answered, 99th percentile", percentile(whole, 0.99) * 1000, "ms"),
        Figure("bot memory after 200 people", memory, "MiB", at_most=200),
    ]


async def _ask(
    client: SimClient, person: int, after: float, began: float
) -> tuple[str, float, Message, Message]:
    await asyncio.sleep(max(0.0, began + after - time.monotonic()))
    sent = await client.send(person, f"What helps person {person} to sleep?")
    first = await client.wait_message(person, timeout=60, after=sent.message_id)
    last = await client.wait_message(person, people.rated, 60, after=sent.message_id)
    return f"telegram:{person}/{sent.message_id}", sent.time, first, last


def _watch(running: Program, seen: dict[str, float], wanted: int) -> None:
    """Note when each job can first be seen by a reader of the database."""
    path = running.database_url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        last, deadline = 0, time.monotonic() + SECONDS + 60
        while len(seen) < wanted and time.monotonic() < deadline:
            for number, ref in connection.execute(NEW_JOBS, (last,)).fetchall():
                last = number
                seen.setdefault(ref, time.time())
            time.sleep(POLL_SECONDS)
