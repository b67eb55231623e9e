"""Another answer beside the first, which is better, and the new wording of a question."""

from sqlalchemy import select

from bot.simulator.client import ChatView
from bot.simulator.client import Message as Seen
from doctor_llama.schema import Feedback, FeedbackKind, Job
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.core.talking import RED


def changing(scene: Scene) -> None:
    """Every answer of the worker is another one."""
    scene.worker.text = lambda question: f"About {question}: version {scene.worker.claimed}."


async def jobs_of(scene: Scene) -> list[Job]:
    async with scene.database.reading() as session:
        return list(await session.scalars(select(Job).order_by(Job.id)))


async def preferences(scene: Scene) -> list[Feedback]:
    async with scene.database.reading() as session:
        found = select(Feedback).where(Feedback.kind == FeedbackKind.PREFERENCE)
        return list(await session.scalars(found))


async def ask(scene: Scene, text: str, version: int) -> Seen:
    await scene.people.send(ANA, text)
    return await scene.final(ANA, f"About {text}: version {version}.")


# -- another answer --------------------------------------------------------------------------------


async def test_another_answer_stands_beside_the_first_and_one_may_be_better(scene: Scene) -> None:
    await scene.agreed(ANA)
    changing(scene)
    first = await ask(scene, "What is asthma?", 1)
    pressed = await scene.people.press(ANA, first.message_id, "🔄")
    assert pressed.text == "Another answer is on its way."
    second = await scene.final(ANA, "version 2.")
    assert second.reply_to == first.reply_to
    data = first.buttons[0][2]["callback_data"]
    late = await scene.people.press(ANA, first.message_id, data, stale=True)
    assert late.text == "A newer answer is there, or on its way."
    view = await scene.people.chat(ANA)
    kept = next(m for m in view.from_bot if m.message_id == first.message_id)
    assert kept.text == first.text
    assert kept.labels == ["👍", "👎"]

    asked = await scene.answer(ANA, "Which answer is better")
    assert asked.labels == ["1", "2", "The same", "Both bad"]
    pressed = await scene.people.press(ANA, asked.message_id, "2")
    assert pressed.text == "Thank you. You can change it at any time."
    await scene.people.wait_message(ANA, lambda m: "2 ✓" in m.labels)
    answers = [job.message_id for job in await jobs_of(scene)]
    (row,) = await preferences(scene)
    assert (row.message_id, row.rejected_id, row.reason) == (answers[1], answers[0], None)
    await scene.people.press(ANA, asked.message_id, "Both bad")
    await scene.people.wait_message(ANA, lambda m: "Both bad ✓" in m.labels)
    (row,) = await preferences(scene)
    assert (row.rejected_id, row.reason) == (None, "bad")


async def test_which_is_better_is_asked_rarely(scene: Scene) -> None:
    await scene.agreed(ANA)
    changing(scene)
    for number in (1, 3):
        answer = await ask(scene, f"Question {number}?", number)
        await scene.people.press(ANA, answer.message_id, "🔄")
        await scene.final(ANA, f"version {number + 1}.")
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/history")
    view = await scene.people.chat(ANA)
    assert sum("Which answer is better" in m.text for m in view.from_bot) == 1


async def test_a_group_is_not_asked_which_is_better(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    changing(scene)
    name = f"@{scene.bot.telegram.bot.username}"
    await scene.people.send(ANA, f"{name} What is flu?", chat_id=FAMILY)
    answer = await scene.final(FAMILY, "version 1.")
    foreign = await scene.people.press(BEN, answer.message_id, "🔄", chat_id=FAMILY)
    assert foreign.text == "This button is for the person who asked."
    await scene.people.press(ANA, answer.message_id, "🔄", chat_id=FAMILY)
    await scene.final(FAMILY, "version 2.")
    await scene.all_delivered()
    view = await scene.people.chat(FAMILY)
    assert not any("better" in m.text for m in view.from_bot)


async def test_an_answer_that_was_stopped_can_be_tried_again(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is flu?")
    status = await scene.answer(ANA, "You are next")
    await scene.people.press(ANA, status.message_id, "Stop")
    stopped = await scene.answer(ANA, "Stopped.")
    scene.worker.paused = False
    await scene.people.press(ANA, stopped.message_id, "🔄 Try again")
    await scene.final(ANA, "About What is flu?: rest.")
    await scene.people.wait_message(ANA, lambda m: m.text == "Stopped." and not m.labels)


# -- other words -----------------------------------------------------------------------------------


async def test_an_edited_question_is_replaced_while_it_waits(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    sent = await scene.people.send(ANA, "What is astma?")
    await scene.answer(ANA, "You are next")
    await scene.people.edit(ANA, sent.message_id, "What is asthma?")
    await scene.answer(ANA, "corrected version")
    scene.worker.paused = False
    await scene.final(ANA, "About What is asthma?")
    assert len(await jobs_of(scene)) == 1


async def test_the_new_wording_of_an_answered_question_is_offered(scene: Scene) -> None:
    await scene.agreed(ANA)
    sent = await scene.people.send(ANA, "What is astma?")
    first = await scene.final(ANA, "About What is astma?")
    await scene.people.edit(ANA, sent.message_id, "What is asthma?")
    offer = await scene.answer(ANA, "Shall I answer the new version?")
    assert len(await jobs_of(scene)) == 1
    data = offer.buttons[0][0]["callback_data"]
    for _ in range(2):
        await scene.people.press(ANA, offer.message_id, data, stale=True)
    anew = await scene.final(ANA, "About What is asthma?")
    assert anew.reply_to == sent.message_id
    await scene.people.wait_message(ANA, lambda m: "on its way" in m.text and not m.labels)
    assert len(await jobs_of(scene)) == 2
    view = await scene.people.chat(ANA)
    assert first.text in [m.text for m in view.from_bot]


async def test_the_new_wording_ends_the_answer_that_is_being_written(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.delay, scene.worker.writes = 0.1, 300
    scene.worker.text = lambda question: f"About {question}: " + "rest. " * 500
    sent = await scene.people.send(ANA, "What is astma?")

    def drafting(view: ChatView) -> bool:
        return any("About" in draft.text for draft in view.drafts)

    await scene.people.wait_for(ANA, drafting)
    await scene.people.edit(ANA, sent.message_id, "What is asthma?")
    offer = await scene.answer(ANA, "Shall I answer the new version?")
    scene.worker.writes = 0
    await scene.people.press(ANA, offer.message_id, offer.labels[0])
    await scene.final(ANA, "About What is asthma?: rest.", 20)
    assert [job.status for job in await jobs_of(scene)] == ["cancelled", "succeeded"]


async def test_an_edit_into_an_emergency_is_one_at_once(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    sent = await scene.people.send(ANA, "What is asthma?")
    status = await scene.answer(ANA, "You are next")
    await scene.people.edit(ANA, sent.message_id, RED)
    await scene.people.wait_message(ANA, lambda m: "answer anyway" in " ".join(m.labels))
    await scene.all_delivered()
    left = [m.message_id for m in (await scene.people.chat(ANA)).from_bot]
    assert status.message_id not in left
    scene.worker.paused = False
    sent = await scene.people.send(ANA, "What is flu?")
    answer = await scene.final(ANA, "rest.")
    await scene.people.edit(ANA, sent.message_id, RED)
    card = await scene.people.wait_message(
        ANA, lambda m: "answer anyway" in " ".join(m.labels), after=answer.message_id
    )
    assert card.reply_to == sent.message_id
    await scene.people.press(ANA, card.message_id, card.labels[0])
    await scene.final(ANA, f"About {RED}: rest.")
