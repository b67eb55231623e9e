"""`doctor-llama feedback` and `train`: what an operator sees and decides in a terminal."""

import json
from pathlib import Path

from doctor_llama.db import Database
from doctor_llama.schema import TrainingRun, now
from tests.command import run
from tests.samples.people import Town


async def test_corrections_are_listed_decided_exported_and_counted(
    database: Database, tmp_path: Path
) -> None:
    town = Town(database)
    number = await town.correct(1, "What is gout?", "A painful kind of arthritis.")
    other = await town.correct(2, "What is acne?", "Blocked pores that become inflamed.")
    await town.rate(3, "What is asthma?", "Narrow airways.", 1)
    url = database.url.render_as_string(hide_password=False)

    def told(*words: str) -> str:
        done = run(*words, DATABASE_URL=url, DOCTOR_LLAMA_DATA_DIR=str(tmp_path / "data"))
        assert done.returncode == 0, done.stderr
        return done.stdout

    listed = json.loads(told("feedback", "list", "--json"))["corrections"]
    assert [row["number"] for row in listed] == [number, other]
    assert listed[0]["taught"] == []
    assert "approved" in told("feedback", "review", "--approve", str(number))
    assert "refused" in told("feedback", "review", "--refuse", str(other), "--reason", "no")
    assert "open again" in told("feedback", "review", "--reopen", str(other))
    told("feedback", "review", "--approve", str(other), "--text", "Pores that are blocked.")
    exported = json.loads(
        told("feedback", "export", str(tmp_path / "out"), "--format", "jsonl", "--json")
    )
    assert exported["samples"] == 3
    rows = (tmp_path / "out" / "corrections.jsonl").read_text().splitlines()
    assert json.loads(rows[1])["completion"][0]["content"] == "Pores that are blocked."
    stats = json.loads(told("feedback", "stats", "--json"))
    assert stats["corrections"] == {"open": 0, "approved": 2, "refused": 0, "used": 0}
    assert (stats["ratings"][0]["n"], stats["ratings"][0]["share"]) == (1, 1.0)
    wrong = run("feedback", "review", "--approve", "999", DATABASE_URL=url)
    assert (wrong.returncode, "no correction 999" in wrong.stderr) == (1, True)


async def test_runs_are_listed_and_nothing_is_resumed_that_was_not_cut_off(
    database: Database, tmp_path: Path
) -> None:
    async with database.session() as session:
        session.add(TrainingRun(finished_at=now(), error="memory: too little"))
    url = database.url.render_as_string(hide_password=False)
    listed = json.loads(run("train", "runs", "--json", DATABASE_URL=url).stdout)["runs"]
    assert listed[0]["error"] == "memory: too little"
    none = run("train", "refresh", "--cancel", DATABASE_URL=url)
    assert (none.returncode, none.stderr.strip()) == (
        1, "doctor-llama: No refresh waits or runs.",
    )  # fmt: skip
