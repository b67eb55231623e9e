"""The gate before /admin, the list, and confirmations that work one time for one person."""

import dataclasses

import pytest
from telegram import Update

from bot.admin import confirming, table
from bot.admin.call import Call, Command, Outcome
from doctor_llama import audit, privacy, status
from doctor_llama.db import Session
from doctor_llama.engine import EngineCard
from doctor_llama.schema import Confirmation, Role
from tests.bot.conftest import ANA, BEN, FAMILY, OWNER, Scene


async def appoint(scene: Scene, person_id: int, role: Role) -> None:
    """Give somebody a role in their row, as a running bot knows it."""
    async with scene.database.session() as session:
        user = await privacy.person(session, f"telegram:{person_id}")
        user.role = role
    scene.bot.house.standing.note(user)


async def test_nobody_without_a_role_meets_admin(scene: Scene) -> None:
    await scene.agreed(ANA)
    await scene.people.send(ANA, "/admin status")
    told = await scene.answer(ANA, "I do not know /admin")
    assert "status" not in told.text
    assert "admin" not in [c["command"] for c in await scene.people.commands(ANA)]


async def test_a_row_cannot_make_an_owner(scene: Scene) -> None:
    await scene.agreed(ANA)
    await appoint(scene, ANA, Role.OWNER)
    await scene.people.send(ANA, "/admin")
    await scene.answer(ANA, "I do not know /admin")


async def test_the_owner_is_offered_and_given_the_list(scene: Scene) -> None:
    await scene.people.send(OWNER, "/admin")
    told = await scene.answer(OWNER, "Your role: owner.")
    assert [line.split()[1] for line in told.text.splitlines() if line.startswith("/admin")] == [
        command.word for command in table.COMMANDS
    ]
    await scene.people.send(OWNER, "/admin statuz")
    await scene.answer(OWNER, "Did you mean /admin status?")


async def test_a_reviewer_sees_what_a_reviewer_may(scene: Scene) -> None:
    await scene.agreed(ANA)
    await appoint(scene, ANA, Role.REVIEWER)
    await scene.people.send(ANA, "/admin")
    told = await scene.answer(ANA, "Your role: reviewer.")
    allowed = {c.word for c in table.COMMANDS if c.role is Role.REVIEWER}
    assert {w.split()[1] for w in told.text.splitlines() if w.startswith("/admin")} == allowed


async def test_admin_commands_are_offered_at_the_start(backstage: Scene) -> None:
    await backstage.agreed(OWNER, ANA)
    await backstage.start()
    await backstage.people.wait_for(OWNER, lambda _: True)
    calls = await backstage.people.calls("setMyCommands")
    while not any("chat_id" in c["params"].get("scope", {}) for c in calls):
        calls = await backstage.people.calls("setMyCommands")
    assert "admin" in [c["command"] for c in await backstage.people.commands(OWNER)]
    assert "admin" not in [c["command"] for c in await backstage.people.commands(ANA)]


async def test_an_owner_who_comes_later_is_offered_it_at_the_first_start(scene: Scene) -> None:
    await scene.people.person(OWNER, language="es")
    await scene.people.send(OWNER, "/start")
    await scene.answer(OWNER, "Soy Doctor Llama")
    offered = {c["command"]: c["description"] for c in await scene.people.commands(OWNER)}
    assert offered["admin"] == "Lo que puedes hacer aquí"


async def test_admin_in_a_group_is_sent_to_private(scene: Scene) -> None:
    await scene.agreed(OWNER)
    sent = await scene.people.send(OWNER, "/admin@doctor_llama_bot status", chat_id=FAMILY)
    told = await scene.answer(FAMILY, "in a private chat")
    assert told.reply_to == sent.message_id


async def test_a_forwarded_command_is_nobodys(scene: Scene) -> None:
    """The simulator forwards nothing of people's, so the update is made here."""
    await scene.agreed(OWNER)
    user = {"id": OWNER, "is_bot": False, "first_name": "O", "language_code": "en"}
    body = {
        "update_id": 7,
        "message": {
            "message_id": 5,
            "date": 1,
            "chat": {"id": OWNER, "type": "private"},
            "from": user,
            "text": "/admin status",
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
            "forward_origin": {"type": "user", "date": 1, "sender_user": user},
        },
    }
    await scene.bot.telegram.process_update(Update.de_json(body, scene.bot.telegram.bot))
    await scene.answer(OWNER, "I do not know /admin")


async def test_status_says_what_runs(scene: Scene) -> None:
    gpu = {"name": "H100", "used": 2**31, "total": 2**36, "load": 7, "celsius": None}
    async with scene.database.session() as session:
        await status.report(
            session,
            "w1",
            EngineCard("llama", "doctor", "cuda", "nf4", 4096),
            {"memory": 2**30, "gpus": [gpu]},
        )
    await scene.agreed(ANA)
    await scene.people.send(ANA, "What is asthma?")
    await scene.final(ANA, "rest.")
    await scene.people.send(OWNER, "/admin status")
    told = await scene.answer(OWNER, "Worker w1")
    assert "Model: llama\nAdapter: doctor\nWeights: nf4, cuda" in told.text
    assert "GPU: H100, 2.0 GiB of 64.0 GiB, load 7 %, – °C" in told.text
    assert "Queue: 0 waiting, 0 being written." in told.text
    assert "1 answered, 0 failed" in told.text
    assert "GiB free" in told.text


async def test_status_says_that_nothing_answers(scene: Scene) -> None:
    await scene.people.send(OWNER, "/admin status")
    await scene.answer(OWNER, "No worker has been seen")


# -- confirmations ---------------------------------------------------------------------------------


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A command of two lines that asks before it acts, as any module's would."""
    done: list[str] = []

    async def run(call: Call) -> None:
        await confirming.ask(call, "paint", "Paint it?", colour=call.rest)

    async def step(session: Session, call: Call, taken: Confirmation) -> Outcome:
        audit.note(session, call.user.id, "paint", taken.detail["colour"])
        done.append(taken.detail["colour"])
        return Outcome("Painted.")

    command = Command("paint", Role.ADMIN, run, "admin-status-usage")
    monkeypatch.setattr(table, "COMMANDS", (*table.COMMANDS, command))
    monkeypatch.setitem(table.STEPS, "paint", step)
    return done


async def test_a_confirmed_step_is_done_once(scene: Scene, steps: list[str]) -> None:
    await scene.people.send(OWNER, "/admin paint dark\nred")
    asked = await scene.answer(OWNER, "Paint it?")
    no, yes = asked.buttons[0]
    assert (no["text"], yes["text"]) == ("No", "Yes, do it")
    pressed = await scene.people.press(OWNER, asked.message_id, "Yes, do it")
    await scene.answer(OWNER, "Painted.")
    assert pressed.update_id is not None
    await scene.people.redeliver(pressed.update_id)
    again = await scene.people.press(OWNER, asked.message_id, yes["callback_data"], stale=True)
    assert again.text is not None
    assert "confirmed already" in again.text
    assert steps == ["dark\nred"]
    async with scene.database.reading() as session:
        assert [(a.action, a.target) for a in await audit.latest(session)] == [
            ("paint", "dark\nred")
        ]


async def test_no_changes_nothing(scene: Scene, steps: list[str]) -> None:
    await scene.people.send(OWNER, "/admin paint red")
    asked = await scene.answer(OWNER, "Paint it?")
    await scene.people.press(OWNER, asked.message_id, "No")
    await scene.answer(OWNER, "Nothing was changed.")
    assert steps == []


async def test_another_admin_cannot_confirm(scene: Scene, steps: list[str]) -> None:
    await scene.agreed(ANA, BEN)
    await appoint(scene, ANA, Role.ADMIN)
    await scene.people.send(OWNER, "/admin paint red")
    asked = await scene.answer(OWNER, "Paint it?")
    data = asked.buttons[0][1]["callback_data"]
    await scene.people.send(ANA, "/admin paint blue")
    hers = await scene.answer(ANA, "Paint it?")
    for person in (ANA, BEN):
        await scene.people.send(person, "/start")
        shown = await scene.answer(person, "an AI, not a doctor")
        told = await scene.people.press(person, shown.message_id, data, stale=True)
        assert told.text in (
            "That was confirmed already, or is too old. Please give the command again.",
            "This button no longer works.",
        )
    assert steps == []
    await appoint(scene, ANA, Role.USER)  # taken away between the question and the press
    told = await scene.people.press(ANA, hers.message_id, "Yes, do it")
    assert told.text == "This button no longer works."
    assert steps == []


def test_every_command_has_its_words() -> None:
    assert len({command.word for command in table.COMMANDS}) == len(table.COMMANDS)
    assert all(dataclasses.is_dataclass(command) for command in table.COMMANDS)
