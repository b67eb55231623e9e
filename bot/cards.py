"""The emergency text: sent at once, ahead of everything. A second one is better than a late one."""

from telegram import InlineKeyboardMarkup

from bot import answers
from bot.desk import Desk
from bot.gateway import UncertainError
from bot.pacing import Priority
from bot.places import Place
from bot.rendering import Part
from doctor_llama import conversations
from doctor_llama.schema import Job, Message
from doctor_llama.triage import Label

PAUSE = 0.5  # seconds after a sending of which nobody knows whether it arrived


async def send(desk: Desk, place: Place, job: Job, answer: Message) -> None:
    """Return when it is in the chat. Raises what the gateway raises, but for `UncertainError`."""
    async with desk.database.reading() as session:
        question = await conversations.question_of(session, answer.id)
    kept = question is not None and question.content and question.triage == Label.EMERGENCY
    parts, keyboard = answers.card(job, answer, kept=bool(kept))
    for number, part in enumerate(parts, 1):
        await _send(desk, place, job, part, keyboard if number == len(parts) else None)


async def _send(
    desk: Desk, place: Place, job: Job, part: Part, keyboard: InlineKeyboardMarkup | None
) -> None:
    while True:
        try:
            await desk.gateway.send(
                place,
                part,
                priority=Priority.CARD,
                reply_to=int(job.reply_to) if job.reply_to else None,
                keyboard=keyboard,
            )
        except UncertainError:
            await desk.gateway.pacing.pause(PAUSE)
        else:
            return
