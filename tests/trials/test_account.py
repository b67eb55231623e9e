"""The account finds what it is there to find: it is given journals and rows with faults in them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from telegram import Bot

from bot.simulator import running
from bot.simulator.client import SimClient
from bot.trials import account, crowd
from bot.trials.account import Account
from doctor_llama import conversations, jobs, privacy
from doctor_llama.conversations import Question
from doctor_llama.db import Database
from doctor_llama.engine.scripted import marker
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, JobKind, JobStatus, now

TOKEN = "123456:simulator-token"
ANA, BEN = crowd.FIRST_PERSON, crowd.FIRST_PERSON + 1
ROOMY = Limits(queue=100, person=100)


class Stage:
    """One question of Ana's, and whatever is done with it."""

    def __init__(self, folder: Path, database: Database, people: SimClient, bot: Bot) -> None:
        self.journal = folder / "journal.jsonl"
        self.database, self.people, self.bot = database, people, bot
        self.text = crowd.QUESTION.format(number=1, person=ANA)

    async def ask(self) -> int:
        sent = await self.people.send(ANA, self.text)
        await self.people.send(BEN, "/start")
        return sent.message_id

    async def take(self, message_id: int, status: JobStatus, *, delivered: bool = True) -> None:
        """The rows of a question that ended so."""
        place = f"telegram:{ANA}"
        async with self.database.session() as session:
            user = await privacy.person(session, place)
            privacy.consent(user)
            question = Question(self.text, f"{place}/{message_id}", place, str(message_id))
            await conversations.ask(session, user, question, ROOMY)
        async with self.database.session() as session:
            job = await jobs.claim(session, worker="w", kinds=[JobKind.ANSWER])
            assert job is not None
            assert await jobs.finish(session, job, status, {})
            if delivered:
                await session.execute(update(Job).values(delivered_at=now()))

    async def say(self, chat: int) -> None:
        await self.bot.send_message(chat, marker(self.text) + "rest.")

    async def told(self) -> Account:
        return await account.take(self.journal, self.database)


@pytest.fixture
async def stage(tmp_path: Path, database: Database) -> AsyncIterator[Stage]:
    async with (
        running(journal=tmp_path / "journal.jsonl") as simulator,
        SimClient(simulator.url) as people,
        Bot(TOKEN, base_url=simulator.base_url) as bot,
    ):
        yield Stage(tmp_path, database, people, bot)


async def test_an_answer_in_its_place(stage: Stage) -> None:
    await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
    await stage.say(ANA)
    told = await stage.told()
    assert (told.asked, told.answered, told.clean) == (1, 1, True)


@pytest.mark.parametrize(
    ("status", "name"), [(JobStatus.FAILED, "failed"), (JobStatus.CANCELLED, "cancelled")]
)
async def test_what_ended_otherwise(stage: Stage, status: JobStatus, name: str) -> None:
    await stage.take(await stage.ask(), status)
    told = await stage.told()
    assert (getattr(told, name), told.answered, told.details) == (1, 0, [])


async def test_a_question_that_nobody_took_is_lost(stage: Stage) -> None:
    await stage.ask()
    assert (await stage.told()).lost == 1


async def test_a_refusal_in_words_is_none(stage: Stage) -> None:
    asked = await stage.ask()
    await stage.bot.send_message(ANA, "Too many are waiting.", reply_to_message_id=asked)
    told = await stage.told()
    assert (told.refused, told.lost) == (1, 0)


async def test_a_refusal_counts_though_its_question_came_again_and_was_taken(stage: Stage) -> None:
    asked = await stage.ask()
    await stage.bot.send_message(ANA, "Too many are waiting.", reply_to_message_id=asked)
    await stage.take(asked, JobStatus.SUCCEEDED)
    await stage.say(ANA)
    stage.text = crowd.QUESTION.format(number=2, person=ANA)
    await stage.ask()  # a moment later: the same sentence is not said twice
    told = await stage.told()
    assert (told.answered, told.refused, told.lost) == (1, 1, 0)


async def test_a_status_is_no_refusal(stage: Stage) -> None:
    asked = await stage.ask()
    status = await stage.bot.send_message(ANA, "One before you.", reply_to_message_id=asked)
    await stage.bot.edit_message_text(marker(stage.text) + "rest.", ANA, status.message_id)
    await stage.take(asked, JobStatus.SUCCEEDED)
    stage.text = crowd.QUESTION.format(number=2, person=ANA)
    await stage.ask()
    assert (await stage.told()).lost == 1


async def test_an_undelivered_answer_is_lost(stage: Stage) -> None:
    await stage.take(await stage.ask(), JobStatus.SUCCEEDED, delivered=False)
    assert (await stage.told()).lost == 1


async def test_an_answer_that_was_only_claimed_to_be_delivered_is_lost(stage: Stage) -> None:
    await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
    assert (await stage.told()).lost == 1


async def test_nobody_can_tell_somebody_who_has_blocked_the_bot(stage: Stage) -> None:
    await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
    await stage.people.block(ANA)
    told = await stage.told()
    assert (told.cancelled, told.lost) == (1, 0)


@pytest.mark.parametrize("way", ["told", "written"])
async def test_an_answer_before_an_earlier_one_is_out_of_order(stage: Stage, way: str) -> None:
    texts = [crowd.QUESTION.format(number=number, person=ANA) for number in (1, 2)]
    for stage.text in texts:
        await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
    for stage.text in reversed(texts) if way == "told" else texts:
        await stage.say(ANA)
    if way == "written":
        async with stage.database.session() as session:
            early = now() - timedelta(minutes=1)
            await session.execute(update(Job).where(Job.id == 2).values(finished_at=early))
    told = await stage.told()
    assert (told.answered, told.lost, told.out_of_order, told.clean) == (2, 0, 1, False)


async def test_answers_in_order_are_in_order_whatever_the_rows_say(stage: Stage) -> None:
    """Who blocks the bot for a moment has what was to be told him called delivered then."""
    for number in (1, 2):
        stage.text = crowd.QUESTION.format(number=number, person=ANA)
        await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
        await stage.say(ANA)
    async with stage.database.session() as session:
        early = now() - timedelta(minutes=1)
        await session.execute(update(Job).where(Job.id == 2).values(delivered_at=early))
    assert (await stage.told()).clean


async def test_two_copies_are_doubled(stage: Stage) -> None:
    await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
    await stage.say(ANA)
    await stage.say(ANA)
    assert (await stage.told()).doubled == 1


async def test_an_answer_in_anothers_chat_is_misdelivered(stage: Stage) -> None:
    await stage.take(await stage.ask(), JobStatus.SUCCEEDED)
    await stage.say(ANA)
    await stage.say(BEN)
    told = await stage.told()
    assert (told.misdelivered, told.answered) == (1, 1)
