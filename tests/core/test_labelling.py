"""The label pass in the worker: it raises and never lowers, and costs no answer."""

import asyncio
from collections.abc import Callable

import pytest

from doctor_llama import conversations, jobs, labelling, privacy, triage
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.engine import SamplingParams
from doctor_llama.engine.remote import RemoteEngine
from doctor_llama.engine.scripted import marker
from doctor_llama.metrics import Metrics
from doctor_llama.schema import Job, JobStatus, Message
from doctor_llama.triage import Label, Verdict
from doctor_llama.triage.likelihoods import Likelihoods
from doctor_llama.worker import Worker
from tests.core.test_worker import ROOMY, ask, ended, row, until, working
from tests.engine.peer import BASE, Peer, listening

QUIET = "What helps against a cold?"
URGENT = "I have had blood in my urine since this morning"


async def question(database: Database, answer: Message) -> Message:
    async with database.reading() as session:
        return await session.get_one(Message, answer.parent_id)


def passes(worker: Worker) -> dict[str, float]:
    """How many questions were read again, by what came of it."""
    samples = next(iter(worker.metrics.label_passes.collect())).samples
    return {s.labels["outcome"]: s.value for s in samples if s.name.endswith("_total")}


@pytest.mark.every_database
async def test_a_question_is_raised_to_the_card_of_its_country(database: Database) -> None:
    async with database.session() as session:
        (await privacy.person(session, "telegram:1")).country = "IN"
    async with working(database, raise_from=0.5) as worker:
        number = await ask(database, 1, f"{QUIET} [[label 0.6]]")
        job, answer = await until(database, number, ended)
        assert job.status == JobStatus.SUCCEEDED
        assert job.result == {"raised": "emergency", "share": 0.6}
        assert job.payload["triage"] == Label.EMERGENCY
        assert job.payload["placed"] is True
        assert not jobs.is_answer(job)
        assert answer.content == triage.reply(Label.EMERGENCY, "en", "IN")
        assert (answer.model, answer.adapter, answer.seconds) == (None, None, None)
        asked = await question(database, answer)
        assert (asked.triage, asked.triage_rule) == ("emergency", "model")
        assert passes(worker) == {"emergency": 1}
        later = await ask(database, 2, "And what is flu?")  # the card is no turn of the talk
        job, answer = await until(database, later, ended)
        assert job.result == {}
        assert answer.content.startswith(marker("And what is flu?"))
        assert passes(worker) == {"emergency": 1, "kept": 1}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (f"{QUIET} [[label 0.49]]", {"kept": 1}),
        (f"{QUIET} [[label error]]", {"failed": 1}),
        (f"{QUIET} [[label hang]]", {"failed": 1}),
        (URGENT, {"kept": 1}),
    ],
)
async def test_what_is_not_raised_is_answered(
    database: Database, text: str, outcome: dict[str, int]
) -> None:
    async with working(database, raise_from=0.5, stall_seconds=2.0) as worker:
        job, answer = await until(database, await ask(database, 1, text), ended)
        assert jobs.is_answer(job)
        assert answer.content.startswith(marker(text))
        assert passes(worker) == outcome
        asked = await question(database, answer)
        assert asked.triage == triage.assess(text).label
        assert asked.triage_rule != "model"


async def test_who_says_that_it_is_no_emergency_is_not_asked_again(database: Database) -> None:
    text, channel = f"{QUIET} [[label 0.9]]", "telegram:1"
    async with working(database, raise_from=0.5) as worker:
        first, _ = await until(database, await ask(database, 1, text), ended)
        assert not jobs.is_answer(first)
        async with database.session() as session:
            user = await privacy.person(session, channel)
            calm = Question(text, f"{channel}/1#calm", channel, "1", calm=True)
            number = (await conversations.ask(session, user, calm, ROOMY)).job.id
        job, answer = await until(database, number, ended)
        assert jobs.is_answer(job)
        assert answer.content.startswith(marker(text))
        assert passes(worker) == {"emergency": 1}


async def test_a_hang_is_seen_however_many_ask(database: Database) -> None:
    """A pass that times out is no sign of life: else each new question would hide the hang."""
    patient = {"raise_from": 0.5, "stall_seconds": 1.0, "concurrency": 100}
    async with working(database, drain=0.0, **patient) as worker:
        await ask(database, 1, "What helps against a cold? [[hang]]", person=1)
        async with asyncio.timeout(20):
            while not worker.engine._hung:  # type: ignore[attr-defined]
                await asyncio.sleep(0.02)
            person = 2
            while worker.healthy():
                await ask(database, 1, QUIET, person=person)
                await asyncio.sleep(0.3)
                person += 1
        worker.stop()
        worker.stop()


async def test_it_is_off_by_default(database: Database) -> None:
    async with working(database) as worker:
        number = await ask(database, 1, f"{QUIET} [[label 0.9]]")
        job, _ = await until(database, number, ended)
        assert jobs.is_answer(job)
        assert worker.reader is None


async def test_a_server_without_likelihoods_leaves_it_off(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    peer = Peer()
    async with listening(peer):
        engine = RemoteEngine([peer.url], BASE)
        await engine.start()
        params = SamplingParams()
        worker = Worker(
            database,
            engine,
            name="w",
            params=params,
            concurrency=2,
            stall_seconds=60.0,
            raise_from=0.5,
        )
        assert worker.reader is not None
        await worker.reader.begin(engine)
        assert "no label pass: no remote server says how likely its words are" in caplog.text
        running = asyncio.create_task(worker.run(5.0))
        job, _ = await until(database, await ask(database, 1, QUIET), ended)
        assert jobs.is_answer(job)
        assert passes(worker) == {}
        worker.stop()
        await running
        await engine.stop(drain=0.0)


@pytest.mark.parametrize(
    ("change", "reads"),
    [
        (lambda job: None, True),
        (lambda job: setattr(job, "crashes", 1), False),
        (lambda job: job.payload.update(again=1), False),
        (lambda job: job.payload.update(triage="crisis"), False),
    ],
    ids=["first", "crashed", "again", "red"],
)
async def test_a_question_is_read_once_and_not_after_a_crash(
    database: Database, change: Callable[[Job], None], reads: bool
) -> None:
    async with working(database) as worker:
        number = await ask(database, 1, f"{QUIET} [[label 0.9]]")
        await until(database, number, ended)
        job, _ = await row(database, number)
        change(job)
        reader = labelling.Reader(0.5, Metrics(), lambda: None)
        raised = await reader.read(worker.engine, job, f"{QUIET} [[label 0.9]]")
        assert (raised is not None) == reads


def test_it_may_only_raise() -> None:
    calm, alarmed = Likelihoods((0.1, 0.1, 0.1, 0.7)), Likelihoods((0.2, 0.5, 0.2, 0.1))
    for label in Label:
        verdict = Verdict(label, "rule", "fr")
        assert calm.join(verdict, 0.5) == verdict
        raised = alarmed.join(verdict, 0.5)
        red = label in triage.RED
        assert raised == (verdict if red else Verdict(Label.CRISIS, "model", "fr"))
    assert alarmed.raised(0.7) is Label.CRISIS
    assert alarmed.raised(0.71) is None
