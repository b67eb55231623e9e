"""Asking: one transaction, idempotent, with triage before everything."""

import pytest
from sqlalchemy import func, select

from doctor_llama import conversations, feedback, jobs, privacy
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.errors import ConsentNeededError, NotYoursError, QueueFullError
from doctor_llama.jobs import Limits
from doctor_llama.schema import Feedback, Job, JobKind, JobStatus, Message, User
from doctor_llama.triage import Label

pytestmark = pytest.mark.every_database

ROOMY = Limits(queue=100, person=100)
RED = "My father has crushing chest pain and cannot breathe"


def question(number: int, text: str = "What is asthma?", chat: int = 7) -> Question:
    return Question(text, f"telegram:{chat}/{number}", f"telegram:{chat}", str(number))


async def person(database: Database, account: str = "telegram:7", *, agreed: bool = True) -> int:
    async with database.session() as session:
        user = await privacy.person(session, account, language="en")
        if agreed:
            privacy.consent(user)
        return user.id


async def ask(
    database: Database, user_id: int, asked: Question, limits: Limits = ROOMY
) -> conversations.Asked:
    async with database.session() as session:
        return await conversations.ask(session, await session.get_one(User, user_id), asked, limits)


async def count(database: Database, table: type[Job | Message | Feedback]) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def answer(database: Database, text: str, model: str | None = "m") -> Message:
    """Play the worker: claim the next job and finish it with this text."""
    async with database.session() as session:
        job = await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER])
        assert job is not None
        message = await session.get_one(Message, job.message_id)
        message.content, message.model = text, model
        assert await jobs.finish(session, job, JobStatus.SUCCEEDED, {})
        return message


async def test_a_question_becomes_a_job_once(database: Database) -> None:
    user = await person(database)
    first = await ask(database, user, question(1))
    again = await ask(database, user, question(1))
    assert first.new
    assert not again.new
    assert again.job.id == first.job.id
    assert await count(database, Job) == 1
    assert await count(database, Message) == 2


async def test_without_consent_nothing_is_stored(database: Database) -> None:
    user = await person(database, agreed=False)
    with pytest.raises(ConsentNeededError):
        await ask(database, user, question(1))
    assert await count(database, Message) == 0
    assert await count(database, Job) == 0


async def test_a_red_flag_is_answered_before_consent_and_limits_without_its_text(
    database: Database,
) -> None:
    user = await person(database, agreed=False)
    asked = await ask(database, user, question(1, RED), Limits(queue=0, person=0))
    assert asked.label is Label.EMERGENCY
    assert asked.job.status == JobStatus.SUCCEEDED
    async with database.reading() as session:
        shown = await jobs.undelivered(session, [JobStatus.SUCCEEDED])
        texts = list(await session.scalars(select(Message.content).order_by(Message.id)))
    assert len(shown) == 1
    assert texts[0] == ""
    assert "112" in texts[1]


async def test_a_person_who_says_that_it_is_no_emergency_is_answered(database: Database) -> None:
    user = await person(database)
    calm = Question(RED, "telegram:7/1#calm", "telegram:7", "1", calm=True)
    asked = await ask(database, user, calm)
    assert asked.job.status == JobStatus.QUEUED


async def test_a_full_queue_writes_nothing(database: Database) -> None:
    user = await person(database)
    with pytest.raises(QueueFullError):
        await ask(database, user, question(1), Limits(queue=0, person=5))
    assert await count(database, Message) == 0


async def test_the_history_has_answered_turns_only(database: Database) -> None:
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
    async with database.reading() as session:
        turns = await conversations.turns(
            session, await session.get_one(Message, asked.job.message_id)
        )
    assert [t.content for t in turns] == ["First?", "One.", "Fourth?"]


async def test_a_new_conversation_forgets_what_was_said(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1, "First?"))
    await answer(database, "One.")
    async with database.session() as session:
        await conversations.new(session, await session.get_one(User, user), "telegram:7")
    asked = await ask(database, user, question(2, "Second?"))
    async with database.reading() as session:
        turns = await conversations.turns(
            session, await session.get_one(Message, asked.job.message_id)
        )
    assert [t.content for t in turns] == ["Second?"]


async def test_a_rating_changes_in_place_and_can_be_taken_back(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1))
    rated = await answer(database, "An answer.")

    async def rate(value: int) -> int | None:
        async with database.session() as session:
            return await feedback.rate(session, await session.get_one(User, user), rated.id, value)

    assert await rate(1) == 1
    assert await rate(-1) == -1
    assert await count(database, Feedback) == 1
    assert await rate(-1) is None
    assert await count(database, Feedback) == 0


async def test_nobody_rates_another_persons_answer(database: Database) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    await ask(database, user, question(1))
    rated = await answer(database, "An answer.")
    with pytest.raises(NotYoursError):
        async with database.session() as session:
            await feedback.rate(session, await session.get_one(User, other), rated.id, 1)


async def test_a_rating_notes_what_its_giver_had_agreed_to(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1))
    rated = await answer(database, "An answer.")
    for agreed in (False, True):
        async with database.session() as session:
            giver = await session.get_one(User, user)
            privacy.share(giver, agreed=agreed)
            await feedback.rate(session, giver, rated.id, 1 if agreed else -1)
        async with database.reading() as session:
            row = (await session.scalars(select(Feedback))).one()
        assert row.training_consent_version == (1 if agreed else None)
