"""Better answers that people write: after a button, or as a reply to a quoted part of an answer.

What the next message is for is kept in the person's row, so it outlives a restart. A red flag is
answered all the same, whatever the message was for.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from telegram import CallbackQuery, ForceReply, Message, MessageEntity, User

from bot import asking, keyboards, places, rendering
from bot.context import Context
from bot.manners import FULL_PIECE, PIECE_SECONDS
from bot.pacing import Priority
from bot.rendering import Part
from bot.texts import say
from doctor_llama import conversations, corrections, feedback, inbox, privacy
from doctor_llama.corrections import Expected
from doctor_llama.db import Session
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import Feedback
from doctor_llama.schema import User as Row

LONGEST = 16_000  # characters of a correction in all its messages
TOO_LONG = "write-too-long"
QUESTION_MARKS = "?؟？¿"
PIECES = timedelta(seconds=PIECE_SECONDS * 2)  # for the rest of a text that an app cut in pieces


# -- the buttons -----------------------------------------------------------------------------------


async def write(query: CallbackQuery, context: Context, answer_id: int) -> None:
    """✍️: the person's next message is a better answer. Raises `NotYoursError`."""
    house, person, shown = context.house, query.from_user, query.message
    language = context.language(person)
    if not isinstance(shown, Message):
        await house.gateway.answer(query.id, say(language, "button-stale"))
        return
    place = places.of(shown)
    async with house.database.session() as session:
        user = await _user(session, person)
        await feedback.answer_of(session, user, answer_id)
        corrections.expect(user, place.channel, answer_id)
    await house.gateway.answer(query.id)
    prompt = await _ask_to_write(context, place, person, shown.message_id)
    async with house.database.session() as session:
        user = await _user(session, person)
        if corrections.expected(user, place.channel):  # not written, or left, meanwhile
            corrections.expect(user, place.channel, answer_id, prompt=place.ref(prompt))


async def _user(session: Session, person: User) -> Row:
    """Raises `NotYoursError` for somebody whom we do not know, or who takes back their consent."""
    user = await privacy.known(session, places.account(person.id))
    if user is None or not privacy.may_store(user):
        raise NotYoursError
    return user


async def _ask_to_write(context: Context, place: places.Place, person: User, answer: int) -> int:
    """In a group only replies reach us, so the person's app is made to reply."""
    language, gateway = context.language(person), context.house.gateway
    text = say(language, "write-ask")
    if place.private:
        keyboard = keyboards.leave(language, person.id)
        return await gateway.send(place, Part(text), reply_to=answer, keyboard=keyboard)
    name = person.first_name
    mention = MessageEntity(MessageEntity.TEXT_MENTION, 0, rendering.units(name), user=person)
    reply = ForceReply(selective=True, input_field_placeholder=say(language, "write-placeholder"))
    part = Part(f"{name}: {text}", (mention,))
    return await gateway.send(place, part, reply_to=answer, keyboard=reply)


async def leave(query: CallbackQuery, context: Context, person_id: int) -> None:
    """The next message is a question again."""
    if query.from_user.id != person_id or not isinstance(query.message, Message):
        raise NotYoursError
    await forget(context, query.from_user, places.of(query.message))
    await _become(query, context, "write-left")


async def forget(context: Context, person: User, place: places.Place) -> bool:
    """Wait for no correction here any more; false when none was waited for."""
    async with context.house.database.session() as session:
        user = await privacy.known(session, places.account(person.id))
        return user is not None and corrections.unexpect(user, place.channel)


async def more(query: CallbackQuery, context: Context, row_id: int) -> None:
    """The next message goes on with a correction."""
    house, language = context.house, context.language(query.from_user)
    async with house.database.session() as session:
        user = await _user(session, query.from_user)
        row = await corrections.of(session, user, row_id)
        if row is not None and isinstance(query.message, Message):
            place = places.of(query.message)
            prompt = place.ref(query.message.message_id)
            corrections.expect(user, place.channel, row.message_id, prompt=prompt, row=row.id)
    await house.gateway.answer(
        query.id, say(language, "button-stale" if row is None else "write-more-toast")
    )


async def take_back(query: CallbackQuery, context: Context, row_id: int) -> None:
    """A correction is deleted."""
    async with context.house.database.session() as session:
        user = await _user(session, query.from_user)
        await corrections.take_back(session, user, row_id)
    await _become(query, context, "write-taken-back")


async def mistaken(query: CallbackQuery, context: Context, row_id: int) -> None:
    """What was taken for a correction was a question: it is asked."""
    async with context.house.database.session() as session:
        user = await _user(session, query.from_user)
        row = await corrections.take_back(session, user, row_id)
    written = query.message.reply_to_message if isinstance(query.message, Message) else None
    if row is None or written is None:
        await _become(query, context, "anyway-gone")
        return
    text = asking.about(row.quote, row.content or "")
    question = asking.question_of(context, written, query.from_user, text)
    asked = await asking.put(context, written, query.from_user, question)
    await _become(query, context, "consent-thanks" if asked else "write-taken-back")


async def _become(query: CallbackQuery, context: Context, key: str) -> None:
    """Answer the button; its message says something else from now on, and has no buttons."""
    house, language = context.house, context.language(query.from_user)
    await house.gateway.answer(query.id)
    if isinstance(query.message, Message):
        await house.gateway.edit(
            places.of(query.message),
            query.message.message_id,
            Part(say(language, key)),
            priority=Priority.NOTICE,
        )


# -- the messages ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message became: a correction, or nothing that can be kept."""

    row: Feedback | None
    key: str  # what to say


async def take(context: Context, message: Message, text: str, update_id: int) -> bool:
    """Keep a message as a correction where it is one; false for a question."""
    house, person, place = context.house, message.from_user, places.of(message)
    if person is None or not text.strip():
        return False
    async with house.database.reading() as session:
        user = await privacy.known(session, places.account(person.id))
        if user is None or not privacy.may_store(user):
            return False
        if await corrections.standing_at(session, user, place.ref(message.message_id)):
            return True  # the same update once more
        if message.quote is None and corrections.expected(user, place.channel) is None:
            return False
    async with house.database.session() as session:
        user = await _user(session, person)
        taken = await _take(session, user, message, text)
        if taken is None:
            return False
        await inbox.done(session, update_id)
    house.intake.forgotten(update_id)
    await _thank(context, message, taken)
    return True


async def _take(session: Session, user: Row, message: Message, text: str) -> Taken | None:
    place = places.of(message)
    ref = place.ref(message.message_id)
    waiting = corrections.expected(user, place.channel)
    quoted = await _quoted(session, message)
    if waiting is not None and not _belongs(message, place, waiting, quoted):
        waiting = None
    if waiting is None and (quoted is None or any(mark in text for mark in QUESTION_MARKS)):
        return None
    if waiting is not None and waiting.row is not None:
        row = await corrections.of(session, user, waiting.row)
        if row is None or len(row.content or "") + len(text) > LONGEST:
            corrections.unexpect(user, place.channel)
            return Taken(row, TOO_LONG if row else "anyway-gone")
        await corrections.go_on(session, user, row.id, ref, text)
    else:
        about = waiting.answer if waiting else (quoted[0] if quoted else 0)
        quote = quoted[1] if quoted and quoted[0] == about else None
        try:
            row = await corrections.correct(session, user, about, ref, text, quote=quote)
        except NotYoursError:  # somebody else's answer, quoted: a question about it
            return None
    if waiting is not None:
        corrections.unexpect(user, place.channel)
    if _is_piece(message):  # more comes at once
        corrections.expect(user, place.channel, row.message_id, row=row.id, patience=PIECES)
    return Taken(row, "write-thanks" if privacy.may_train(user) else "write-thanks-kept")


def _is_piece(message: Message) -> bool:
    """Whether an app has probably cut a longer text here."""
    return rendering.units(message.text or "") >= FULL_PIECE


async def _quoted(session: Session, message: Message) -> tuple[int, str] | None:
    """The answer of ours that this replies to, and the part of it that the person has marked."""
    earlier, quote = message.reply_to_message, message.quote
    if earlier is None or quote is None or not quote.is_manual:
        return None
    ref = places.of(message).ref(earlier.message_id)
    answer = await conversations.answer_at(session, ref)
    return (answer.id, quote.text) if answer is not None else None


def _belongs(
    message: Message, place: places.Place, waiting: Expected, quoted: tuple[int, str] | None
) -> bool:
    """Whether this message is what was waited for, and not a reply to something else.

    In private a reply to our latest message comes without saying so; in a group only the reply
    to our request counts.
    """
    earlier = message.reply_to_message
    if earlier is None:
        return place.private
    if place.ref(earlier.message_id) == waiting.prompt:
        return True
    return quoted is not None and quoted[0] == waiting.answer


async def _thank(context: Context, message: Message, taken: Taken) -> None:
    place, language = places.of(message), context.language(message.from_user)
    if _is_piece(message):  # thanks once for all of them
        now = asyncio.get_running_loop().time()
        if not context.house.manners.may(place.chat, taken.key, now):
            return
    row = taken.row
    keyboard = keyboards.written(language, row.id, quoted=row.quote is not None) if row else None
    values = {"limit": LONGEST} if taken.key == TOO_LONG else {}
    await context.house.gateway.send(
        place,
        Part(say(language, taken.key, **values)),
        reply_to=message.message_id,
        keyboard=keyboard,
        silent=True,
    )


async def edited(context: Context, message: Message, text: str) -> bool:
    """A message was changed; false where it is part of no correction."""
    if message.from_user is None:
        return False
    place = places.of(message)
    async with context.house.database.session() as session:
        user = await privacy.known(session, places.account(message.from_user.id))
        if user is None or not text.strip():
            return False
        row = await corrections.edit(session, user, place.ref(message.message_id), text)
    if row is None:
        return False
    await _thank(context, message, Taken(row, "write-changed"))
    return True
