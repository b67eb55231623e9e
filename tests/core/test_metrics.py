"""What the worker counts, read from its port as Prometheus does."""

import asyncio
import socket
from contextlib import AbstractAsyncContextManager

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from doctor_llama import metrics
from doctor_llama.db import Database
from doctor_llama.metrics import Metrics
from doctor_llama.schema import Message
from tests.core.test_worker import ask, ended, until, working


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def read(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while True:
            try:
                return await client.get(f"http://127.0.0.1:{port}{path}", follow_redirects=True)
            except httpx.ConnectError:
                await asyncio.sleep(0.02)


def values(text: str) -> dict[str, float]:
    return {
        sample.name + str(dict(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_every_answer_is_counted_and_accounted_for(database: Database) -> None:
    port = free_port()
    async with (
        working(database) as worker,
        metrics.served(
            worker.metrics.registry,
            ("127.0.0.1", port),
            healthy=worker.healthy,
            ready=lambda: not worker.stopping,
        ),
    ):
        for person in range(3):
            number = await ask(database, 1, "How are you? [[slow 0.5]]", person=person)
            await until(database, number, ended)
        bad = await ask(database, 1, "Bad [[error]]", person=9)
        await until(database, bad, ended)
        async with asyncio.timeout(60):
            while True:
                seen = values((await read(port, "/metrics")).text)
                if "doctor_llama_answers_total{'adapter': 'none', 'outcome': 'failed'}" in seen:
                    break
                await asyncio.sleep(0.05)
        assert (await read(port, "/healthz")).status_code == 200
        assert (await read(port, "/readyz")).status_code == 200
        worker.stop()
        assert (await read(port, "/readyz")).status_code == 503
    assert seen["doctor_llama_answers_total{'adapter': 'none', 'outcome': 'succeeded'}"] == 3
    assert seen["doctor_llama_tokens_total{'kind': 'completion'}"] == 3 * 40
    assert seen["doctor_llama_queue_seconds_count{}"] == 4
    assert seen["doctor_llama_first_token_seconds_count{}"] == 4
    async with database.reading() as session:
        rows = list(
            await session.scalars(select(Message).where(Message.completion_tokens.is_not(None)))
        )
    for row in rows:
        assert row.queue_seconds is not None
        assert row.first_token_seconds is not None
        assert row.seconds is not None
        assert 0 <= row.first_token_seconds <= row.seconds
        assert row.seconds >= 0.4


def nothing_served(port: int) -> AbstractAsyncContextManager[None]:
    here = ("127.0.0.1", port)
    return metrics.served(Metrics().registry, here, healthy=lambda: True, ready=lambda: True)


async def test_a_port_that_is_taken_stops_nobody() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with metrics.served(
            Metrics().registry, ("127.0.0.1", port), healthy=lambda: True, ready=lambda: True
        ):
            await asyncio.sleep(0.1)


async def test_port_zero_serves_nothing() -> None:
    async with metrics.served(
        Metrics().registry, ("127.0.0.1", 0), healthy=lambda: True, ready=lambda: True
    ):
        pass
