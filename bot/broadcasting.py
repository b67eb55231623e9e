"""Telling everybody what the owners have to say: slowly, so that answers always come first."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from telegram.error import TelegramError

from bot import places, rendering
from bot.alarms import SILENT
from bot.gateway import BlockedError, Gateway, UncertainError
from bot.places import Place
from bot.standing import Standing
from bot.texts import say
from doctor_llama import broadcasts
from doctor_llama.db import Database, Trouble
from doctor_llama.schema import Job, User

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
APART_SECONDS = 1 / 12  # between two people: less than half of what Telegram allows overall


class Broadcasts:
    """Works off what was ordered, in the one bot that leads; runs until it is cancelled."""

    def __init__(
        self,
        gateway: Gateway,
        database: Database,
        standing: Standing,
        leads: Callable[[], bool],
    ) -> None:
        self._gateway, self._database = gateway, database
        self._standing, self._leads = standing, leads

    async def run(self) -> None:
        while True:
            try:
                async with self._database.reading() as session:
                    job = await broadcasts.due(session) if self._leads() else None
                if job is not None:
                    await self._work(job)
            except Trouble as error:
                log.warning("the database does not answer (%s)", type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _work(self, job: Job) -> None:
        counts = Counter({name: job.shown.get(name, 0) for name in ("sent", "gone", "unsure")})
        text = str(job.payload["text"])
        while self._leads():
            async with self._database.session() as session:
                person = await broadcasts.step(session, job.id, counts)
            if person is None:
                break
            counts[await self._tell(person, text)] += 1
            await asyncio.sleep(APART_SECONDS)
        else:
            return
        async with self._database.reading() as session:
            ended = await session.get(Job, job.id)
            sender = await session.get(User, job.user_id) if ended is not None else None
        if sender is not None:
            await self._report(sender, counts)

    async def _tell(self, person: User, text: str) -> str:
        """How it went: "sent", "gone" for who has blocked us, "unsure" where nobody knows."""
        try:
            place = Place(places.person_of(person.account))
            for part in rendering.plain(text):
                await self._gateway.send(place, part)
        except BlockedError:
            async with self._database.session() as session:
                await broadcasts.unreachable(session, person.account, gone=True)
            return "gone"
        except ValueError:  # another channel's person
            return "gone"
        except (UncertainError, TelegramError, *SILENT):
            return "unsure"
        return "sent"

    async def _report(self, sender: User, counts: Counter[str]) -> None:
        number = places.person_of(sender.account)
        said = say(self._standing.language_of(number), "admin-broadcast-ended", **counts)
        try:
            await self._gateway.send(Place(number), rendering.Part(said))
        except (BlockedError, TelegramError, *SILENT):
            log.info("the end of a broadcast could not be told")
