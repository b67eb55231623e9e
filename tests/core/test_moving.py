"""Everything of one database in another, and ids that still never come back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from doctor_llama import moving
from doctor_llama.db import Database
from doctor_llama.errors import DatabaseError
from doctor_llama.schema import Base, User
from tests.command import run
from tests.core.filling import ROWS, fill
from tests.postgres import Server


@pytest.fixture
def empty(postgres: Server) -> str:
    """The URL of a PostgreSQL database without a table."""
    return postgres.url(postgres.create())


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.maintaining() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


async def test_there_and_back_again(database: Database, empty: str, tmp_path: Path) -> None:
    counts = fill(database)
    async with database.session() as session:
        session.add(User(id=77, account="telegram:77"))
        await session.flush()
        await session.delete(await session.get_one(User, 77))
    there, back = Database(empty), Database(f"sqlite:///{tmp_path / 'back.db'}")
    assert moving.move(database, there) == counts
    assert contents(there) == contents(database)
    async with there.session() as session:
        session.add(late := User(account="telegram:new"))
        await session.flush()
        assert late.id == 78  # 77 was given once, to somebody who is gone
        await session.delete(late)
    assert moving.move(there, back) == counts
    assert contents(back) == contents(database)
    async with back.session() as session:
        session.add(last := User(account="telegram:newer"))
        await session.flush()
        assert last.id == 79
    for opened in (there, back):
        await opened.close()


async def test_a_filled_target_is_left_alone(database: Database, empty: str) -> None:
    there = Database(empty)
    there.upgrade()
    fill(there)
    with pytest.raises(DatabaseError, match="not empty"):
        moving.move(database, there)
    assert all(len(rows) == ROWS for rows in contents(there).values())
    await there.close()


def test_the_command(database_url: str, empty: str) -> None:
    fill(Database(database_url))
    done = run("db", "copy", database_url, empty)
    assert done.returncode == 0, done.stderr
    assert "Everything is copied" in done.stdout
    assert run("db", "check", DATABASE_URL=empty).returncode == 0
    again = run("db", "copy", database_url, empty)
    assert (again.returncode, "not empty" in again.stderr) == (1, True)
