"""What Telegram shows of the bot before anyone writes to it: name, descriptions, commands.

Set only where it differs, since Telegram limits the changes of a day; a failure is no reason not
to start.
"""

import logging
from typing import Any

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.texts import say

log = logging.getLogger(__name__)

PRIVATE = ("start", "help", "new", "stop", "about")
GROUP = ("help", "new", "stop", "about")


async def present(bot: ExtBot[Any], language: str = "en") -> None:
    """Make the profile say what our texts say."""
    try:
        await _describe(bot, language)
        await _commands(bot, BotCommandScopeAllPrivateChats(), PRIVATE, language)
        await _commands(bot, BotCommandScopeAllGroupChats(), GROUP, language)
    except TelegramError as error:
        log.warning("the bot's profile was not set (%s)", type(error).__name__)


async def _describe(bot: ExtBot[Any], language: str) -> None:
    name, long = say(language, "bot-name"), say(language, "bot-description")
    short = say(language, "bot-short-description")
    if (await bot.get_my_name()).name != name:
        await bot.set_my_name(name)
    if (await bot.get_my_description()).description != long:
        await bot.set_my_description(long)
    if (await bot.get_my_short_description()).short_description != short:
        await bot.set_my_short_description(short)


async def _commands(
    bot: ExtBot[Any], scope: BotCommandScope, names: tuple[str, ...], language: str
) -> None:
    wanted = tuple(BotCommand(name, say(language, f"command-{name}")) for name in names)
    if await bot.get_my_commands(scope) != wanted:
        await bot.set_my_commands(wanted, scope)
