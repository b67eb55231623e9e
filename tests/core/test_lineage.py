"""Which rows made an adapter, and what erasing or withdrawing them means for it."""

import json

from sqlalchemy import delete, select

from doctor_llama import adapters, lineage, privacy, samples
from doctor_llama.db import Database
from doctor_llama.schema import Adapter, Choice, Comparison, User
from tests.command import run
from tests.samples.people import Town

PASSED = {"passed": True}


async def register(
    database: Database, name: str, rows: list[int], parent: str | None = None
) -> None:
    async with database.session() as session:
        before = await adapters.get(session, parent) if parent else None
        row = await adapters.register(
            session, name=name, sha256=name * 8, base_model="b", verdict=PASSED,
            parent_id=before.id if before else None, lineage={"start": parent or "base"},
        )  # fmt: skip
        await lineage.learned(session, row, {"correction": rows})


async def test_every_adapter_knows_its_rows_and_every_row_its_adapters(database: Database) -> None:
    town = Town(database)
    first = await town.correct(1, "What is gout?", "A kind of arthritis.")
    second = await town.correct(2, "What is asthma?", "Narrow airways.")
    await register(database, "a", [first])
    await register(database, "b", [second], parent="a")
    async with database.reading() as session:
        b = await adapters.get(session, "b")
        assert [(r.feedback, r.state) for r in await lineage.of(session, b)] == [
            (first, "there"), (second, "there"),
        ]  # fmt: skip
        names = [row.name for row in await lineage.adapters_of(session, first)]
        assert names == ["a", "b"], "what its parent knew, it knows too"
        assert await lineage.due(session) == {}
        assert await lineage.clean_start(session, b) is b


async def test_reviewers_choices_teach_and_are_lineage_too(database: Database) -> None:
    town = Town(database)
    async with database.session() as session:
        asker = await town.person(session, 1)
        answer = await town.answered(session, asker, "What is gout?", "An answer.")
        pair = Comparison(
            message_id=answer.parent_id, prompt="What is gout?", first="Bad.", second="Good."
        )
        own = Comparison(prompt="What is acne?", first="Right.", second="Left.")
        session.add_all([pair, own])
        await session.flush()
        for name, better in ((7, 2), (8, 2), (9, 1)):
            user = await town.person(session, name)
            session.add(Choice(comparison_id=pair.id, user_id=user.id, better=better))
        session.add(Choice(comparison_id=own.id, user_id=asker.id, better=0))
    async with database.session() as session:
        found = await samples.collect(session, str)
        assert [(s.chosen, s.rejected, s.people) for s in found.samples] == [("Good.", "Bad.", 3)]
        assert samples.records(found.samples)["preferences"][0]["row"] == f"comparison:{pair.id}"
    await register(database, "a", [])
    async with database.session() as session:
        a = await adapters.get(session, "a")
        await lineage.learned(session, a, {"choice": [pair.id]})
        assert await lineage.due(session) == {}
        await session.execute(delete(User).where(User.account == "telegram:1"))
    async with database.reading() as session:
        assert await lineage.due(session) == {a.id: 1}
        assert [(r.kind, r.state) for r in await lineage.of(session, a)] == [("choice", "erased")]
        assert not (await samples.collect(session, str)).samples


async def test_an_erased_row_makes_its_adapters_due_and_the_next_start_clean(
    database: Database,
) -> None:
    town = Town(database)
    first = await town.correct(1, "What is gout?", "A kind of arthritis.")
    second = await town.correct(2, "What is asthma?", "Narrow airways.")
    await register(database, "a", [first])
    await register(database, "b", [second], parent="a")
    async with database.session() as session:
        await session.execute(delete(User).where(User.account == "telegram:2"))
    async with database.reading() as session:
        a, b = await adapters.get(session, "a"), await adapters.get(session, "b")
        assert await lineage.due(session) == {b.id: 1}
        assert await lineage.clean_start(session, b) is a
    async with database.session() as session:
        person = (await session.scalars(select(User))).one()
        privacy.share(person, agreed=False)
    async with database.reading() as session:
        b = await session.get_one(Adapter, b.id)
        assert [r.state for r in await lineage.of(session, b)] == ["withdrawn", "erased"]
        assert await lineage.clean_start(session, b) is None, "only the base is clean"
    told = json.loads(
        run("adapters", "show", "b", "--lineage", "--json", DATABASE_URL=str(database.url)).stdout
    )
    assert told["retrain_due"] is True
    assert told["parent"] == "a"
    listed = json.loads(run("adapters", "list", "--json", DATABASE_URL=str(database.url)).stdout)
    assert [row["retrain_due"] for row in listed["adapters"]] == [2, 1]
