"""The trainer's own part: every run that cannot begin is a failed job with its reason."""

import json
from pathlib import Path

import pytest

from doctor_llama import adapters, jobs, review, runs, settings
from doctor_llama.db import Database
from doctor_llama.schema import Job, JobKind, JobStatus, TrainingRun
from doctor_llama.settings import Settings
from doctor_llama.trainer import Trainer, order, room
from tests.samples.people import Town


def chosen(tmp_path: Path, **changes: object) -> Settings:
    return settings.load(data_dir=tmp_path / "data", model="embedded", **changes)


async def work(database: Database, own: Settings) -> Job:
    async with database.session() as session:
        assert await runs.enqueue(session, at_once=True)
    async with database.session() as session:
        job = await jobs.claim(session, worker="w", kinds=[JobKind.REFRESH])
    assert job is not None
    await Trainer(database, own, name="w").work(job)
    async with database.reading() as session:
        return await session.get_one(Job, job.id)


async def test_without_anything_new_there_is_no_run(database: Database, tmp_path: Path) -> None:
    job = await work(database, chosen(tmp_path))
    assert (job.status, job.result["error"]) == (JobStatus.FAILED, "nothing")
    async with database.reading() as session:
        run = await session.get_one(TrainingRun, job.result["run"])
        assert run.finished_at is not None
        assert str(run.error).startswith("nothing")


async def test_a_full_disk_is_said_before_anything_begins(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "FREE_BYTES", {True: 1 << 60, False: 1 << 60})
    job = await work(database, chosen(tmp_path))
    assert job.result["error"] == "disk"
    assert "GB are free" in job.result["detail"]


async def test_a_model_that_cannot_be_trained_is_said(database: Database, tmp_path: Path) -> None:
    own = settings.load(data_dir=tmp_path / "data", model="scripted")
    assert (await work(database, own)).result["error"] == "crashed"


async def test_a_process_that_fails_leaves_the_former_adapter_and_no_words(
    database: Database, tmp_path: Path
) -> None:
    town = Town(database)
    number = await town.correct(1, "What is gout?", "A painful kind of arthritis by crystals.")
    async with database.session() as session:
        await review.approve(session, number, None)
        row = await adapters.register(
            session, name="old", sha256="0" * 64, base_model="b", verdict={"imported": True}
        )
        await adapters.promote(session, row)
    own = chosen(tmp_path, refresh_recipe="no-such-recipe")
    job = await work(database, own)
    assert (job.status, job.result["error"]) == (JobStatus.FAILED, "crashed")
    assert "no-such-recipe" in job.result["detail"]
    async with database.reading() as session:
        active = await adapters.active(session)
        assert active is not None
        assert active.name == "old"
    folder = own.data_dir / order.RUNS / str(job.result["run"])
    assert (folder / "order.json").is_file(), "it may be gone on with"
    assert not (folder / order.SAMPLES).exists()
    assert "arthritis" not in "".join(p.read_text() for p in folder.rglob("*") if p.is_file())


async def test_the_order_says_what_is_known_and_what_is_gone(
    database: Database, tmp_path: Path
) -> None:
    town = Town(database)
    number = await town.correct(1, "What is gout?", "A painful kind of arthritis by crystals.")
    async with database.session() as session:
        await review.approve(session, number, None)
        run = TrainingRun()
        session.add(run)
        await session.flush()
        made = await order.prepare(session, chosen(tmp_path), run, threads=1)
    asked = json.loads((made.folder / "order.json").read_text())
    assert (made.fresh, made.cleaning, made.rows["correction"]) == (1, 0, [number])
    assert (asked["known"], asked["start"], asked["demo"]) == ([], None, True)
    lines = (made.folder / order.SAMPLES / "corrections.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["instead_of"] == "A wrong answer."


def test_answers_go_on_where_the_memory_is_there(tmp_path: Path) -> None:
    assert room.beside(chosen(tmp_path, refresh_beside="always"))
    assert not room.beside(chosen(tmp_path, refresh_beside="never"))
    assert room.beside(chosen(tmp_path, refresh_memory="1MB"))
    assert not room.beside(chosen(tmp_path, refresh_memory="500TB"))
