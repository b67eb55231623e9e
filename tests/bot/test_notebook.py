"""Many writers, one transaction: each gets what is its own, also when its neighbours fail."""

import asyncio

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError

from bot.notebook import Notebook
from doctor_llama.db import Database, Session
from doctor_llama.schema import InboxUpdate

HELD = 3  # while this one is written, all others wait for the next transaction


async def numbers(database: Database) -> list[int]:
    async with database.reading() as session:
        rows = await session.scalars(select(InboxUpdate.update_id).order_by(InboxUpdate.update_id))
        return list(rows)


def row(number: int) -> InboxUpdate:
    return InboxUpdate(update_id=number, body={})


async def keep(session: Session, number: int) -> int:
    session.add(row(number))
    await session.flush()
    return number


async def test_many_changes_take_few_transactions(database: Database) -> None:
    notebook = Notebook(database)
    commits: list[object] = []
    event.listen(database._writer.sync_engine, "commit", commits.append)
    each = [notebook.write(lambda s, n=n: keep(s, n)) for n in range(50)]  # type: ignore[misc]
    assert await asyncio.gather(*each) == list(range(50))
    assert await numbers(database) == list(range(50))
    assert len(commits) <= HELD


async def test_a_refusal_takes_back_its_own_change_only(database: Database) -> None:
    async def refused(session: Session) -> None:
        await keep(session, 2)
        raise ValueError("not now")

    notebook = Notebook(database)
    told = await asyncio.gather(
        notebook.write(lambda session: keep(session, 1)),
        notebook.write(refused),
        notebook.write(lambda session: keep(session, 3)),
        return_exceptions=True,
    )
    assert [told[0], str(told[1]), told[2]] == [1, "not now", 3]
    assert await numbers(database) == [1, 3]


async def test_a_change_that_the_database_refuses_fails_alone(database: Database) -> None:
    notebook = Notebook(database)
    await notebook.write(lambda session: keep(session, 2))
    told = await asyncio.gather(
        *(notebook.write(lambda s, n=n: keep(s, n)) for n in (1, 2, 3)),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert told[0] == 1
    assert isinstance(told[1], IntegrityError)
    assert told[2] == 3
    assert await numbers(database) == [1, 2, 3]


async def test_who_no_longer_waits_holds_up_nobody(database: Database) -> None:
    notebook = Notebook(database)
    left = asyncio.create_task(notebook.write(lambda session: keep(session, 1)))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    assert await notebook.write(lambda session: keep(session, 2)) == 2
    await notebook.close()
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(InboxUpdate)) == 2
