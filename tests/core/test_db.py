"""The database: hooks, migrations, damage."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from doctor_llama import backups, db
from doctor_llama.db import Database
from doctor_llama.errors import DatabaseError, DatabaseOutdatedError
from doctor_llama.schema import Adapter, Base, Conversation, Job, Message, User


@pytest.mark.every_database
async def test_upgrade_from_empty_equals_the_metadata(database: Database) -> None:
    with database.maintaining() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert database.revision() == db.head()


async def test_pragmas_hold_on_the_writing_connection(database: Database) -> None:
    async with database.session() as session:
        found = {
            name: await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1}


async def test_a_write_leaves_the_thread_of_the_loop_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To commit: a hop for every statement waits for Python's lock under load."""
    hops: list[str] = []
    hop = aiosqlite.Connection._execute

    async def counted(connection: Any, function: Any, *arguments: Any, **named: Any) -> Any:
        hops.append(function.__name__)
        return await hop(connection, function, *arguments, **named)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    async with database.session() as session:
        for _ in range(8):
            await session.execute(text("SELECT 1"))
        session.add(User(account="telegram:1"))
    assert hops == ["commit"]


async def test_every_table_has_ids_that_never_come_back(database: Database) -> None:
    async with database.session() as session:
        user = User(account="telegram:1")
        session.add(user)
        await session.flush()
        first = user.id
        await session.delete(user)
    async with database.session() as session:
        other = User(account="telegram:2")
        session.add(other)
        await session.flush()
        assert other.id > first
    async with database.reading() as session:
        tables = await session.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE type='table' AND name NOT LIKE '%lite%'"
            )
        )
        without = [n for n, sql in tables if "AUTOINCREMENT" not in sql]
    assert sorted(without) == ["alembic_version", "inbox"]  # an update id is Telegram's own


async def test_concurrent_read_then_write_loses_nothing(database: Database) -> None:
    async with database.session() as session:
        session.add(User(account="telegram:1", consent_version=0))

    async def add_one() -> None:
        async with database.session() as session:
            seen = await session.scalar(select(User.consent_version)) or 0
            await asyncio.sleep(0)
            await session.execute(update(User).values(consent_version=seen + 1))

    other = Database(database.url.render_as_string())
    await asyncio.gather(*(add_one() for _ in range(100)))
    async with other.reading() as session:
        assert await session.scalar(select(User.consent_version)) == 100
    await other.close()


async def test_two_writers_wait_for_each_other(database: Database) -> None:
    other = Database(database.url.render_as_string())
    async with database.session() as session:
        session.add(User(account="telegram:1"))
        await session.flush()
        waiting = asyncio.create_task(_add_user(other, "telegram:2"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    await waiting
    await other.close()


async def _add_user(database: Database, account: str) -> None:
    async with database.session() as session:
        session.add(User(account=account))


async def test_readers_never_write(database: Database) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        async with database.reading() as session:
            session.add(User(account="telegram:1"))
            await session.flush()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [(("db", "check"), "attempt to write a readonly database"), (("run",), "Permission denied")],
)
def test_a_read_only_house_is_no_damaged_one(
    tmp_path: Path, command: tuple[str, ...], sentence: str
) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'doctor-llama.db'}")
    database.upgrade()
    database.path.chmod(0o444)
    folder.chmod(0o555)
    # permissions do not bind root, unless it lays that power down
    bound = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*bound, sys.executable, "-m", "doctor_llama", *command],
        env=os.environ | {"DOCTOR_LLAMA_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    folder.chmod(0o755)
    assert done.returncode in (1, os.EX_CANTCREAT)
    assert sentence in done.stderr
    assert "owner and permissions" in done.stderr
    assert "damaged" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.every_database
async def test_foreign_keys_cascade_to_all_that_is_a_persons(database: Database) -> None:
    async with database.session() as session:
        session.add(User(id=1, account="telegram:1"))
        await session.flush()
        session.add(Conversation(id=1, user_id=1, channel="telegram:1"))
        await session.flush()
        session.add(Message(id=1, conversation_id=1, role="user", content="text"))
        session.add(Job(kind="answer", user_id=1, message_id=None))
    async with database.session() as session:
        await session.delete(await session.get_one(User, 1))
    async with database.reading() as session:
        for table in (Conversation, Message, Job):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.every_database
async def test_one_adapter_is_active_at_most(database: Database) -> None:
    def adapter(name: str) -> Adapter:
        return Adapter(name=name, status="active", path="p", sha256="0", base_model="b")

    async with database.session() as session:
        session.add(adapter("one"))
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            session.add(adapter("two"))


async def test_a_failing_upgrade_leaves_nothing_behind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(RuntimeError), database.maintaining() as connection:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        raise RuntimeError
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


async def test_an_older_database_is_refused_by_name(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(DatabaseOutdatedError, match="doctor-llama db upgrade"):
        database.require_current()


async def test_damage_is_found_and_the_backup_named(database: Database) -> None:
    async with database.session() as session:
        session.add_all(User(account=f"telegram:{n}") for n in range(2_000))
    backup = backups.make(database)
    await database.close()
    whole = database.path.read_bytes()
    quarter = len(whole) // 4  # one page could be a free one
    database.path.write_bytes(whole[:quarter] + b"\xa5" * 2 * quarter + whole[3 * quarter :])
    with pytest.raises(DatabaseError, match=backup.name):
        database.check()
    database.path.write_bytes(b"not a database at all" + whole[21:])
    with pytest.raises(DatabaseError, match="damaged"):
        database.check()


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_a_wrong_url_is_a_sentence(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"DATABASE_URL|must be a file|PostgreSQL"):
        Database(url)
