"""Thumbs under answers, their reasons, and reactions: one row for each answer."""

import asyncio
import weakref

from telegram import CallbackQuery, Message, ReactionTypeEmoji, Update

from bot import keyboards, places
from bot.context import Context
from bot.gateway import GoneError
from bot.places import Place
from bot.presses import Thumb
from bot.texts import say
from doctor_llama import alternatives, conversations, feedback, privacy
from doctor_llama.db import Session
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import Reason, User

THUMBS = {"👍": Thumb.UP, "👎": Thumb.DOWN}
# of the messages whose buttons are being changed
LOCKS: weakref.WeakValueDictionary[tuple[int, int], asyncio.Lock] = weakref.WeakValueDictionary()
TOASTS = {
    Thumb.UP: "rate-toast-up",
    Thumb.DOWN: "rate-toast-down",
    Thumb.NONE: "rate-toast-none",
}


async def rate(query: CallbackQuery, context: Context, message_id: int, thumb: Thumb) -> None:
    """A pressed thumb. What it asks for is a state, so twice is once."""
    await _note(query, context, message_id, thumb, None)


async def explain(query: CallbackQuery, context: Context, message_id: int, reason: Reason) -> None:
    """What is the matter with an answer; of an unsafe one the owners hear at once."""
    noted = await _note(query, context, message_id, Thumb.DOWN, reason)
    if noted and reason is Reason.UNSAFE:
        await context.house.alarms.unsafe(message_id)


async def _note(
    query: CallbackQuery, context: Context, message_id: int, thumb: Thumb, reason: Reason | None
) -> bool:
    """Write a rating down and show it; false when it stood so already, or is not theirs to give."""
    house, person = context.house, query.from_user
    language = context.language(person)

    async def change(session: Session) -> tuple[User, bool]:
        user = await privacy.person(session, places.account(person.id))
        before = await feedback.opinion(session, user, message_id)
        same = before is not None and (before.rating, before.reason) == (thumb.rating, reason)
        await feedback.rate(session, user, message_id, thumb.rating, reason)
        return user, same

    try:
        user, same = await house.notebook.write(change)
    except NotYoursError:
        await house.gateway.answer(query.id, say(language, "not-yours-rate"))
        return False
    await house.gateway.answer(query.id, say(language, "why-toast" if reason else TOASTS[thumb]))
    if isinstance(query.message, Message):
        shown = (places.of(query.message), query.message.message_id)
        await show(context, *shown, user, message_id, language)
    return not same


async def react(update: Update, context: Context) -> None:
    """A 👍 or 👎 as a reaction: noted like a button, where it is the asker's own."""
    reaction = update.message_reaction
    if reaction is None or reaction.user is None:
        return
    before, after = _thumb(reaction.old_reaction), _thumb(reaction.new_reaction)
    if before is after:
        return
    place, language = Place(reaction.chat.id), context.language(reaction.user)
    try:
        async with context.house.database.session() as session:
            answer = await conversations.answer_at(session, place.ref(reaction.message_id))
            user = await privacy.known(session, places.account(reaction.user.id))
            if answer is None or user is None:
                return
            present = await feedback.opinion(session, user, answer.id)
            changed = present is None or present.rating != before.rating
            if after is Thumb.NONE and changed:
                return  # by a button since
            await feedback.rate(session, user, answer.id, after.rating)
    except NotYoursError:
        return
    try:
        await show(context, place, reaction.message_id, user, answer.id, language)
    except GoneError:
        return


def _thumb(reactions: tuple[object, ...]) -> Thumb:
    """The rating that a set of reactions says; the first thumb counts."""
    for one in reactions:
        if isinstance(one, ReactionTypeEmoji) and one.emoji in THUMBS:
            return THUMBS[one.emoji]
    return Thumb.NONE


async def show(
    context: Context, place: Place, shown_id: int, user: User, answer_id: int, language: str
) -> None:
    """Let what stands under an answer be what is in the rows; the last press wins.

    Raises `GoneError`, `NotYoursError`.
    """
    async with LOCKS.setdefault((place.chat, shown_id), asyncio.Lock()):
        async with context.house.database.reading() as session:
            answer = await feedback.answer_of(session, user, answer_id)
            opinion = await feedback.opinion(session, user, answer_id)
            keyboard = keyboards.rating(
                language,
                answer_id,
                opinion.rating if opinion else None,
                reason=opinion.reason if opinion else None,
                latest=await alternatives.is_latest(session, answer),
            )
        await context.house.gateway.edit_keyboard(place, shown_id, keyboard)
