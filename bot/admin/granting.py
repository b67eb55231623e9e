"""/admin users, grant, revoke, block, unblock: who may do what, by number, confirmed and noted."""

import contextlib
from datetime import timedelta

from bot import places, profile
from bot.admin import confirming
from bot.admin.call import Call, Outcome
from bot.alarms import SILENT
from bot.gateway import BlockedError
from bot.places import Place
from bot.rendering import Part
from bot.texts import say
from doctor_llama import audit, jobs, privacy, roles, status
from doctor_llama.db import Session
from doctor_llama.schema import Confirmation, Role, User

STEP = "role"
PAGE = 15
WEEK = timedelta(days=7)
GIVEN = (Role.ADMIN, Role.REVIEWER, Role.MEMBER)


async def users(call: Call) -> None:
    """/admin users [PAGE]: how many there are, who has a role, who came last."""
    page = max(1, int(call.args[0])) if call.args and call.args[0].isdecimal() else 1
    async with call.context.house.database.reading() as session:
        crowd = await status.crowd(session, WEEK)
        people = await status.people(session, WEEK, limit=PAGE, offset=(page - 1) * PAGE)
        special = await roles.special(session) if page == 1 else ()
    owners = call.context.house.standing.owners
    lines = [
        call.words(
            "admin-users",
            known=crowd.known,
            agreed=crowd.agreed,
            training=crowd.training,
            active=crowd.active,
            blocked=crowd.blocked,
        )
    ]
    for user in special:
        if user.account not in owners:
            lines.append(f"{_number(user)} – {call.words(f'role-{roles.of(user, owners)}')}")
    lines += ["", call.words("admin-users-page", page=page)]
    for user, asked in people:
        role = call.words(f"role-{roles.of(user, owners)}")
        since = user.created_at.date().isoformat()
        lines.append(
            call.words(
                "admin-users-line", number=_number(user), role=role, since=since, asked=asked
            )
        )
    if len(people) == PAGE:
        lines.append(f"/admin users {page + 1}")
    await call.tell("\n".join(lines))


def _number(user: User) -> str:
    return user.account.rpartition(":")[2]


async def grant(call: Call) -> None:
    """/admin grant NUMBER ROLE"""
    role = next((role for role in GIVEN if call.args[1:2] == (role.value,)), None)
    if role is None:
        await call.say("admin-grant-usage")
        return
    await _ask(call, role, "admin-grant-usage")


async def revoke(call: Call) -> None:
    """/admin revoke NUMBER: an ordinary user again."""
    await _ask(call, Role.USER, "admin-revoke-usage")


async def block(call: Call) -> None:
    """/admin block NUMBER: answered by nothing but triage."""
    await _ask(call, Role.BLOCKED, "admin-block-usage")


async def unblock(call: Call) -> None:
    """/admin unblock NUMBER"""
    await _ask(call, Role.USER, "admin-unblock-usage")


async def _ask(call: Call, role: Role, usage: str) -> None:
    number = call.args[0] if call.args else ""
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        await call.say(usage)
        return
    async with call.context.house.database.reading() as session:
        target = await privacy.known(session, places.account(int(number)))
    former = roles.of(target, call.context.house.standing.owners)
    if former is role:
        await call.say("admin-role-already", number=number, role=call.words(f"role-{role}"))
        return
    values = {"number": number, "role": call.words(f"role-{role}")}
    question = call.words("admin-role-ask", former=call.words(f"role-{former}"), **values)
    if target is None:
        question += f"\n{call.words('admin-role-stranger')}"
    await confirming.ask(call, STEP, question, number=int(number), role=role)


async def give(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step. Raises `NotAllowedError`."""
    number, role = int(taken.detail["number"]), Role(taken.detail["role"])
    target = await privacy.person(session, places.account(number))
    await roles.give(session, call.user, target, role, call.context.house.standing.owners)
    if role is Role.BLOCKED:
        live = await jobs.live_of(session, target.id)
        for job in live:
            await jobs.cancel(session, job.id, told=True)
        if live:
            audit.note(session, call.user.id, "jobs.cancel", target.account, number=len(live))

    async def then() -> None:
        house = call.context.house
        house.standing.note(target)
        house.nudge()
        await profile.offer(house, number)
        if role in GIVEN:
            language = house.standing.language_of(number)
            said = say(language, "role-given", role=say(language, f"role-{role}"))
            with contextlib.suppress(BlockedError, *SILENT, *profile.TROUBLE):
                await house.gateway.send(Place(number), Part(said))

    said = call.words("admin-role-done", number=str(number), role=call.words(f"role-{role}"))
    return Outcome(said, then)
