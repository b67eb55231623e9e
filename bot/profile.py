"""What Telegram shows of the bot before anyone writes to it: name, descriptions, commands.

In every language that we speak, and set only where it differs, since Telegram limits the changes
of a day; a failure is no reason not to start. /admin is offered to those only who may use it.
"""

import logging
from typing import Any

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.context import House
from bot.texts import FALLBACK, languages, say
from doctor_llama import roles
from doctor_llama.schema import Role

log = logging.getLogger(__name__)

PRIVATE = (
    "start",
    "help",
    "new",
    "history",
    "stop",
    "about",
    "language",
    "country",
    "privacy",
    "mydata",
    "forget",
)
GROUP = ("help", "new", "stop", "about")
GROUP_ADMINS = (*GROUP, "off", "on")
STAFF = "admin"
TROUBLE = (TelegramError,)


async def present(house: House) -> None:
    """Make the profile say what our texts say, and offer the staff their command."""
    bot = house.gateway.bot
    try:
        for language in sorted(languages()):
            await _describe(bot, language)
            await _commands(bot, BotCommandScopeAllPrivateChats(), PRIVATE, language)
            await _commands(bot, BotCommandScopeAllGroupChats(), GROUP, language)
            await _commands(bot, BotCommandScopeAllChatAdministrators(), GROUP_ADMINS, language)
    except TelegramError as error:
        log.warning("the bot's profile was not set (%s)", type(error).__name__)
    for person_id in house.standing.staff():
        await offer(house, person_id)


async def offer(house: House, person_id: int, language: str | None = None) -> None:
    """Show someone the commands that they may use, after their role or language has changed."""
    bot, scope = house.gateway.bot, BotCommandScopeChat(person_id)
    language = language or house.standing.language_of(person_id)
    role = house.standing.role(person_id)
    names = (*PRIVATE, STAFF) if roles.reaches(role, Role.REVIEWER) else ()
    try:
        if await bot.get_my_commands(scope) != (wanted := _worded(names, language)):
            await (bot.set_my_commands(wanted, scope) if wanted else bot.delete_my_commands(scope))
    except TelegramError as error:  # such as "chat not found": they have never written to us
        log.info("commands of one person were not set (%s)", type(error).__name__)


def _worded(names: tuple[str, ...], language: str) -> tuple[BotCommand, ...]:
    return tuple(BotCommand(name, say(language, f"command-{name}")) for name in names)


def _code(language: str) -> str | None:
    """Telegram's `language_code`: none for what everybody else reads."""
    return None if language == FALLBACK else language


async def _describe(bot: ExtBot[Any], language: str) -> None:
    code = _code(language)
    name, long = say(language, "bot-name"), say(language, "bot-description")
    short = say(language, "bot-short-description")
    if (await bot.get_my_name(code)).name != name:
        await bot.set_my_name(name, code)
    if (await bot.get_my_description(code)).description != long:
        await bot.set_my_description(long, code)
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, code)


async def _commands(
    bot: ExtBot[Any], scope: BotCommandScope, names: tuple[str, ...], language: str
) -> None:
    code, wanted = _code(language), _worded(names, language)
    if await bot.get_my_commands(scope, code) != wanted:
        await bot.set_my_commands(wanted, scope, code)
