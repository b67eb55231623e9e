"""The sequential test on ratings: its false alarms, its power, and the rollback that follows."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from doctor_llama import adapters, watching
from doctor_llama.db import Database
from doctor_llama.schema import Audit, Message, now
from doctor_llama.watching import ALPHA
from tests.samples.people import Town


def alarms(former: float, new: float, pairs: int, rounds: int) -> float:
    """The share of simulated adapters that are rolled back at any look, one after each pair."""
    draw = random.Random(7)
    return sum(_alarm(draw, former, new, pairs) for _ in range(rounds)) / rounds


def _alarm(draw: random.Random, former: float, new: float, pairs: int) -> bool:
    worse = better = 0
    for _ in range(pairs):
        liked, likes = draw.random() < former, draw.random() < new
        worse, better = worse + (liked and not likes), better + (likes and not liked)
        found = watching.Evidence(0, worse, better, watching.odds(worse, better))
        if found.alarming:
            return True
    return False


def test_false_alarms_stay_below_alpha_however_often_one_looks() -> None:
    assert alarms(0.7, 0.7, pairs=200, rounds=400) <= ALPHA
    assert alarms(0.5, 0.8, pairs=200, rounds=100) == 0


def test_a_clearly_worse_adapter_is_found() -> None:
    assert alarms(0.85, 0.45, pairs=150, rounds=60) > 0.95


@given(st.integers(0, 400), st.integers(0, 400))
def test_more_worse_pairs_never_weaken_the_evidence(worse: int, better: int) -> None:
    assert watching.odds(worse + 1, better) >= watching.odds(worse, better) * 0.999999
    assert watching.odds(worse, better + 1) <= watching.odds(worse, better) * 1.000001


def test_long_lives_do_not_overflow() -> None:
    assert watching.odds(5_000, 0) > 1e200
    assert watching.odds(0, 5_000) < 1e-3


def test_a_look_pairs_the_same_ratings_alike() -> None:
    former, new = [1] * 20 + [-1] * 10, [-1] * 15 + [1] * 15
    assert watching.weigh(former, new, 3) == watching.weigh(former, new, 3)
    assert watching.weigh([], new).odds == 1.0


async def _rated(town: Town, adapter: str, people: range, rating: int) -> None:
    for name in people:
        for n in range(2):  # the second thumb of the same person counts for nothing
            answer = await town.rate(name, f"What is gout {name} {n}?", f"Text {n}.", rating)
            async with town.database.session() as session:
                (await session.get_one(Message, answer)).adapter = adapter


async def test_the_adapter_that_people_like_less_is_taken_back(database: Database) -> None:
    town = Town(database)
    async with database.session() as session:
        for name in ("a", "b"):
            row = await adapters.register(
                session, name=name, sha256=name * 8, base_model="m", verdict={"passed": True}
            )
            await adapters.promote(session, row)
            row.promoted_at = now() - timedelta(hours=1)
    await _rated(town, "a", range(20), 1)
    async with database.session() as session:
        (await adapters.get(session, "b")).promoted_at = now()
        assert await watching.look(session) is None, "nobody has rated it yet"
    await _rated(town, "b", range(100, 109), -1)
    async with database.session() as session:
        assert await watching.look(session) is None, "nine people are too few"
    await _rated(town, "b", range(109, 115), -1)
    async with database.session() as session:
        done = await watching.look(session)
        assert done is not None
        assert (done[0].name, done[1].name if done[1] else None) == ("b", "a")
        assert await watching.look(session) is None
    async with database.reading() as session:
        active = await adapters.active(session)
        assert active is not None
        assert active.name == "a"
        b = await adapters.get(session, "b")
        assert b.verdict["rolled_back"]["worse"] == 15
        from sqlalchemy import select

        actions = list(await session.scalars(select(Audit.action)))
        assert "adapter.rollback.automatic" in actions
