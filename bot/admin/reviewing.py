"""/admin review: corrections one by one, to approve, refuse or put better before they teach."""

from telegram import CallbackQuery, Message

from bot import keyboards
from bot.admin import admitting
from bot.admin.call import Call
from bot.context import Context
from bot.pacing import Priority
from bot.presses import Step
from bot.rendering import plain
from bot.texts import say
from doctor_llama import review
from doctor_llama.errors import ReviewError
from doctor_llama.review import Item
from doctor_llama.schema import Role

SHOWN = 1_200  # characters of each text: three of them fit into a message


async def run(call: Call) -> None:
    """/admin review [reopen NUMBER | edit NUMBER TEXT]"""
    word = call.args[0] if call.args else ""
    if word in ("reopen", "edit"):
        await _by_number(call, word)
        return
    await _show_next(call)


async def _by_number(call: Call, word: str) -> None:
    _, number, *rest = [*call.rest.split(maxsplit=2), ""]
    if not (number.isascii() and number.isdecimal()) or (word == "edit" and not rest[0]):
        await call.say("admin-review-usage")
        return
    try:
        async with call.context.house.database.session() as session:
            if word == "reopen":
                await review.reopen(session, int(number), call.user)
            else:
                await review.approve(session, int(number), call.user, text=rest[0], anyway=True)
    except ReviewError as error:
        await call.tell(str(error))
        return
    await call.say("review-reopened" if word == "reopen" else "review-approved", number=number)


async def _show_next(call: Call, after: int = 0) -> None:
    async with call.context.house.database.session() as session:
        await review.refuse_harmful(session)
        item = await review.take(session, call.user, after=after)
        waiting = await review.waiting(session)
    if item is None:
        await call.say("review-none")
        return
    await call.tell(_card(call, item, waiting), keyboards.review(call.language, item))


def _card(call: Call, item: Item, waiting: int) -> str:
    parts = [
        call.words("review-card", number=str(item.row.id), waiting=waiting),
        f"{call.words('review-question')}\n{item.question[:SHOWN]}",
        f"{call.words('review-answer')}\n{item.answer[:SHOWN]}",
        f"{call.words('review-correction')}\n{item.correction[:SHOWN]}",
    ]
    if item.warning:
        parts.append(call.words("review-warning", why=item.warning))
    parts.append(call.words("review-edit", number=str(item.row.id)))
    return "\n\n".join(parts)


async def press(query: CallbackQuery, context: Context, number: int, step: Step) -> None:
    """A pressed button under a correction; the next one follows."""
    call = await admitting.pressed(query, context, Role.REVIEWER)
    if call is None or not isinstance(query.message, Message):
        return
    try:
        said = await _decide(call, number, step)
    except ReviewError as error:
        await context.house.gateway.answer(query.id, str(error)[:200])
        return
    await context.house.gateway.answer(query.id)
    for part in plain(said)[:1]:
        await context.house.gateway.edit(
            call.place, query.message.message_id, part, priority=Priority.NOTICE
        )
    await _show_next(call, after=number)


async def _decide(call: Call, number: int, step: Step) -> str:
    async with call.context.house.database.session() as session:
        if step is Step.REFUSE:
            await review.refuse(session, number, call.user, "")
            return say(call.language, "review-refused", number=str(number))
        if step in (Step.APPROVE, Step.ANYWAY):
            await review.approve(session, number, call.user, anyway=step is Step.ANYWAY)
            return say(call.language, "review-approved", number=str(number))
        await review.let_go(session, number, call.user)
    return say(call.language, "review-skipped", number=str(number))
