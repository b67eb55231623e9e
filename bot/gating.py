"""Who gets in: before every other handler. A red flag always passes, whoever sends it.

Blocked people are answered by nothing else, but for what the law gives them: to read, take along
and erase what is stored of them. Where the settings keep a list, so it is for whoever is not on it.
"""

import asyncio

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop

from bot import asking, places, presses
from bot.context import Context
from bot.presses import Press
from bot.rendering import Part
from bot.texts import say
from doctor_llama import roles, triage
from doctor_llama.schema import Role

OWN_DATA = ("/privacy", "/mydata", "/forget")
OWN_BUTTONS: tuple[type[Press], ...] = (presses.Withdraw, presses.Forget)
OUTSIDERS = (*OWN_DATA, "/language", "/help", "/about")
OUTSIDERS_BUTTONS = (*OWN_BUTTONS, presses.Speak)


async def gate(update: Update, context: Context) -> None:
    """Raise `ApplicationHandlerStop` for an update that nobody handles."""
    person = update.effective_user
    if person is None:
        return
    role = context.house.standing.role(person.id)
    if role is Role.BLOCKED:
        shut = not (_command(update, OWN_DATA) or _pressed(update, OWN_BUTTONS))
    elif context.house.settings.access == "members" and not roles.reaches(role, Role.MEMBER):
        shut = not (_command(update, OUTSIDERS) or _pressed(update, OUTSIDERS_BUTTONS))
    else:
        return
    if not shut or _red(update, context):  # judged last: it is what takes time
        return
    if role is not Role.BLOCKED:
        await _turn_away(update, context)
    raise ApplicationHandlerStop


def _command(update: Update, allowed: tuple[str, ...]) -> bool:
    """Whether this is one of the commands, in private."""
    message = update.message
    if message is None or not message.text or not places.of(message).private:
        return False
    return message.text.split(maxsplit=1)[0].partition("@")[0] in allowed


def _pressed(update: Update, allowed: tuple[type[Press], ...]) -> bool:
    """Whether this is one of the buttons."""
    query = update.callback_query
    return query is not None and isinstance(presses.parse(query.data or ""), allowed)


def _red(update: Update, context: Context) -> bool:
    message = update.message or update.edited_message
    if message is None or not (message.text or message.caption):
        return False
    language = context.language(update.effective_user)
    return triage.assess(asking.words(message, context), language).label in triage.RED


async def _turn_away(update: Update, context: Context) -> None:
    """Say whom to ask, with the number that they need for it."""
    person, house = update.effective_user, context.house
    if person is None:
        return
    language = context.language(person)
    if update.callback_query is not None:
        await house.gateway.answer(update.callback_query.id, say(language, "button-stale"))
        return
    said = say(language, "refuse-outsider", number=str(person.id))
    message, now = update.message, asyncio.get_running_loop().time()
    if not isinstance(message, Message) or not places.of(message).private:
        return
    if house.manners.may(message.chat.id, "refuse-outsider", now):
        await house.gateway.send(places.of(message), Part(said), reply_to=message.message_id)
