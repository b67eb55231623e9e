"""Many people who ask at random times, rate, stop and block. They do not wait for answers."""

import asyncio
import contextlib
import random
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from bot.simulator.client import ChatView, Message, SimClient, SimError
from doctor_llama import privacy
from doctor_llama.db import Database

FIRST_PERSON = 500_000
STOPS, RATES = 0.03, 0.15  # shares of the questions that are stopped, of the answers rated
POISON = ("[[crash]]", "[[oom]]", "[[hang]]")
QUESTION = "q{number:06d} of person {person}: what helps me to sleep?"


@dataclass(slots=True)
class Crowd:
    """`people` who ask `rate` questions a second together, each answer taking `slow` seconds.

    `poison` is the share of questions that end the worker or make it hang, `errors` that of those
    whose answer fails.
    """

    client: SimClient
    people: int
    rate: float
    slow: float = 0.0
    poison: float = 0.0
    errors: float = 0.0
    seed: int = 1
    asked: int = 0
    _acts: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def persons(self) -> range:
        return range(FIRST_PERSON, FIRST_PERSON + self.people)

    async def ask(self, seconds: float) -> None:
        """Ask for so long, at the times of a Poisson process, and end what was begun."""
        chance, loop = random.Random(self.seed), asyncio.get_running_loop()
        end, at = loop.time() + seconds, loop.time()
        while True:
            at += chance.expovariate(self.rate)
            if at >= end:
                break
            await asyncio.sleep(max(0.0, at - loop.time()))
            self._act(self._question(chance.choice(self.persons), chance.random(), chance.random()))
        await asyncio.gather(*self._acts)

    def _act(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)

    async def _question(self, person: int, kind: float, then: float) -> None:
        self.asked += 1
        text = QUESTION.format(number=self.asked, person=person)
        if kind < self.poison:
            text += f" {POISON[self.asked % len(POISON)]}"
        elif kind < self.poison + self.errors:
            text += " [[error]]"
        elif self.slow:
            text += f" [[slow {self.slow * 2 * then:.2f}]]"
        with contextlib.suppress(SimError, httpx.HTTPError):  # somebody who has blocked the bot
            await self.client.send(person, text)
            if then < STOPS:
                await self.client.send(person, "/stop")
            elif then < STOPS + RATES:
                await self._rate(person)

    async def _rate(self, person: int) -> None:
        """Press a thumb of the newest answer that is there by now."""
        view = await self.client.chat(person)
        for message in _rateable(view):
            button = next(label for label in message.labels if "👍" in label or "👎" in label)
            await self.client.press(person, message.message_id, button, stale=True, wait=0.0)
            return


def _rateable(view: ChatView) -> Iterator[Message]:
    return (one for one in reversed(view.from_bot) if any("👍" in label for label in one.labels))


async def consent(database: Database, persons: Sequence[int]) -> None:
    """These people agreed to storing some time ago."""
    async with database.session() as session:
        for person in persons:
            privacy.consent(await privacy.person(session, f"telegram:{person}", language="en"))
