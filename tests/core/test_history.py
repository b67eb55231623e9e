"""What a prompt reaches back to, and a person's conversations."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from doctor_llama import alternatives, conversations, feedback, history, jobs
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.errors import NotYoursError
from doctor_llama.feedback import Better
from doctor_llama.schema import Conversation, JobKind, JobStatus, Message, User, now
from tests.core.talking import RED, ROOMY, answer, ask, person, question

pytestmark = pytest.mark.every_database


async def prompt(database: Database, asked: conversations.Asked) -> list[str]:
    async with database.reading() as session:
        turns = await history.turns(session, await session.get_one(Message, asked.job.message_id))
    return [turn.content for turn in turns]


async def test_it_has_answered_turns_only(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1, "First?"))
    await answer(database, "One.")
    await ask(database, user, question(2, RED))
    await ask(database, user, question(3, "Third?"))
    async with database.session() as session:
        job = await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER])
        assert job is not None
        await jobs.finish(session, job, JobStatus.FAILED, {})
    asked = await ask(database, user, question(4, "Fourth?"))
    assert await prompt(database, asked) == ["First?", "One.", "Fourth?"]


async def test_another_answer_does_not_see_the_first(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1, "First?"))
    first = await answer(database, "One.")
    async with database.session() as session:
        giver = await session.get_one(User, user)
        more = await alternatives.again(session, giver, first.id, ROOMY)
    assert more is not None
    assert await prompt(database, more) == ["First?"]
    second = await answer(database, "Two.")
    asked = await ask(database, user, question(2, "Second?"))
    assert await prompt(database, asked) == ["First?", "Two.", "Second?"]
    async with database.session() as session:
        giver = await session.get_one(User, user)
        await feedback.prefer(session, giver, first.id, second.id, Better.FIRST)
    assert await prompt(database, asked) == ["First?", "One.", "Second?"]


async def test_a_question_in_other_words_takes_the_place_of_the_first(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1, "What is astma?"))
    await answer(database, "I do not know.")
    anew = Question("What is asthma?", "telegram:7/1#2", "telegram:7", "1")
    async with database.session() as session:
        await conversations.ask_anew(session, await session.get_one(User, user), anew, ROOMY)
    await answer(database, "A disease of the lungs.")
    asked = await ask(database, user, question(2, "Is it rare?"))
    assert await prompt(database, asked) == [
        "What is asthma?",
        "A disease of the lungs.",
        "Is it rare?",
    ]


async def test_a_new_conversation_forgets_what_was_said(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1, "First?"))
    await answer(database, "One.")
    async with database.session() as session:
        await history.close(session, await session.get_one(User, user), "telegram:7")
    asked = await ask(database, user, question(2, "Second?"))
    assert await prompt(database, asked) == ["Second?"]


async def test_a_conversation_ends_by_itself_after_a_pause(database: Database) -> None:
    user = await person(database)
    first = await ask(database, user, question(1))
    assert not first.job.payload["fresh"]
    await answer(database, "One.")
    async with database.session() as session:
        await session.execute(update(Conversation).values(active_at=now() - timedelta(hours=3)))
    for number, (hours, fresh) in enumerate([(None, False), (2, True), (2, False)], 2):
        if number == 3:
            async with database.session() as session:
                earlier = now() - timedelta(hours=3)
                await session.execute(update(Conversation).values(active_at=earlier))
        pause = timedelta(hours=hours) if hours else None
        later = Question("More?", f"telegram:7/{number}", "telegram:7", str(number), pause=pause)
        asked = await ask(database, user, later)
        assert asked.job.payload["fresh"] is fresh, number
    async with database.reading() as session:
        closed = [one.closed_at for one in await session.scalars(select(Conversation))]
    assert [at is None for at in closed] == [False, True]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("  What is\n asthma? ", "What is asthma?"),
        ("word " * 30, "word " * 11 + "word…"),
        ("", None),
        ("x" * 80, "x" * 60 + "…"),
    ],
)
def test_a_title_is_made_of_the_first_words(words: str, name: str | None) -> None:
    assert history.title(words) == name


async def test_conversations_are_listed_in_pages_the_latest_first(database: Database) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    await ask(database, other, question(99, "Someone else's?", chat=8))
    for number in range(history.PAGE + 2):
        async with database.session() as session:
            await history.close(session, await session.get_one(User, user), "telegram:7")
        await ask(database, user, question(number, f"Question {number}?"))
    async with database.reading() as session:
        owner = await session.get_one(User, user)
        pages = [await history.page(session, owner, "telegram:7", n) for n in (0, 1, 9, -1)]
    assert [page.number for page in pages] == [0, 1, 1, 0]
    assert {page.pages for page in pages} == {2}
    assert [one.title for one in pages[0].conversations][:2] == ["Question 7?", "Question 6?"]
    assert [one.title for one in pages[1].conversations] == ["Question 1?", "Question 0?"]


async def test_an_old_conversation_goes_on(database: Database) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    asked = await ask(database, user, question(1, "First?"))
    await answer(database, "One.")
    async with database.session() as session:
        await history.close(session, await session.get_one(User, user), "telegram:7")
    await ask(database, user, question(2, "Second?"))
    await answer(database, "Two.")
    async with database.session() as session:
        first = (await session.get_one(Message, asked.job.message_id)).conversation_id
        with pytest.raises(NotYoursError):
            await history.go_on(session, await session.get_one(User, other), first)
        await history.go_on(session, await session.get_one(User, user), first)
        shown = await history.exchanges(session, first, 3)
    assert [turn.content for turn in shown] == ["First?", "One."]
    more = await ask(database, user, question(3, "Third?"))
    assert await prompt(database, more) == ["First?", "One.", "Third?"]
