"""/help and /about."""

from telegram import Update

from bot import places
from bot.context import Context
from bot.rendering import Part
from bot.texts import say
from doctor_llama import __version__, lineage, status
from doctor_llama.engine import EngineCard
from doctor_llama.lineage import Origin


async def explain(update: Update, context: Context) -> None:
    """/help"""
    await _reply(update, context, "help")


async def about(update: Update, context: Context) -> None:
    """/about: what answers, in words; a demonstration model is called one."""
    async with context.house.database.reading() as session:
        cards = await status.cards(session)
        card = cards[0] if cards else None
        origin = await lineage.origin(session, card.adapter) if card and card.adapter else None
    language = context.language(update.effective_user)
    text = describe(language, card)
    if card is not None and card.adapter and not card.demo:
        text += f"\n\n{descent(language, origin)}"
    await _reply(update, context, None, text)


def descent(language: str | None, origin: Origin | None) -> str:
    """What an adapter was trained on and how it was last measured, as far as that is known here."""
    if origin is None:
        return say(language, "about-elsewhere")
    return say(
        language,
        "about-trained",
        date=f"{origin.made_at:%Y-%m-%d}",
        rows=origin.rows,
        measured="\n".join(f"• {reason}" for reason in origin.reasons) or "–",
    )


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
