"""The queue that one can see: a place, a time, one silent message that changes when it matters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import update

from bot import answers, delivery, parcels
from bot.simulator.client import Message as Seen
from doctor_llama.runs import Learning
from doctor_llama.schema import Job, JobKind, JobStatus, Message, TrainingRun
from tests.bot.conftest import ANA, BEN, Scene
from tests.core.talking import answer, ask, person, question
from tests.pace import within


@asynccontextmanager
async def learning(scene: Scene, **progress: Any) -> AsyncIterator[None]:
    """A training run in progress, as the rows say it."""
    async with scene.database.session() as session:
        job = Job(kind=JobKind.REFRESH, status=JobStatus.RUNNING, worker="w")
        session.add(job)
        await session.flush()
        session.add(TrainingRun(job_id=job.id, progress=progress))
    yield
    async with scene.database.session() as session:
        await session.execute(
            update(Job).where(Job.kind == JobKind.REFRESH).values(status=JobStatus.SUCCEEDED)
        )


async def test_a_question_is_accepted_within_a_second_with_its_place_and_time(
    scene: Scene,
) -> None:
    scene.worker.paused = True
    someone = await person(scene.database, "telegram:77")
    for number in range(3):  # each took thirty seconds
        await ask(scene.database, someone, question(number, chat=77))
        await answer(scene.database, "Rest.")
    async with scene.database.session() as session:
        await session.execute(update(Message).values(seconds=30.0))
    await scene.stop()
    await scene.start()  # the estimate is made anew
    people = range(2001, 2011)
    await scene.agreed(*people)
    statuses = []
    for number, one in enumerate(people):
        sent = await scene.people.send(one, "What is flu?")
        status = await scene.answer(one, "Your question is in")
        statuses.append(status.text)
        assert status.date - sent.time < within(1.0)
        assert status.reply_to == sent.message_id
        assert status.labels == ["Stop"]
        assert number or status.text == "Your question is in. You are next. About 30 seconds."
    assert statuses[1] == "Your question is in. One question before you. About 30 seconds."
    # four are answered at once, so the tenth waits for two rounds and is in the third
    assert statuses[9] == "Your question is in. 9 questions before you. About 90 seconds."
    calls = await scene.people.calls("sendMessage")
    assert [c["params"] for c in calls if not c["params"].get("disable_notification")] == []


async def test_in_a_crowd_answers_come_and_drafts_rest(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "CROWD", 2)
    people = range(2001, 2005)
    await scene.agreed(*people)
    scene.worker.paused = True
    for one in people:
        await scene.people.send(one, "What is flu?")
    for one in people:
        await scene.answer(one, "Your question is in")
    scene.worker.delay, scene.worker.writes = 0.4, 6  # long enough for a draft
    scene.worker.paused = False
    await scene.final(people[0], "About What is flu?", 20)
    assert await scene.people.calls("sendMessageDraft") == []
    for one in people:
        await scene.final(one, "About What is flu?", 30)


async def test_the_status_changes_only_when_it_matters(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "POSITION_SECONDS", 0.2)
    people = range(2001, 2012)
    await scene.agreed(ANA, *people)
    scene.worker.paused = True
    for one in people:
        await scene.people.send(one, "What is flu?")
    await scene.asked(len(people))
    await scene.people.send(ANA, "What is flu?")
    first = await scene.answer(ANA, "11 questions before you")  # places above seven go in steps
    async with scene.database.session() as session:
        await session.execute(
            update(Job).where(Job.channel == "telegram:2001").values(status=JobStatus.CANCELLED)
        )
    await scene.people.send(BEN, "/help")
    await scene.answer(BEN, "/history")
    async with scene.database.session() as session:
        await session.execute(
            update(Job)
            .where(Job.channel.in_(["telegram:2002", "telegram:2003", "telegram:2004"]))
            .values(status=JobStatus.CANCELLED)
        )
    second = await scene.answer(ANA, "7 questions before you")
    assert second.message_id == first.message_id
    assert len(second.edits) == 1


async def test_training_in_progress_is_said_with_its_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parcels, "POSITION_SECONDS", 0.2)
    monkeypatch.setattr("bot.delivery.ESTIMATE_SECONDS", 0.2)
    await scene.agreed(ANA)
    scene.worker.paused = True
    async with learning(scene, alone=True, eta=420.0):
        await scene.people.send(ANA, "What is flu?")
        status = await scene.answer(ANA, "I answer when it is done, in about 7 minutes.")

    def over(message: Seen) -> bool:
        return message.text == "Your question is in. You are next."

    after = await scene.people.wait_message(ANA, over)
    assert after.message_id == status.message_id
    async with learning(scene, alone=False, eta=60.0):
        await scene.answer(ANA, "The model is learning at the same time")
    await scene.people.wait_message(ANA, over)


@pytest.mark.parametrize(
    ("before", "shown"), [(0, 0), (6, 6), (7, 7), (8, 9), (9, 9), (10, 11), (12, 13), (100, 110)]
)
def test_far_places_are_said_in_steps(before: int, shown: int) -> None:
    assert answers.place(before) >= before
    assert answers.place(before) == shown or before == 100


def test_an_end_that_is_not_known_is_not_made_up() -> None:
    job = Job(payload={"language": "en"})
    alone = answers.waiting(job, 0, 30.0, Learning(alone=True, seconds=None))
    assert alone.endswith("I answer as soon as it is done.")
    beside = answers.waiting(job, 0, 30.0, Learning(alone=False, seconds=None))
    assert "About 30 seconds. The model is learning at the same time" in beside
