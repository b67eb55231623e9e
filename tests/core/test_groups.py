"""A group is told once, and can switch us off."""

import pytest

from doctor_llama import groups
from doctor_llama.db import Database

pytestmark = pytest.mark.every_database

FAMILY = "telegram:-9"


async def test_a_group_is_told_once(database: Database) -> None:
    for first in (True, False):
        async with database.session() as session:
            assert await groups.notice(session, FAMILY) is first
    async with database.session() as session:
        assert await groups.was_told(session, FAMILY)
        assert not await groups.was_told(session, "telegram:-10")
        assert await groups.notice(session, "telegram:-10")


async def test_a_group_is_on_until_it_is_switched_off(database: Database) -> None:
    for on, changed in [(True, False), (False, True), (False, False), (True, True)]:
        async with database.session() as session:
            assert await groups.switch(session, FAMILY, on=on) is changed
            assert await groups.is_on(session, FAMILY) is on
    async with database.session() as session:
        assert await groups.notice(session, FAMILY)


async def test_a_group_keeps_its_switch_when_it_moves(database: Database) -> None:
    async with database.session() as session:
        await groups.switch(session, FAMILY, on=False)
        await groups.move(session, FAMILY, "telegram:-10")
        assert await groups.is_on(session, FAMILY)
        assert not await groups.is_on(session, "telegram:-10")
        await groups.switch(session, FAMILY, on=False)
        await groups.switch(session, "telegram:-10", on=True)
        await groups.move(session, FAMILY, "telegram:-10")
        assert await groups.is_on(session, "telegram:-10")
        await groups.move(session, "telegram:-11", FAMILY)
