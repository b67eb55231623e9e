"""Copies of a database in use, verified, pruned, put back."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from doctor_llama import backups
from doctor_llama.db import Database
from doctor_llama.errors import DatabaseError
from doctor_llama.schema import User
from tests.command import run
from tests.core.filling import fill
from tests.core.test_moving import contents


async def add_user(database: Database, account: str) -> None:
    async with database.session() as session:
        session.add(User(account=account))


async def users(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(User)) or 0


@pytest.mark.every_database
async def test_a_copy_under_writes_comes_back_whole(database: Database) -> None:
    stop = asyncio.Event()

    async def write() -> int:
        written = 0
        while not stop.is_set():
            await add_user(database, f"telegram:{written}")
            written += 1
        return written

    writing = asyncio.create_task(write())
    while await users(database) < 20:
        await asyncio.sleep(0.01)
    path = await asyncio.to_thread(backups.make, database)
    stop.set()
    written = await writing
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent == database.backups
    await database.close()
    aside = backups.restore(database, path)
    assert 20 <= await users(database) <= written
    if aside is not None:
        former = Database(f"sqlite:///{aside}")
        assert await users(former) == written
        await former.close()


@pytest.mark.every_database
async def test_every_row_of_every_table_comes_back(database: Database) -> None:
    fill(database)
    before = contents(database)
    copy = backups.make(database)
    async with database.session() as session:
        for user in await session.scalars(select(User)):
            await session.delete(user)
    await database.close()
    backups.restore(database, copy)
    assert contents(database) == before
    database.require_current()


@pytest.mark.every_database
async def test_a_damaged_copy_is_refused_and_nothing_is_touched(database: Database) -> None:
    await add_user(database, "telegram:1")
    copy = backups.make(database)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatabaseError):
        backups.restore(database, copy)
    with pytest.raises(DatabaseError, match="no backup at"):
        backups.restore(database, copy.with_name("nowhere.db"))
    assert await users(database) == 1


def test_a_copy_of_a_newer_version_is_refused(database: Database) -> None:
    with database.maintaining() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer version"):
        backups.make(database)


def test_pruning_leaves_the_newest_and_what_people_named(tmp_path: Path) -> None:
    for day in range(1, 10):
        (tmp_path / f"2026-01-0{day}T03-00-00.db").touch()
    (tmp_path / "before-the-move.db").touch()
    gone = backups.prune(tmp_path, 3)
    assert len(gone) == 6
    left = sorted(path.stem for path in backups.existing(tmp_path))
    assert left == [f"2026-01-0{day}T03-00-00" for day in (7, 8, 9)] + ["before-the-move"]


def test_the_way_back_from_damage_by_command(tmp_path: Path) -> None:
    assert run("db", "upgrade").returncode == 0
    assert run("db", "restore").returncode == 1
    copy = Path(run("db", "backup").stdout.strip())
    file = tmp_path / "data" / "doctor-llama.db"
    file.write_bytes(b"rubbish" * 500)
    said = run("db", "check").stderr
    assert f"doctor-llama db restore {copy}" in said
    done = run("db", "restore", str(copy))
    assert done.returncode == 0, done.stderr
    assert "before-restore" in done.stdout
    assert run("db", "check").returncode == 0
