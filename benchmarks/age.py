"""How long a question and its answer take in a house that has given many, against an empty one."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from benchmarks.figures import Figure, percentile
from doctor_llama import (
    alternatives,
    conversations,
    feedback,
    history,
    inbox,
    jobs,
    pauses,
    privacy,
    status,
)
from doctor_llama.conversations import Question
from doctor_llama.db import Database, Session
from doctor_llama.limits import Limits
from doctor_llama.schema import (
    Conversation,
    InboxUpdate,
    Job,
    JobKind,
    JobStatus,
    Message,
    User,
    now,
)
from tests.postgres import served

FEW, MANY = 500, 100_000  # answers
EACH = 5  # of one person, in one conversation
ROUNDS = 60
APART = timedelta(seconds=80)  # between two answers
LIMITS = Limits(queue=1_000_000, person=1_000, person_minute=1_000, person_day=1_000, minute=1_000)
KINDS = (JobKind.ANSWER, JobKind.BACKUP)
ENDED = (JobStatus.RUNNING, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)
SLOWER = 2.0  # at most, in an old house


async def measure(folder: Path) -> list[Figure]:
    figures = await _compared(
        "SQLite", *(Database(f"sqlite:///{folder / name}.db") for name in ("new", "old"))
    )
    with served() as server:
        urls = [server.url(server.create()) for _ in range(2)]
        return figures + await _compared("PostgreSQL", *(Database(url) for url in urls))


async def _compared(name: str, new: Database, old: Database) -> list[Figure]:
    taken = []
    for database, answers in ((new, FEW), (old, MANY)):
        database.upgrade()
        await _filled(database, answers)
        taken.append(await _exchanges(database))
        await database.close()
    return [
        Figure(f"{name}: {step}, times as long", after / before, "", at_most=SLOWER)
        for (step, before), (_, after) in zip(*(each.items() for each in taken), strict=True)
    ] + [Figure(f"{name}: all steps, old house", sum(taken[1].values()), "ms")]


async def _exchanges(database: Database) -> dict[str, float]:
    """Milliseconds of each step, at the median, of exchanges of different people."""
    taken: dict[str, list[float]] = {}
    for person in range(1, ROUNDS + 1):
        exchange = Exchange(person)
        for step in STEPS:
            began = time.perf_counter()
            async with database.session() as session:
                await getattr(exchange, step)(session)
            taken.setdefault(step, []).append((time.perf_counter() - began) * 1e3)
    return {step: percentile(each, 0.5) for step, each in taken.items()}


STEPS = ("ask", "claim", "read", "finish", "look", "deliver", "rate", "browse", "oversee")


class Exchange:
    """A question of somebody, from the inbox to the rating; each step is one transaction."""

    job: Job

    def __init__(self, person: int) -> None:
        self.person, self.channel = person, f"telegram:{person}"

    async def ask(self, session: Session) -> None:
        await inbox.put(session, [InboxUpdate(update_id=self.person, body={}, place=self.channel)])
        user = await privacy.person(session, self.channel, language="en")
        question = Question("What helps against hay fever?", f"{self.channel}/x", self.channel, "1")
        await conversations.ask(session, user, question, LIMITS)
        await inbox.done(session, self.person)

    async def claim(self, session: Session) -> None:
        assert await jobs.anything_due(session, KINDS)
        job = await jobs.claim(session, worker="w", kinds=KINDS)
        assert job is not None
        self.job, self.answer = job, job.message_id or 0

    async def read(self, session: Session) -> None:
        """What was said before."""
        said = await history.turns(session, await session.get_one(Message, self.answer))
        assert len(said) == 2 * EACH + 1

    async def finish(self, session: Session) -> None:
        assert await jobs.finish(session, self.job, JobStatus.SUCCEEDED, {})
        (await session.get_one(Message, self.answer)).content = "Rinse the nose."

    async def look(self, session: Session) -> None:
        """For what is to be delivered."""
        await jobs.waiting(session)
        await pauses.current(session)
        assert len(await jobs.of(session, list(await jobs.undelivered(session, ENDED)))) == 1
        await jobs.service_seconds(session)

    async def deliver(self, session: Session) -> None:
        await jobs.delivered(session, self.job.id, {})
        await conversations.stands_at(session, self.answer, f"{self.channel}/y")
        await alternatives.to_compare(session, self.answer)

    async def rate(self, session: Session) -> None:
        user = await privacy.person(session, self.channel)
        await feedback.rate(session, user, self.answer, 1)

    async def browse(self, session: Session) -> None:
        """Look at the first page of one's conversations."""
        user = await privacy.person(session, self.channel)
        assert (await history.page(session, user, self.channel)).conversations

    async def oversee(self, session: Session) -> None:
        """What an admin asks for."""
        await status.overview(session)


async def _filled(database: Database, answers: int) -> None:
    """So many answered questions of an hour and more ago."""
    at = now()
    async with database.session() as session:
        people = range(1, answers // EACH + 1)
        user = {"awaiting": {}, "consent_version": privacy.CONSENT_VERSION, "consented_at": at}
        await session.execute(
            insert(User), [{"id": n, "account": f"telegram:{n}", **user} for n in people]
        )
        await session.execute(
            insert(Conversation),
            [{"id": n, "user_id": n, "channel": f"telegram:{n}", "active_at": at} for n in people],
        )
        for start in range(0, answers, 10_000):
            some = range(start, min(start + 10_000, answers))
            await session.execute(insert(Message), [_question(n) for n in some])
            await session.execute(insert(Message), [_answer(n) for n in some])
            await session.execute(insert(Job), [_job(n, at - APART * (answers - n)) for n in some])
    if not database.is_sqlite:
        async with database.session() as session:
            for table in ("users", "conversations", "messages", "jobs"):
                await session.execute(text(f"SELECT setval('{table}_id_seq', 1000000)"))
            await session.execute(text("ANALYZE"))  # as its autovacuum does within a minute


def _question(n: int) -> dict[str, object]:
    return {
        "id": 2 * n + 1,
        "conversation_id": n // EACH + 1,
        "role": "user",
        "content": f"question {n}",
        "ref": f"telegram:{n // EACH + 1}/{n}",
    }


def _answer(n: int) -> dict[str, object]:
    return {
        "id": 2 * n + 2,
        "conversation_id": n // EACH + 1,
        "parent_id": 2 * n + 1,
        "role": "assistant",
        "content": f"answer {n}",
        "model": "m",
        "seconds": 1.0,
    }


def _job(n: int, at: datetime) -> dict[str, object]:
    person = n // EACH + 1
    return {
        "kind": JobKind.ANSWER,
        "status": JobStatus.SUCCEEDED,
        "user_id": person,
        "message_id": 2 * n + 2,
        "lock": f"conversation:{person}",
        "channel": f"telegram:{person}",
        "attempts": 1,
        **dict.fromkeys(("created_at", "started_at", "finished_at", "delivered_at"), at),
        "payload": {},
        "shown": {},
        "result": {},
    }
