"""The way of an answer: frames, the end exactly once, whatever happens to Telegram or to us."""

import asyncio
from itertools import pairwise
from typing import Any, cast

from sqlalchemy import select

from bot.desk import Desk
from bot.parcels import Parcel
from bot.simulator.client import Message as Seen
from doctor_llama import jobs, proofreading
from doctor_llama.schema import Job, JobKind, JobStatus, Message
from tests.bot.conftest import ANA, BEN, Scene
from tests.pace import within

LONG = "\n\n".join(f"Paragraph {n}: " + "word " * 200 for n in range(10))


async def answers(scene: Scene, words: str, chat: int = ANA) -> list[Seen]:
    return [m for m in (await scene.people.chat(chat)).from_bot if words in m.text]


async def job_of(scene: Scene) -> Job:
    async with scene.database.reading() as session:
        return (await session.scalars(select(Job).order_by(Job.id.desc()).limit(1))).one()


# -- frames ----------------------------------------------------------------------------------------


async def test_a_draft_grows_at_most_once_a_second_and_then_gives_way(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.delay, scene.worker.writes = 0.1, 35
    scene.worker.text = lambda _: " ".join(f"word{n}" for n in range(35))
    sent = await scene.people.send(ANA, "What is flu?")
    draft = await scene.people.wait_for(
        ANA, lambda view: next((d for d in view.drafts if d.text), None)
    )
    assert draft.updated - sent.time < within(1.5), "the first words take too long"
    assert draft.can_stop
    answer = await scene.final(ANA, "word34", 20)
    calls = await scene.people.calls("sendMessageDraft")
    assert len(calls) >= 3
    assert all(later["time"] - earlier["time"] >= 0.95 for earlier, later in pairwise(calls))
    await scene.all_delivered()
    view = await scene.people.chat(ANA)
    assert view.drafts == []
    assert [m.message_id for m in view.from_bot] == [answer.message_id]


async def test_a_refused_draft_ends_the_frames_and_not_the_answer(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.delay, scene.worker.writes = 0.1, 15
    scene.worker.text = lambda _: " ".join(f"word{n}" for n in range(15))
    await scene.people.fault("sendMessageDraft", "400", times=99)
    await scene.people.send(ANA, "What is flu?")
    await scene.final(ANA, "word14")
    assert len(await scene.people.calls("sendMessageDraft")) == 1


async def test_a_429_in_one_chat_slows_no_other(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    await scene.people.fault("sendMessage", "429", chat_id=ANA, retry_after=9)
    first = await scene.people.send(ANA, "What is flu?")
    await scene.people.wait_for(ANA, lambda _: scene.worker.claimed > 0)
    second = await scene.people.send(BEN, "What is flu?")
    quick = await scene.final(BEN, "About What is flu?")
    assert quick.changed - second.time < within(2.0)
    slow = await scene.final(ANA, "About What is flu?")
    assert slow.changed - first.time >= 9.0


# -- the end ---------------------------------------------------------------------------------------


async def test_a_long_answer_comes_whole_with_thumbs_on_its_last_part(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.text = lambda _: LONG
    await scene.people.send(ANA, "What is flu?")
    await scene.final(ANA, "Paragraph 9", 20)
    await scene.all_delivered()
    parts = await answers(scene, "Paragraph")
    assert len(parts) == 3
    text = "".join("".join(m.text for m in parts).split())
    line = proofreading.safety_line(LONG, "en")
    assert line is not None
    assert text == "".join((LONG + line).split())
    assert [bool(m.labels) for m in parts] == [False, False, True]


async def test_an_answer_does_not_overtake_the_one_before_it(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.fault("editMessageText", "delay", seconds=4)
    await scene.people.send(ANA, "What is flu?")
    await scene.people.send(ANA, "What is asthma?")
    second = await scene.final(ANA, "About What is asthma?", 20)
    (first,) = await answers(scene, "About What is flu?")
    assert first.changed < second.changed


async def test_news_of_a_delivery_that_is_over_hold_up_nobody() -> None:
    unused = cast("Any", None)
    desk = Desk(unused, unused, unused, unused, 1)
    first, second = (
        Job(
            id=n, lock="one", channel="telegram:1", status=JobStatus.SUCCEEDED, shown={}, payload={}
        )
        for n in (1, 2)
    )
    parcel = Parcel(desk, first, None)
    await desk.turns.mine(second, 0.01)  # nobody waits for ever
    waiting = asyncio.ensure_future(desk.turns.mine(second, 60))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    parcel.vanish()
    await parcel.run()
    parcel.update(first, None, 0)
    await asyncio.wait_for(waiting, 1)
    await asyncio.wait_for(desk.turns.mine(second, 60), 1)


async def test_formatting_arrives_as_entities(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.text = lambda _: "# Flu\n\nDrink **much** and `rest`."
    await scene.people.send(ANA, "What is flu?")
    answer = await scene.final(ANA, "Flu\n\nDrink much and rest.")
    assert {e["type"] for e in answer.entities} == {"bold", "underline", "code"}


APOLOGIES = {
    "crashed": "makes the program stop",
    "engine": "not available at this moment",
    "refused": "too long for the model",
    "KeyError": "I could not answer this question",
}


async def test_a_failure_is_said_with_its_number(scene: Scene) -> None:
    owner = scene.settings.owner_ids[0]
    await scene.agreed(owner)
    people = dict(zip(range(2001, 2005), APOLOGIES, strict=True))
    await scene.agreed(*people)
    scene.worker.paused = True
    for person, error in people.items():
        await scene.people.send(person, "What is flu?")
        await scene.answer(person, "Your question is in")
        async with scene.database.session() as session:
            job = await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER])
            assert job is not None
            await jobs.finish(session, job, JobStatus.FAILED, {"error": error})
        apology = await scene.answer(person, APOLOGIES[error])
        assert f"Error {job.id}" in apology.text or error == "refused"
        retry = [] if error in ("refused", "crashed") else ["🔄 Try again"]
        assert apology.labels == retry
        if error != "refused":  # a question that is too long is nobody's fault
            await scene.answer(owner, f"Error {job.id}: {error} in worker")


# -- nobody there ----------------------------------------------------------------------------------


async def test_who_blocks_the_bot_is_left_in_peace(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    for number in range(3):
        await scene.people.send(ANA, f"Question {number}?")
    await scene.answer(ANA, "Your question is in")
    await scene.people.block(ANA)
    await scene.all_delivered()
    scene.worker.paused = False
    async with scene.database.reading() as session:
        assert set(await session.scalars(select(Job.status))) == {JobStatus.CANCELLED}


async def test_a_403_at_the_end_ends_it(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.fault("editMessageText", "403", chat_id=ANA, times=99)
    await scene.people.send(ANA, "What is flu?")
    await scene.asked()
    await scene.all_delivered()
    assert len(await scene.people.calls("editMessageText")) == 1


async def test_a_deleted_message_is_made_anew_once(scene: Scene) -> None:
    await scene.agreed(ANA)
    gone = "Bad Request: message to edit not found"
    await scene.people.fault("editMessageText", "400", chat_id=ANA, description=gone)
    await scene.people.send(ANA, "What is flu?")
    await scene.final(ANA, "About What is flu?")
    await scene.all_delivered()


async def test_an_erased_question_is_forgotten(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is flu?")
    await scene.answer(ANA, "You are next")
    async with scene.database.session() as session:
        for message in await session.scalars(select(Message).where(Message.role == "assistant")):
            await session.delete(message)
    scene.worker.paused = False
    await scene.people.send(ANA, "What is a cold?")
    await scene.final(ANA, "About What is a cold?")
