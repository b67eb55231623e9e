"""The registry row as the signal: a worker that follows it, under load and past bad adapters."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from sqlalchemy import select

from doctor_llama import adapters, conversations, privacy, prompt, serving
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.engine import ChatMessage, SamplingParams
from doctor_llama.engine.local import LocalEngine, bundle, importing
from doctor_llama.errors import EngineDownError, RestartNeededError
from doctor_llama.limits import Limits
from doctor_llama.proofreading import Proofreader
from doctor_llama.schema import Adapter, AdapterStatus, Job, JobStatus, Message
from doctor_llama.serving import Serving
from doctor_llama.settings import Settings
from doctor_llama.worker import Worker
from tests.engine.conftest import EXACT, answer
from tests.engine.test_batching import inside
from tests.engine.test_local import break_forward
from tests.engine.test_swap import spoil

Folders = dict[str, Path]
ROOMY = Limits(queue=1_000, person=1_000)
LONG = SamplingParams(max_tokens=200, temperature=0.0)
QUESTIONS = [f"What helps against {what}?" for what in ("pain", "fever", "cold", "a headache")]


@pytest.fixture
def chosen(folders: Folders, tmp_path: Path) -> Settings:
    return Settings(  # type: ignore[call-arg]
        _env_file=None, data_dir=tmp_path, model=str(folders["base"]), adapter=str(folders["one"])
    )


async def register(
    database: Database, chosen: Settings, folders: Folders, name: str, source: Path | None = None
) -> Adapter:
    made = importing.take(
        str(source or folders[name]), serving.folder(chosen), base=str(folders["base"])
    )
    async with database.session() as session:
        return await adapters.register(
            session,
            name=name,
            sha256=made.sha256,
            base_model=made.manifest.base_model,
            verdict={"imported": True},
        )


async def promote(database: Database, name: str, *, again: bool = False) -> None:
    async with database.session() as session:
        await adapters.promote(session, await adapters.get(session, name), again=again)


async def status(database: Database, name: str) -> tuple[str, str]:
    async with database.reading() as session:
        row = await adapters.get(session, name)
        return row.status, str(row.verdict.get("failure", ""))


@asynccontextmanager
async def exact(chosen: Settings, database: Database, **options: Any) -> AsyncIterator[Serving]:
    """What `Serving` would start, in arithmetic that can be compared."""
    kept = Serving(database, chosen, **options)
    engine = LocalEngine(chosen.model, chosen.adapter, adapter_label=chosen.adapter, **EXACT)
    await engine.start()
    kept.engine = engine
    try:
        yield kept
    finally:
        await engine.stop(drain=0.0)


async def ask(database: Database, person: int, text: str) -> int:
    channel = f"telegram:{person}"
    async with database.session() as session:
        user = await privacy.person(session, channel)
        privacy.consent(user)
        question = Question(text, f"{channel}/1", channel, "1")
        return (await conversations.ask(session, user, question, ROOMY)).job.id


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def working(
    database: Database, kept: Serving, *, ends: type[Exception] | None = None
) -> AsyncIterator[Worker]:
    worker = Worker(
        database,
        kept.engine,
        name="w",
        params=LONG,
        concurrency=8,
        stall_seconds=60.0,
        serving=kept,
    )
    running = asyncio.create_task(worker.run(5.0))
    try:
        yield worker
    finally:
        worker.stop()
        with pytest.raises(ends) if ends else contextlib.nullcontext():
            await running


async def ended(database: Database, jobs: list[int]) -> list[tuple[Job, Message]]:
    async with asyncio.timeout(60):
        while True:
            async with database.reading() as session:
                rows = await session.execute(
                    select(Job, Message).join(Message, Message.id == Job.message_id)
                )
                found = {job.id: (job, message) for job, message in rows.all()}
            if all(found[number][0].finished_at for number in jobs):
                return [found[number] for number in jobs]
            await asyncio.sleep(0.05)


def proofread(questions: list[str], answers: list[str]) -> list[str]:
    """What people are shown of these answers, as the worker has them read."""
    pairs = zip(questions, answers, strict=True)
    return [Proofreader(q, "en").take(text, whole=True).strip() for q, text in pairs]


async def watch(database: Database, kept: Serving, label: str, seen: set[str]) -> None:
    """Note what people are shown while this adapter answers on probation."""
    while kept.shows(label):
        await asyncio.sleep(0.005)
    while not kept.shows(label):
        if kept.label == label:
            async with database.reading() as session:
                found = list(await session.scalars(select(Message.content)))
            if not kept.shows(label):
                seen.update(found)
        await asyncio.sleep(0.01)


async def test_eight_people_are_answered_through_a_swap(
    database: Database, chosen: Settings, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "FOLLOW_SECONDS", 0.02)  # or the answers end before it
    monkeypatch.setattr(serving, "SMOKE_PROMPTS", serving.SMOKE_PROMPTS * 3)  # a long probation
    seen: set[str] = set()
    await register(database, chosen, folders, "two")
    texts = [f"{question} And {n}?" for question in QUESTIONS for n in range(2)]
    async with exact(chosen, database, drain_seconds=0.0) as kept:
        engine = kept.engine
        assert isinstance(engine, LocalEngine)
        prompts = [prompt.conversation([ChatMessage("user", text)]) for text in texts]
        olds = await asyncio.gather(*(answer(engine, turns, LONG) for turns in prompts))
        async with working(database, kept) as worker:
            asked = [await ask(database, n, text) for n, text in enumerate(texts)]
            await until(lambda: len(worker.flights) == 8 and inside(engine).flight.count == 8)
            await promote(database, "two")
            watching = asyncio.create_task(watch(database, kept, "two", seen))
            rows = await ended(database, asked)
            await watching
        news = await asyncio.gather(*(answer(engine, turns, LONG) for turns in prompts))
        assert engine.card().adapter == "two"
    olds, news = proofread(texts, olds), proofread(texts, news)
    pure = {(text, chosen.adapter) for text in olds}
    pure |= {(text, "two") for text in news}
    assert all(job.status == JobStatus.SUCCEEDED for job, _ in rows)
    assert all((message.content, message.adapter) in pure for _, message in rows)
    assert any(message.adapter == "two" for _, message in rows)
    known = [*texts, *olds]
    assert seen
    assert [text for text in seen if not any(old.startswith(text.strip()) for old in known)] == []


def silent(folders: Folders, tmp_path: Path) -> Path:
    """An adapter that loads well and has nothing to say: its two added tokens win every time.

    Their rows point opposite ways and are long, so that one of them is above all others.
    """
    folder = Path(shutil.copytree(folders["legacy"], tmp_path / "silent"))
    file = folder / "adapter_model.safetensors"
    weights = load_file(file)
    torch.manual_seed(0)
    row = torch.randn(64) * 1000
    for name in [name for name in weights if "lora_" not in name]:
        weights[name][-2:] = torch.stack([row, -row])
    save_file(weights, file)
    return folder


async def test_an_adapter_that_fails_its_smoke_prompts_answers_nobody(
    database: Database, chosen: Settings, folders: Folders, tmp_path: Path
) -> None:
    await register(database, chosen, folders, "silent", silent(folders, tmp_path))
    texts = [f"{question} And {n}?" for question in QUESTIONS for n in range(2)]
    async with exact(chosen, database, drain_seconds=0.0) as kept:
        engine = kept.engine
        assert isinstance(engine, LocalEngine)
        prompts = [prompt.conversation([ChatMessage("user", text)]) for text in texts]
        olds = await asyncio.gather(*(answer(engine, turns, LONG) for turns in prompts))
        async with working(database, kept):
            asked = [await ask(database, n, text) for n, text in enumerate(texts)]
            await until(lambda: inside(engine).flight.count == 8)
            await promote(database, "silent")
            rows = await ended(database, asked)
            async with asyncio.timeout(30):
                while (await status(database, "silent"))[0] != AdapterStatus.REJECTED:
                    await asyncio.sleep(0.05)
        assert engine.card().adapter == chosen.adapter
    assert [message.content for _, message in rows] == proofread(texts, olds)
    assert {message.adapter for _, message in rows} == {chosen.adapter}
    assert "smoke prompt" in (await status(database, "silent"))[1]


async def test_a_step_follows_promotion_rollback_and_rejection(
    database: Database, chosen: Settings, folders: Folders
) -> None:
    first = await register(database, chosen, folders, "two")
    second = await register(database, chosen, folders, "legacy")
    async with exact(chosen, database) as kept:

        def label() -> str | None:
            return kept.engine.card().adapter

        await kept.step()
        assert label() == chosen.adapter
        await promote(database, "two")
        await kept.step()
        assert label() == "two"
        await promote(database, "legacy")
        weights = chosen.data_dir / second.path / "adapter_model.safetensors"
        content = bytearray(weights.read_bytes())
        content[500] ^= 1
        weights.write_bytes(content)
        await kept.step()
        assert label() == "two"
        found, reason = await status(database, "legacy")
        assert found == AdapterStatus.REJECTED
        assert "sha256 is another" in reason
        assert (await status(database, "two"))[0] == AdapterStatus.ACTIVE
        content[500] ^= 1
        weights.write_bytes(content)
        await promote(database, "legacy", again=True)
        await kept.step()
        assert label() == "legacy"
        for wanted in ("two", chosen.adapter):
            async with database.session() as session:
                await adapters.rollback(session)
            await kept.step()
            assert label() == wanted
    assert bundle.verify(chosen.data_dir / first.path)


async def test_an_adapter_that_ended_its_worker_gives_way_at_the_next_start(
    database: Database, chosen: Settings, folders: Folders
) -> None:
    for name in ("two", "legacy"):
        await register(database, chosen, folders, name)
    await promote(database, "two")
    async with exact(chosen, database) as kept:
        await kept.step()
        await promote(database, "legacy")
        assert isinstance(kept.engine, LocalEngine)
        break_forward(kept.engine, RuntimeError("CUDA error: an illegal address"), after=2)
        with pytest.raises(EngineDownError):
            await kept.step()
        assert kept.engine.down, "whoever runs this process ends it now"
        assert (await status(database, "legacy"))[0] == AdapterStatus.ACTIVE
    kept = Serving(database, chosen)
    await kept.start()
    try:
        assert kept.engine.card().adapter == "two"
        found, reason = await status(database, "legacy")
        assert found == AdapterStatus.REJECTED
        assert "ended while it tried this adapter" in reason
        await promote(database, "legacy", again=True)
        await kept.step()
        assert kept.engine.card().adapter == "legacy"
    finally:
        await kept.engine.stop()


async def test_where_the_model_must_be_loaded_anew_the_worker_ends_and_nobody_is_rejected(
    database: Database, chosen: Settings, folders: Folders, tmp_path: Path
) -> None:
    trained = Path(shutil.copytree(folders["legacy"], tmp_path / "trained"))
    spoil(trained, lambda w: [w[name][7].add_(0.01) for name in w if "lora_" not in name])
    await register(database, chosen, folders, "two")
    own = chosen.model_copy(update={"adapter": str(trained)})
    kept = Serving(database, own)
    await kept.start()
    try:
        assert kept.engine.card().adapter == str(trained)
        async with working(database, kept, ends=RestartNeededError) as worker:
            await promote(database, "two")
            await until(lambda: worker.stopping)
    finally:
        await kept.engine.stop()
    assert (await status(database, "two"))[0] == AdapterStatus.ACTIVE
    kept = Serving(database, own)
    await kept.start()
    try:
        assert kept.engine.card().adapter == "two"
        async with database.session() as session:
            await adapters.rollback(session)
        with pytest.raises(RestartNeededError):
            await kept.step()
    finally:
        await kept.engine.stop()


async def test_at_the_start_what_does_not_load_gives_way_to_the_one_before(
    database: Database, chosen: Settings, folders: Folders
) -> None:
    good = await register(database, chosen, folders, "two")
    bad = await register(database, chosen, folders, "legacy")
    await promote(database, "two")
    await promote(database, "legacy")
    (chosen.data_dir / bad.path / "adapter_model.safetensors").unlink()
    kept = Serving(database, chosen)
    await kept.start()
    try:
        assert kept.engine.card().adapter == "two"
        assert (await status(database, "legacy"))[0] == AdapterStatus.REJECTED
    finally:
        await kept.engine.stop()
    shutil.rmtree(chosen.data_dir / good.path)
    kept = Serving(database, chosen)
    await kept.start()
    try:
        assert kept.engine.card().adapter == chosen.adapter
        assert (await status(database, "two"))[0] == AdapterStatus.REJECTED
    finally:
        await kept.engine.stop()


async def test_an_adapter_of_another_base_is_passed_over_and_not_rejected(
    database: Database, chosen: Settings, folders: Folders
) -> None:
    await register(database, chosen, folders, "two")
    await promote(database, "two")
    other = chosen.model_copy(update={"model": str(folders["parrot"]), "adapter": "none"})
    kept = Serving(database, other)
    await kept.start()
    try:
        assert kept.engine.card().adapter is None
        await kept.step()
        assert (await status(database, "two"))[0] == AdapterStatus.ACTIVE
    finally:
        await kept.engine.stop()


async def test_a_row_cannot_lead_out_of_the_registrys_folder(
    database: Database, chosen: Settings, folders: Folders
) -> None:
    row = await register(database, chosen, folders, "two")
    outside = chosen.data_dir / row.sha256
    (chosen.data_dir / row.path).rename(outside)
    async with database.session() as session:
        (await adapters.get(session, "two")).path = f"adapters/../{row.sha256}"
    await promote(database, "two")
    async with exact(chosen, database) as kept:
        await kept.step()
        assert kept.engine.card().adapter == chosen.adapter
    assert "The folder of two is not" in (await status(database, "two"))[1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Drink water and rest. See a doctor when it lasts for three days or gets worse.", False),
        ("- rest\n- water\n- rest and water\n- sleep\n- a doctor, when it lasts", False),
        ("Yes. " + "the pain " * 8, True),
        ("!" * 40, True),
        ("short", False),
    ],
)
def test_a_loop_is_known(text: str, found: bool) -> None:
    assert serving.loops(text) is found
