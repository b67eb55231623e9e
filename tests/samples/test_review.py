"""Review: nobody gets what another has, harm cannot be approved, doubts must be overruled aloud."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from doctor_llama import privacy, review
from doctor_llama.errors import ReviewError
from doctor_llama.schema import Audit, Feedback, Review, User
from tests.samples.people import Town
from tests.samples.test_collection import ADVICE, GOUT, approve


async def reviewer(town: Town, name: int) -> User:
    async with town.database.session() as session:
        return await town.person(session, name)


async def take(town: Town, user: User, lease: timedelta = review.LEASE) -> int | None:
    async with town.database.session() as session:
        item = await review.take(session, user, lease=lease)
        return item.row.id if item else None


async def test_several_reviewers_never_get_the_same_item(town: Town) -> None:
    numbers = [await town.correct(n, f"What is topic{n}?", f"It is thing{n}.") for n in range(8)]
    users = [await reviewer(town, 100 + n) for n in range(8)]
    taken = await asyncio.gather(*(take(town, user) for user in users))
    assert sorted(n for n in taken if n is not None) == numbers
    late = await reviewer(town, 200)
    assert await take(town, late) is None
    again = await take(town, users[0])
    assert again == taken[0], "what lies before one comes again"
    with pytest.raises(ReviewError, match="another reviewer"):
        async with town.database.session() as session:
            await review.approve(session, taken[1] or 0, users[0])


async def test_a_lease_ends(town: Town) -> None:
    number = await town.correct(1, GOUT, ADVICE)
    slow, other = await reviewer(town, 100), await reviewer(town, 101)
    assert await take(town, slow, timedelta(seconds=-1)) == number
    assert await take(town, other) == number


async def test_nobody_reviews_their_own(town: Town) -> None:
    number = await town.correct(1, GOUT, ADVICE)
    author = await reviewer(town, 1)
    assert await take(town, author) is None
    with pytest.raises(ReviewError, match="their own"):
        async with town.database.session() as session:
            await review.approve(session, number, author)


async def test_decisions_are_audited_and_can_be_taken_back(town: Town) -> None:
    number = await town.correct(1, GOUT, ADVICE)
    user = await reviewer(town, 100)
    async with town.database.session() as session:
        row = await review.approve(session, number, user, text="Rest the joint.")
        assert (row.review, row.edited) == (Review.APPROVED, "Rest the joint.")
    with pytest.raises(ReviewError, match="approved already"):
        async with town.database.session() as session:
            await review.refuse(session, number, user, "no")
    async with town.database.session() as session:
        assert (await review.reopen(session, number, user)).review is None
        assert (await review.refuse(session, number, user, "unclear")).review == Review.REFUSED
    async with town.database.reading() as session:
        notes = list(await session.scalars(select(Audit).order_by(Audit.id)))
    assert [n.action for n in notes] == ["review.approved", "review.reopen", "review.refused"]
    assert all("joint" not in str(n.detail) for n in notes)


async def test_harm_can_never_be_approved_and_is_refused_by_rule(town: Town) -> None:
    number = await town.correct(1, GOUT, "Take 800 mg of ibuprofen and skip the doctor.")
    with pytest.raises(ReviewError, match="sets a dose"):
        await approve(town, number, anyway=True)
    async with town.database.session() as session:
        with pytest.raises(ReviewError, match="sets a dose"):
            await review.approve(session, number, None, text="Take 2 tablets.", anyway=True)
    async with town.database.session() as session:
        assert await review.refuse_harmful(session) == 1
    async with town.database.reading() as session:
        row = (await session.scalars(select(Feedback))).one()
        assert (row.review, row.review_reason) == (Review.REFUSED, "by rule: it sets a dose")


async def test_contradictions_and_crowds_wait_for_a_reviewer_who_says_so(town: Town) -> None:
    one = await town.correct(1, GOUT, ADVICE)
    two = await town.correct(2, GOUT, "Eat nothing but cherries until the moon is full.")
    with pytest.raises(ReviewError, match=f"contradicts correction {two}"):
        await approve(town, one)
    await approve(town, one, anyway=True)
    with pytest.raises(ReviewError, match=f"contradicts correction {one}, which was approved"):
        await approve(town, two)
    async with town.database.session() as session:
        await review.refuse(session, two, None, "nonsense")
    three = await town.correct(3, GOUT, "Gout is best met with long walks at night.")
    with pytest.raises(ReviewError, match=r"contradicts correction \d+, which was"):
        await approve(town, three)
    crowd = [
        await town.correct(10 + n, "What is asthma?", f"It comes from cold milk{'!' * n}", days=1)
        for n in range(3)
    ]
    with pytest.raises(ReviewError, match="3 new accounts said nearly the same"):
        await approve(town, crowd[0])
    async with town.database.session() as session:
        await review.refuse(session, crowd[0], None, "sybil")
    with pytest.raises(ReviewError, match="3 new accounts"):
        await approve(town, crowd[1])


async def test_old_friends_who_agree_are_no_crowd(town: Town) -> None:
    numbers = [await town.correct(n, GOUT, ADVICE, days=30) for n in range(5)]
    await approve(town, *numbers)


async def test_what_was_withdrawn_is_not_shown(town: Town) -> None:
    number = await town.correct(1, GOUT, ADVICE)
    user = await reviewer(town, 100)
    async with town.database.session() as session:
        person = (await session.scalars(select(User).where(User.account == "telegram:1"))).one()
        privacy.share(person, agreed=False)
    assert await take(town, user) is None
    with pytest.raises(ReviewError, match="no correction"):
        await approve(town, number)
    async with town.database.reading() as session:
        assert await review.waiting(session) == 0
        assert await session.scalar(select(func.count()).select_from(Feedback)) == 1
