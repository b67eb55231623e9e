"""/admin adapters: what can answer, what it was made from, and which one does."""

from collections import Counter

from telegram import CallbackQuery

from bot import keyboards, news
from bot.admin import admitting, confirming
from bot.admin.call import Call, Outcome
from bot.context import Context
from bot.presses import Decision
from doctor_llama import adapters, lineage
from doctor_llama.db import Session
from doctor_llama.errors import RegistryError
from doctor_llama.schema import Adapter, AdapterStatus, Confirmation, Role

STEPS = {decision: f"adapter-{decision}" for decision in Decision}
SHOWN = 12


async def run(call: Call) -> None:
    """/admin adapters [NAME | promote NAME | reject NAME | rollback]"""
    word, name = (*call.args[:2], "", "")[:2]
    try:
        if word == Decision.ROLLBACK:
            await ask(call, Decision.ROLLBACK, None)
        elif word in (Decision.PROMOTE, Decision.REJECT) and name:
            async with call.context.house.database.reading() as session:
                row = await adapters.get(session, name)
            await ask(call, Decision(word), row)
        elif word:
            await _detail(call, word)
        else:
            await _list(call)
    except RegistryError as error:
        await call.tell(str(error))


async def _list(call: Call) -> None:
    async with call.context.house.database.reading() as session:
        rows, due = await adapters.listing(session), await lineage.due(session)
    if not rows:
        await call.say("adapters-none")
        return
    lines = []
    for row in rows[:SHOWN]:
        line = call.words(
            "adapters-line", name=row.name, status=call.words(f"adapter-status-{row.status}")
        )
        if row.id in due:
            line += f"\n  {call.words('adapters-due', rows=due[row.id])}"
        lines.append(line)
    await call.tell("\n".join([*lines, "", call.words("admin-adapters-usage")]))


async def _detail(call: Call, name: str) -> None:
    async with call.context.house.database.reading() as session:
        row = await adapters.get(session, name)
        made = await lineage.of(session, row)
    kinds = Counter(one.kind for one in made)
    gone = sum(one.state != "there" for one in made)
    status = call.words(f"adapter-status-{row.status}")
    lines = [
        call.words("adapters-line", name=row.name, status=status),
        call.words("adapters-start", start=str(row.lineage.get("start", "?"))),
        call.words(
            "adapters-rows", rows=", ".join(f"{k} {n}" for k, n in sorted(kinds.items())) or "0"
        ),
        ", ".join(str(one.feedback) for one in made[:60]),
        *news.table(call.language, row.verdict),
    ]
    if gone:
        lines.append(call.words("adapters-due", rows=gone))
    await call.tell(
        "\n".join(line for line in lines if line), keyboards.adapter(call.language, row)
    )


async def press(
    query: CallbackQuery, context: Context, adapter_id: int, decision: Decision
) -> None:
    """A button under a refresh or an adapter: it asks once more."""
    call = await admitting.pressed(query, context, Role.ADMIN)
    if call is None:
        return
    async with context.house.database.reading() as session:
        row = await adapters.by_id(session, adapter_id)
    await context.house.gateway.answer(query.id)
    try:
        await ask(call, decision, row)
    except RegistryError as error:
        await call.tell(str(error))


async def ask(call: Call, decision: Decision, row: Adapter | None) -> None:
    """The question before the step. Raises `RegistryError` for what cannot be."""
    async with call.context.house.database.reading() as session:
        active, previous = await adapters.active(session), await adapters.previous(session)
    if decision is Decision.ROLLBACK:
        if active is None:
            raise RegistryError("No adapter is active: there is nothing to roll back.")
        values = {"name": active.name, "former": _called(call, previous)}
    elif row is None:
        raise RegistryError("That adapter is not there any more.")
    else:
        values = {"name": row.name, "former": _called(call, active)}
    question = call.words(f"adapter-{decision}-ask", **values)
    await confirming.ask(call, STEPS[decision], question, adapter=row.name if row else None)


def _called(call: Call, row: Adapter | None) -> str:
    return row.name if row is not None else call.words("adapter-of-settings")


async def promote(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step."""
    name = str(taken.detail["adapter"])
    try:
        row = await adapters.get(session, name)
        again = row.status == AdapterStatus.REJECTED
        await adapters.promote(session, row, again=again, user_id=call.user.id)
    except RegistryError as error:
        return Outcome(str(error))
    return Outcome(call.words("adapter-promoted", name=name))


async def reject(session: Session, call: Call, taken: Confirmation) -> Outcome:
    """The confirmed step; an active one is followed by the one before it."""
    name = str(taken.detail["adapter"])
    try:
        row = await adapters.get(session, name)
    except RegistryError as error:
        return Outcome(str(error))
    await adapters.reject(session, row.id, "by an admin", user_id=call.user.id)
    return Outcome(call.words("adapter-rejected", name=name))


async def rollback(session: Session, call: Call, _taken: Confirmation) -> Outcome:
    """The confirmed step."""
    try:
        former, row = await adapters.rollback(session, user_id=call.user.id)
    except RegistryError as error:
        return Outcome(str(error))
    return Outcome(call.words("adapter-rolled-back", name=former.name, former=_called(call, row)))
