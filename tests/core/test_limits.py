"""Windows that roll, and the order of gates: a red flag passes them all."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from doctor_llama.db import Database
from doctor_llama.errors import (
    BusyError,
    ConsentNeededError,
    NotYetError,
    QuotaError,
    ShutOutError,
    TooFastError,
)
from doctor_llama.limits import Limits
from doctor_llama.schema import Job, Role, User, now
from doctor_llama.triage import Label
from tests.core.talking import RED, answer, ask, person, question


def limits(**windows: int) -> Limits:
    return Limits(queue=100, person=100, **windows)


async def age(database: Database, job_id: int, **ago: float) -> None:
    async with database.session() as session:
        moved = update(Job).where(Job.id == job_id)
        await session.execute(moved.values(created_at=now() - timedelta(**ago)))


@pytest.mark.parametrize(
    ("allowed", "error", "ago", "seconds"),
    [
        (limits(person_minute=2), TooFastError, {"seconds": 50}, 10),
        (limits(person_day=2), QuotaError, {"hours": 20}, 4 * 3600),
        (limits(minute=2), BusyError, {"seconds": 20}, 40),
    ],
)
async def test_a_window_says_when_it_opens(
    database: Database,
    allowed: Limits,
    error: type[NotYetError],
    ago: dict[str, float],
    seconds: float,
) -> None:
    user = await person(database)
    first = await ask(database, user, question(1), allowed)
    await ask(database, user, question(2), allowed)
    await age(database, first.job.id, **ago)
    with pytest.raises(error) as refused:
        await ask(database, user, question(3), allowed)
    assert refused.value.seconds == pytest.approx(seconds, abs=5)
    await age(database, first.job.id, days=2)
    await ask(database, user, question(4), allowed)


async def test_ones_own_window_is_no_one_elses_and_all_share_theirs(database: Database) -> None:
    user, other = await person(database), await person(database, "telegram:8")
    await ask(database, user, question(1), limits(person_minute=1, person_day=1))
    await ask(database, other, question(1, chat=8), limits(person_minute=1, person_day=1))
    with pytest.raises(BusyError):
        await ask(database, other, question(2, chat=8), limits(minute=2))


async def test_a_red_flag_passes_everything_and_uses_up_nothing(database: Database) -> None:
    shut = Limits(queue=0, person=0, person_minute=1, person_day=1, minute=1)
    user = await person(database, agreed=False)
    async with database.session() as session:
        (await session.get_one(User, user)).role = Role.BLOCKED
    for number in range(3):
        asked = await ask(database, user, question(number, RED), shut)
        assert asked.label is Label.EMERGENCY
    other = await person(database, "telegram:8")
    await ask(database, other, question(9, chat=8), limits(minute=1))


async def test_someone_blocked_is_not_even_asked_to_agree(database: Database) -> None:
    user = await person(database, agreed=False)
    with pytest.raises(ConsentNeededError):
        await ask(database, user, question(1))
    async with database.session() as session:
        (await session.get_one(User, user)).role = Role.BLOCKED
    with pytest.raises(ShutOutError):
        await ask(database, user, question(1))


async def test_what_was_answered_counts(database: Database) -> None:
    user = await person(database)
    await ask(database, user, question(1), limits(person_day=1))
    await answer(database, "Rest.")
    with pytest.raises(QuotaError):
        await ask(database, user, question(2), limits(person_day=1))
