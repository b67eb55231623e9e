"""A question that its writer changed: replaced while it waits, else offered to be asked anew."""

import zlib
from dataclasses import replace

from telegram import CallbackQuery, Message, Update, User

from bot import asking, correcting, keyboards, places, refusing
from bot.context import Context
from bot.pacing import Priority
from bot.rendering import Part
from bot.texts import say
from doctor_llama import conversations, privacy, triage
from doctor_llama.errors import (
    ConsentNeededError,
    NotYoursError,
    ShutOutError,
    TooLateError,
)


async def edited(update: Update, context: Context) -> None:
    """A changed message: a correction, or a question."""
    message = update.edited_message
    if message is None or message.from_user is None or not asking.addressed(message, context):
        return
    text = asking.words(message, context)
    if await correcting.edited(context, message, text):
        return
    if (refusal := refusing.problem(text, context.house.settings.question_characters)) is not None:
        await refusing.refuse(context, message, *refusal)
        return
    try:
        asked = await asking.put(
            context,
            message,
            message.from_user,
            asking.question_of(context, message, message.from_user, text),
            update_id=update.update_id,
            verb=conversations.amend,
        )
    except TooLateError:
        await _offer(context, message, message.from_user, text)
        return
    if asked is not None and not asked.new and asked.job.finished_at is None:
        await refusing.refuse(context, message, "edit-taken")


async def _offer(context: Context, message: Message, person: User, text: str) -> None:
    """Its answer has begun, or is there: shall the new one be answered? A red flag is at once."""
    if triage.assess(text).label in triage.RED:
        await _ask(context, message, person, text)
        return
    language = context.language(person)
    await context.house.gateway.send(
        places.of(message),
        Part(say(language, "anew-ask")),
        reply_to=message.message_id,
        keyboard=keyboards.anew(language, person.id),
        silent=True,
    )


async def anew(query: CallbackQuery, context: Context, person_id: int) -> None:
    """The new wording is asked, as it is at this moment. Raises `NotYoursError`."""
    house, person, offer = context.house, query.from_user, query.message
    if person.id != person_id:
        raise NotYoursError
    language = context.language(person)
    question = offer.reply_to_message if isinstance(offer, Message) else None
    if question is None or not isinstance(offer, Message):
        await house.gateway.answer(query.id, say(language, "anyway-gone"))
        return
    text = asking.words(question, context)
    if refusing.problem(text, house.settings.question_characters) is not None:
        await house.gateway.answer(query.id, say(language, "anyway-gone"))
        return
    try:
        await _ask(context, question, person, text)
    except ConsentNeededError:
        await house.gateway.answer(query.id, say(language, "share-consent-first"))
        return
    except ShutOutError:
        await house.gateway.answer(query.id, say(language, "button-stale"))
        return
    except refusing.REFUSALS as error:
        key, values = refusing.why(error, language)
        await house.gateway.answer(query.id, say(language, key, **values))
        return
    await house.gateway.answer(query.id)
    await house.gateway.edit(
        places.of(offer),
        offer.message_id,
        Part(say(language, "consent-thanks")),
        priority=Priority.NOTICE,
    )


async def _ask(context: Context, message: Message, person: User, text: str) -> None:
    """Ask a wording once, however often that is asked for. Raises what `ask_anew` raises."""
    question = asking.question_of(context, message, person, text)
    version = zlib.crc32(text.encode())
    async with context.house.database.session() as session:
        user = await privacy.person(
            session, places.account(person.id), language=context.language(person)
        )
        await conversations.ask_anew(
            session,
            user,
            replace(question, ref=f"{question.ref}#{version}"),
            context.house.limits,
        )
    context.house.nudge()
