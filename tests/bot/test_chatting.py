"""A question, its answer, a thumb; commands, choices, and what cannot be asked."""

import asyncio

import pytest
from sqlalchemy import func, select

from bot.simulator.client import ChatView
from bot.simulator.client import Message as Seen
from doctor_llama import privacy, status
from doctor_llama.db import Database
from doctor_llama.engine import EngineCard
from doctor_llama.schema import Adapter, Conversation, Job, Message, TrainingRun, User
from tests.bot.conftest import ANA, BEN, Scene
from tests.pace import within

RED = "My father has crushing chest pain and cannot breathe"
CRISIS = "I want to kill myself"


async def count(database: Database, table: type[Job | Message | User]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def user(database: Database, person: int) -> User | None:
    async with database.reading() as session:
        return await privacy.known(session, f"telegram:{person}")


# -- consent ---------------------------------------------------------------------------------------


async def test_nothing_is_stored_before_consent_and_then_the_question_is_asked(
    scene: Scene,
) -> None:
    sent = await scene.people.send(ANA, "What is asthma?")
    request = await scene.answer(ANA, "I need your OK")
    assert request.reply_to == sent.message_id
    assert await count(scene.database, User) == 0
    assert await count(scene.database, Message) == 0
    await scene.people.press(ANA, request.message_id, "I agree")
    await scene.final(ANA, "About What is asthma?: rest.")
    thanks = await scene.answer(ANA, "Your question is on its way")
    assert thanks.message_id == request.message_id
    assert thanks.labels == []


async def test_start_says_who_this_is_and_keeps_the_two_choices_apart(scene: Scene) -> None:
    await scene.people.send(ANA, "/start")
    hello = await scene.answer(ANA, "an AI, not a doctor")
    assert "112" in hello.text
    assert hello.labels == ["I agree"]
    assert await count(scene.database, User) == 0
    await scene.people.press(ANA, hello.message_id, "I agree")
    choice = await scene.answer(ANA, "help to improve the model?")
    assert "Now: no" in choice.text
    agreed = await user(scene.database, ANA)
    assert agreed is not None
    assert privacy.may_store(agreed)
    assert not privacy.may_train(agreed)
    await scene.people.press(ANA, choice.message_id, "Yes, help to improve it")
    await scene.answer(ANA, "Now: yes")
    agreed = await user(scene.database, ANA)
    assert agreed is not None
    assert privacy.may_train(agreed)
    await scene.people.press(ANA, choice.message_id, "No, keep them out of training")
    await scene.answer(ANA, "Now: no", after=choice.message_id - 1)
    agreed = await user(scene.database, ANA)
    assert agreed is not None
    assert not privacy.may_train(agreed)


# -- commands --------------------------------------------------------------------------------------


COMMANDS = {
    "/help": "What helps against hay fever?",
    "/about": "No clinician has reviewed this bot",
    "/new": "A new conversation",
    "/stop": "There is nothing to stop.",
    "/hlep": "Did you mean /help?",
    "/zzzzzz": "/help shows what I can do",
}


async def test_every_command_is_answered(scene: Scene) -> None:
    for person, (command, words) in enumerate(COMMANDS.items(), 3001):
        await scene.people.send(person, command)
        await scene.answer(person, words)


async def test_about_says_what_the_adapter_learned_from(scene: Scene) -> None:
    card = EngineCard(
        model="llama", adapter="refresh-1", device="cpu", weights="nf4", context_length=2048
    )
    async with scene.database.session() as session:
        await status.report(session, "w", card)
    await scene.people.send(ANA, "/about")
    await scene.answer(ANA, "The adapter was not trained here")
    async with scene.database.session() as session:
        session.add(run := TrainingRun())
        await session.flush()
        verdict = {"passed": True, "reasons": ["safety: 100% right"]}
        session.add(
            Adapter(
                name="refresh-1",
                path="p",
                sha256="0",
                base_model="b",
                verdict=verdict,
                training_run_id=run.id,
            )
        )
    await scene.people.send(ANA, "/about")
    about = await scene.answer(ANA, "The adapter was trained here on 20")
    assert "0 pieces of approved feedback" in about.text
    assert "• safety: 100% right" in about.text


async def test_about_names_the_model_and_calls_a_demonstration_one(scene: Scene) -> None:
    card = EngineCard("embedded", "embedded-lora", "cpu", "fp32", 512, demo=True)
    async with scene.database.session() as session:
        await status.report(session, "worker", card)
    await scene.people.send(ANA, "/about")
    about = await scene.answer(ANA, "demonstration model")
    assert "Model: embedded\nAdapter: embedded-lora\nWeights: fp32, cpu" in about.text


async def test_new_closes_the_conversation(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "rest.")
    await scene.people.send(ANA, "/new")
    await scene.answer(ANA, "A new conversation")
    await scene.people.send(ANA, "And flu?")
    await scene.final(ANA, "And flu?")
    async with scene.database.reading() as session:
        closed = [c.closed_at for c in await session.scalars(select(Conversation))]
    assert [at is None for at in closed] == [False, True]


# -- what cannot be asked --------------------------------------------------------------------------


BAD = [
    ("😀👍", "text", "only signs or emoji"),
    ("?!", "text", "only signs or emoji"),
    ("a" * 4050, "text", "4,000 characters"),
    ("", "sticker", "nice sticker"),
    ("", "photo", "cannot look at pictures"),
    ("", "voice", "cannot listen"),
    ("", "document", "only read text"),
]


async def test_bad_input_gets_a_kind_sentence(scene: Scene) -> None:
    for person, (text, kind, words) in enumerate(BAD, 3001):
        sent = await scene.people.send(person, text, kind=kind)
        told = await scene.answer(person, words)
        assert told.reply_to == sent.message_id


async def test_a_text_that_the_app_cuts_in_pieces_is_refused_once(scene: Scene) -> None:
    await scene.agreed(ANA)
    sent = await scene.people.send(ANA, "a" * 9_000)  # three messages
    await scene.answer(ANA, "4,000 characters")
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "About What is asthma?: rest.")
    view = await scene.people.chat(ANA, after=sent.message_id)
    assert sum("characters" in m.text for m in view.from_bot) == 1
    assert await count(scene.database, Job) == 1


async def test_a_red_flag_in_a_text_that_is_too_long_is_answered(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "I do not know what to do. " * 200 + RED)
    await scene.answer(ANA, "This can be an emergency")


async def test_the_words_under_a_photo_are_read(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "What is this rash?", kind="photo")
    await scene.final(ANA, "About What is this rash?: rest.")


async def test_a_flood_is_answered_once_and_loses_nothing(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    limit = scene.settings.person_limit
    assert limit == 3
    for number in range(limit + 8):
        await scene.people.send(ANA, f"Question {number}?")
    await scene.answer(ANA, "several questions waiting")
    assert await count(scene.database, Job) == limit
    told = [m for m in (await scene.people.chat(ANA)).from_bot if "several" in m.text]
    assert len(told) <= 2
    scene.worker.paused = False
    answers = [f"About Question {number}?" for number in range(limit)]
    await scene.people.wait_for(
        ANA,
        lambda view: all(any(a in m.text for m in view.from_bot) for a in answers),
        60,
    )


# -- emergencies -----------------------------------------------------------------------------------


async def test_a_red_flag_is_answered_at_once_without_thumbs(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    sent = await scene.people.send(ANA, RED)
    card = await scene.people.wait_message(ANA, lambda m: m.reply_to == sent.message_id)
    assert card.date - sent.time < within(1.0)
    assert card.labels == ["Not an emergency: answer anyway", "🌍 Which country am I in?"]
    scene.worker.paused = False
    pressed = await scene.people.press(ANA, card.message_id, card.labels[0])
    assert pressed.text == "I will answer it."
    await scene.final(ANA, f"About {RED}: rest.")


async def test_a_red_flag_needs_no_consent_and_leaves_no_text(scene: Scene) -> None:
    sent = await scene.people.send(ANA, RED)
    card = await scene.people.wait_message(ANA, lambda m: m.reply_to == sent.message_id)
    assert card.labels == ["🌍 Which country am I in?"]
    async with scene.database.reading() as session:
        asked = await session.scalar(select(Message).where(Message.role == "user"))
    assert asked is not None
    assert asked.content == ""


async def test_a_crisis_is_not_answered_by_the_model(scene: Scene) -> None:
    await scene.agreed(ANA)
    sent = await scene.people.send(ANA, CRISIS)
    card = await scene.people.wait_message(ANA, lambda m: m.reply_to == sent.message_id)
    assert card.labels == ["🌍 Which country am I in?"]
    await scene.all_delivered()
    assert scene.worker.claimed == 0


async def test_a_card_overtakes_a_full_chat(scene: Scene) -> None:
    await scene.agreed(ANA)
    scene.worker.paused = True
    for number in range(6):
        await scene.people.send(ANA, f"Question {number}?")
    sent = await scene.people.send(ANA, RED)
    card = await scene.people.wait_message(ANA, lambda m: m.reply_to == sent.message_id)
    assert card.date - sent.time < within(1.5), "it waits for no more than its chat's second"


# -- order -----------------------------------------------------------------------------------------


async def test_answers_come_in_the_order_of_the_questions(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    for number in range(3):
        await scene.people.send(ANA, f"Question {number}?")
        await scene.people.send(BEN, f"Question {number}?")

    def answered(view: ChatView) -> list[Seen] | None:
        found = [m for m in view.from_bot if "👍" in m.labels]
        return found if len(found) == 3 else None

    for person in (ANA, BEN):
        answers = await scene.people.wait_for(person, answered, 30)
        assert [m.text for m in answers] == [f"About Question {n}?: rest." for n in range(3)]


async def test_many_people_at_once(scene: Scene) -> None:
    people = range(2001, 2011)
    await scene.agreed(*people)

    async def chat(person: int) -> None:
        await scene.people.send(person, f"Question of {person}?")
        await scene.final(person, f"About Question of {person}?", 30)

    await asyncio.gather(*(chat(person) for person in people))


@pytest.mark.parametrize(("kind", "copies"), [("reset", 1), ("reset_after", 2)])
async def test_a_refusal_that_may_not_have_arrived_is_said_again(
    scene: Scene, kind: str, copies: int
) -> None:
    await scene.agreed(ANA)
    await scene.people.fault("sendMessage", kind)
    await scene.people.send(ANA, "\U0001f635" * 9)

    def told(view: ChatView) -> bool:
        return sum("only signs or emoji" in m.text for m in view.from_bot) == copies

    await scene.people.wait_for(ANA, lambda view: told(view) or None, 15)
