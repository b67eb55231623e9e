"""When something fails: the person gets a sentence, the owners the cause, the log the rest."""

import logging
import secrets
import traceback
from pathlib import Path

from telegram import Message, Update
from telegram.error import TelegramError

from bot import botapi, places
from bot.alarms import SILENT
from bot.context import Context
from bot.gateway import BlockedError
from bot.places import Place
from bot.refusing import UnsaidError
from bot.rendering import Part
from bot.texts import say
from doctor_llama import jobs
from doctor_llama.db import Trouble
from doctor_llama.errors import DoctorLlamaError

log = logging.getLogger(__name__)

HOME = Path(__file__).resolve().parent.parent


async def handle(update: object, context: Context) -> None:
    """The one place where an error of a handler ends."""
    error = context.error
    if error is None:
        return
    known = update if isinstance(update, Update) else None
    if isinstance(error, BlockedError):
        await _nobody_there(known, context)
    elif isinstance(error, UnsaidError) and known and context.house.intake.again(known):
        log.warning("a refusal was not said; the update waits")
    elif isinstance(error, (*SILENT, UnsaidError)):
        log.warning("a sentence was not said: %s", type(error).__name__)
    elif isinstance(error, DoctorLlamaError):
        await _tell(known, context, str(error))
    elif isinstance(error, Trouble) and known and context.house.intake.again(known):
        log.warning("the database did not answer (%s); the update waits", type(error).__name__)
    else:
        await _report(known, context, error)


async def _nobody_there(update: Update | None, context: Context) -> None:
    chat = update.effective_chat if update else None
    if chat is not None:
        async with context.house.database.session() as session:
            await jobs.abandon(session, Place(chat.id).channel)


async def _report(update: Update | None, context: Context, error: Exception) -> None:
    """An error that nobody foresaw: it gets a number, by which owners and the log know it."""
    number = secrets.token_hex(4)
    log.error("error %s", number, exc_info=error)
    context.house.metrics.errors.inc()
    await _tell(update, context, say(_language(update, context), "error", id=number))
    await context.house.alarms.tell(number, type(error).__name__, where(error))


def _language(update: Update | None, context: Context) -> str:
    return context.language(update.effective_user if update else None)


def where(error: BaseException) -> str:
    """The last line of ours that an error came through, such as `bot/rating.py:41 rate`."""
    ours = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(HOME) and "site-packages" not in frame.filename
    ]
    if not ours:
        return "a library"
    last = ours[-1]
    return f"{Path(last.filename).relative_to(HOME)}:{last.lineno} {last.name}"


async def _tell(update: Update | None, context: Context, sentence: str) -> None:
    """Say it to whoever this came from: on the button, or under the message."""
    if update is None:
        return
    gateway = context.house.gateway
    try:
        if update.callback_query is not None:
            await gateway.answer(update.callback_query.id, sentence[: botapi.TOAST])
        elif isinstance(message := update.effective_message, Message):
            await gateway.send(places.of(message), Part(sentence), reply_to=message.message_id)
    except (BlockedError, TelegramError, *SILENT):
        log.warning("a person could not be told of an error")
