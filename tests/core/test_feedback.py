"""Ratings with reasons, preferences, corrections: one row for one opinion, changeable for ever."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from doctor_llama import alternatives, corrections, feedback, privacy
from doctor_llama.db import Database
from doctor_llama.errors import NotYoursError
from doctor_llama.feedback import Better
from doctor_llama.schema import Feedback, FeedbackKind, Message, Reason, User
from tests.core.talking import ROOMY, answer, ask, count, person, question

pytestmark = pytest.mark.every_database


async def rows(database: Database) -> list[Feedback]:
    async with database.reading() as session:
        return list(await session.scalars(select(Feedback).order_by(Feedback.id)))


async def answered(database: Database) -> tuple[int, Message]:
    user = await person(database)
    await ask(database, user, question(1))
    return user, await answer(database, "An answer.")


# -- ratings ---------------------------------------------------------------------------------------


async def test_a_rating_changes_in_place_and_can_be_taken_back(database: Database) -> None:
    user, rated = await answered(database)
    steps: list[tuple[int | None, Reason | None]] = [
        (1, None),
        (-1, None),
        (-1, Reason.UNSAFE),
        (-1, Reason.UNSAFE),
        (-1, None),
        (1, None),
    ]
    for rating, reason in steps:
        async with database.session() as session:
            giver = await session.get_one(User, user)
            await feedback.rate(session, giver, rated.id, rating, reason)
        assert [(row.rating, row.reason) for row in await rows(database)] == [(rating, reason)]
    async with database.session() as session:
        await feedback.rate(session, await session.get_one(User, user), rated.id, None)
    assert await count(database, Feedback) == 0


async def test_nobody_speaks_of_another_persons_answer(database: Database) -> None:
    _, rated = await answered(database)
    other = await person(database, "telegram:8")
    async with database.session() as session:
        stranger = await session.get_one(User, other)
        with pytest.raises(NotYoursError):
            await feedback.rate(session, stranger, rated.id, 1)
        with pytest.raises(NotYoursError):
            await corrections.correct(session, stranger, rated.id, "telegram:8/1", "Better.")
        with pytest.raises(NotYoursError):
            await feedback.prefer(session, stranger, rated.id, rated.id, Better.FIRST)


async def test_feedback_notes_what_its_giver_had_agreed_to(database: Database) -> None:
    user, rated = await answered(database)
    for agreed in (False, True):
        async with database.session() as session:
            giver = await session.get_one(User, user)
            privacy.share(giver, agreed=agreed)
            await feedback.rate(session, giver, rated.id, 1 if agreed else -1)
            await corrections.correct(session, giver, rated.id, "telegram:7/9", f"Better {agreed}.")
        versions = {row.training_consent_version for row in await rows(database)}
        assert versions == {1 if agreed else None}


# -- preferences -----------------------------------------------------------------------------------


async def test_of_two_answers_one_is_better_or_neither(database: Database) -> None:
    user, first = await answered(database)
    async with database.session() as session:
        giver = await session.get_one(User, user)
        await alternatives.again(session, giver, first.id, ROOMY)
    second = await answer(database, "Another answer.")
    for better, found in {
        Better.FIRST: (first.id, second.id, None),
        Better.SECOND: (second.id, first.id, None),
        Better.SAME: (first.id, None, "same"),
        Better.BAD: (first.id, None, "bad"),
    }.items():
        async with database.session() as session:
            giver = await session.get_one(User, user)
            await feedback.prefer(session, giver, first.id, second.id, better)
        (row,) = await rows(database)
        assert (row.message_id, row.rejected_id, row.reason) == found
        assert row.kind == FeedbackKind.PREFERENCE


async def test_answers_to_different_questions_are_not_compared(database: Database) -> None:
    user, first = await answered(database)
    await ask(database, user, question(2, "What is flu?"))
    other = await answer(database, "Another answer.")
    with pytest.raises(NotYoursError):
        async with database.session() as session:
            giver = await session.get_one(User, user)
            await feedback.prefer(session, giver, first.id, other.id, Better.FIRST)


# -- corrections -----------------------------------------------------------------------------------


async def test_a_correction_is_waited_for_in_its_place_and_not_for_ever(
    database: Database,
) -> None:
    user, rated = await answered(database)
    async with database.session() as session:
        writer = await session.get_one(User, user)
        corrections.expect(writer, "telegram:7", rated.id, prompt="telegram:7/5")
        corrections.expect(writer, "telegram:-9", rated.id, patience=timedelta(seconds=-1))
    async with database.session() as session:
        writer = await session.get_one(User, user)
        waiting = corrections.expected(writer, "telegram:7")
        assert waiting is not None
        assert (waiting.answer, waiting.prompt) == (rated.id, "telegram:7/5")
        assert corrections.expected(writer, "telegram:8") is None
        assert corrections.expected(writer, "telegram:-9") is None
        assert corrections.unexpect(writer, "telegram:7")
        assert not corrections.unexpect(writer, "telegram:7")
        assert corrections.unexpect(writer, "telegram:-9")
        assert writer.awaiting == {}


async def test_a_correction_is_written_in_parts_edited_and_taken_back(database: Database) -> None:
    user, rated = await answered(database)
    async with database.session() as session:
        writer = await session.get_one(User, user)
        row = await corrections.correct(session, writer, rated.id, "telegram:7/9", "One.")
        await corrections.go_on(session, writer, row.id, "telegram:7/10", "Two.")
        row.review = "approved"
    async with database.session() as session:
        writer = await session.get_one(User, user)
        edited = await corrections.edit(session, writer, "telegram:7/9", "First.")
        assert edited is not None
        assert await corrections.edit(session, writer, "telegram:7/11", "Else.") is None
    (row,) = await rows(database)
    assert (row.content, row.review) == ("First.\n\nTwo.", None)
    async with database.session() as session:
        writer = await session.get_one(User, user)
        assert await corrections.take_back(session, writer, row.id) is not None
        assert await corrections.take_back(session, writer, row.id) is None
        assert await corrections.go_on(session, writer, row.id, "telegram:7/12", "Late.") is None
    assert await rows(database) == []


async def test_a_new_correction_replaces_the_one_for_the_same_part(database: Database) -> None:
    user, rated = await answered(database)
    for number, (text, quote) in enumerate(
        [("All.", None), ("A part.", "An"), ("All anew.", None), ("Better.", "An"), ("x", "answer")]
    ):
        async with database.session() as session:
            writer = await session.get_one(User, user)
            ref = f"telegram:7/{number}"
            await corrections.correct(session, writer, rated.id, ref, text, quote=quote)
    found = {row.quote: row.content for row in await rows(database)}
    assert found == {None: "All anew.", "An": "Better.", "answer": "x"}
