"""Questions: plain text in private, a mention or a reply in a group, and "answer anyway"."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import CallbackQuery, Message, MessageEntity, Update, User

from bot import consenting, correcting, places, refusing
from bot.context import Context
from bot.texts import say
from doctor_llama import conversations, feedback, inbox, privacy, triage
from doctor_llama.conversations import Asked, Question
from doctor_llama.db import Session
from doctor_llama.errors import ConsentNeededError, ShutOutError
from doctor_llama.limits import Limits
from doctor_llama.schema import User as Row
from doctor_llama.triage import RED

Verb = Callable[[Session, Row, Question, Limits], Awaitable[Asked | None]]
CALM = "#calm"  # marks the second asking of a question that was taken for an emergency


async def ask(update: Update, context: Context) -> None:
    """A new message with words."""
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return
    if not addressed(message, context):
        return
    text, manners = words(message, context), context.house.manners
    verdict = triage.assess(text, context.language(message.from_user))
    red = verdict.label in RED
    if await correcting.take(context, message, text, update.update_id) and not red:
        return
    if not red:  # a red flag is answered, however it is written and whatever it was for
        if manners.continues(message):
            return
        if (
            refusal := refusing.problem(text, context.house.settings.question_characters)
        ) is not None:
            if refusal[0] == refusing.LONG:
                manners.too_long(message)
            await refusing.refuse(context, message, *refusal)
            return
    if message.quote is not None:
        text = about(message.quote.text, text)
    question = question_of(context, message, message.from_user, text)
    if message.quote is None:  # else nobody has judged the quoted part
        question = replace(question, verdict=verdict)
    await put(context, message, message.from_user, question, update_id=update.update_id)


async def put(
    context: Context,
    message: Message,
    person: User,
    question: Question,
    *,
    update_id: int | None = None,
    verb: Verb = conversations.ask,
) -> Asked | None:
    """Ask, in one transaction with the end of the update; or say why not.

    Raises `TooLateError` where the verb does.
    """
    house = context.house

    async def change(session: Session) -> Asked | None:
        user = await privacy.person(session, places.account(person.id), language=question.language)
        asked = await verb(session, user, question, house.limits)
        if update_id is not None:
            await inbox.done(session, update_id)
        return asked

    try:
        asked = await house.notebook.write(change)
    except ConsentNeededError:
        await consenting.request(context, message, person)
        return None
    except ShutOutError:
        return None
    except refusing.REFUSALS as error:
        await refusing.refuse(context, message, *refusing.why(error, context.language(person)))
        return None
    if update_id is not None:
        house.intake.forgotten(update_id)
    house.nudge()
    return asked


def question_of(context: Context, message: Message, person: User, text: str) -> Question:
    place = places.of(message)
    return Question(
        text=text,
        ref=place.ref(message.message_id),
        channel=place.channel,
        reply_to=str(message.message_id),
        language=context.language(person),
        pause=context.house.pause,
    )


async def anyway(query: CallbackQuery, context: Context, answer_id: int) -> None:
    """The person says that it is no emergency: the question of this card is answered after all.

    Raises `NotYoursError`.
    """
    language = context.language(query.from_user)
    values: refusing.Values = {}
    try:
        key = await _ask_calmly(query, context, answer_id)
    except ConsentNeededError:
        key = "share-consent-first"
    except ShutOutError:
        return
    except refusing.REFUSALS as error:
        key, values = refusing.why(error, language)
    context.house.nudge()
    await context.house.gateway.answer(query.id, say(language, key, **values))


async def _ask_calmly(query: CallbackQuery, context: Context, answer_id: int) -> str:
    """Ask the question of a card again; return the key of what to say. Raises what `ask` raises."""
    if not isinstance(query.message, Message):
        return "anyway-gone"
    person, place = query.from_user, places.of(query.message)
    async with context.house.database.session() as session:
        user = await privacy.person(
            session, places.account(person.id), language=context.language(person)
        )
        await feedback.answer_of(session, user, answer_id)
        asked = await conversations.question_of(session, answer_id)
        if asked is None or not asked.content or asked.ref is None:
            return "anyway-gone"
        question = Question(
            text=asked.content,
            ref=asked.ref + CALM,
            channel=place.channel,
            reply_to=places.message_id(asked.ref),
            language=context.language(person),
            calm=True,
        )
        await conversations.ask(session, user, question, context.house.limits)
    return "anyway-toast"


# -- reading a message -----------------------------------------------------------------------------


def addressed(message: Message, context: Context) -> bool:
    """Whether a message is for us: everything in private; mentions and replies in a group."""
    return (
        places.of(message).private
        or refusing.replies_to_us(message, context)
        or bool(_mentions(message, context))
    )


def _mentions(message: Message, context: Context) -> dict[MessageEntity, str]:
    """The places where our name stands."""
    types: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    if message.text is None:
        found = message.parse_caption_entities(types)
    else:
        found = message.parse_entities(types)
    name = f"@{context.bot.username}".lower()
    return {
        entity: text
        for entity, text in found.items()
        if (entity.user is not None and entity.user.id == context.bot.id) or text.lower() == name
    }


def words(message: Message, context: Context) -> str:
    """What was said, without our name."""
    text = message.text if message.text is not None else message.caption or ""
    for entity, name in sorted(
        _mentions(message, context).items(), key=lambda found: found[0].offset, reverse=True
    ):
        raw = text.encode("utf-16-le")  # offsets count UTF-16 units
        before = raw[: entity.offset * 2].decode("utf-16-le")
        text = before + text[len(before) + len(name) :]
    return text.strip()


def about(quote: str | None, text: str) -> str:
    """A question about a part of an answer, with that part."""
    return f"“{quote}”\n\n{text}" if quote else text
