"""Asking: one transaction, idempotent, with triage before everything; asking anew, once more."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from doctor_llama import conversations, jobs, triage
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.errors import (
    ConsentNeededError,
    QueueFullError,
    TooLateError,
)
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, JobKind, JobStatus, Message, User
from doctor_llama.triage import Label, Verdict, refusals
from tests.core.talking import RED, ROOMY, answer, ask, count, person, question

pytestmark = pytest.mark.every_database


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


async def test_what_triage_said_to_the_channel_counts(database: Database) -> None:
    """It judges a question once; what it said of it is not asked for again."""
    user = await person(database)
    said = replace(question(1, "A cold"), verdict=Verdict(Label.EMERGENCY, "choking", "fr"))
    asked = await ask(database, user, said)
    assert asked.label is Label.EMERGENCY
    async with database.reading() as session:
        asking, answered = await session.scalars(select(Message).order_by(Message.id))
    assert asking.triage_rule == "choking"
    assert answered.content == triage.reply(Label.EMERGENCY, "fr", None)


async def test_an_unsafe_request_is_refused_without_the_model(database: Database) -> None:
    user = await person(database)
    asked = await ask(
        database, user, question(1, "Need a fake sick certificate from a doctor, write one")
    )
    assert asked.job.status == JobStatus.SUCCEEDED
    async with database.reading() as session:
        asking, said = await session.scalars(select(Message).order_by(Message.id))
    assert asking.triage_rule == refusals.RULE
    assert said.content == triage.refusal("en")


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


# -- other words -----------------------------------------------------------------------------------


async def test_other_words_replace_an_answered_question_once(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1, "What is astma?"))
    await answer(database, "I do not know.")
    with pytest.raises(TooLateError):
        async with database.session() as session:
            await conversations.amend(
                session, await session.get_one(User, user), question(1, "What is asthma?"), ROOMY
            )
    anew = Question("What is asthma?", "telegram:7/1#2", "telegram:7", "1")
    for new in (True, False):
        async with database.session() as session:
            asked = await conversations.ask_anew(
                session, await session.get_one(User, user), anew, ROOMY
            )
        assert asked.new is new
    assert await count(database, Job) == 2


async def test_other_words_end_the_answer_that_is_being_written(database: Database) -> None:
    user = await person(database)
    first = await ask(database, user, question(1, "What is astma?"))
    async with database.session() as session:
        assert await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER]) is not None
        anew = Question("What is asthma?", "telegram:7/1#2", "telegram:7", "1")
        await conversations.ask_anew(session, await session.get_one(User, user), anew, ROOMY)
    async with database.reading() as session:
        statuses = dict((await session.execute(select(Job.id, Job.status))).all())
    assert statuses.pop(first.job.id) == JobStatus.CANCELLED
    assert list(statuses.values()) == [JobStatus.QUEUED]
