"""/country: where somebody is, so that an emergency's text names the right numbers."""

from telegram import CallbackQuery, Message, Update

from bot import keyboards, places, refusing
from bot.context import Context
from bot.pacing import Priority
from bot.places import Place
from bot.presses import ASK
from bot.rendering import Part
from bot.texts import say
from doctor_llama import privacy, triage


async def offer(update: Update, context: Context) -> None:
    """/country"""
    if (asked := await refusing.alone(update, context)) is None:
        return
    message, person = asked
    place, language = places.of(message), context.language(person)
    await _ask(context, place, language)


async def _ask(context: Context, place: Place, language: str) -> None:
    await context.house.gateway.send(
        place, Part(say(language, "country-ask")), keyboard=keyboards.live()
    )


async def choose(query: CallbackQuery, context: Context, wanted: str) -> None:
    """A pressed country; ASK, under an emergency's text, opens the list and leaves that text."""
    house, person = context.house, query.from_user
    language = context.language(person)
    if wanted == ASK:
        await house.gateway.answer(query.id)
        await _ask(context, Place(person.id), language)
        return
    numbers = triage.numbers(wanted)
    if numbers is None:
        await house.gateway.answer(query.id, say(language, "button-stale"))
        return
    async with house.database.session() as session:
        user = await privacy.person(session, places.account(person.id))
        await privacy.live(session, user, wanted)
    await house.gateway.answer(query.id)
    if isinstance(query.message, Message):
        await house.gateway.edit(
            places.of(query.message),
            query.message.message_id,
            Part(
                say(
                    language,
                    "country-done",
                    country=keyboards.flagged(wanted),
                    emergency=", ".join(numbers["emergency"]) or "112",
                    crisis=", ".join(numbers["crisis"]) or "findahelpline.com",
                )
            ),
            priority=Priority.NOTICE,
        )
