"""Better answers: awaited, quoted, edited, in several messages, taken back; and never a trap."""

from sqlalchemy import select

from bot.simulator.client import Message as Seen
from doctor_llama import corrections, privacy
from doctor_llama.schema import Feedback, FeedbackKind, Job
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.core.talking import RED


async def written(scene: Scene) -> list[tuple[str | None, str | None]]:
    """What was written: the part that it is for, and the text."""
    async with scene.database.reading() as session:
        rows = await session.scalars(
            select(Feedback).where(Feedback.kind == FeedbackKind.CORRECTION).order_by(Feedback.id)
        )
        return [(row.quote, row.content) for row in rows]


async def questions(scene: Scene) -> int:
    async with scene.database.reading() as session:
        return len(list(await session.scalars(select(Job.id))))


async def answered(scene: Scene) -> Seen:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "What is asthma?")
    return await scene.final(ANA, "rest.")


async def write(scene: Scene, answer: Seen) -> Seen:
    """Press 👎 and ✍️; return what asks for the better answer."""
    number = answer.message_id
    await scene.people.press(ANA, number, "👎")
    opened = await scene.people.wait_message(
        ANA, lambda m: "✍️ Better answer" in m.labels, after=number - 1
    )
    await scene.people.press(ANA, opened.message_id, "✍️ Better answer")
    return await scene.answer(ANA, "the better answer as your next message", after=number)


async def test_the_next_message_is_the_better_answer_and_the_one_after_a_question(
    scene: Scene,
) -> None:
    answer = await answered(scene)
    prompt = await write(scene, answer)
    assert prompt.reply_to == answer.message_id
    sent = await scene.people.send(ANA, "Asthma narrows the airways.")
    thanks = await scene.answer(ANA, "noted with this answer")
    assert thanks.reply_to == sent.message_id
    assert thanks.labels == ["Write more", "Take it back"]
    assert await written(scene) == [(None, "Asthma narrows the airways.")]
    assert sent.update_id is not None
    await scene.people.redeliver(sent.update_id)
    await scene.people.send(ANA, "Is it rare?")
    await scene.final(ANA, "About Is it rare?")
    assert await questions(scene) == 2


async def test_what_is_awaited_survives_a_restart(scene: Scene) -> None:
    await write(scene, await answered(scene))
    await scene.stop()
    await scene.start()
    await scene.people.send(ANA, "Asthma narrows the airways.")
    await scene.answer(ANA, "noted with this answer")
    assert await written(scene) == [(None, "Asthma narrows the airways.")]


async def test_an_edit_replaces_and_more_is_added_and_all_can_be_taken_back(scene: Scene) -> None:
    await write(scene, await answered(scene))
    sent = await scene.people.send(ANA, "Asthma narows the airways.")
    thanks = await scene.answer(ANA, "noted with this answer")
    await scene.people.edit(ANA, sent.message_id, "Asthma narrows the airways.")
    await scene.answer(ANA, "Your change is noted.")
    assert await written(scene) == [(None, "Asthma narrows the airways.")]
    pressed = await scene.people.press(ANA, thanks.message_id, "Write more")
    assert pressed.text == "Send the rest as your next message."
    await scene.people.send(ANA, "Sprays open them.")
    more = await scene.answer(ANA, "noted with this answer", after=thanks.message_id)
    whole = "Asthma narrows the airways.\n\nSprays open them."
    assert await written(scene) == [(None, whole)]
    await scene.people.press(ANA, more.message_id, "Take it back")
    await scene.answer(ANA, "Nothing of it is kept.")
    assert await written(scene) == []
    gone = await scene.people.press(ANA, thanks.message_id, "Write more")
    assert gone.text == "This button no longer works."


async def test_a_long_one_may_come_in_the_pieces_that_an_app_makes_of_it(scene: Scene) -> None:
    await write(scene, await answered(scene))
    text = "word " * 1_700  # 8,500 characters: three messages
    last = await scene.people.send(ANA, text)
    await scene.answer(ANA, "noted with this answer", after=last.message_id)
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/history")
    [(_, content)] = await written(scene)
    assert content is not None
    assert content.split() == text.split()
    assert await questions(scene) == 1


async def test_a_marked_part_is_corrected_by_a_reply(scene: Scene) -> None:
    answer = await answered(scene)
    await scene.people.send(ANA, "use a spray.", reply_to=answer.message_id, quote="rest.")
    thanks = await scene.answer(ANA, "noted with this answer")
    assert thanks.labels == ["It was a question", "Take it back"]
    assert await written(scene) == [("rest.", "use a spray.")]
    await scene.people.send(ANA, "rest, and a spray.", reply_to=answer.message_id, quote="rest.")
    await scene.answer(ANA, "noted with this answer", after=thanks.message_id)
    assert await written(scene) == [("rest.", "rest, and a spray.")]


async def test_a_question_about_a_marked_part_is_a_question(scene: Scene) -> None:
    answer = await answered(scene)
    await scene.people.send(ANA, "for how long?", reply_to=answer.message_id, quote="rest.")
    await scene.final(ANA, "About “rest.”\n\nfor how long?: rest.")
    sent = await scene.people.send(ANA, "tell me more", reply_to=answer.message_id, quote="rest.")
    thanks = await scene.answer(ANA, "noted with this answer")
    await scene.people.press(ANA, thanks.message_id, "It was a question")
    more = await scene.final(ANA, "About “rest.”\n\ntell me more: rest.")
    assert more.reply_to == sent.message_id
    assert await written(scene) == []


async def test_nobody_is_trapped(scene: Scene) -> None:
    answer = await answered(scene)
    prompt = await write(scene, answer)
    await scene.people.press(ANA, prompt.message_id, "Never mind")
    await scene.answer(ANA, "Your next message is a question again.")
    await scene.people.send(ANA, "What is flu?")
    await scene.final(ANA, "About What is flu?")
    await write(scene, await scene.final(ANA, "About What is flu?"))
    await scene.people.send(ANA, "/stop")
    await scene.answer(ANA, "Your next message is a question again.", after=prompt.message_id)
    async with scene.database.session() as session:
        user = await privacy.person(session, f"telegram:{ANA}")
        assert user.awaiting == {}
        await session.flush()
        rows = list(await session.scalars(select(Job.message_id)))
        assert rows[0] is not None
        corrections.expect(user, f"telegram:{ANA}", rows[0], patience=-corrections.PATIENCE)
    await scene.people.send(ANA, "What is a cold?")  # what was awaited long ago is forgotten
    await scene.final(ANA, "About What is a cold?")
    assert await written(scene) == []


async def test_a_red_flag_is_answered_whatever_it_was_for(scene: Scene) -> None:
    await write(scene, await answered(scene))
    sent = await scene.people.send(ANA, RED)
    card = await scene.answer(ANA, "This can be an emergency")
    assert card.reply_to == sent.message_id
    assert await written(scene) == [(None, RED)]


async def test_in_a_group_only_the_reply_of_the_right_person_counts(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    name = f"@{scene.bot.telegram.bot.username}"
    await scene.people.send(ANA, f"{name} What is flu?", chat_id=FAMILY)
    answer = await scene.final(FAMILY, "About What is flu?")
    await scene.people.press(ANA, answer.message_id, "👎", chat_id=FAMILY)
    await scene.people.wait_message(FAMILY, lambda m: "✍️ Better answer" in m.labels)
    foreign = await scene.people.press(BEN, answer.message_id, "✍️ Better answer", chat_id=FAMILY)
    assert foreign.text == "This button is for the person who asked."
    await scene.people.press(ANA, answer.message_id, "✍️ Better answer", chat_id=FAMILY)
    prompt = await scene.answer(FAMILY, "Ana: Please write the better answer")
    assert prompt.raw["force_reply"]
    await scene.people.send(BEN, "And a cold?", chat_id=FAMILY, reply_to=prompt.message_id)
    await scene.final(FAMILY, "About And a cold?")
    await scene.people.send(
        ANA, "A virus of the airways.", chat_id=FAMILY, reply_to=prompt.message_id
    )
    await scene.answer(FAMILY, "noted with this answer")
    assert await written(scene) == [(None, "A virus of the airways.")]
