"""Thumbs under answers, and reactions that mean the same. One row a person and answer."""

from telegram import CallbackQuery, Message, ReactionTypeEmoji, Update

from bot import keyboards, places
from bot.context import Context
from bot.gateway import GoneError
from bot.places import Place
from bot.presses import Thumb
from bot.texts import say
from doctor_llama import conversations, feedback, privacy
from doctor_llama.errors import NotYoursError

THUMBS = {"👍": 1, "👎": -1}
TOASTS = {1: "rate-toast-up", -1: "rate-toast-down", None: "rate-toast-none"}


async def rate(query: CallbackQuery, context: Context, message_id: int, thumb: Thumb) -> None:
    """A pressed thumb. What it asks for is a state, so twice is once."""
    rating = thumb.rating
    house, person = context.house, query.from_user
    language = context.language(person)
    try:
        async with house.database.session() as session:
            user = await privacy.person(session, places.account(person.id))
            await feedback.rate(session, user, message_id, rating)
    except NotYoursError:
        await house.gateway.answer(query.id, say(language, "not-yours-rate"))
        return
    await house.gateway.answer(query.id, say(language, TOASTS[rating]))
    if isinstance(query.message, Message):
        place = places.of(query.message)
        await _show(context, place, query.message.message_id, language, message_id, rating)


async def react(update: Update, context: Context) -> None:
    """A 👍 or 👎 as a reaction: noted like a button, where it is the asker's own."""
    reaction = update.message_reaction
    if reaction is None or reaction.user is None:
        return
    before = _thumbs(reaction.old_reaction)
    after = _thumbs(reaction.new_reaction)
    if before == after:
        return
    place = Place(reaction.chat.id)
    try:
        async with context.house.database.session() as session:
            answer = await conversations.answer_at(session, place.ref(reaction.message_id))
            user = await privacy.known(session, places.account(reaction.user.id))
            if answer is None or user is None:
                return
            present = await feedback.opinion(session, user, answer.id)
            if after is None and (present is None or present.rating != before):
                return  # the thumb was changed by a button since
            await feedback.rate(session, user, answer.id, after)
    except NotYoursError:
        return
    language = context.language(reaction.user)
    await _show(context, place, reaction.message_id, language, answer.id, after)


def _thumbs(reactions: tuple[object, ...]) -> int | None:
    """The rating that a set of reactions says; the first thumb counts."""
    for one in reactions:
        if isinstance(one, ReactionTypeEmoji) and one.emoji in THUMBS:
            return THUMBS[one.emoji]
    return None


async def _show(
    context: Context,
    place: Place,
    shown_id: int,
    language: str,
    answer_id: int,
    rating: int | None,
) -> None:
    try:
        await context.house.gateway.edit_keyboard(
            place, shown_id, keyboards.rating(language, answer_id, rating)
        )
    except GoneError:
        return
