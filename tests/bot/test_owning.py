"""/privacy, /mydata, /forget and the versions of consent, over the simulator."""

import asyncio
import hashlib
import json

import httpx
import pytest
from sqlalchemy import func, select

from bot.simulator.client import Message as Seen
from bot.texts import say
from doctor_llama import erasures, privacy
from doctor_llama.schema import Message, User
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.bot.test_chatting import user

# What people agree to, as the version in `privacy` stands for it. A changed text needs a new
# version there, and so asks everybody anew; then its fingerprint goes in here.
AGREED_TO = {1: "264da06907350399"}
AGREED_TO_TRAINING = {1: "cf55b9edb177eed5"}


def fingerprint(*keys: str) -> str:
    text = "".join(say("en", key) for key in keys)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_a_changed_text_has_a_new_version() -> None:
    stored = {privacy.CONSENT_VERSION: fingerprint("start-consent", "consent-needed")}
    trained = {privacy.TRAINING_CONSENT_VERSION: fingerprint("share-question")}
    assert (stored, trained) == (AGREED_TO, AGREED_TO_TRAINING)


async def asked(scene: Scene, person: int, *questions: str) -> None:
    for text in questions:
        await scene.people.send(person, text)
        await scene.final(person, f"About {text}")


async def document(scene: Scene, seen: Seen) -> dict[str, list[dict[str, object]]]:
    assert seen.media is not None
    async with httpx.AsyncClient(base_url=scene.simulator.url, trust_env=False) as http:
        found: dict[str, list[dict[str, object]]] = (await http.get(seen.media["url"])).json()
        return found


async def forgotten(scene: Scene, button: str) -> Seen:
    """/forget, a choice, and the code typed as it is shown."""
    sent = await scene.people.send(ANA, "/forget")
    offered = await scene.people.wait_message(
        ANA, lambda m: button in m.labels, after=sent.message_id
    )
    await scene.people.press(ANA, offered.message_id, button)
    told = await scene.answer(ANA, "cannot be undone", after=offered.message_id)
    await scene.people.send(ANA, told.text.splitlines()[-1])
    return await scene.answer(ANA, "Erased:", after=told.message_id)


async def test_what_is_stored_is_said_and_taken_along(scene: Scene) -> None:
    await scene.people.send(ANA, "/mydata")
    await scene.answer(ANA, "Nothing is stored of you.")
    await scene.agreed(ANA)
    await asked(scene, ANA, "What is asthma?")
    answer = await scene.final(ANA, "rest.")
    await scene.people.press(ANA, answer.message_id, "👍")
    await scene.people.send(ANA, "/privacy")
    told = await scene.answer(ANA, "What I store of you")
    assert f"Your number: {ANA}\nQuestions and answers: 2\nRatings and corrections: 1" in told.text
    assert "older than 90 days is erased every night" in told.text
    await scene.answer(ANA, "help to improve the model?")
    await scene.people.send(ANA, "/mydata")
    sent = await scene.answer(ANA, "Everything that is stored of you")
    found = await document(scene, sent)
    assert [row["content"] for row in found["messages"]] == [
        "What is asthma?",
        "About What is asthma?: rest.",
    ]
    assert found["feedback"][0]["rating"] == 1
    assert found["users"][0]["account"] == f"telegram:{ANA}"


async def test_one_question_then_everything_is_forgotten(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    await asked(scene, ANA, "What is asthma?", "What is flu?")
    await asked(scene, BEN, "What is a cold?")
    await forgotten(scene, "The last question and its answers")
    async with scene.database.reading() as session:
        left = list(await session.scalars(select(Message.content).order_by(Message.id)))
    assert "What is flu?" not in left
    assert "What is asthma?" in left
    await forgotten(scene, "Everything")
    async with scene.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == 2
        assert [u.account for u in await session.scalars(select(User))] == [f"telegram:{BEN}"]
    files = [scene.database.path, scene.database.path.with_name("test.db-wal")]
    assert b"asthma" not in b"".join(f.read_bytes() for f in files if f.exists())
    log = scene.settings.data_dir / erasures.LOG
    assert [json.loads(line)["scope"] for line in log.read_text().splitlines()] == [
        "answer",
        "everything",
    ]
    await scene.people.send(ANA, "Who am I?")
    await scene.answer(ANA, "I need your OK")


async def test_a_question_that_waits_is_forgotten_with_what_was_said_of_it(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is asthma?")
    status = await scene.answer(ANA, "You are next")
    await forgotten(scene, "This conversation")
    async with asyncio.timeout(60):
        while status.message_id in [m.message_id for m in (await scene.people.chat(ANA)).from_bot]:
            await asyncio.sleep(0.02)
    scene.worker.paused = False
    await asked(scene, ANA, "What is flu?")


async def test_a_code_is_ones_own_and_works_once(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    await asked(scene, ANA, "What is asthma?")
    await scene.people.send(ANA, "/forget")
    offered = await scene.answer(ANA, "What shall I erase?")
    await scene.people.press(ANA, offered.message_id, "Everything")
    told = await scene.answer(ANA, "cannot be undone")
    code = told.text.splitlines()[-1]
    assert [e["type"] for e in told.entities if e["type"] == "code"] == ["code"]
    for person, text in ((BEN, code), (ANA, "/forget 12"), (ANA, "/forget everything")):
        sent = await scene.people.send(person, text)
        await scene.answer(person, "That code is not right", after=sent.message_id)
    assert await user(scene.database, ANA) is not None
    sent = await scene.people.send(ANA, code)
    await scene.answer(ANA, "Erased:", after=sent.message_id)
    sent = await scene.people.send(ANA, code)
    await scene.answer(ANA, "That code is not right", after=sent.message_id)
    assert await user(scene.database, BEN) is not None


async def test_withdrawing_stops_what_waits_and_stores_nothing_more(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is asthma?")
    await scene.asked()
    await scene.people.send(ANA, "/privacy")
    told = await scene.answer(ANA, "What I store of you")
    await scene.people.press(ANA, told.message_id, "Store nothing more")
    await scene.answer(ANA, "From now on nothing more is stored")
    await scene.answer(ANA, "Stopped.")
    await scene.people.send(ANA, "What is flu?")
    request = await scene.answer(ANA, "I need your OK")
    scene.worker.paused = False
    await scene.people.press(ANA, request.message_id, "I agree")
    await scene.final(ANA, "About What is flu?")


async def test_a_changed_text_asks_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.agreed(ANA)
    monkeypatch.setattr(privacy, "CONSENT_VERSION", privacy.CONSENT_VERSION + 1)
    await scene.people.send(ANA, "What is asthma?")
    request = await scene.answer(ANA, "has changed since then")
    await scene.people.press(ANA, request.message_id, "I agree")
    await scene.final(ANA, "About What is asthma?")
    agreed = await user(scene.database, ANA)
    assert agreed is not None
    assert agreed.consent_version == privacy.CONSENT_VERSION


async def test_ones_data_is_a_matter_of_the_private_chat(scene: Scene) -> None:
    sent = await scene.people.send(ANA, "/mydata@doctor_llama_bot", chat_id=FAMILY)
    told = await scene.answer(FAMILY, "in a private chat")
    assert told.reply_to == sent.message_id
