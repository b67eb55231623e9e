"""The registry of adapters: one active, nothing promoted unproven, and the commands on it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from doctor_llama import adapters, embedded
from doctor_llama.db import Database
from doctor_llama.errors import RegistryError
from doctor_llama.schema import Adapter, AdapterStatus, Audit
from tests.command import run

pytestmark = pytest.mark.every_database

IMPORTED = {"imported": True}


async def register(database: Database, name: str, verdict: dict[str, Any] = IMPORTED) -> None:
    async with database.session() as session:
        await adapters.register(
            session, name=name, sha256=name[0] * 64, base_model="base", verdict=verdict
        )


async def promote(database: Database, name: str, *, again: bool = False) -> str | None:
    async with database.session() as session:
        row = await adapters.get(session, name)
        former = await adapters.promote(session, row, again=again)
        return former.name if former else None


async def rollback(database: Database) -> tuple[str, str | None]:
    async with database.session() as session:
        former, row = await adapters.rollback(session)
        return former.name, row.name if row else None


async def active(database: Database) -> str | None:
    async with database.reading() as session:
        row = await adapters.active(session)
        return row.name if row else None


async def test_one_is_active_and_a_rollback_goes_back_step_by_step(database: Database) -> None:
    for name in ("a", "b", "c"):
        await register(database, name)
    assert await active(database) is None
    assert await promote(database, "a") is None
    assert await promote(database, "b") == "a"
    assert await promote(database, "c") == "b"
    assert await rollback(database) == ("c", "b")
    assert await rollback(database) == ("b", "a")
    assert await promote(database, "c") == "a"
    assert await rollback(database) == ("c", "a")
    assert await rollback(database) == ("a", None), "the settings' own answers again"
    assert await active(database) is None
    with pytest.raises(RegistryError, match="nothing to roll back"):
        await rollback(database)
    async with database.reading() as session:
        actions = (await session.scalars(select(Audit.action))).all()
    assert actions.count("adapter.promote") == 4
    assert actions.count("adapter.rollback") == 4


async def test_the_database_itself_allows_one_active(database: Database) -> None:
    await register(database, "a")
    await register(database, "b")
    await promote(database, "a")
    with pytest.raises(IntegrityError):
        async with database.session() as session:
            (await adapters.get(session, "b")).status = AdapterStatus.ACTIVE


@pytest.mark.parametrize(
    "verdict", [{}, {"passed": False, "reasons": ["It got worse."]}, {"passed": "yes"}]
)
async def test_nothing_is_promoted_without_a_passed_verdict(
    database: Database, verdict: dict[str, Any]
) -> None:
    await register(database, "a", verdict)
    for again in (False, True):
        with pytest.raises(RegistryError, match="did not pass its gate"):
            await promote(database, "a", again=again)
    await register(database, "b", {"passed": True, "reasons": []})
    await promote(database, "b")


async def test_one_that_failed_gives_way_to_the_one_before(database: Database) -> None:
    await register(database, "a")
    await register(database, "b")
    await promote(database, "a")
    await promote(database, "b")
    async with database.session() as session:
        row = await adapters.get(session, "b")
        back = await adapters.reject(session, row.id, "It is damaged.")
        assert back is not None
        assert back.name == "a"
        assert row.status == AdapterStatus.REJECTED
        assert await adapters.reject(session, 99, "gone") is back
    with pytest.raises(RegistryError, match=r"was rejected \(It is damaged\)"):
        await promote(database, "b")
    assert await promote(database, "b", again=True) == "a"
    async with database.reading() as session:
        assert (await adapters.get(session, "b")).verdict == IMPORTED


@pytest.mark.parametrize(
    "name", ["", "A", "../x", "a/b", "v1\n", ".hidden", "-x", "a" * 65, "ä", "a b"]
)
async def test_hostile_names_are_refused(database: Database, name: str) -> None:
    with pytest.raises(RegistryError, match="no name for an adapter"):
        async with database.session() as session:
            await adapters.register(
                session, name=name, sha256="a" * 64, base_model="b", verdict=IMPORTED
            )


async def test_removing(database: Database) -> None:
    await register(database, "a")
    await register(database, "a2")  # of the same content
    with pytest.raises(RegistryError, match="already"):
        await register(database, "a")
    await promote(database, "a")
    async with database.session() as session:
        with pytest.raises(RegistryError, match="is active"):
            await adapters.remove(session, await adapters.get(session, "a"))
        assert not await adapters.remove(session, await adapters.get(session, "a2"))
    await rollback(database)
    async with database.session() as session:
        assert await adapters.remove(session, await adapters.get(session, "a"))
        assert list(await adapters.listing(session)) == []
        with pytest.raises(RegistryError, match="no adapter named a"):
            await adapters.get(session, "a")


def test_the_commands(tmp_path: Path) -> None:
    demo = {"DOCTOR_LLAMA_MODEL": "embedded"}
    taken = run("adapters", "import", str(embedded.ADAPTER), "--name", "mine", "--promote", **demo)
    assert taken.returncode == 0, taken.stderr
    assert "mine is active: rank" in taken.stdout
    shown = json.loads(run("adapters", "show", "mine", "--json").stdout)
    assert shown["status"] == "active"
    assert shown["verdict"] == {"imported": True}
    assert shown["extra_rows"] == 0
    assert shown["rank"] > 0
    out = tmp_path / "out"
    assert run("adapters", "export", "mine", str(out)).stdout.strip() == str(out)
    assert (out / "MANIFEST.json").is_file()
    back = run("adapters", "rollback")
    assert "The settings' adapter answers, in place of mine." in back.stdout
    assert run("adapters", "remove", "mine").returncode == 0
    assert list((tmp_path / "data" / "adapters").iterdir()) == []
    assert json.loads(run("adapters", "list", "--json").stdout) == {"adapters": []}


def test_a_refusal_is_one_sentence(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(embedded.ADAPTER, tmp_path / "poisoned"))
    (folder / "adapter_model.bin").write_bytes(b"x")
    done = run("adapters", "import", str(folder), DOCTOR_LLAMA_MODEL="embedded")
    assert done.returncode == 78
    assert "adapter_model.bin" in done.stderr
    assert "pickle" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


async def test_ids_never_come_back(database: Database) -> None:
    await register(database, "a")
    async with database.session() as session:
        first = (await adapters.get(session, "a")).id
        await adapters.remove(session, await adapters.get(session, "a"))
    await register(database, "a")
    async with database.reading() as session:
        assert (await session.scalars(select(Adapter.id))).one() > first
