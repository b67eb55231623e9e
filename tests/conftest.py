"""What every room's tests share: a real database in a folder of its own, and clean settings."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doctor_llama.db import Database


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


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A real SQLite database at the newest revision."""
    opened = Database(f"sqlite:///{tmp_path / 'data' / 'test.db'}")
    opened.upgrade()
    yield opened
    await opened.close()
