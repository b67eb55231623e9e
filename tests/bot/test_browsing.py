"""/history: pages, opening, going on; a conversation that ends by itself; restarts."""

from datetime import timedelta

from sqlalchemy import select, update

from doctor_llama import history
from doctor_llama.schema import Conversation, Job, Message, now
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.core.talking import ask, question


async def prompt(scene: Scene) -> list[str]:
    """What the model was told for the last question."""
    async with scene.database.reading() as session:
        last = (await session.scalars(select(Job.message_id).order_by(Job.id.desc()))).first()
        turns = await history.turns(session, await session.get_one(Message, last))
    return [turn.content for turn in turns]


async def conversations(scene: Scene, number: int) -> None:
    """So many conversations of Ana, a day apart, the first of them long ago."""
    await scene.agreed(ANA)
    async with scene.database.session() as session:
        user = await session.scalar(select(Conversation.user_id).limit(1)) or 1
    for one in range(1, number + 1):
        asked = question(one, f"Question {one}?", chat=ANA)
        await ask(scene.database, user, asked)
        await scene.all_delivered()
        at = now() - timedelta(days=number + 1 - one)
        async with scene.database.session() as session:
            await session.execute(
                update(Conversation)
                .where(Conversation.closed_at.is_(None))
                .values(closed_at=at, active_at=at)
            )


async def test_an_old_conversation_is_found_looked_at_and_gone_on_with(scene: Scene) -> None:
    await conversations(scene, history.PAGE + 2)
    await scene.people.send(ANA, "/history")
    shown = await scene.answer(ANA, "page 1 of 2")
    assert [label.split()[-1] for label in shown.labels[:2]] == ["8?", "7?"]
    assert shown.labels[-1] == "Older ›"
    await scene.people.press(ANA, shown.message_id, "Older ›")
    shown = await scene.answer(ANA, "page 2 of 2")
    assert [label.split()[-1] for label in shown.labels] == ["2?", "1?", "Newer"]
    await scene.people.press(ANA, shown.message_id, shown.labels[1])
    opened = await scene.answer(ANA, "🦙 About Question 1?: rest.")
    assert "👤 Question 1?" in opened.text
    await scene.people.press(ANA, opened.message_id, "‹ Back")
    await scene.answer(ANA, "page 2 of 2")
    await scene.people.press(ANA, shown.message_id, shown.labels[1])
    await scene.answer(ANA, "🦙 About Question 1?: rest.")  # the button is there only now
    await scene.people.press(ANA, shown.message_id, "Go on with this conversation", wait=10)
    await scene.answer(ANA, "Back in “Question 1?”")
    await scene.people.send(ANA, "And then?")
    await scene.final(ANA, "About And then?")
    assert await prompt(scene) == ["Question 1?", "About Question 1?: rest.", "And then?"]


async def test_history_is_a_persons_own(scene: Scene) -> None:
    await conversations(scene, 1)
    await scene.agreed(BEN)
    await scene.people.send(BEN, "/history")
    await scene.answer(BEN, "There is no conversation yet.")
    await scene.people.send(ANA, "/history")
    shown = await scene.answer(ANA, "Your conversations.")
    status = await scene.people.send(BEN, "/help")
    await scene.answer(BEN, "/history", after=status.message_id)
    own = (await scene.people.chat(BEN)).from_bot[-1]
    data = shown.buttons[0][0]["callback_data"]
    foreign = await scene.people.press(BEN, own.message_id, data, stale=True)
    assert foreign.text == "This button is for the person who asked."
    await scene.people.send(ANA, "/history", chat_id=FAMILY)
    await scene.answer(FAMILY, "in a private chat")


async def test_after_a_pause_a_new_conversation_begins_by_itself(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "rest.")
    earlier = now() - timedelta(hours=scene.settings.conversation_hours, minutes=1)
    async with scene.database.session() as session:
        await session.execute(update(Conversation).values(active_at=earlier))
    scene.worker.paused = True
    await scene.people.send(ANA, "Is it rare?")
    await scene.answer(ANA, "A new conversation, since the last one was a while ago.")
    assert await prompt(scene) == ["Is it rare?"]


async def test_what_was_said_survives_a_restart(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "rest.")
    await scene.stop()
    await scene.start()
    await scene.people.send(ANA, "Is it rare?")
    await scene.final(ANA, "About Is it rare?")
    assert await prompt(scene) == ["What is asthma?", "About What is asthma?: rest.", "Is it rare?"]
