"""/help and /about."""

from telegram import Update

from bot import places
from bot.context import Context
from bot.rendering import Part
from bot.texts import say
from doctor_llama import __version__, status
from doctor_llama.engine import EngineCard


async def explain(update: Update, context: Context) -> None:
    """/help"""
    await _reply(update, context, "help")


async def about(update: Update, context: Context) -> None:
    """/about: what answers, in words; a demonstration model is called one."""
    async with context.house.database.reading() as session:
        cards = await status.cards(session)
    language = context.language(update.effective_user)
    await _reply(update, context, None, describe(language, cards[0] if cards else None))


def describe(language: str | None, card: EngineCard | None) -> str:
    if card is None:
        return say(language, "about-unknown", version=__version__)
    text = say(
        language,
        "about",
        version=__version__,
        model=card.model,
        adapter=card.adapter or say(language, "about-none"),
        weights=f"{card.weights}, {card.device}",
    )
    return f"{say(language, 'about-demo')}\n\n{text}" if card.demo else text


async def _reply(
    update: Update, context: Context, key: str | None, text: str | None = None
) -> None:
    message = update.message
    if message is None:
        return
    language = context.language(message.from_user)
    place = places.of(message)
    await context.house.gateway.send(
        place,
        Part(text or say(language, key or "")),
        reply_to=None if place.private else message.message_id,
    )
