"""From `/admin WORD args` to its command, and from a pressed confirmation to its step.

The gate is here: a private chat, a message that the person wrote themselves, a role in their row.
"""

import difflib
from dataclasses import replace

from telegram import CallbackQuery, Message, Update

from bot import refusing
from bot.admin import admitting, table
from bot.admin.call import Call, Command
from bot.context import Context
from bot.pacing import Priority
from bot.rendering import Part
from bot.texts import say
from doctor_llama import confirmations, roles
from doctor_llama.errors import DoctorLlamaError, NotAllowedError, OwnersError

WHY: dict[type[DoctorLlamaError], str] = {
    NotAllowedError: "admin-not-allowed",
    OwnersError: "admin-owners",
}


async def admin(update: Update, context: Context) -> None:
    """/admin: the list of what this person may do, or one of it."""
    message = update.message
    if message is None or message.from_user is None or message.text is None:
        return
    call = await admitting.admit(context, message, message.from_user)
    if call is None or not _own_words(message):
        await refusing.unknown_command(update, context)
        return
    if not call.place.private:
        await refusing.refuse(context, message, "only-private")
        return
    word, *rest = message.text.split(maxsplit=2)[1:] or [""]
    await _run(call, word.lower(), rest[0] if rest else "")


def _own_words(message: Message) -> bool:
    """Whether the sender wrote this here and now: nothing forwarded, of a channel or of a bot."""
    return not (message.forward_origin or message.sender_chat or message.via_bot)


async def _run(call: Call, word: str, rest: str) -> None:
    command = table.find(word)
    if command is None or not roles.reaches(call.role, command.role):
        await call.tell(_listing(call, word))
        return
    rest = rest.strip()
    try:
        await command.run(replace(call, args=tuple(rest.split()), rest=rest))
    except tuple(WHY) as error:
        await call.say(WHY[type(error)])


def _allowed(call: Call) -> list[Command]:
    return [one for one in table.COMMANDS if roles.reaches(call.role, one.role)]


def _listing(call: Call, word: str) -> str:
    """What this person may do; with a guess where a word was meant to be one of it."""
    allowed = _allowed(call)
    lines = [call.words("admin-list", role=call.words(f"role-{call.role}"))]
    if word:
        close = difflib.get_close_matches(word, [one.word for one in allowed], n=1, cutoff=0.5)
        guess = call.words("admin-nearest", nearest=f"/admin {close[0]}") if close else ""
        lines.insert(0, f"{call.words('admin-unknown', word=word[:32])} {guess}".strip() + "\n")
    return "\n".join([*lines, *(call.words(one.key) for one in allowed)])


# -- confirmations ---------------------------------------------------------------------------------


async def confirm(query: CallbackQuery, context: Context, token: str, yes: bool) -> None:
    """A pressed confirmation. The step and the end of its question are one transaction."""
    house, message = context.house, query.message
    call = (
        await admitting.admit(context, message, query.from_user)
        if isinstance(message, Message)
        else None
    )
    if call is None or not isinstance(message, Message):
        await house.gateway.answer(query.id, say(context.language(query.from_user), "button-stale"))
        return
    outcome = None
    try:
        async with house.database.session() as session:
            taken = await confirmations.take(session, call.user, token)
            step = table.STEPS.get(taken.action) if taken else None
            if taken is not None and step is not None and yes:
                outcome = await step(session, call, taken)
    except tuple(WHY) as error:
        await house.gateway.answer(query.id, call.words(WHY[type(error)]))
        return
    if taken is None:
        await house.gateway.answer(query.id, call.words("confirm-stale"))
        return
    await house.gateway.answer(query.id)
    text = outcome.text if outcome else call.words("confirm-cancelled")
    await house.gateway.edit(
        call.place, message.message_id, Part(text), priority=Priority.NOTICE, keyboard=None
    )
    if outcome and outcome.then:
        await outcome.then()
