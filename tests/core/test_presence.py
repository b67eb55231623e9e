"""Who is alive and who leads, when several bots share one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from doctor_llama import inbox
from doctor_llama.db import Database
from doctor_llama.presence import Presence
from doctor_llama.schema import InboxUpdate
from tests.postgres import Server


@pytest.fixture
def shared(postgres: Server, postgres_template: str) -> str:
    return postgres.url(postgres.create(postgres_template))


@asynccontextmanager
async def bot(url: str) -> AsyncIterator[Presence]:
    database = Database(url)
    presence = Presence(database)
    task = asyncio.create_task(presence.run())
    try:
        await asyncio.wait_for(presence.present.wait(), 10)
        yield presence
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()


def row(number: int, holder: str) -> InboxUpdate:
    return InboxUpdate(update_id=number, body={}, holder=holder, place="c")


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


async def until_gone(name: str, witness: Presence, seconds: float = 20) -> None:
    """The server hears of the end of a bot's connection a little later."""
    async with asyncio.timeout(seconds):
        while name in await witness.living():
            await asyncio.sleep(0.05)


async def test_on_sqlite_a_bot_is_alone_and_leads(database: Database) -> None:
    presence = Presence(database)
    assert presence.alone
    assert presence.leads()
    assert presence.name in await presence.living()
    assert "another" not in await presence.living()


async def test_one_leads_and_another_follows_it(shared: str) -> None:
    async with AsyncExitStack() as stack, bot(shared) as second:
        first = await stack.enter_async_context(bot(shared))
        await until(lambda: first.leads() or second.leads())
        assert first.leads() != second.leads()
        assert second.leads()  # it was there first
        living = await first.living()
        assert first.name in living
        assert second.name in living
        await stack.aclose()
        await until_gone(first.name, second)


async def test_leadership_passes_when_the_leader_dies(shared: str) -> None:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(bot(shared))
        await until(first.leads)
        async with bot(shared) as second:
            assert not second.leads()
            await stack.aclose()
            await until(second.leads)


async def test_a_server_that_restarts_leaves_one_leader(postgres: Server, shared: str) -> None:
    async with bot(shared) as first, bot(shared) as second:
        await until(lambda: first.leads() or second.leads())
        await asyncio.to_thread(postgres.restart)
        await until(lambda: not (first.leads() or second.leads()))
        await until(lambda: first.leads() or second.leads())
        assert first.leads() != second.leads()


async def test_what_a_dead_bot_held_is_taken_over_once(shared: str) -> None:
    async with bot(shared) as second, bot(shared) as third:
        async with bot(shared) as first:
            gone = first.name
            opened = Database(shared)
            for number, holder in ((1, gone), (2, second.name), (3, gone)):
                async with opened.session() as session:
                    assert await inbox.put(session, [row(number, holder)]) == {number}
            async with opened.session() as session:
                again, new = row(1, second.name), row(4, second.name)
                assert await inbox.put(session, [again, new]) == {4}
                await inbox.done(session, 4)
                assert await inbox.adopt(session, third.name, await third.living()) == []
        await until_gone(gone, second)
        taken = []
        for presence in (second, third):
            async with opened.session() as session:
                rows = await inbox.adopt(session, presence.name, await presence.living())
                taken.append([row.update_id for row in rows])
        assert taken == [[1, 3], []]
        async with opened.reading() as session:
            assert await inbox.held_up(session, 3, "c")
            assert not await inbox.held_up(session, 1, "c")
            assert not await inbox.held_up(session, 3, "another")
        await opened.close()
