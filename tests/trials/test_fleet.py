"""Two bots and three workers on one PostgreSQL, one of each killed while people ask."""

from pathlib import Path

import pytest

from bot.trials import load
from bot.trials.mischief import Faults
from tests.command import run
from tests.postgres import Server


@pytest.mark.timeout(400)
async def test_a_fleet_loses_nothing(postgres: Server, tmp_path: Path) -> None:
    plan = load.Plan(
        people=10,
        seconds=12,
        rate=2,
        slow=0.5,
        faults=Faults.KILLS,
        kill_every=4,
        bots=2,
        workers=3,
        database_url=postgres.url(postgres.create()),
    )
    outcome = await load.run(plan, lambda _line: None, tmp_path)
    told = outcome.summary()
    assert outcome.account.clean, told
    assert told["answered"] > 5
    assert told["faults"].get("program killed", 0) >= 1
    logs = "".join((tmp_path / f"bot-{n}" / "program.log").read_text() for n in (0, 1))
    assert "this bot leads" in logs


def test_several_need_postgresql() -> None:
    done = run("bench", "bot", "--bots", "2")
    assert (done.returncode, "PostgreSQL" in done.stderr) == (1, True)
