"""What cannot be asked, and the kind sentence about it."""

import asyncio
import difflib
import logging
import secrets
import unicodedata
from collections.abc import Collection

from telegram import Message, Update, User
from telegram.ext import ApplicationHandlerStop

from bot import places, profile, rendering
from bot.context import Context
from bot.gateway import UncertainError, UnreachableError
from bot.rendering import Part
from bot.texts import duration, say
from doctor_llama.errors import (
    BusyError,
    DoctorLlamaError,
    NotYetError,
    QueueFullError,
    QuotaError,
    TooFastError,
    TooManyWaitingError,
)

log = logging.getLogger(__name__)

LONG = "refuse-long"
WHY: dict[type[DoctorLlamaError], str] = {
    QueueFullError: "refuse-full",
    TooManyWaitingError: "refuse-many",
    TooFastError: "refuse-fast",
    QuotaError: "refuse-quota",
    BusyError: "refuse-busy",
}
REFUSALS = tuple(WHY)
Values = dict[str, str | int]


class UnsaidError(Exception):
    """The person may not know that the question was not taken: the update is handled once more."""


def why(error: DoctorLlamaError, language: str) -> tuple[str, Values]:
    """The key of the sentence for one of REFUSALS, with its values, such as when to come back."""
    if isinstance(error, NotYetError):
        return WHY[type(error)], {"time": duration(language, error.seconds)}
    return WHY[type(error)], {}


def problem(text: str, longest: int) -> tuple[str, Values] | None:
    """The key of the sentence for a text that is no question, with its values; None for a good one.

    Its category is what makes a letter a letter: a question in any script passes.
    """
    if not text.strip():
        return "refuse-empty", {}
    if len(text) > longest or rendering.units(text) > rendering.LIMIT:
        return LONG, {"limit": longest}
    if not any(unicodedata.category(character)[0] in "LN" for character in text):
        return "refuse-signs", {}
    return None


def kind(message: Message) -> str | None:
    """The key of the sentence for a message without words; None for what needs no answer."""
    if message.sticker:
        return "refuse-sticker"
    if message.photo:
        return "refuse-photo"
    if message.voice or message.audio or message.video_note:
        return "refuse-voice"
    return "refuse-file" if message.effective_attachment else "refuse-empty"


def nearest(command: str, commands: Collection[str] = profile.PRIVATE) -> str | None:
    """The command of ours that was probably meant."""
    close = difflib.get_close_matches(command.lstrip("/").lower(), commands, n=1, cutoff=0.5)
    return close[0] if close else None


async def refuse(
    context: Context, message: Message, key: str, values: Values | None = None
) -> None:
    """Say it in reply to a message, unless it was said a moment ago.

    Raises `UnsaidError`: to say it twice is better than never.
    """
    place, now = places.of(message), asyncio.get_running_loop().time()
    if not context.house.manners.may(place.chat, key, now):
        return
    language = context.language(message.from_user)
    text = say(language, key, **(values or {}))
    try:
        await context.house.gateway.send(place, Part(text), reply_to=message.message_id)
    except (UncertainError, UnreachableError) as error:
        context.house.manners.forget(place.chat, key)
        raise UnsaidError from error


async def spent(update: Update, context: Context) -> None:
    """Tell a person that their message came to nothing: it met the end of too many programs.

    Raises `ApplicationHandlerStop` for such an update: its handler may be what ended them.
    """
    if update.update_id not in context.house.intake.spent:
        return
    number = secrets.token_hex(4)
    log.error("error %s: update %d met the end of too many programs", number, update.update_id)
    message = update.message
    if message and (places.of(message).private or replies_to_us(message, context)):
        await refuse(context, message, "error", {"id": number})
    raise ApplicationHandlerStop


async def alone(update: Update, context: Context) -> tuple[Message, User] | None:
    """The message and its writer, in a private chat; elsewhere it is said that this is for one."""
    message = update.message
    if message is None or message.from_user is None:
        return None
    if not places.of(message).private:
        await refuse(context, message, "only-private")
        return None
    return message, message.from_user


async def without_words(update: Update, context: Context) -> None:
    """A sticker, a picture, a voice note: only text is read."""
    message = update.message
    if message is None or not (places.of(message).private or replies_to_us(message, context)):
        return
    if (key := kind(message)) is not None:
        await refuse(context, message, key)


async def unknown_command(update: Update, context: Context) -> None:
    message = update.message
    if message is None or not message.text:
        return
    command, _, addressee = message.text.split(maxsplit=1)[0].partition("@")
    ours = addressee.lower() == (context.bot.username or "").lower()
    if not (ours or (places.of(message).private and not addressee)):
        return
    values: Values = {"command": command[:32]}
    if (meant := nearest(command)) is None:
        await refuse(context, message, "refuse-command-unknown", values)
    else:
        await refuse(context, message, "refuse-command", values | {"nearest": f"/{meant}"})


def replies_to_us(message: Message, context: Context) -> bool:
    """Whether a message answers one of the bot's own."""
    earlier = message.reply_to_message
    return bool(earlier and earlier.from_user and earlier.from_user.id == context.bot.id)
