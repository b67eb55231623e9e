"""Jobs, pauses, pictures, exports and broadcasts, given in the chat."""

import json
from functools import partial

import httpx
import pytest
from sqlalchemy import select

from bot import plots
from bot.simulator.client import Message as Seen
from bot.simulator.methods.media import picture_size
from doctor_llama import audit, privacy
from doctor_llama.schema import Feedback, FeedbackKind, Job, JobKind, JobStatus, Message, Role, User
from tests.bot.admin.test_dispatching import appoint
from tests.bot.admin.test_granting import command
from tests.bot.conftest import ANA, BEN, OWNER, Scene
from tests.bot.test_chatting import RED


def named(ending: str, seen: Seen) -> bool:
    return seen.media is not None and seen.media["name"].endswith(ending)


async def file(scene: Scene, seen: Seen) -> bytes:
    assert seen.media is not None
    async with httpx.AsyncClient(base_url=scene.simulator.url, trust_env=False) as http:
        return (await http.get(seen.media["url"])).content


async def noted(scene: Scene) -> list[str]:
    async with scene.database.reading() as session:
        return [one.action for one in await audit.latest(session)][::-1]


async def test_what_waits_is_listed_and_ended(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is asthma?")
    await scene.asked()
    await scene.people.send(OWNER, "/admin jobs")
    told = await scene.answer(OWNER, "Questions waiting: 1")
    assert "1 answer, queued for" in told.text
    assert str(ANA) not in told.text
    await command(scene, OWNER, "jobs cancel 1", "End job 1?", "Job 1 was ended.")
    await scene.answer(ANA, "Stopped.")
    await command(scene, OWNER, "jobs cancel 1", "End job 1?", "There is no job 1")
    assert await noted(scene) == ["jobs.cancel"]


async def test_in_a_pause_questions_wait_and_emergencies_do_not(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    await command(scene, OWNER, "pause 45", "Pause all answers?", "Paused.")
    await scene.people.send(ANA, "What is asthma?")
    told = await scene.answer(ANA, "The answers are paused for maintenance, for about 45 minutes")
    assert told.labels == ["Stop"]
    await scene.people.send(ANA, RED)
    await scene.answer(ANA, "This can be an emergency")
    assert scene.worker.claimed == 0
    await scene.people.send(OWNER, "/admin status")
    await scene.answer(OWNER, "The answers are paused")
    await scene.people.send(OWNER, "/admin resume")
    await scene.answer(OWNER, "Going on")
    await scene.final(ANA, "About What is asthma?")
    assert await noted(scene) == ["pause.begin", "pause.end"]


async def test_who_waits_hears_of_a_pause_that_begins(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is asthma?")
    await scene.answer(ANA, "You are next")
    for parcel in scene.bot.delivery._parcels.values():
        parcel._position_at = float("-inf")  # as if it had been said long ago
    await command(scene, OWNER, "pause", "Pause all answers?", "Paused.")
    await scene.answer(ANA, "The answers are paused for maintenance;")


async def rated(scene: Scene) -> None:
    async with scene.database.session() as session:
        user = await privacy.known(session, f"telegram:{ANA}")
        assert user is not None
        made = await session.scalar(select(Message).where(Message.role == "assistant"))
        assert made is not None
        made.adapter, made.queue_seconds, made.first_token_seconds = "night", 0.25, 0.5
        row = Feedback(user_id=user.id, message_id=made.id, kind=FeedbackKind.RATING, rating=1)
        session.add(row)


async def test_pictures_come_with_their_numbers(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    await scene.people.send(OWNER, "/admin stats ratings")
    await scene.answer(OWNER, "No answer has been rated yet.")
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "rest.")
    await rated(scene)
    sent = await scene.people.send(OWNER, "/admin stats")
    captions = {
        "Questions a day": "In all 1, last 7 days 1, today 1 of 1 people.",
        "Liked answers": "night: 100 % (21–100) of 1 ratings",
        "Seconds to wait": "in the queue: 0.25 s, 0.25 s, 0.25 s",
        "Questions waiting": "Now 0, at most",
    }
    for title, numbers in captions.items():
        seen = await scene.answer(OWNER, title, 20, after=sent.message_id)
        assert numbers in seen.text
        assert picture_size(await file(scene, seen)) == (960, 660)
    wrong = await scene.people.send(OWNER, "/admin stats nonsense")
    await scene.answer(OWNER, "/admin stats [questions", after=wrong.message_id)


async def test_every_language_can_be_drawn(recwarn: pytest.WarningsRecorder) -> None:
    """Warnings are errors here: a letter that the typeface lacks would fail."""
    from bot.admin.charting import UNDRAWN
    from bot.texts import languages, say
    from doctor_llama.stats import percentiles

    for language in sorted(languages() - set(UNDRAWN)):
        rows = [
            (say(language, f"stats-label-{name}"), percentiles(name, [1.0, 2.0]))
            for name in ("queue", "first", "whole")
        ]
        picture = await plots.draw(say(language, "stats-latency", days=7), plots.latency(rows))
        assert picture.startswith(b"\x89PNG")
    assert not list(recwarn)


async def test_a_broadcast_is_previewed_paced_and_tells_who_is_gone(scene: Scene) -> None:
    people = [ANA, BEN, 1003, 1004]
    await scene.agreed(OWNER, *people)
    await appoint(scene, 1004, Role.BLOCKED)
    await scene.people.block(BEN)
    words = "We are moving.\n\nOn Sunday   there will be no answers."
    sent = await scene.people.send(OWNER, f"/admin broadcast {words}")
    question = await scene.answer(OWNER, "to people:", after=sent.message_id)
    preview = await scene.answer(OWNER, "We are moving.", after=sent.message_id)
    assert preview.text == words
    await scene.people.press(OWNER, question.message_id, "Yes, do it")
    ended = await scene.answer(OWNER, "The broadcast has ended.", 20)
    assert "Told: 3" in ended.text  # with the owner
    for person in (ANA, 1003):
        told = [m for m in (await scene.people.chat(person)).from_bot if m.text == words]
        assert len(told) == 1
    assert (await scene.people.chat(1004)).from_bot == []
    async with scene.database.reading() as session:
        job = (await session.scalars(select(Job).where(Job.kind == JobKind.BROADCAST))).one()
        gone = await session.scalar(select(User).where(User.account == f"telegram:{BEN}"))
    assert job.status == JobStatus.SUCCEEDED
    assert gone is not None
    assert gone.unreachable_at is not None


async def test_a_broadcast_outlives_a_restart_and_tells_nobody_twice(scene: Scene) -> None:
    people = list(range(3001, 3013))
    await scene.agreed(OWNER, *people)
    await command(scene, OWNER, "broadcast Hello all", "to people: 13", "It is on its way")
    await scene.answer(3002, "Hello all")
    await scene.stop()
    await scene.start()
    await scene.answer(OWNER, "The broadcast has ended.", 30)
    told = [
        [m.text for m in (await scene.people.chat(p)).from_bot].count("Hello all") for p in people
    ]
    assert max(told) == 1
    assert sum(told) >= len(people) - 1  # whoever was next when it stopped


async def test_samples_come_as_files(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    async with scene.database.session() as session:
        user = await privacy.known(session, f"telegram:{ANA}")
        assert user is not None
        privacy.share(user, agreed=True)
    await scene.people.send(ANA, "What is asthma?")
    answer = await scene.final(ANA, "rest.")
    await scene.people.press(ANA, answer.message_id, "👍")
    await scene.people.wait_message(ANA, lambda m: "👍 ✓" in m.labels)
    await command(scene, OWNER, "export jsonl", "as jsonl into this chat?", "being written")
    await scene.answer(OWNER, "Samples: 1", 60)
    sent = await scene.people.wait_message(OWNER, partial(named, "jsonl"), 30)
    row = json.loads((await file(scene, sent)).splitlines()[0])
    assert row["prompt"][-1]["content"] == "What is asthma?"
    assert row["label"] is True
    wrong = await scene.people.send(OWNER, "/admin export csv")
    await scene.answer(OWNER, "/admin export [jsonl|parquet]", after=wrong.message_id)
    assert await noted(scene) == ["samples.export"]
