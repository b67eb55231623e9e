"""What goes wrong on purpose while people ask: at Telegram, on the way, in our own processes."""

import asyncio
import contextlib
import itertools
import logging
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

import httpx
import psutil

from bot.simulator.client import SimClient, SimError
from bot.trials.fleet import Fleet
from bot.trials.program import Program
from doctor_llama import outcomes
from doctor_llama.db import Database, Trouble

log = logging.getLogger(__name__)

METHODS = (
    *("sendMessage", "editMessageText", "sendMessageDraft", "deleteMessage"),
    *("answerCallbackQuery", "getUpdates", "editMessageReplyMarkup"),
)
KINDS = ("429", "500", "502", "reset", "reset_after", "timeout", "timeout_after", "delay")
SILENT_SECONDS = 3.0  # how long a call hangs that gets no answer
BLOCKED_SECONDS = 4.0
HUNG_SECONDS = 30.0  # longer than the program waits for a beat
LOCKED_SECONDS = (1.0, 8.0)  # around what a writer waits for a lock
# what a deed may meet: nobody there to do it to, or another deed's work
EXPECTED = (SimError, httpx.HTTPError, psutil.NoSuchProcess, Trouble)
KILLS = 5  # of the program, and of the worker, between a stop and a hang


class Faults(StrEnum):
    """Which families of faults."""

    NONE = "none"
    TELEGRAM = "telegram"  # errors, lost answers, duplicates, blocked people
    KILLS = "kills"  # worker and program with -9, frozen, or stopped politely; the database locked
    ALL = "all"


class Mischief:
    """Does its deeds until cancelled; `done` counts them."""

    def __init__(
        self,
        client: SimClient,
        program: Program | Fleet,
        persons: Sequence[int],
        *,
        seconds: float,
        kill_every: float,
        fault_every: float = 0.5,
        seed: int = 1,
    ) -> None:
        self._client, self._program, self._persons = client, program, persons
        self._seconds, self._kill_every, self._fault_every = seconds, kill_every, fault_every
        self._chance = random.Random(seed)
        kills = ("program", "worker")
        self._deeds = itertools.cycle(("lock", *kills, "stop", *kills * KILLS, "freeze"))
        self._outages = itertools.cycle(("502", "429", "reset"))
        self.done: Counter[str] = Counter()
        self.slowest_stop = 0.0  # seconds from SIGTERM to the end of the program

    async def run(self, faults: Faults) -> None:
        """Until cancelled; whatever was begun is then put right by `amend`."""
        doing = []
        if faults in (Faults.TELEGRAM, Faults.ALL):
            doing.append(self._now_and_then(self._fault_every, self._disturb))
            doing.append(self._now_and_then(max(8.0, self._seconds / 5), self._silence))
        if faults in (Faults.KILLS, Faults.ALL):
            doing.append(self._now_and_then(self._kill_every, self._kill))
        await asyncio.gather(*doing)

    async def amend(self) -> None:
        """No more faults; everybody lets the bot write again; the program runs."""
        await self._client.clear_faults()
        for person in self._persons:
            with contextlib.suppress(SimError):
                await self._client.block(person, False)
        if not self._program.tree():
            await self._program.start()

    async def _now_and_then(self, every: float, deed: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(every * self._chance.uniform(0.5, 1.5))
            with contextlib.suppress(*EXPECTED):
                await deed()

    async def _disturb(self) -> None:
        match self._chance.randrange(10):
            case 0:
                await self._twice()
            case 1:
                person = self._chance.choice(self._persons)
                await self._client.block(person)
                self.done["blocked"] += 1
                asyncio.get_running_loop().call_later(BLOCKED_SECONDS, self._unblock, person)
            case _:
                kind, method = self._chance.choice(KINDS), self._chance.choice(METHODS)
                await self._client.fault(
                    method,
                    kind,
                    times=self._chance.choice((1, 1, 1, 3)),
                    retry_after=self._chance.choice((1, 2)),
                    seconds=SILENT_SECONDS if "timeout" in kind else 0.5,
                )
                self.done[kind] += 1

    async def _silence(self) -> None:
        """Telegram is away as a whole: for a minute and a half in a trial of 45 minutes."""
        kind = next(self._outages)
        fault = await self._client.fault("*", kind, times=1_000_000, retry_after=1)
        log.debug("outage %s: %s", fault, kind)
        self.done[f"outage by {kind}"] += 1
        try:
            await asyncio.sleep(max(2.0, self._seconds / 30))
        finally:
            await self._client.clear_faults()

    def _unblock(self, person: int) -> None:
        async def unblock() -> None:
            with contextlib.suppress(SimError, httpx.HTTPError):
                await self._client.block(person, False)

        self._later = asyncio.ensure_future(unblock())

    async def _twice(self) -> None:
        """Telegram gives an update again, as it does when it did not hear of its success."""
        lines = await self._client.journal(kind="person", limit=50)
        ids = [line["update_id"] for line in lines if line.get("update_id")]
        if ids:
            await self._client.redeliver(self._chance.choice(ids))
            self.done["duplicate"] += 1

    async def _kill(self) -> None:
        match next(self._deeds):
            case "worker":
                self._program.worker().kill()
                self.done["worker killed"] += 1
                if isinstance(self._program, Fleet):  # there systemd starts it again
                    await self._start_again()
            case "program":
                await self._program.kill()
                self.done["program killed"] += 1
                await self._start_again()
            case "stop":
                await self._stop()
                await self._start_again()
            case "lock":
                await self._lock(self._chance.uniform(*LOCKED_SECONDS))
            case _:
                await self._freeze(self._program.worker())

    async def _stop(self) -> None:
        """As an operator does, or a machine that goes down."""
        began = time.monotonic()
        stopping = asyncio.ensure_future(self._program.stop())
        try:
            status = await asyncio.shield(stopping)
        except asyncio.CancelledError:
            await stopping  # a program in the midst of it is neither there nor gone
            raise
        self.slowest_stop = max(self.slowest_stop, time.monotonic() - began)
        self.done["program stopped" if status == 0 else f"exit status {status}"] += 1

    async def _lock(self, seconds: float) -> None:
        """Another program writes to the database, for as long as a careless backup might."""
        if not self._program.database_url.startswith("sqlite"):
            return  # PostgreSQL has many writers
        other = Database(self._program.database_url)
        try:
            async with other.session() as session:
                await outcomes.unsettled(session)
                await asyncio.sleep(seconds)
        finally:
            await other.close()
        self.done["database locked"] += 1

    async def _start_again(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 1.0))
        await self._program.start()

    async def _freeze(self, worker: psutil.Process) -> None:
        """As when a machine is suspended: it may come back, and must find its work taken away."""
        self.done["worker frozen"] += 1
        worker.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(HUNG_SECONDS)
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.send_signal(signal.SIGCONT)
