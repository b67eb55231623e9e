"""Groups: answered when addressed, slowly, and each button for its own person."""

import asyncio
from itertools import pairwise

from sqlalchemy import select

from doctor_llama.schema import Conversation
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.core.talking import RED


async def bot_name(scene: Scene) -> str:
    return f"@{scene.bot.telegram.bot.username}"


async def test_only_who_addresses_the_bot_is_answered(scene: Scene) -> None:
    await scene.agreed(ANA)
    name = await bot_name(scene)
    await scene.people.promote(FAMILY)  # an administrator hears everything
    await scene.people.send(ANA, "What is asthma?", chat_id=FAMILY)
    await scene.people.send(ANA, "", chat_id=FAMILY, kind="sticker")
    sent = await scene.people.send(ANA, f"😀 {name} What is flu?", chat_id=FAMILY)
    answer = await scene.final(FAMILY, "About 😀  What is flu?: rest.")
    assert answer.reply_to == sent.message_id
    await scene.people.send(ANA, "And a cold?", chat_id=FAMILY, reply_to=answer.message_id)
    await scene.final(FAMILY, "About And a cold?: rest.")
    assert scene.worker.claimed == 2


async def test_edits_are_three_seconds_apart_and_the_answer_is_one_message(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.delay, scene.worker.writes = 0.25, 26
    scene.worker.text = lambda _: " ".join(f"word{n}" for n in range(26))
    await scene.people.send(ANA, f"{await bot_name(scene)} What is flu?", chat_id=FAMILY)
    answer = await scene.final(FAMILY, "word25", 20)
    frames = [answer.date, *answer.edits[:-1]]
    assert len(frames) >= 3
    gaps = [later - earlier for earlier, later in pairwise(frames[1:])]
    # one that came late on a busy machine is nearer to the next; together they keep the pace
    assert all(gap > 2.0 for gap in gaps)
    assert sum(gaps) > 2.95 * len(gaps) - 1.0
    from_bot = (await scene.people.chat(FAMILY)).from_bot
    assert [m.message_id for m in from_bot if m.reply_to] == [answer.message_id]
    assert not await scene.people.calls("sendMessageDraft")


async def test_a_button_is_for_the_person_who_asked(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    scene.worker.paused = True
    await scene.people.send(ANA, f"{await bot_name(scene)} What is flu?", chat_id=FAMILY)
    status = await scene.answer(FAMILY, "You are next")
    foreign = await scene.people.press(BEN, status.message_id, "Stop", chat_id=FAMILY)
    assert foreign.text == "Only the person who asked can stop this."
    scene.worker.paused = False
    answer = await scene.final(FAMILY, "About What is flu?")
    assert answer.message_id == status.message_id
    foreign = await scene.people.press(BEN, answer.message_id, "👍", chat_id=FAMILY)
    assert foreign.text == "Only the person who asked can rate this."
    own = await scene.people.press(ANA, answer.message_id, "👎", chat_id=FAMILY)
    assert own.text == "Thank you. Noted: 👎"


async def test_an_answer_follows_its_group_into_a_supergroup(scene: Scene) -> None:
    await scene.agreed(ANA)
    name = await bot_name(scene)
    scene.worker.paused = True
    await scene.people.send(ANA, f"{name} What is flu?", chat_id=FAMILY)
    await scene.answer(FAMILY, "You are next")
    told = len((await scene.people.chat(FAMILY)).from_bot)
    moved = await scene.people.migrate(FAMILY)
    scene.worker.paused = False
    answer = await scene.final(moved, "About What is flu?")
    await scene.people.send(ANA, "And a cold?", chat_id=moved, reply_to=answer.message_id)
    await scene.final(moved, "About And a cold?")
    async with scene.database.reading() as session:
        found = await session.scalars(select(Conversation.channel))
        assert [channel for channel in found if str(FAMILY) in channel] == []
    assert len((await scene.people.chat(FAMILY)).from_bot) == told, "nothing more in the old chat"


async def test_consent_in_a_group_is_the_addressees_alone(scene: Scene) -> None:
    await scene.people.send(ANA, f"{await bot_name(scene)} What is flu?", chat_id=FAMILY)
    request = await scene.answer(FAMILY, "I need your OK")
    foreign = await scene.people.press(BEN, request.message_id, "I agree", chat_id=FAMILY)
    assert foreign.text == "This button is for the person who asked."
    await scene.people.press(ANA, request.message_id, "I agree", chat_id=FAMILY)
    await scene.final(FAMILY, "About What is flu?: rest.")


async def test_a_topic_is_a_conversation_of_its_own(scene: Scene) -> None:
    await scene.agreed(ANA)
    name = await bot_name(scene)
    await scene.people.send(ANA, f"{name} What is flu?", chat_id=FAMILY, thread_id=7)
    answer = await scene.final(FAMILY, "About What is flu?: rest.")
    assert answer.thread_id == 7


async def test_telegrams_pace_is_kept(scene: Scene) -> None:
    """With the simulator as strict as Telegram, nothing that we send is refused."""
    await scene.agreed(ANA, BEN)
    await scene.people.flood()
    for number in range(3):
        await scene.people.send(ANA, f"Question {number}?")
        await scene.people.send(
            BEN, f"{await bot_name(scene)} In the group {number}?", chat_id=FAMILY
        )
    await scene.final(ANA, "Question 2?", 20)
    await scene.final(FAMILY, "In the group 2?", 20)
    calls = await scene.people.journal(kind="call")
    assert [c for c in calls if c["status"] == 429] == []


async def test_a_group_is_told_once_what_is_stored(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    await scene.people.send(ANA, "Nobody is meant by that", chat_id=FAMILY)
    await scene.people.send(ANA, f"{await bot_name(scene)} What is flu?", chat_id=FAMILY)
    notice = await scene.answer(FAMILY, "I do not read the other messages.")
    assert await bot_name(scene) in notice.text
    await scene.people.send(BEN, f"{await bot_name(scene)} And a cold?", chat_id=FAMILY)
    await scene.final(FAMILY, "About And a cold?")
    view = await scene.people.chat(FAMILY)
    assert sum("do not read" in m.text for m in view.from_bot) == 1


async def test_a_group_that_we_come_into_is_told_at_once(scene: Scene) -> None:
    await scene.people.invite(FAMILY, False)
    await scene.people.invite(FAMILY)
    notice = await scene.answer(FAMILY, "I do not read the other messages.")
    await scene.people.invite(FAMILY, False)
    await scene.people.invite(FAMILY)
    await scene.people.send(ANA, "/help", chat_id=FAMILY)
    await scene.answer(FAMILY, "/history", after=notice.message_id)
    view = await scene.people.chat(FAMILY)
    assert sum("do not read" in m.text for m in view.from_bot) == 1


async def test_administrators_of_a_group_switch_the_bot_off_and_on(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    name = await bot_name(scene)
    await scene.people.send(BEN, "/off", chat_id=FAMILY)
    await scene.answer(FAMILY, "Only an administrator of this group can do that.")
    scene.worker.paused = True
    await scene.people.send(BEN, f"{name} What is flu?", chat_id=FAMILY)
    await scene.answer(FAMILY, "You are next")
    await scene.people.send(ANA, "/off", chat_id=FAMILY)
    off = await scene.answer(FAMILY, "I am silent here now")
    await scene.all_delivered()
    scene.worker.paused = False
    for words in (f"{name} What is a cold?", "/help", "/about"):
        await scene.people.send(BEN, words, chat_id=FAMILY)
    await scene.people.send(BEN, f"{name} {RED}", chat_id=FAMILY)
    card = await scene.answer(FAMILY, "This can be an emergency")
    await scene.people.send(ANA, "/on", chat_id=FAMILY)
    on = await scene.answer(FAMILY, "I answer here again")
    view = await scene.people.chat(FAMILY, after=off.message_id)
    assert [m.message_id for m in view.from_bot] == [card.message_id, on.message_id]
    await scene.people.send(BEN, f"{name} What is a cold?", chat_id=FAMILY)
    await scene.final(FAMILY, "About What is a cold?: rest.")


async def test_only_administrators_are_offered_the_switch(scene: Scene) -> None:
    await scene.people.send(ANA, "/off")
    await scene.answer(ANA, "That is for groups.")

    async def offered(person: int) -> set[str]:
        return {c["command"] for c in await scene.people.commands(person, FAMILY)}

    async with asyncio.timeout(60):
        while "off" not in await offered(ANA):
            await asyncio.sleep(0.05)
    assert "off" not in await offered(BEN)


KINDS = {
    "photo": "cannot look at pictures",
    "voice": "cannot listen",
    "document": "only read text",
    "sticker": "nice sticker",
}


async def test_what_is_no_text_gets_a_kind_sentence_where_it_answers_us(scene: Scene) -> None:
    await scene.agreed(ANA)
    name = await bot_name(scene)
    await scene.people.send(ANA, f"{name} What is flu?", chat_id=FAMILY)
    answer = await scene.final(FAMILY, "About What is flu?")
    for kind, words in KINDS.items():
        sent = await scene.people.send(
            ANA, "", chat_id=FAMILY, kind=kind, reply_to=answer.message_id
        )
        told = await scene.answer(FAMILY, words)
        assert told.reply_to == sent.message_id
    await scene.people.send(ANA, f"{name} What is this rash?", chat_id=FAMILY, kind="photo")
    await scene.final(FAMILY, "About What is this rash?: rest.")
