"""Another answer to the same question, and which of the two is better."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from doctor_llama import alternatives, conversations, jobs
from doctor_llama.db import Database
from doctor_llama.errors import NotYoursError, TooManyWaitingError
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, Message, User, now
from tests.core.talking import RED, ROOMY, answer, ask, count, person, question

pytestmark = pytest.mark.every_database


async def again(
    database: Database, user: int, answer_id: int, limits: Limits = ROOMY
) -> conversations.Asked | None:
    async with database.session() as session:
        return await alternatives.again(
            session, await session.get_one(User, user), answer_id, limits
        )


async def test_another_answer_keeps_the_first_and_is_asked_for_once(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1))
    first = await answer(database, "One.")
    asked = await again(database, user, first.id)
    assert asked is not None
    assert asked.new
    assert asked.job.reply_to == "1"
    repeated = await again(database, user, first.id)  # while it waits
    assert repeated is not None
    assert not repeated.new
    second = await answer(database, "Two.")
    late = await again(database, user, first.id)  # its button was pressed after all
    assert late is not None
    assert not late.new
    async with database.reading() as session:
        rows = [await session.get_one(Message, one.id) for one in (first, second)]
        assert [await alternatives.is_latest(session, row) for row in rows] == [False, True]
        assert [row.content for row in rows] == ["One.", "Two."]
    assert await count(database, Job) == 2


async def test_a_stopped_answer_can_be_asked_for_again(database: Database) -> None:
    user = await person(database)
    asked = await ask(database, user, question(1))
    async with database.session() as session:
        assert await jobs.cancel(session, asked.job.id)
    assert asked.job.message_id is not None
    more = await again(database, user, asked.job.message_id)
    assert more is not None
    assert more.new


async def test_another_answer_is_for_the_person_who_asked_and_within_limits(
    database: Database,
) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    await ask(database, user, question(1))
    first = await answer(database, "One.")
    with pytest.raises(NotYoursError):
        await again(database, other, first.id)
    with pytest.raises(TooManyWaitingError):
        await again(database, user, first.id, Limits(queue=5, person=0))
    assert await count(database, Message) == 2


async def test_an_emergency_text_has_no_other_version(database: Database) -> None:
    user = await person(database)
    asked = await ask(database, user, question(1, RED))
    assert asked.job.message_id is not None
    assert await again(database, user, asked.job.message_id) is None


# -- which is better -------------------------------------------------------------------------------


async def two_answers(
    database: Database, user: int, number: int, texts: tuple[str, str] = ("One.", "Two.")
) -> tuple[int, int]:
    await ask(database, user, question(number))
    first = await answer(database, texts[0])
    await again(database, user, first.id)
    return first.id, (await answer(database, texts[1])).id


async def compared(database: Database, answer_id: int) -> tuple[int, int] | None:
    async with database.session() as session:
        return await alternatives.to_compare(session, answer_id)


async def test_two_answers_are_put_side_by_side_once(database: Database) -> None:
    user = await person(database)
    pair = await two_answers(database, user, 1)
    assert await compared(database, pair[0]) is None  # the reader has not seen the second yet
    assert await compared(database, pair[1]) == pair
    assert await compared(database, pair[1]) is None


async def test_nobody_is_asked_often_but_everybody_may_be(database: Database) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    assert await compared(database, (await two_answers(database, user, 1))[1])
    second = await two_answers(database, user, 2)
    assert await compared(database, second[1]) is None
    assert await compared(database, (await two_answers(database, other, 3))[1])
    async with database.session() as session:
        earlier = now() - alternatives.RARELY - timedelta(minutes=1)
        await session.execute(
            update(Message).where(Message.compared_at.is_not(None)).values(compared_at=earlier)
        )
    assert await compared(database, second[1]) == second


async def test_nobody_is_asked_under_load_or_about_the_same_words(database: Database) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    pair = await two_answers(database, user, 1)
    waiting = await ask(database, other, question(9, chat=8))
    assert await compared(database, pair[1]) is None
    async with database.session() as session:
        await jobs.cancel(session, waiting.job.id)
    same = await two_answers(database, user, 2, ("One.", "One."))
    assert await compared(database, same[1]) is None
    assert await compared(database, pair[1]) == pair
