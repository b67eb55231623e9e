"""What every room's tests share: a real database in a folder of its own, and clean settings.

A module or test marked `every_database` runs on SQLite and again on PostgreSQL.
"""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from doctor_llama.db import Database
from tests.postgres import Server, served

# torch, here and in what tests start: tiny models gain nothing from threads that wait
os.environ.setdefault("OMP_NUM_THREADS", "1")

LONG_FIRST = (
    "program",
    "engine",
    "core",
    "training",
)  # rooms, so that no worker ends long after all


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    room = {name: place for place, name in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: room.get(item.path.parent.name, len(room)))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads this machine's `.env` or variables, and none writes into the checkout."""
    for name in list(os.environ):
        if name.startswith("DOCTOR_LLAMA_") or name in (
            "TELEGRAM_BOT_TOKEN",
            "HF_TOKEN",
            "DATABASE_URL",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("every_database")
    if marked and "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for the session."""
    with served() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The name of a database at the newest revision, to be copied."""
    name = postgres.create()
    Database(postgres.url(name)).upgrade()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("template") / "test.db"
    Database(f"sqlite:///{path}").upgrade()
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database at the newest revision: SQLite, or what `every_database` asks for."""
    if getattr(request, "param", "sqlite") == "sqlite":
        path = tmp_path / "data" / "test.db"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A real database at the newest revision."""
    opened = Database(database_url, tmp_path / "data" / "backups")
    yield opened
    await opened.close()
