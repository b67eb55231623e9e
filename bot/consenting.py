"""/start and the two choices, apart from each other: storing, and training."""

import asyncio

from telegram import CallbackQuery, Message, Update
from telegram import User as Person

from bot import asking, keyboards, places, profile, refusing
from bot.context import Context
from bot.pacing import Priority
from bot.places import Place
from bot.rendering import Part
from bot.texts import say
from doctor_llama import privacy, roles
from doctor_llama.schema import Role, User

REQUESTS = 5  # that a chat may get in a short time; further questions of a flood get none


async def start(update: Update, context: Context) -> None:
    """Who this is, what it is not, and the choices."""
    message = update.message
    if message is None or message.from_user is None:
        return
    place, person = places.of(message), message.from_user
    language, gateway = context.language(person), context.house.gateway
    if not place.private:
        text = say(language, "start") + "\n\n" + say(language, "start-group")
        await gateway.send(place, Part(text), reply_to=message.message_id)
        return
    if roles.reaches(context.house.standing.role(person.id), Role.REVIEWER):
        await profile.offer(context.house, person.id, language)  # now there is a chat for it
    async with context.house.database.reading() as session:
        user = await privacy.known(session, places.account(person.id))
    agreed = user is not None and privacy.may_store(user)
    text = "\n\n".join(say(language, key) for key in ("start", *_start_ending(user)))
    await gateway.send(
        place, Part(text), keyboard=None if agreed else keyboards.agree(language, person.id)
    )
    if user is not None and agreed:
        await offer_sharing(context, place, language, user)


def _start_ending(user: User | None) -> tuple[str, ...]:
    """The keys of what /start ends with."""
    if user is not None and privacy.may_store(user):
        return ("start-agreed",)
    return ("consent-changed", "start-consent") if privacy.outdated(user) else ("start-consent",)


async def offer_sharing(context: Context, place: Place, language: str, user: User) -> None:
    """The second choice: whether ratings may train the model."""
    text = _share_text(language, privacy.may_train(user))
    await context.house.gateway.send(place, Part(text), keyboard=keyboards.share(language))


def _share_text(language: str, agreed: bool) -> str:
    state = say(language, "share-state-on" if agreed else "share-state-off")
    return say(language, "share-question") + "\n\n" + state


async def request(context: Context, message: Message, person: Person) -> None:
    """Ask for consent in reply to a question, which the button brings back; we store nothing."""
    place, language = places.of(message), context.language(person)
    now = asyncio.get_running_loop().time()
    if context.house.manners.may(place.chat, f"consent-{person.id}", now, limit=REQUESTS):
        async with context.house.database.reading() as session:
            user = await privacy.known(session, places.account(person.id))
        keys = ["consent-changed"] if privacy.outdated(user) else []
        await context.house.gateway.send(
            place,
            Part("\n\n".join(say(language, key) for key in (*keys, "consent-needed"))),
            reply_to=message.message_id,
            keyboard=keyboards.agree(language, person.id),
        )


async def agree(query: CallbackQuery, context: Context, person_id: int) -> None:
    """The person agrees to storing; the question that the request replied to is asked at once."""
    house, person = context.house, query.from_user
    language = context.language(person)
    if person.id != person_id:
        await house.gateway.answer(query.id, say(language, "not-yours-consent"))
        return
    async with house.database.session() as session:
        user = await privacy.person(
            session, places.account(person.id), language=context.language(person)
        )
        if not privacy.may_store(user):
            privacy.consent(user)
    await house.gateway.answer(query.id)
    prompt = query.message
    if not isinstance(prompt, Message):
        return
    question = prompt.reply_to_message
    if question is not None:
        await _answer_now(context, prompt, question, person)
    elif places.of(prompt).private:
        await _welcome(context, prompt, language)
    else:
        await _say_instead(context, prompt, say(language, "consent-thanks-ask-again"))


async def _answer_now(context: Context, prompt: Message, question: Message, person: Person) -> None:
    """The question that waited for consent, judged and asked like any other."""
    language = context.language(person)
    text = asking.words(question, context)
    if refusing.problem(text, context.house.settings.question_characters) is not None:
        await _say_instead(context, prompt, say(language, "consent-thanks-ask-again"))
        return
    asked = await asking.put(
        context, question, person, asking.question_of(context, question, person, text)
    )
    if asked is not None:
        await _say_instead(context, prompt, say(language, "consent-thanks"))
    else:  # put has said why
        await context.house.gateway.edit_keyboard(places.of(prompt), prompt.message_id, None)


async def _welcome(context: Context, prompt: Message, language: str) -> None:
    text = say(language, "start") + "\n\n" + say(language, "start-agreed")
    await _say_instead(context, prompt, text)
    await context.house.gateway.send(
        places.of(prompt), Part(_share_text(language, False)), keyboard=keyboards.share(language)
    )


async def _say_instead(context: Context, prompt: Message, text: str) -> None:
    """Let a message of ours say something else, without its buttons."""
    await context.house.gateway.edit(
        places.of(prompt), prompt.message_id, Part(text), priority=Priority.NOTICE
    )


async def share(query: CallbackQuery, context: Context, agreed: bool) -> None:
    """Whether the person's ratings may train the model: their own choice, at any time."""
    house, language = context.house, context.language(query.from_user)
    async with house.database.session() as session:
        user = await privacy.known(session, places.account(query.from_user.id))
        allowed = user is not None and privacy.may_store(user)
        if user is not None and allowed:
            privacy.share(user, agreed=agreed)
    if not allowed:
        await house.gateway.answer(query.id, say(language, "share-consent-first"))
        return
    toast = say(language, "share-toast-on" if agreed else "share-toast-off")
    await house.gateway.answer(query.id, toast)
    if isinstance(query.message, Message):
        await house.gateway.edit(
            places.of(query.message),
            query.message.message_id,
            Part(_share_text(language, agreed)),
            priority=Priority.NOTICE,
            keyboard=keyboards.share(language),
        )
