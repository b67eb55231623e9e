"""/history: a person's conversations, to look at and to go on with; and /new, to begin another."""

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update

from bot import correcting, keyboards, places, refusing, rendering
from bot.context import Context
from bot.pacing import Priority
from bot.rendering import Part
from bot.texts import say
from doctor_llama import history, privacy
from doctor_llama.db import Session
from doctor_llama.engine import ChatMessage
from doctor_llama.errors import NotYoursError
from doctor_llama.history import Page
from doctor_llama.schema import Conversation, User

SHOWN = 3  # questions of a conversation that is opened
LONGEST = 500  # characters of a question or an answer there
NAME = 40  # characters of a button


async def new(update: Update, context: Context) -> None:
    """/new: what was said before is left alone; answers that are on their way still come."""
    message = update.message
    if message is None or message.from_user is None:
        return
    place, language = places.of(message), context.language(message.from_user)
    await correcting.forget(context, message.from_user, place)
    async with context.house.database.session() as session:
        user = await privacy.known(session, places.account(message.from_user.id))
        if user is not None:
            await history.close(session, user, place.channel)
    await context.house.gateway.send(
        place,
        Part(say(language, "new-done")),
        reply_to=None if place.private else message.message_id,
    )


async def browse(update: Update, context: Context) -> None:
    """/history"""
    if (asked := await refusing.alone(update, context)) is None:
        return
    message, person = asked
    place, language = places.of(message), context.language(person)
    async with context.house.database.reading() as session:
        user = await privacy.known(session, places.account(person.id))
        page = await history.page(session, user, place.channel) if user else None
    text, keyboard = _list(language, page)
    await context.house.gateway.send(place, Part(text), keyboard=keyboard)


def _list(language: str, page: Page | None) -> tuple[str, InlineKeyboardMarkup | None]:
    if page is None or not page.conversations:
        return say(language, "history-none"), None
    names = [_name(language, one) for one in page.conversations]
    if page.pages == 1:
        text = say(language, "history-title")
    else:
        text = say(language, "history-title-page", page=page.number + 1, pages=page.pages)
    return text, keyboards.history(language, page, names)


def _name(language: str, one: Conversation) -> str:
    """What a conversation is called on its button: its day and its title; ▸ marks the open one."""
    day = (one.active_at or one.created_at).strftime("%d.%m.")
    title = one.title or say(language, "history-untitled")
    short = title if len(title) <= NAME else title[: NAME - 1].rstrip() + "…"
    return f"{'' if one.closed_at else '▸ '}{day} {short}"


async def turn(query: CallbackQuery, context: Context, number: int) -> None:
    """Another page."""
    channel = _place(query).channel
    async with context.house.database.reading() as session:
        page = await history.page(session, await _user(session, query), channel, number)
    text, keyboard = _list(context.language(query.from_user), page)
    await _become(query, context, Part(text), keyboard)


async def open_one(query: CallbackQuery, context: Context, number: int, page: int) -> None:
    """The end of a conversation. Raises `NotYoursError`."""
    language = context.language(query.from_user)
    async with context.house.database.reading() as session:
        user = await _user(session, query)
        found = await history.conversation(session, user, number)
        said = await history.exchanges(session, number, SHOWN)
    part = _excerpt(language, found, said)
    await _become(query, context, part, keyboards.conversation(language, number, page))


def _excerpt(language: str, found: Conversation, said: list[ChatMessage]) -> Part:
    lines = [f"**{found.title or say(language, 'history-untitled')}**"]
    for turn in said:
        text = turn.content if len(turn.content) <= LONGEST else turn.content[:LONGEST] + "…"
        lines.append(f"👤 {text}" if turn.role == "user" else f"🦙 {text}")
    if not said:
        lines.append(say(language, "history-unanswered"))
    return rendering.render("\n\n".join(lines))[0]


async def resume(query: CallbackQuery, context: Context, number: int) -> None:
    """Go on with a conversation. Raises `NotYoursError`."""
    language = context.language(query.from_user)
    async with context.house.database.session() as session:
        found = await history.go_on(session, await _user(session, query), number)
    title = found.title or say(language, "history-untitled")
    await _become(query, context, Part(say(language, "history-resumed", title=title)), None)


def _place(query: CallbackQuery) -> places.Place:
    """Raises `NotYoursError` where Telegram no longer says it."""
    if not isinstance(query.message, Message):
        raise NotYoursError
    return places.of(query.message)


async def _user(session: Session, query: CallbackQuery) -> User:
    """Raises `NotYoursError` for somebody whom we do not know."""
    user = await privacy.known(session, places.account(query.from_user.id))
    if user is None:
        raise NotYoursError
    return user


async def _become(
    query: CallbackQuery, context: Context, part: Part, keyboard: InlineKeyboardMarkup | None
) -> None:
    """Answer the button; its message shows something else from now on."""
    place, gateway = _place(query), context.house.gateway
    await gateway.answer(query.id)
    if isinstance(query.message, Message):
        await gateway.edit(
            place, query.message.message_id, part, priority=Priority.NOTICE, keyboard=keyboard
        )
