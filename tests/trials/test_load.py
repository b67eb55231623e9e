"""A short trial of the whole program, with every family of faults; the long one is by command."""

import asyncio
import json
from pathlib import Path

import psutil
import pytest

from bot.trials import load
from bot.trials.account import Account
from bot.trials.mischief import Faults
from bot.trials.program import Program
from bot.trials.watching import Watch
from tests.command import run


@pytest.mark.timeout(400)
async def test_every_question_is_accounted_for(tmp_path: Path) -> None:
    plan = load.Plan(people=15, seconds=10, rate=3, slow=0.5, faults=Faults.ALL, kill_every=4)
    outcome = await load.run(plan, lambda _line: None, tmp_path)
    told = outcome.summary()
    assert outcome.account.clean, told
    assert told["asked"] > 10
    assert told["answered"] > 0
    assert sum(told["faults"].values()) > 5
    log = (tmp_path / "program.log").read_text()
    assert "must-not-appear" not in log
    assert "what helps me to sleep" not in log


def test_a_family_of_faults_that_there_is_not() -> None:
    done = run("bench", "bot", "--faults", "earthquake")
    assert done.returncode == 1
    assert "none, telegram, kills, all" in done.stderr


def test_the_summary_is_one_object() -> None:
    outcome = load.Outcome(Account(asked=2, answered=2), [1.0, 3.0], 2.0, 90.0, [(0, 1)], {})
    told = json.loads(json.dumps(outcome.summary()))
    for name in ("asked", "answered", "cancelled", "failed", "lost", "doubled", "misdelivered"):
        assert name in told
    assert (told["ack_p50_ms"], told["bot_memory_mb"]) == (3.0, 90.0)
    assert asyncio.iscoroutinefunction(load.run)


async def test_a_trial_that_fails_ends(tmp_path: Path) -> None:
    """A watch that nobody ends is a thread which keeps the program alive for ever."""
    whole = Program(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(psutil.NoSuchProcess, match="no worker"):
        async with asyncio.timeout(20), Watch(whole):
            whole.worker()
