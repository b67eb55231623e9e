"""/admin review, retrain, adapters and compare in the chat, and the news of a refresh."""

import asyncio

from bot.simulator.client import ChatView, Message
from doctor_llama import adapters, comparisons, jobs, lineage, runs
from doctor_llama.schema import (
    AdapterStatus,
    Comparison,
    Feedback,
    Job,
    JobKind,
    JobStatus,
    Review,
    Role,
    TrainingRun,
)
from tests.bot.admin.test_dispatching import appoint
from tests.bot.conftest import ANA, BEN, OWNER, Scene
from tests.samples.people import Town

WAIT = 25.0
TABLE = [
    {"name": "new", "items": 2, "active": 0.0, "candidate": 1.0, "lost": 0, "gained": 2,
     "passed": True}
]  # fmt: skip


async def with_button(scene: Scene, chat: int, words: str, after: int = 0) -> Message:
    def found(view: ChatView) -> Message | None:
        return next((m for m in view.from_bot if any(words in label for label in m.labels)), None)

    return await scene.people.wait_for(chat, found, WAIT, after=after)


async def press(scene: Scene, chat: int, words: str, after: int = 0) -> Message:
    message = await with_button(scene, chat, words, after)
    label = next(label for label in message.labels if words in label)
    await scene.people.press(chat, message.message_id, label)
    return message


async def says(scene: Scene, chat: int, words: str, after: int = 0) -> Message:
    return await scene.answer(chat, words, WAIT, after=after)


async def review_of(scene: Scene, number: int) -> Review | None:
    async with scene.database.reading() as session:
        row = await session.get_one(Feedback, number)
        return Review(row.review) if row.review else None


async def registered(scene: Scene, name: str, *, promote: bool = False) -> int:
    async with scene.database.session() as session:
        row = await adapters.register(
            session, name=name, sha256=name * 8, base_model="b",
            verdict={"passed": True, "reasons": [], "table": TABLE},
        )  # fmt: skip
        if promote:
            await adapters.promote(session, row)
        return row.id


async def test_a_reviewer_goes_through_the_corrections(scene: Scene) -> None:
    await scene.agreed(ANA)
    await appoint(scene, ANA, Role.REVIEWER)
    town = Town(scene.database)
    good = await town.correct(1, "What is gout?", "A painful kind of arthritis.")
    bad = await town.correct(2, "What is asthma?", "It is a kind of fish.")
    harm = await town.correct(3, "What is acne?", "Take 500 mg of zinc.")
    await scene.people.send(ANA, "/admin review")
    shown = await says(scene, ANA, f"Correction {good} – waiting: 2")
    assert "What is gout?" in shown.text
    assert "A painful kind of arthritis." in shown.text
    await press(scene, ANA, "Approve")
    await says(scene, ANA, f"Correction {good} is approved")
    await says(scene, ANA, f"Correction {bad} – waiting: 1")
    await press(scene, ANA, "Refuse", after=shown.message_id)
    await says(scene, ANA, "No correction waits for you.")
    assert await review_of(scene, good) is Review.APPROVED
    assert await review_of(scene, bad) is Review.REFUSED
    assert await review_of(scene, harm) is Review.REFUSED, "by rule, before anybody saw it"
    await scene.people.send(ANA, f"/admin review reopen {bad}")
    await says(scene, ANA, f"Correction {bad} waits for review again")
    await scene.people.send(ANA, f"/admin review edit {bad} It makes the airways narrow.")
    await says(scene, ANA, f"Correction {bad} is approved")
    async with scene.database.reading() as session:
        assert (await session.get_one(Feedback, bad)).edited == "It makes the airways narrow."


async def test_what_is_held_back_must_be_overruled_aloud(scene: Scene) -> None:
    await scene.agreed(OWNER)
    town = Town(scene.database)
    one = await town.correct(1, "What is gout?", "A painful kind of arthritis.")
    await town.correct(2, "What is gout?", "Nothing but an old wives' tale of sailors.")
    await scene.people.send(OWNER, "/admin review")
    shown = await says(scene, OWNER, "Held back by a rule: it contradicts correction")
    assert any("anyway" in label for label in shown.labels)
    await press(scene, OWNER, "anyway")
    await says(scene, OWNER, f"Correction {one} is approved")


async def test_a_refresh_is_asked_for_confirmed_shown_in_place_and_decided(scene: Scene) -> None:
    """The trainer's part is played by the calls that it makes."""
    await scene.agreed(OWNER)
    await registered(scene, "old", promote=True)
    await scene.people.send(OWNER, "/admin retrain")
    await says(scene, OWNER, "New pieces of feedback: 0")
    await press(scene, OWNER, "Yes")
    news = await says(scene, OWNER, "A refresh waits for its turn")
    async with scene.database.session() as session:
        job = await jobs.claim(session, worker="t", kinds=[JobKind.REFRESH])
        assert job is not None
        run = await runs.begin(session, job, {})
        run.progress = {"phase": "sft", "done": 0.5, "share": 0.3, "loss": 0.5, "eta": 80.0,
                        "losses": [[1, 2.0], [2, 0.5]]}  # fmt: skip
    running = await says(scene, OWNER, "Refresh: learning the answers")
    assert running.message_id == news.message_id, "one message, edited in place"
    assert "30%" in running.text
    assert "Loss: 0.5000" in running.text
    number = await registered(scene, "refresh-1")
    async with scene.database.session() as session:
        row = await session.get_one(TrainingRun, run.id)
        row.finished_at = row.started_at
        verdict = {"passed": True, "reasons": [], "table": TABLE}
        result = {"adapter": "refresh-1", "verdict": verdict, "run": run.id}
        assert await jobs.finish(session, job, JobStatus.SUCCEEDED, result)
    ended = await says(scene, OWNER, "refresh-1 passed the gate")
    assert ended.message_id == news.message_id
    assert "new: 0 % → 100 % of 2, lost 0, gained 2" in ended.text
    await scene.people.wait_for(
        OWNER, lambda view: any("Loss by step" in (m.text or "") for m in view.from_bot), WAIT
    )
    await press(scene, OWNER, "Promote")
    asked = await says(scene, OWNER, "Let refresh-1 answer, in place of old?")
    await press(scene, OWNER, "Yes", after=asked.message_id - 1)
    await says(scene, OWNER, "refresh-1 answers from now on")
    async with scene.database.reading() as session:
        active = await adapters.active(session)
        assert active is not None
        assert active.id == number
        assert (await session.get_one(Job, job.id)).delivered_at is not None


async def test_a_failed_refresh_says_why_and_a_waiting_one_can_be_ended(scene: Scene) -> None:
    await scene.agreed(OWNER)
    async with scene.database.session() as session:
        assert await runs.enqueue(session, at_once=True)
        job = await jobs.claim(session, worker="t", kinds=[JobKind.REFRESH])
        assert job is not None
        await jobs.finish(session, job, JobStatus.FAILED, {"error": "memory"})
    await says(scene, OWNER, "The refresh failed: the memory was not enough")
    async with scene.database.session() as session:
        waiting = await runs.enqueue(session, at_once=False)
        assert waiting is not None
    await scene.people.send(OWNER, "/admin retrain")
    await says(scene, OWNER, "A refresh waits or runs already")
    await scene.people.send(OWNER, "/admin retrain cancel")
    await press(scene, OWNER, "Yes")
    await says(scene, OWNER, "The refresh was ended by an admin")
    async with scene.database.reading() as session:
        assert (await session.get_one(Job, waiting.id)).status == JobStatus.CANCELLED


async def test_adapters_are_listed_looked_at_and_rolled_back(scene: Scene) -> None:
    await scene.agreed(OWNER)
    town = Town(scene.database)
    number = await town.correct(1, "What is gout?", "A painful kind of arthritis.")
    await registered(scene, "a", promote=True)
    await registered(scene, "b", promote=True)
    async with scene.database.session() as session:
        b = await adapters.get(session, "b")
        await lineage.learned(session, b, {"correction": [number, number + 1000]})
    await scene.people.send(OWNER, "/admin adapters")
    told = await says(scene, OWNER, "b – active")
    assert "a – retired" in told.text
    assert "Retrain due: 1" in told.text
    await scene.people.send(OWNER, "/admin adapters b")
    detail = await says(scene, OWNER, "Rows of feedback: correction 2")
    assert str(number) in detail.text
    await press(scene, OWNER, "Roll back")
    await says(scene, OWNER, "Go back from b to a?")
    await press(scene, OWNER, "Yes")
    await says(scene, OWNER, "a answers again, in place of b")
    await scene.people.send(OWNER, "/admin adapters reject b")
    asked = await says(scene, OWNER, "Reject b?")
    await press(scene, OWNER, "Yes", after=asked.message_id - 1)
    await says(scene, OWNER, "b is rejected")
    async with scene.database.reading() as session:
        assert (await adapters.get(session, "b")).status == AdapterStatus.REJECTED


async def test_two_adapters_are_compared_blind_by_several(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA, BEN)
    for person in (ANA, BEN):
        await appoint(scene, person, Role.REVIEWER)
    first, second = await registered(scene, "a"), await registered(scene, "b")
    async with scene.database.session() as session:
        for n in range(2):
            session.add(
                Comparison(prompt=f"Question {n}?", first="The old text.", second="The new text.",
                           first_id=first, second_id=second)
            )  # fmt: skip
    for person in (ANA, BEN):
        after = (await scene.people.send(person, "/admin compare")).message_id
        for _ in range(2):
            shown = await with_button(scene, person, "A is better", after)
            new_first = shown.text.index("The new text.") < shown.text.index("The old text.")
            await press(scene, person, "A is better" if new_first else "B is better", after)
            after = shown.message_id
        await says(scene, person, "There is no pair that you have not judged.")
    async with scene.database.reading() as session:
        score = (await comparisons.score(session))[0]
    assert (score.wins, score.losses, score.second) == (4, 0, "b")
    await scene.people.send(OWNER, "/admin compare score")
    await says(scene, OWNER, "b against a: won 4, lost 0, equal 0; 100 %")


async def test_learning_is_shown_in_pictures(scene: Scene) -> None:
    await scene.agreed(OWNER)
    await scene.people.send(OWNER, "/admin stats learning")
    await says(scene, OWNER, "Nobody has rated or corrected anything yet.")
    town = Town(scene.database)
    await town.correct(1, "What is gout?", "A painful kind of arthritis.")
    await town.rate(2, "What is asthma?", "Narrow airways.", 1)
    await scene.people.send(OWNER, "/admin stats learning")
    await says(scene, OWNER, "Waiting 1, approved 0, refused 0, learned 0")
    calls = await scene.people.calls("sendPhoto")
    async with asyncio.timeout(WAIT):
        while len(calls) < 2:
            await asyncio.sleep(0.05)
            calls = await scene.people.calls("sendPhoto")
