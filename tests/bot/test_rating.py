"""Thumbs, reasons and reactions: one row for an answer, visible, changeable for ever."""

import asyncio

from sqlalchemy import select

from bot.simulator.client import Message as Seen
from doctor_llama.schema import Feedback, Reason
from tests.bot.conftest import ANA, OWNER, Scene

REASONS = ["Wrong", "Unsafe", "Incomplete", "Hard to understand", "Off topic", "Something else"]


async def ratings(scene: Scene) -> list[tuple[int | None, str | None]]:
    async with scene.database.reading() as session:
        rows = await session.execute(select(Feedback.rating, Feedback.reason))
    return [(rating, reason) for rating, reason in rows]


async def answered(scene: Scene, *people: int) -> Seen:
    await scene.agreed(ANA, *people)
    await scene.people.send(ANA, "What is asthma?")
    answer = await scene.final(ANA, "rest.")
    await scene.all_delivered()
    return answer


async def labelled(scene: Scene, *labels: str) -> Seen:
    """The message whose buttons begin like that."""
    return await scene.people.wait_message(ANA, lambda m: m.labels[: len(labels)] == [*labels])


async def test_a_thumb_is_visible_changeable_and_counted_once(scene: Scene) -> None:
    answer = await answered(scene)
    number = answer.message_id
    pressed = await scene.people.press(ANA, number, "👍")
    assert pressed.text == "Thank you. Noted: 👍"
    await labelled(scene, "👍 ✓", "👎", "🔄")
    assert pressed.update_id is not None
    await scene.people.redeliver(pressed.update_id)
    await scene.people.press(ANA, number, answer.buttons[0][0]["callback_data"], stale=True)
    assert await ratings(scene) == [(1, None)]
    await scene.people.press(ANA, number, "👎")
    await labelled(scene, "👍", "👎 ✓")
    assert await ratings(scene) == [(-1, None)]
    await scene.people.press(ANA, number, "👎 ✓")
    await labelled(scene, "👍", "👎", "🔄")
    assert await ratings(scene) == []


async def test_a_thumb_down_asks_what_is_the_matter(scene: Scene) -> None:
    answer = await answered(scene, OWNER)
    await scene.people.press(ANA, answer.message_id, "👎")
    shown = await labelled(scene, "👍", "👎 ✓", *REASONS)
    assert shown.labels[-2:] == ["🔄 Try again", "✍️ Better answer"]
    pressed = await scene.people.press(ANA, answer.message_id, "Incomplete")
    assert pressed.text == "Thank you. That helps."
    await scene.people.wait_message(ANA, lambda m: "Incomplete ✓" in m.labels)
    assert await ratings(scene) == [(-1, Reason.INCOMPLETE)]
    await scene.people.press(ANA, answer.message_id, "Unsafe")
    await scene.people.wait_message(ANA, lambda m: "Unsafe ✓" in m.labels)
    assert await ratings(scene) == [(-1, Reason.UNSAFE)]
    await scene.answer(OWNER, "as unsafe")  # the owners hear of it at once
    await scene.people.press(ANA, answer.message_id, "Unsafe ✓")
    await scene.people.wait_message(ANA, lambda m: m.labels[2:5] == REASONS[:3])
    assert await ratings(scene) == [(-1, None)]
    await scene.people.press(ANA, answer.message_id, "👍")
    await labelled(scene, "👍 ✓", "👎", "🔄")
    assert await ratings(scene) == [(1, None)]


async def test_of_many_presses_at_once_the_last_one_is_shown(scene: Scene) -> None:
    answer = await answered(scene)
    up, down = (button["callback_data"] for button in answer.buttons[0][:2])
    presses = [up, down] * 4 + [up]
    await asyncio.gather(
        *(scene.people.press(ANA, answer.message_id, data, stale=True) for data in presses)
    )
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/history")
    [(rating, _)] = await ratings(scene)
    shown = ["👍 ✓", "👎"] if rating == 1 else ["👍", "👎 ✓"]
    await labelled(scene, *shown)


async def test_a_reaction_counts_into_the_same_row(scene: Scene) -> None:
    answer = await answered(scene)
    await scene.people.react(ANA, answer.message_id, "👎")
    await scene.people.wait_message(ANA, lambda m: "👎 ✓" in m.labels and "Wrong" in m.labels)
    await scene.people.react(ANA, answer.message_id, "👍")
    await labelled(scene, "👍 ✓", "👎")
    assert await ratings(scene) == [(1, None)]
    await scene.people.press(ANA, answer.message_id, "👎")
    await labelled(scene, "👍", "👎 ✓")
    await scene.people.react(ANA, answer.message_id)  # what a button has changed stays
    await scene.people.react(ANA, answer.message_id, "🎉")  # says nothing of the answer
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "/history")
    assert await ratings(scene) == [(-1, None)]
