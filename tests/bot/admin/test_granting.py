"""Roles given and taken, people blocked: confirmed, noted, and in force at once."""

import asyncio

from sqlalchemy import select

from doctor_llama import audit, privacy
from doctor_llama.schema import Job, JobStatus, Role
from tests.bot.admin.test_dispatching import appoint
from tests.bot.conftest import ANA, BEN, OWNER, Scene


async def command(scene: Scene, person_id: int, words: str, asked: str, done: str) -> None:
    """Give a command that asks, and say yes."""
    sent = await scene.people.send(person_id, f"/admin {words}")
    question = await scene.answer(person_id, asked, after=sent.message_id)
    await scene.people.press(person_id, question.message_id, "Yes, do it")
    await scene.answer(person_id, done, after=sent.message_id)


async def offered(scene: Scene, person_id: int) -> list[str]:
    return [one["command"] for one in await scene.people.commands(person_id)]


async def test_a_role_is_given_told_offered_and_taken_away(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    await command(scene, OWNER, f"grant {ANA} reviewer", "is now: user", "is now: reviewer")
    await scene.answer(ANA, "You now have a role here: reviewer.")
    assert "admin" in await offered(scene, ANA)
    await scene.people.send(ANA, "/admin")
    await scene.answer(ANA, "Your role: reviewer")
    await command(scene, OWNER, f"revoke {ANA}", "is now: reviewer", "is now: user")
    async with asyncio.timeout(60):
        while "admin" in await offered(scene, ANA):
            await asyncio.sleep(0.02)
    sent = await scene.people.send(ANA, "/admin")
    await scene.answer(ANA, "I do not know /admin", after=sent.message_id)
    async with scene.database.reading() as session:
        noted = [(a.action, a.target, a.detail) for a in await audit.latest(session)]
    assert noted == [
        ("role.give", f"telegram:{ANA}", {"role": "user", "former": "reviewer"}),
        ("role.give", f"telegram:{ANA}", {"role": "reviewer", "former": "user"}),
    ]


async def test_who_is_blocked_is_cancelled_and_silent_until_unblocked(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA)
    scene.worker.paused = True
    await scene.people.send(ANA, "What is asthma?")
    await scene.asked()
    await command(scene, OWNER, f"block {ANA}", "is now: user", "is now: blocked")
    async with scene.database.reading() as session:
        job = (await session.scalars(select(Job))).one()
    assert job.status == JobStatus.CANCELLED
    assert job.delivered_at is not None
    sent = await scene.people.send(ANA, "/help")
    await command(scene, OWNER, f"unblock {ANA}", "is now: blocked", "is now: user")
    assert (await scene.people.chat(ANA, after=sent.message_id)).from_bot == []
    await scene.people.send(ANA, "/help")
    await scene.answer(ANA, "Ask me anything", after=sent.message_id)


async def test_an_admin_changes_no_admin_and_nobody_an_owner(scene: Scene) -> None:
    await scene.agreed(ANA, BEN)
    await appoint(scene, ANA, Role.ADMIN)
    for words in (f"grant {BEN} admin", f"block {OWNER}"):
        sent = await scene.people.send(ANA, f"/admin {words}")
        question = await scene.people.wait_message(
            ANA, lambda m: bool(m.buttons), after=sent.message_id
        )
        told = await scene.people.press(ANA, question.message_id, "Yes, do it")
        assert told.text in (
            "Your role does not allow that.",
            "Owners are named in the settings, not here.",
        )
    async with scene.database.reading() as session:
        ben = await privacy.known(session, f"telegram:{BEN}")
    assert ben is not None
    assert ben.role == Role.USER


async def test_what_is_no_number_is_told_how_it_is_said(scene: Scene) -> None:
    await scene.agreed(OWNER)
    for words in ("grant @ana admin", "grant 12 owner", "block", "revoke ٣"):
        sent = await scene.people.send(OWNER, f"/admin {words}")
        await scene.answer(OWNER, f"/admin {words.split()[0]} NUMBER", after=sent.message_id)


async def test_people_are_listed_without_names(scene: Scene) -> None:
    await scene.agreed(OWNER, ANA, BEN)
    await appoint(scene, BEN, Role.BLOCKED)
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "rest.")
    await scene.people.send(OWNER, "/admin users")
    told = await scene.answer(OWNER, "People: 3")
    assert "agreed to storing 3, to training 0; asked in the last 7 days 1; blocked 1" in told.text
    assert f"{ANA} – user" in told.text
    assert "1 in 7 days" in told.text
    assert f"{BEN} – blocked\n" in told.text
