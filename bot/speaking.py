"""/language: in which language the bot speaks with someone, whatever their app says."""

from telegram import CallbackQuery, Message, Update

from bot import keyboards, places, profile, refusing
from bot.context import Context
from bot.pacing import Priority
from bot.presses import AUTO
from bot.rendering import Part
from bot.texts import languages, say
from doctor_llama import privacy, roles
from doctor_llama.schema import Role


async def offer(update: Update, context: Context) -> None:
    """/language"""
    if (asked := await refusing.alone(update, context)) is None:
        return
    message, person = asked
    place, language = places.of(message), context.language(person)
    await context.house.gateway.send(
        place, Part(say(language, "language-ask")), keyboard=keyboards.speak(language)
    )


async def choose(query: CallbackQuery, context: Context, wanted: str) -> None:
    """A pressed language; AUTO leaves it to the app again."""
    house, person = context.house, query.from_user
    if wanted not in (AUTO, *languages()):
        await house.gateway.answer(query.id, say(context.language(person), "button-stale"))
        return
    async with house.database.session() as session:
        user = await privacy.person(session, places.account(person.id))
        await privacy.speak(session, user, None if wanted == AUTO else wanted)
    house.standing.note(user)
    language = context.language(person)
    await house.gateway.answer(query.id)
    if isinstance(query.message, Message):
        await house.gateway.edit(
            places.of(query.message),
            query.message.message_id,
            Part(say(language, "language-done")),
            priority=Priority.NOTICE,
        )
    if roles.reaches(house.standing.role(person.id), Role.REVIEWER):
        await profile.offer(house, person.id, language)
