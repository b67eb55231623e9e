"""Who gets in: blocked people, a list of members, limits that say when to come back."""

import asyncio

import pytest

from bot.texts import duration
from doctor_llama import privacy
from doctor_llama.schema import Role
from tests.bot.conftest import ANA, BEN, FAMILY, Scene
from tests.bot.test_chatting import CRISIS, RED

CARD = "This can be an emergency"


async def appoint(scene: Scene, person_id: int, role: Role) -> None:
    """Give somebody a role in their row; a bot reads it when it starts."""
    async with scene.database.session() as session:
        (await privacy.person(session, f"telegram:{person_id}")).role = role


async def silent(scene: Scene, chat: int, after: int) -> None:
    """Another person is answered after that; this chat heard nothing."""
    await scene.people.send(BEN, "/stop")
    await scene.answer(BEN, "nothing to stop", after=after)
    await asyncio.sleep(0.3)
    assert (await scene.people.chat(chat, after=after)).from_bot == []


async def test_someone_blocked_is_answered_by_nothing_but_triage(backstage: Scene) -> None:
    scene = backstage
    await scene.agreed(ANA)
    await appoint(scene, ANA, Role.BLOCKED)
    await scene.start()
    sent = await scene.people.send(ANA, "What is asthma?")
    for text in ("/start", "/help", "/zzz", "/admin", "😀"):
        await scene.people.send(ANA, text)
    await scene.people.send(ANA, "", kind="photo")
    await scene.people.edit(ANA, sent.message_id, "What is flu?")
    await silent(scene, ANA, sent.message_id)
    await scene.people.send(ANA, RED)
    card = await scene.answer(ANA, CARD)
    pressed = await scene.people.press(ANA, card.message_id, card.labels[0], wait=0.5)
    assert not pressed.answered
    assert scene.worker.claimed == 0
    await scene.people.send(ANA, CRISIS)
    await scene.people.wait_message(ANA, lambda m: m.message_id > card.message_id)


STRICT = {
    "access": "members",
    "person_per_minute": 2,
    "person_per_day": 3,
    "question_characters": 100,
}


async def strict(scene: Scene) -> None:
    """Start a bot with a list of members, on which BEN is, and with tight limits."""
    await appoint(scene, BEN, Role.MEMBER)
    scene.settings = scene.settings.model_copy(update=STRICT)
    await scene.start()


async def test_where_a_list_is_kept_strangers_hear_whom_to_ask(backstage: Scene) -> None:
    scene = backstage
    await strict(scene)
    await scene.people.send(ANA, "What is asthma?")
    told = await scene.answer(ANA, "only people whom its owners have let in")
    assert str(ANA) in told.text
    await scene.people.send(ANA, RED)
    await scene.answer(ANA, CARD)
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "Ask me anything about health")
    group = await scene.people.send(ANA, "@doctor_llama_bot what is flu?", chat_id=FAMILY)
    await silent(scene, FAMILY, group.message_id)
    await scene.agreed(BEN)
    await scene.people.send(BEN, "What is asthma?")
    await scene.final(BEN, "About What is asthma?")


async def test_limits_say_when_to_come_back_and_spare_a_crisis(backstage: Scene) -> None:
    scene = backstage
    await scene.agreed(BEN)
    await strict(scene)
    await scene.people.send(BEN, "Is this a question? " * 9)
    await scene.answer(BEN, "I can read 100 characters")
    for number in (1, 2):
        await scene.people.send(BEN, f"Question {number}?")
        await scene.final(BEN, f"Question {number}")
    await scene.people.send(BEN, "Question 3?")
    told = await scene.answer(BEN, "That was very fast. Please wait")
    assert "second" in told.text or "minute" in told.text
    await scene.people.send(BEN, CRISIS)
    await scene.people.wait_message(BEN, lambda m: m.message_id > told.message_id)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "a second"),
        (61, "61 seconds"),
        (91, "2 minutes"),
        (5_400, "90 minutes"),
        (5_401, "2 hours"),
    ],
)
def test_a_time_to_wait_is_over_when_it_is_said_to_be(seconds: float, said: str) -> None:
    assert duration("en", seconds) == said
