"""How long the queue's steps take while fifty thousand questions wait, on SQLite and PostgreSQL."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import insert, text

from benchmarks.figures import Figure, percentile
from doctor_llama import jobs
from doctor_llama.db import Database
from doctor_llama.limits import Limits
from doctor_llama.schema import Conversation, Job, JobKind, JobStatus, User
from tests.postgres import served

WAITING, PEOPLE, ROUNDS = 50_000, 5_000, 300
ROOMY = Limits(queue=1_000_000, person=1_000_000)


async def measure(folder: Path) -> list[Figure]:
    figures = await _steps("SQLite", Database(f"sqlite:///{folder / 'queue.db'}"))
    with served() as server:
        return figures + await _steps("PostgreSQL", Database(server.url(server.create())))


async def _steps(name: str, database: Database) -> list[Figure]:
    database.upgrade()
    claims, enqueues = [], []
    async with _filled(database):
        for n in range(ROUNDS):
            began = time.perf_counter()
            async with database.session() as session:
                job = await jobs.claim(session, worker="w", kinds=(JobKind.ANSWER, JobKind.BACKUP))
            claims.append(time.perf_counter() - began)
            assert job is not None
            async with database.session() as session:
                await jobs.finish(session, job, JobStatus.SUCCEEDED, {})
            began = time.perf_counter()
            async with database.session() as session:
                more = Job(kind=JobKind.ANSWER, user_id=n + 1, lock=f"conversation:{n + 1}")
                await jobs.enqueue_answer(session, more, ROOMY)
            enqueues.append(time.perf_counter() - began)
    return [
        Figure(f"{name}: claim, median", percentile(claims, 0.5) * 1e3, "ms", at_most=20),
        Figure(f"{name}: claim, 99th", percentile(claims, 0.99) * 1e3, "ms"),
        Figure(f"{name}: enqueue, median", percentile(enqueues, 0.5) * 1e3, "ms"),
        Figure(f"{name}: enqueue, 99th", percentile(enqueues, 0.99) * 1e3, "ms"),
    ]


@asynccontextmanager
async def _filled(database: Database) -> AsyncIterator[None]:
    people = range(1, PEOPLE + 1)
    async with database.session() as session:
        await session.execute(
            insert(User), [{"id": n, "account": f"telegram:{n}", "awaiting": {}} for n in people]
        )
        await session.execute(
            insert(Conversation), [{"id": n, "user_id": n, "channel": f"t:{n}"} for n in people]
        )
        await session.execute(
            insert(Job),
            [
                {
                    "kind": JobKind.ANSWER,
                    "user_id": n % PEOPLE + 1,
                    "lock": f"conversation:{n % PEOPLE + 1}",
                    "seq": n // PEOPLE,
                    "payload": {},
                    "shown": {},
                    "result": {},
                }
                for n in range(WAITING)
            ],
        )
    if not database.is_sqlite:
        async with database.session() as session:
            await session.execute(text("ANALYZE"))  # as its autovacuum does within a minute
    try:
        yield
    finally:
        await database.close()
