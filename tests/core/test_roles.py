"""Roles, the notes of what was done with them, and confirmations."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from doctor_llama import audit, confirmations, privacy, roles, vitals
from doctor_llama.db import Database
from doctor_llama.errors import NotAllowedError, OwnersError
from doctor_llama.schema import Confirmation, Role, User, now

OWNERS = {"telegram:1"}
RANK = roles.RANKS.index


async def people(database: Database, **given: Role) -> dict[str, User]:
    """The owner, and one person for each role named."""
    async with database.session() as session:
        made = {"owner": await privacy.person(session, "telegram:1")}
        for number, (name, role) in enumerate(given.items(), 2):
            made[name] = await privacy.person(session, f"telegram:{number}")
            made[name].role = role
    return made


@pytest.mark.parametrize("actor", [Role.USER, Role.REVIEWER, Role.ADMIN, Role.OWNER])
@pytest.mark.parametrize("target", [Role.BLOCKED, Role.USER, Role.REVIEWER, Role.ADMIN])
@pytest.mark.parametrize("wanted", list(Role))
async def test_who_may_give_what(
    database: Database, actor: Role, target: Role, wanted: Role
) -> None:
    made = await people(database, actor=actor, target=target)
    by = made["owner"] if actor is Role.OWNER else made["actor"]
    below = max(RANK(target), RANK(wanted)) < RANK(Role.ADMIN)
    allowed = wanted is not Role.OWNER and (actor is Role.OWNER or (actor is Role.ADMIN and below))
    async with database.session() as session:
        row = await session.get_one(User, made["target"].id)
        if allowed:
            assert await roles.give(session, by, row, wanted, OWNERS) == target
            assert row.role == wanted
        else:
            with pytest.raises((NotAllowedError, OwnersError)):
                await roles.give(session, by, row, wanted, OWNERS)
            assert row.role == target


async def test_nobody_changes_an_owner_and_no_row_makes_one(database: Database) -> None:
    made = await people(database, other=Role.OWNER)
    assert roles.of(made["other"], OWNERS) is Role.USER
    async with database.session() as session:
        with pytest.raises(OwnersError):
            await roles.give(session, made["owner"], made["owner"], Role.USER, OWNERS)


async def test_what_was_given_is_noted_without_a_name_once_they_are_erased(
    database: Database,
) -> None:
    made = await people(database, target=Role.USER)
    async with database.session() as session:
        row = await session.get_one(User, made["target"].id)
        await roles.give(session, made["owner"], row, Role.REVIEWER, OWNERS)
        [noted] = await audit.latest(session)
        assert (noted.user_id, noted.target) == (made["owner"].id, "telegram:2")
        assert noted.detail == {"role": "reviewer", "former": "user"}
        await audit.forget(session, "telegram:2")
    async with database.reading() as session:
        [noted] = await audit.latest(session)
    assert noted.target == "erased"


async def test_a_confirmation_is_taken_once_by_its_person_in_time(database: Database) -> None:
    made = await people(database, other=Role.ADMIN)
    owner, other = made["owner"], made["other"]
    async with database.session() as session:
        row = await confirmations.ask(session, owner, "paint", colour="red")
        code = await confirmations.ask(session, owner, "erase", typed=True)
        old = await confirmations.ask(session, owner, "old")
    async with database.session() as session:
        late = update(Confirmation).where(Confirmation.id == old.id)
        await session.execute(late.values(expires_at=now() - timedelta(seconds=1)))
    async with database.session() as session:
        for token in (row.token, confirmations.code(code), code.token):
            assert await confirmations.take(session, other, token) is None
        assert await confirmations.take(session, owner, old.token) is None
        taken = await confirmations.take(session, owner, row.token)
        assert taken is not None
        assert taken.detail == {"colour": "red"}
        assert await confirmations.take(session, owner, row.token) is None
        assert len(confirmations.code(code)) == confirmations.DIGITS
        taken = await confirmations.take(session, owner, confirmations.code(code))
        assert taken is not None
        assert taken.action == "erase"


def test_a_gpu_is_read_from_the_tools_lines() -> None:
    text = "NVIDIA H100, 1024, 81559, 12, 41\nOld card, [N/A], 2048, [N/A], 50\n"
    new, old = vitals.parse(text)
    assert new == {
        "name": "NVIDIA H100",
        "used": 2**30,
        "total": 81559 * 2**20,
        "load": 12,
        "celsius": 41,
    }
    assert (old["used"], old["load"]) == (None, None)
    assert vitals.parse("") == []
