"""`doctor-llama bench bot`: a crowd on the whole program, with faults, and the account of it."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.simulator.client import SimClient
from bot.trials import account, crowd
from bot.trials.account import Account
from bot.trials.crowd import Crowd
from bot.trials.fleet import Fleet, fleet
from bot.trials.mischief import Faults, Mischief
from bot.trials.program import TOKEN, Program, program, serving
from bot.trials.watching import Watch
from doctor_llama import outcomes
from doctor_llama.db import Database

SETTLE_SECONDS = 300.0  # after the last question, for the last answer; more after a long trial


@dataclass(frozen=True, slots=True)
class Plan:
    """What to try: so many people, for so long, at so many questions a second."""

    people: int = 40
    seconds: float = 30.0
    rate: float = 4.0
    slow: float = 1.0  # mean seconds of an answer
    faults: Faults = Faults.NONE
    kill_every: float = 8.0
    poison: float = 0.0
    seed: int = 1
    concurrency: int = 16
    messages: int = 28  # a second, from the bot to all
    database_url: str | None = None
    bots: int = 1  # more than one bot or worker needs PostgreSQL
    workers: int = 1


@dataclass(slots=True)
class Outcome:
    """The account, and how it felt."""

    account: Account
    waits: list[float]  # milliseconds from a message in the chat to its committed job
    seconds: float
    memory_mb: float
    depth: list[tuple[float, int]]
    deeds: dict[str, int]
    slowest_stop: float = 0.0

    def summary(self) -> dict[str, Any]:
        """What `--json` prints."""
        told = asdict(self.account)
        details = told.pop("details")
        return {
            **told,
            "ack_p50_ms": round(_percentile(self.waits, 0.5), 1),
            "ack_p99_ms": round(_percentile(self.waits, 0.99), 1),
            "bot_memory_mb": round(self.memory_mb, 1),
            "queue_depth_max": max((depth for _, depth in self.depth), default=0),
            "answered_per_second": round(self.account.answered / max(self.seconds, 1e-9), 2),
            "seconds": round(self.seconds, 1),
            "stop_seconds_max": round(self.slowest_stop, 1),
            "faults": dict(sorted(self.deeds.items())),
            "details": details[:20],
        }


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def run(plan: Plan, say: Callable[[str], None], folder: Path | None = None) -> Outcome:
    """Carry out the plan, in a folder of its own unless one is given.

    Journal, database and log are kept where something was lost, doubled or misdelivered.
    """
    if folder is not None:
        return await _run(plan, say, folder)
    made = Path(tempfile.mkdtemp(prefix="doctor-llama-trial-"))
    outcome = None
    try:
        outcome = await _run(plan, say, made)
    finally:
        if outcome is not None and not outcome.account.clean:
            say(f"journal, database and log are kept in {made}")
        else:
            shutil.rmtree(made, ignore_errors=True)
    return outcome


async def _run(plan: Plan, say: Callable[[str], None], folder: Path) -> Outcome:
    journal, began = folder / "journal.jsonl", time.monotonic()
    settings = {
        "DOCTOR_LLAMA_LOG_LEVEL": "WARNING",
        "DOCTOR_LLAMA_CONCURRENCY": str(plan.concurrency),
        "DOCTOR_LLAMA_MESSAGES_PER_SECOND": str(plan.messages),
        "DOCTOR_LLAMA_QUEUE_LIMIT": "1000000",
        "DOCTOR_LLAMA_METRICS_PORT": "0",
        "DOCTOR_LLAMA_BOT_METRICS_PORT": "0",
        "DOCTOR_LLAMA_STALL_SECONDS": "8",
        "DOCTOR_LLAMA_BACKUP_KEEP": "0",
    }
    if plan.database_url:
        settings["DATABASE_URL"] = plan.database_url
    async with (
        simulator(journal) as url,
        SimClient(url) as client,
        _house(plan, folder, serving(url, **settings)) as running,
    ):
        await running.start()
        database = Database(running.database_url)
        people = Crowd(
            client, plan.people, plan.rate, plan.slow, plan.poison, plan.poison, plan.seed
        )
        await crowd.consent(database, people.persons)
        deeds = Mischief(
            client,
            running,
            people.persons,
            seconds=plan.seconds,
            kill_every=plan.kill_every,
            seed=plan.seed,
        )
        say(f"{plan.people} people ask for {plan.seconds:.0f} s; faults: {plan.faults}")
        async with Watch(running) as watch:
            async with asyncio.TaskGroup() as beside:  # a deed that fails ends the trial at once
                mischief = beside.create_task(deeds.run(plan.faults))
                await people.ask(plan.seconds)
                mischief.cancel()
            await deeds.amend()
            say("they have asked; the rest is answered")
            await _settled(client, database, SETTLE_SECONDS + plan.seconds / 2)
        took = time.monotonic() - began
        await running.stop()
    told = await account.take(journal, database)
    await database.close()
    waits = _waits(journal, watch.safe)
    return Outcome(
        told, waits, took, watch.memory_mb, watch.depth, dict(deeds.done), deeds.slowest_stop
    )


@asynccontextmanager
async def _house(
    plan: Plan, folder: Path, settings: dict[str, str]
) -> AsyncIterator[Program | Fleet]:
    if plan.bots == plan.workers == 1:
        async with program(folder, **settings) as whole:
            yield whole
    else:
        async with fleet(folder, plan.bots, plan.workers, settings, seed=plan.seed) as several:
            yield several


@asynccontextmanager
async def simulator(journal: Path) -> AsyncIterator[str]:
    """The simulator as a process of its own; yields its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--port", "0",
        "--journal", str(journal), "--exit-with-stdin",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    try:
        yield line.split()[-1].rstrip("/")
    finally:
        process.terminate()
        await process.wait()


async def _settled(client: SimClient, database: Database, patience: float) -> None:
    """Wait until nobody waits for anything, or for long enough.

    That is: Telegram keeps no update back, we hold none, and no job is left to deliver.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not await client.pending(TOKEN):
            async with database.reading() as session:
                if not await outcomes.unsettled(session):
                    return
        await asyncio.sleep(0.2)


def _waits(journal: Path, safe: dict[str, float]) -> list[float]:
    sent = account.sent_at(journal)
    return [(safe[ref] - at) * 1e3 for ref, at in sent.items() if ref in safe]
