"""Stopping an answer: /stop, our button, Telegram's own; and when there is nobody left to tell."""

from telegram import CallbackQuery, Update

from bot import botapi, correcting, places, refusing
from bot.context import Context
from bot.texts import say
from doctor_llama import jobs, privacy
from doctor_llama.errors import NotYoursError
from doctor_llama.schema import Job


async def stop(update: Update, context: Context) -> None:
    """/stop: every answer that this person waits for in this place."""
    message = update.message
    if message is None or message.from_user is None:
        return
    house, stopped = context.house, 0
    async with house.database.session() as session:
        user = await privacy.known(session, places.account(message.from_user.id))
        live = (
            [] if user is None else await jobs.live_of(session, user.id, places.of(message).channel)
        )
        for job in live:
            stopped += await jobs.cancel(session, job.id)
    waited = await correcting.forget(context, message.from_user, places.of(message))
    if stopped:
        house.nudge()  # what stands in the chat says that it was stopped
    elif waited:
        await refusing.refuse(context, message, "write-left")
    else:
        await refusing.refuse(context, message, "stop-nothing")


async def press(query: CallbackQuery, context: Context, job_id: int) -> None:
    """Our Stop button."""
    language = context.language(query.from_user)
    try:
        stopped = await _cancel(context, query.from_user.id, job_id)
    except NotYoursError:
        await context.house.gateway.answer(query.id, say(language, "not-yours-stop"))
        return
    await context.house.gateway.answer(
        query.id, say(language, "stop-toast" if stopped else "stop-too-late")
    )


async def native(update: Update, context: Context) -> None:
    """Telegram's own Stop button on a draft, whose id is the job's. It says no person: the chat
    is private, so it can only be the one whose chat it is."""
    pressed = botapi.stopped(update)
    if pressed is None:
        return
    try:
        await _cancel(context, pressed.chat, pressed.draft)
    except NotYoursError:
        return


async def _cancel(context: Context, person_id: int, job_id: int) -> bool:
    async with context.house.database.session() as session:
        user = await privacy.known(session, places.account(person_id))
        job = await session.get(Job, job_id)
        if job is None:
            return False
        if user is None or job.user_id != user.id:
            raise NotYoursError
        stopped = await jobs.cancel(session, job_id)
    context.house.nudge()
    return stopped
