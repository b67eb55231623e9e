"""The command line as a person meets it: exit statuses, one sentence an error."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from bot.simulator import running
from doctor_llama import db, locks
from doctor_llama.db import Database
from tests.command import process, run


def test_help_names_every_command() -> None:
    shown = process("--help")
    assert shown.returncode == 0
    for name in ("run", "bot", "worker", "ask", "checkup", "db"):
        assert f" {name} " in shown.stdout


def test_ask_prints_one_object() -> None:
    done = run("ask", "What is asthma?", "--json", DOCTOR_LLAMA_MODEL="scripted")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["answer"].startswith('Answer to "What is asthma?"')
    assert answer["model"] == "scripted"
    assert answer["triage"] == "routine"
    assert {"adapter", "prompt_tokens", "completion_tokens", "seconds"} <= set(answer)


def test_ask_streams_to_the_terminal() -> None:
    done = process("ask", "What is asthma?", DOCTOR_LLAMA_MODEL="scripted")
    assert done.stdout.startswith('Answer to "What is asthma?"')
    assert done.stderr == ""


def test_ask_answers_an_emergency_without_a_model() -> None:
    done = run("ask", "My father has chest pain and cannot breathe", "--json")
    answer = json.loads(done.stdout)
    assert answer["triage"] == "emergency"
    assert answer["model"] is None
    assert "112" in answer["answer"]


def test_ask_is_raised_by_the_model_from_the_threshold_on() -> None:
    for threshold, said in (("0.5", "emergency"), ("0.7", "routine"), ("", "routine")):
        done = run(
            *("ask", "What is asthma? [[label 0.6]]", "--json"),
            DOCTOR_LLAMA_MODEL="scripted",
            DOCTOR_LLAMA_TRIAGE_MODEL_THRESHOLD=threshold,
        )
        answer = json.loads(done.stdout)
        assert answer["triage"] == said
        assert answer["triage_rule"] == ("model" if said == "emergency" else None)
        assert ("112" in answer["answer"]) == (said == "emergency")


@pytest.mark.parametrize(
    ("arguments", "settings", "status", "says"),
    [
        (["ask", "  "], {}, 1, "The question is empty."),
        (["ask", "x"], {"DOCTOR_LLAMA_MODEL": "./nowhere"}, 78, "There is no folder ./nowhere"),
        (["run"], {"DOCTOR_LLAMA_CONCURRENCY": "0"}, 1, "DOCTOR_LLAMA_CONCURRENCY is not valid"),
        (["bot"], {}, 1, "TELEGRAM_BOT_TOKEN is not set"),
        (["worker"], {}, 1, "doctor-llama db upgrade"),
        (["db", "backup"], {}, 1, "There is no database"),
        (["db", "check"], {"DATABASE_URL": "rubbish"}, 1, "DATABASE_URL is not a database URL"),
    ],
)
def test_an_error_is_one_sentence(
    arguments: list[str], settings: dict[str, str], status: int, says: str
) -> None:
    done = run(*arguments, **settings)
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_database_commands(tmp_path: Path) -> None:
    assert "is now at revision" in run("db", "upgrade").stdout
    assert "nothing to do" in run("db", "upgrade").stdout
    assert run("db", "check").returncode == 0
    copy = Path(run("db", "backup").stdout.strip())
    assert copy.is_file()
    assert copy.stat().st_mode & 0o077 == 0
    again = run("db", "backup", str(copy))
    assert again.returncode == 1
    assert "exists already" in again.stderr
    file = tmp_path / "data" / "doctor-llama.db"
    file.write_bytes(b"rubbish" * 500)
    broken = run("db", "check")
    assert broken.returncode == 1
    assert "is damaged" in broken.stderr
    assert copy.name in broken.stderr


def test_an_upgrade_keeps_the_former_state(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'doctor-llama.db'}")
    database.upgrade()
    with sqlite3.connect(database.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ''")
        connection.execute("DELETE FROM alembic_version")
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite%'"
        ).fetchall():
            connection.execute(f"DROP TABLE {table}")
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()
    assert database.revision() != db.head()
    assert run("db", "upgrade").returncode == 0
    assert database.revision() == db.head()


def test_checkup_says_how_to_mend_things(tmp_path: Path) -> None:
    good = run("checkup", "--json", DOCTOR_LLAMA_MODEL="embedded")
    assert good.returncode == 0, good.stdout + good.stderr
    report = json.loads(good.stdout)
    assert report["runs"] is True
    named = {line["what"] for line in report["lines"]}
    assert named == {
        "Python", "SQLite", "GPU", "bitsandbytes", "Model", "Disk", "Telegram", "Database",
    }  # fmt: skip
    bad = run("checkup", DOCTOR_LLAMA_MODEL="nobody/has-this", DATABASE_URL="sqlite:///data/x.db")
    assert bad.returncode == 1
    assert "✗ Model" in bad.stdout
    assert "DOCTOR_LLAMA_MODEL" in bad.stdout


def test_a_damaged_database_fails_the_checkup(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "doctor-llama.db").write_bytes(b"rubbish" * 500)
    done = run("checkup", DOCTOR_LLAMA_MODEL="scripted")
    assert done.returncode == 1
    assert "✗ Database" in done.stdout


def test_a_second_run_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with locks.held(tmp_path / "data" / "run.lock", "taken"):
        done = process("run", DOCTOR_LLAMA_MODEL="scripted")
    assert done.returncode == 73
    assert "is running already" in done.stderr


async def test_checkup_tries_the_token() -> None:
    async with running(port=0, journal=None) as simulator:
        told = {"DOCTOR_LLAMA_TELEGRAM_API_URL": simulator.url, "DOCTOR_LLAMA_MODEL": "scripted"}
        good = await asyncio.to_thread(run, "checkup", TELEGRAM_BOT_TOKEN="1:local", **told)
        bad = await asyncio.to_thread(run, "checkup", TELEGRAM_BOT_TOKEN="0:wrong", **told)
    assert "@doctor_llama_bot" in good.stdout
    assert good.returncode == 0
    assert "✗ Telegram" in bad.stdout
    assert bad.returncode == 1
    assert "wrong" not in bad.stdout + bad.stderr
