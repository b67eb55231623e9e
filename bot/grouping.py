"""Groups: what they are told once, and the switch that their administrators have.

In a group that is switched off nothing is answered but a red flag that addresses us.
"""

from telegram import ChatMember, Message, Update
from telegram.ext import ApplicationHandlerStop

from bot import asking, places, refusing
from bot.context import Context
from bot.places import Place
from bot.rendering import Part
from bot.texts import say
from doctor_llama import broadcasts, groups, jobs, triage

PRESENT = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR)
GONE = (ChatMember.LEFT, ChatMember.BANNED)


async def guard(update: Update, context: Context) -> None:
    """Before everything else: keep silent where we are switched off; say once what is stored.

    Raises `ApplicationHandlerStop`: nobody else gets this update.
    """
    message = update.message or update.edited_message
    if message is None or places.of(message).private:
        return
    commanded = (message.text or "").startswith("/")
    if not commanded and not asking.addressed(message, context):
        return
    channel = Place(message.chat.id).channel
    async with context.house.database.reading() as session:
        on = await groups.is_on(session, channel)
    if not on:
        text = asking.words(message, context)
        red = not commanded and triage.assess(text).label in triage.RED
        if not red and text.split("@")[0].split(maxsplit=1)[:1] != ["/on"]:
            raise ApplicationHandlerStop
    elif not commanded:
        await _notice(context, places.of(message), context.language(message.from_user))


async def _notice(context: Context, place: Place, language: str) -> None:
    async with context.house.database.reading() as session:
        if await groups.was_told(session, Place(place.chat).channel):
            return
    async with context.house.database.session() as session:
        if not await groups.notice(session, Place(place.chat).channel):
            return
    text = say(language, "group-notice", name=f"@{context.bot.username}")
    await context.house.gateway.send(place, Part(text), silent=True)


async def membership(update: Update, context: Context) -> None:
    """We came into a group, or somebody put us out or blocked us."""
    change = update.my_chat_member
    if change is None:
        return
    before, after = change.old_chat_member.status, change.new_chat_member.status
    place, gone = Place(change.chat.id), after in GONE
    async with context.house.database.session() as session:
        if place.private:
            await broadcasts.unreachable(session, places.account(change.chat.id), gone=gone)
        if gone:
            await jobs.abandon(session, place.channel)
    if before in GONE and after in PRESENT and not place.private:
        await _notice(context, place, context.language(change.from_user))


async def moved(update: Update, context: Context) -> None:
    """A group has become a supergroup: what was said and settled in it goes on there."""
    message = update.message
    if message is None or message.migrate_to_chat_id is None:
        return
    old, new = Place(message.chat.id), Place(message.migrate_to_chat_id)
    async with context.house.database.session() as session:
        await jobs.move(session, old.channel, new.channel)
        await groups.move(session, old.channel, new.channel)


async def off(update: Update, context: Context) -> None:
    """/off: by an administrator of the group."""
    await _switch(update, context, on=False)


async def on(update: Update, context: Context) -> None:
    """/on"""
    await _switch(update, context, on=True)


async def _switch(update: Update, context: Context, *, on: bool) -> None:
    message = update.message
    if message is None:
        return
    place = places.of(message)
    if place.private:
        await refusing.refuse(context, message, "group-only")
        return
    if not await _runs_it(message, context):
        await refusing.refuse(context, message, "group-admins")
        return
    whole = Place(place.chat).channel
    async with context.house.database.session() as session:
        await groups.switch(session, whole, on=on)
        if not on:
            await jobs.abandon(session, whole)
    language = context.language(message.from_user)
    text = say(language, "group-on" if on else "group-off")
    await context.house.gateway.send(place, Part(text), reply_to=message.message_id)


async def _runs_it(message: Message, context: Context) -> bool:
    """Whether who wrote this is an administrator of the group, also an anonymous one."""
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat.id
    person = message.from_user
    if person is None:
        return False
    status = await context.house.gateway.status_of(message.chat.id, person.id)
    return status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
