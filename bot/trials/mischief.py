"""What goes wrong on purpose while people ask: at Telegram, on the way, in our own processes."""

import asyncio
import contextlib
import itertools
import logging
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

import httpx
import psutil

from bot.simulator.client import SimClient, SimError
from bot.trials.fleet import Fleet
from bot.trials.program import Program

log = logging.getLogger(__name__)

METHODS = (
    *("sendMessage", "editMessageText", "sendMessageDraft", "deleteMessage"),
    *("answerCallbackQuery", "getUpdates", "editMessageReplyMarkup"),
)
KINDS = ("429", "500", "502", "reset", "reset_after", "timeout", "timeout_after", "delay")
SILENT_SECONDS = 3.0  # how long a call hangs that gets no answer
BLOCKED_SECONDS = 4.0
HUNG_SECONDS = 30.0  # longer than the program waits for a beat


class Faults(StrEnum):
    """Which families of faults."""

    NONE = "none"
    TELEGRAM = "telegram"  # errors, lost answers, duplicates, blocked people
    KILLS = "kills"  # the worker and the whole program, with -9; the worker stopped in its tracks
    ALL = "all"


class Mischief:
    """Does its deeds until cancelled; `done` counts them."""

    def __init__(
        self,
        client: SimClient,
        program: Program | Fleet,
        persons: Sequence[int],
        *,
        kill_every: float,
        fault_every: float = 0.5,
        seed: int = 1,
    ) -> None:
        self._client, self._program, self._persons = client, program, persons
        self._kill_every, self._fault_every = kill_every, fault_every
        self._chance = random.Random(seed)
        self._deeds = itertools.cycle(("program", "worker", "program", "worker", "freeze"))
        self.done: Counter[str] = Counter()

    async def run(self, faults: Faults) -> None:
        """Until cancelled; whatever was begun is then put right by `amend`."""
        doing = []
        if faults in (Faults.TELEGRAM, Faults.ALL):
            doing.append(self._now_and_then(self._fault_every, self._disturb))
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
            with contextlib.suppress(SimError, httpx.HTTPError, psutil.NoSuchProcess):
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
            case _:
                await self._freeze(self._program.worker())

    async def _start_again(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 1.0))
        await self._program.start()

    async def _freeze(self, worker: psutil.Process) -> None:
        """As when a machine is suspended: it may come back, and must find its work taken away."""
        self.done["worker stopped"] += 1
        worker.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(HUNG_SECONDS)
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.send_signal(signal.SIGCONT)
