"""/forget: erase the last question, this conversation, or everything; confirmed by typing a code.

The code is the confirmation, so nothing is kept between two messages but its row, and no thumb
that slips can erase anything.
"""

from telegram import CallbackQuery, Message, MessageEntity, Update

from bot import keyboards, places, refusing, rendering
from bot.context import Context
from bot.rendering import Part
from bot.texts import say
from doctor_llama import confirmations, erasures, privacy
from doctor_llama.db import Session
from doctor_llama.erasures import Scope
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import Confirmation, Erasure, User

ACTION = "forget"


async def forget(update: Update, context: Context) -> None:
    """/forget, and /forget CODE"""
    if (asked := await refusing.alone(update, context)) is None:
        return
    message, _ = asked
    code = (message.text or "").split(maxsplit=1)[1:]
    if code:
        await _confirmed(context, message, code[0].strip())
    else:
        await _offer(context, message)


async def _offer(context: Context, message: Message) -> None:
    place, language = places.of(message), context.language(message.from_user)
    async with context.house.database.reading() as session:
        user = await _user(context, message, session)
        found = await erasures.roots(session, user, place.channel) if user is not None else {}
    if not found:
        await context.house.gateway.send(place, Part(say(language, "mydata-none")))
        return
    await context.house.gateway.send(
        place, Part(say(language, "forget-ask")), keyboard=keyboards.forget(language, found)
    )


async def _user(context: Context, message: Message, session: Session) -> User | None:
    number = message.from_user.id if message.from_user else 0
    return await privacy.known(session, places.account(number))


async def choose(query: CallbackQuery, context: Context, scope: Scope) -> None:
    """A pressed scope: what would go, and the code that lets it go."""
    house, message = context.house, query.message
    language = context.language(query.from_user)
    if not isinstance(message, Message):
        await house.gateway.answer(query.id, say(language, "button-stale"))
        return
    place, account = places.of(message), places.account(query.from_user.id)
    async with house.database.session() as session:
        user = await privacy.known(session, account)
        found = await erasures.roots(session, user, place.channel) if user is not None else {}
        if user is None or scope not in found:
            raise NotYoursError
        root = found[scope]
        ids = await erasures.preview(session, user, scope, root)
        await confirmations.drop(session, user, ACTION)
        row = await confirmations.ask(session, user, ACTION, typed=True, scope=scope, root=root)
    await house.gateway.answer(query.id)
    said = say(
        language,
        "forget-confirm",
        messages=len(ids.get("messages", ())),
        feedback=len(ids.get("feedback", ())),
        minutes=confirmations.MINUTES,
    )
    if scope is Scope.EVERYTHING:
        said = f"{said}\n\n{say(language, 'forget-confirm-everything')}"
    await house.gateway.send(place, _with_code(said, f"/forget {confirmations.code(row)}"))


def _with_code(said: str, code: str) -> Part:
    """The command as a code, which a tap copies; as a command a tap would send half of it."""
    text = f"{said}\n\n{code}"
    offset = rendering.units(text) - rendering.units(code)
    entity = MessageEntity(MessageEntity.CODE, offset, rendering.units(code))
    return Part(text, (entity,))


async def _confirmed(context: Context, message: Message, code: str) -> None:
    """Erase what the code stands for; then say what went, in the language of before."""
    house, place = context.house, places.of(message)
    language = context.language(message.from_user)
    note: Erasure | None = None
    async with house.database.session() as session:
        user = await _user(context, message, session)
        taken = await confirmations.take(session, user, code) if user is not None else None
        if user is not None and taken is not None and taken.action == ACTION:
            note = await _erase(session, user, taken)
    if note is None:
        await house.gateway.send(place, Part(say(language, "forget-wrong")))
        return
    await erasures.record(house.settings.data_dir, note)
    if note.scope == Scope.EVERYTHING and message.from_user is not None:
        house.standing.forget(message.from_user.id)
    house.nudge()
    await house.database.checkpoint()
    counts = {name: len(note.rows.get(name, ())) for name in ("messages", "feedback")}
    await house.gateway.send(place, Part(say(language, "forget-done", **counts)))


async def _erase(session: Session, user: User, taken: Confirmation) -> Erasure | None:
    try:
        return await erasures.erase(
            session, user, Scope(taken.detail["scope"]), int(taken.detail["root"])
        )
    except NotYoursError:  # it went in another way meanwhile
        return None
