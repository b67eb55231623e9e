"""Everything of a person, nothing of another's: taken along, erased, and kept out."""

import asyncio
import json
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, DateTime, Float, Integer, Text, func, insert, select, update

from doctor_llama import audit, backups, erasures, holdings, inbox, lineage, privacy, schedule
from doctor_llama.db import Database, Session
from doctor_llama.engine import SamplingParams
from doctor_llama.engine.scripted import ScriptedEngine
from doctor_llama.erasures import Scope
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import (
    Adapter,
    Base,
    Conversation,
    Erasure,
    Feedback,
    FeedbackKind,
    Job,
    JobKind,
    JobStatus,
    Message,
    Role,
    TrainedOn,
    User,
    now,
)
from doctor_llama.settings import load
from doctor_llama.worker import Worker
from tests import command
from tests.core.talking import answer, ask, person, question, user_of

ANA, BEN = "telegram:7", "telegram:8"
THEIRS = {  # tables whose rows go with a person, by the foreign keys
    table.name
    for table, _, target in holdings._references(cascading=True)
    if target in {"users", "conversations", "messages", "comparisons", "jobs"}
}
SPEAKING = {  # those of them with a text in which a canary can sit
    name
    for name in THEIRS
    if any(isinstance(column.type, Text | JSON) for column in Base.metadata.tables[name].columns)
}


def _value(column: Any, canary: str) -> Any:
    match column.type:
        case JSON():
            return {"said": canary}
        case Boolean():
            return False
        case Integer() | Float():
            return 1
    if isinstance(getattr(column.type, "impl", column.type), DateTime):
        return now()
    return canary


async def fill(session: Session, user: User) -> None:
    """A row of this person in every table, with their canary in every text."""
    made: dict[str, int] = {"users": user.id}
    for table in Base.metadata.sorted_tables:
        if table.name == "users":
            continue
        values: dict[str, Any] = {}
        for column in table.columns:
            if column.foreign_keys:
                [key] = column.foreign_keys
                values[column.name] = made.get(key.column.table.name)
            elif column.name != "id":
                values[column.name] = _value(column, f"canary-{table.name}-{user.id}-{column.name}")
        if table.name == "inbox":
            values |= {"update_id": user.id, "body": {"from": {"id": int(user.account[9:])}}}
        identity = next(iter(table.primary_key.columns))
        made[table.name] = (
            await session.scalar(insert(table).values(**values).returning(identity)) or 0
        )


async def filled(database: Database) -> tuple[User, User]:
    async with database.session() as session:
        people = [await privacy.person(session, account) for account in (ANA, BEN)]
        for user in people:
            await fill(session, user)
    return people[0], people[1]


def raw(database: Database) -> bytes:
    """Everything in the database's files."""
    files = [database.path, database.path.with_name(f"{database.path.name}-wal")]
    return b"".join(file.read_bytes() for file in files if file.exists())


@pytest.mark.every_database
async def test_the_document_has_every_table_and_nothing_of_another(database: Database) -> None:
    ana, ben = await filled(database)
    async with database.reading() as session:
        found = await privacy.export(session, ana)
    text = json.dumps(found)
    assert {name for name in SPEAKING if f"canary-{name}-{ana.id}" in text} == SPEAKING
    assert {name for name in THEIRS if len(found[name]) == 1} == THEIRS
    assert f"-{ben.id}-" not in text
    assert found["users"][0]["account"] == ANA
    assert found["inbox"] == [{"from": {"id": 7}}]
    outlives = {
        f"{table.name}.{column.name}"
        for table, column, target in holdings._references(cascading=False)
        if target == "users"
    }
    assert set(found["named_in"]) == outlives


async def test_what_is_erased_is_in_no_table_and_in_no_byte_of_the_file(
    database: Database, tmp_path: Path
) -> None:
    ana, ben = await filled(database)
    async with database.session() as session:
        audit.note(session, ben.id, "role.give", ANA)
    assert f"canary-messages-{ana.id}".encode() in raw(database)
    async with database.session() as session:
        row = await session.get_one(User, ana.id)
        note = await erasures.erase(session, row, Scope.EVERYTHING, row.id)
    await erasures.record(tmp_path, note)
    assert await database.checkpoint()
    left = raw(database)
    for name in SPEAKING:
        assert f"canary-{name}-{ana.id}".encode() not in left, name
        assert f"canary-{name}-{ben.id}".encode() in left, name
    assert ANA.encode() not in left
    assert set(note.rows) >= THEIRS
    log = (tmp_path / erasures.LOG).read_text()
    assert "canary" not in log
    assert ANA not in log
    async with database.reading() as session:
        assert await inbox.of(session, ANA) == []
        assert (await audit.latest(session))[0].target == audit.ERASED


async def talk(database: Database, user: int, *numbers: int) -> list[int]:
    """Questions with their answers, all rated; returns the answers' ids."""
    made = []
    for number in numbers:
        await ask(database, user, question(number, f"Question {number}?"))
        made.append((await answer(database, f"Answer {number}.")).id)
        async with database.session() as session:
            session.add(
                Feedback(user_id=user, message_id=made[-1], kind=FeedbackKind.RATING, rating=1)
            )
    return made


async def contents(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(Message.content).order_by(Message.id)))


@pytest.mark.every_database
async def test_the_last_question_goes_with_its_answers_and_marks_the_adapter(
    database: Database,
) -> None:
    user = await person(database)
    await talk(database, user, 1, 2)
    async with database.session() as session:
        adapter = Adapter(
            name="a", path="p", sha256="s", base_model="m", metrics={}, lineage={}, verdict={}
        )
        session.add(adapter)
        await session.flush()
        for feedback in await session.scalars(select(Feedback.id)):
            session.add(TrainedOn(adapter_id=adapter.id, feedback_id=feedback, kind="rating"))
        row = await session.get_one(User, user)
        privacy.share(row, agreed=True)
        assert await lineage.due(session) == {}
        found = await erasures.roots(session, row, "telegram:7")
        note = await erasures.erase(session, row, Scope.ANSWER, found[Scope.ANSWER])
    assert await contents(database) == ["Question 1?", "Answer 1."]
    assert {name: len(ids) for name, ids in note.rows.items()} == {
        "feedback": 1,
        "jobs": 1,
        "messages": 2,
    }
    async with database.reading() as session:
        assert await lineage.due(session) == {adapter.id: 1}


async def test_a_conversation_goes_and_the_others_stay(database: Database) -> None:
    user = await person(database)
    await talk(database, user, 1)
    async with database.session() as session:
        await session.execute(update(Conversation).values(closed_at=now()))
    await talk(database, user, 2, 3)
    async with database.session() as session:
        row = await session.get_one(User, user)
        found = await erasures.roots(session, row, "telegram:7")
        await erasures.erase(session, row, Scope.CONVERSATION, found[Scope.CONVERSATION])
    assert await contents(database) == ["Question 1?", "Answer 1."]


async def test_nobody_erases_what_is_anothers(database: Database) -> None:
    user, other = await person(database), await person(database, BEN)
    await talk(database, user, 1)
    async with database.session() as session:
        found = await erasures.roots(session, await session.get_one(User, user), "telegram:7")
        row = await session.get_one(User, other)
        assert await erasures.roots(session, row, "telegram:7") == {Scope.EVERYTHING: other}
        for scope, root in found.items():
            with pytest.raises(NotYoursError):
                await erasures.erase(session, row, scope, root)
    assert len(await contents(database)) == 2


@pytest.mark.every_database
async def test_a_block_outlives_its_person(database: Database) -> None:
    user = await person(database)
    async with database.session() as session:
        row = await session.get_one(User, user)
        row.role = Role.BLOCKED
        await session.flush()
        await erasures.erase(session, row, Scope.EVERYTHING, user)
    async with database.reading() as session:
        left = await privacy.known(session, ANA)
    assert left is not None
    assert (left.role, left.consent_version) == (Role.BLOCKED, None)
    assert left.id != user


# -- after a time ----------------------------------------------------------------------------------


async def age(database: Database, user: int, days: int) -> None:
    """Everything of theirs was said so many days ago."""
    past = now() - timedelta(days=days)
    theirs = select(Conversation.id).where(Conversation.user_id == user)
    async with database.session() as session:
        said = update(Message).where(Message.conversation_id.in_(theirs))
        await session.execute(said.values(created_at=past))
        began = update(Conversation).where(Conversation.user_id == user)
        await session.execute(began.values(created_at=past))


@pytest.mark.every_database
async def test_what_is_old_goes_but_for_what_waits_and_what_may_train(database: Database) -> None:
    old, sharing, waiting = [await person(database, f"telegram:{n}") for n in (7, 8, 9)]
    await talk(database, old, 1)
    await ask(database, sharing, question(1, "Of 8?", chat=8))
    made = await answer(database, "Kept.")
    async with database.session() as session:
        privacy.share(await session.get_one(User, sharing), agreed=True)
        session.add(
            Feedback(user_id=sharing, message_id=made.id, kind=FeedbackKind.RATING, rating=1)
        )
    await age(database, old, 91)
    await talk(database, old, 2)
    await ask(database, waiting, question(1, "Of 9?", chat=9))
    await age(database, sharing, 91)
    await age(database, waiting, 91)
    async with database.session() as session:
        assert await erasures.expire(session, 90) == 1
    async with database.session() as session:
        assert await erasures.expire(session, 90) == 0
        noted = list(await session.scalars(select(Erasure.scope)))
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 3
        privacy.withdraw(await session.get_one(User, sharing))
    assert noted == [Scope.RETENTION]
    assert sorted(await contents(database)) == sorted(
        ["Of 8?", "Kept.", "Of 9?", "", "Question 2?", "Answer 2."]
    )
    async with database.session() as session:
        assert await erasures.expire(session, 90) == 1  # withdrawn: as old as the rest


async def test_the_night_enqueues_it_and_the_worker_erases(database: Database) -> None:
    user = await person(database)
    await talk(database, user, 1, 2)
    await age(database, user, 8)
    table = schedule.scheduler(load(retention_days=7), database)
    assert {job.id for job in table.get_jobs()} >= {"retention"}
    await table.get_job("retention").func()
    await table.get_job("retention").func()  # there is one already
    engine = ScriptedEngine()
    await engine.start()
    worker = Worker(
        database, engine, name="w", params=SamplingParams(), concurrency=1, stall_seconds=60
    )
    working = asyncio.create_task(worker.run(5))
    async with asyncio.timeout(20):
        while await contents(database):
            await asyncio.sleep(0.02)
    worker.stop()
    await working
    await engine.stop()
    async with database.reading() as session:
        [job] = list(await session.scalars(select(Job).where(Job.kind == JobKind.RETENTION)))
    assert (job.status, job.result) == (JobStatus.SUCCEEDED, {"erased": 2})
    none = schedule.scheduler(load(retention_days=0), database)
    assert "retention" not in {job.id for job in none.get_jobs()}


# -- backups ---------------------------------------------------------------------------------------


async def test_what_was_erased_stays_erased_when_a_backup_is_put_back(
    database: Database, tmp_path: Path
) -> None:
    folder, user = tmp_path / "data", await person(database)
    await talk(database, user, 1, 2)
    copy = backups.make(database)
    async with database.session() as session:
        row = await session.get_one(User, user)
        found = await erasures.roots(session, row, "telegram:7")
        note = await erasures.erase(session, row, Scope.ANSWER, found[Scope.ANSWER])
    await erasures.record(folder, note)
    assert await erasures.reconcile(database, folder) == 0
    await database.close()
    backups.restore(database, copy)
    assert len(await contents(database)) == 4
    assert await erasures.reconcile(database, folder) == 1
    assert await contents(database) == ["Question 1?", "Answer 1."]
    assert await erasures.reconcile(database, folder) == 0


async def test_the_file_is_made_whole_after_a_crash(database: Database, tmp_path: Path) -> None:
    user = await person(database)
    async with database.session() as session:
        await erasures.erase(session, await session.get_one(User, user), Scope.EVERYTHING, user)
    assert not (tmp_path / erasures.LOG).exists()
    assert await erasures.reconcile(database, tmp_path) == 0
    [line] = (tmp_path / erasures.LOG).read_text().splitlines()
    assert json.loads(line)["rows"] == {"users": [user]}


# -- consent ---------------------------------------------------------------------------------------


async def test_withdrawing_and_agreeing_to_a_changed_text(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await person(database)
    user = await user_of(database, number)
    privacy.share(user, agreed=True)
    assert privacy.may_train(user)
    monkeypatch.setattr(privacy, "CONSENT_VERSION", 2)
    assert privacy.outdated(user)
    assert not privacy.may_store(user)
    assert not privacy.may_train(user)
    privacy.consent(user)
    assert privacy.may_train(user)
    privacy.withdraw(user)
    assert not privacy.may_store(user)
    assert not privacy.outdated(user)
    privacy.consent(user)
    assert not privacy.may_train(user)


def test_every_table_with_people_in_it_is_known() -> None:
    """A new table that names people by a number of its own would be missed: name it by a key."""
    loose = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name in {"user_id", "message_id", "conversation_id"} and not column.foreign_keys
    }
    assert loose == set()
    assert all("id" in Base.metadata.tables[name].columns for name in THEIRS)


async def test_an_operator_exports_and_erases_by_number(database: Database, tmp_path: Path) -> None:
    user = await person(database)
    await talk(database, user, 1)
    where = {
        "DATABASE_URL": database.url.render_as_string(),
        "DOCTOR_LLAMA_DATA_DIR": str(tmp_path / "data"),
    }

    async def run(*words: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(command.run, "people", *words, **where)

    told = await run("export", "7")
    assert [row["content"] for row in json.loads(told.stdout)["messages"]] == [
        "Question 1?",
        "Answer 1.",
    ]
    assert (await run("erase", "7", "--yes")).stdout == "Erased: 6 rows.\n"
    again = await run("erase", "7", "--yes")
    assert (again.returncode, again.stderr) == (1, "doctor-llama: Nothing is stored of 7.\n")
    assert await contents(database) == []
    assert (tmp_path / "data" / erasures.LOG).exists()
