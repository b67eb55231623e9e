"""/privacy and /mydata: what is stored of someone, as they see it and take it along."""

import asyncio
import json

from telegram import CallbackQuery, Message, Update

from bot import consenting, keyboards, places, refusing
from bot.context import Context
from bot.pacing import Priority
from bot.rendering import Part
from bot.texts import say
from doctor_llama import holdings, jobs, privacy
from doctor_llama.db import Session
from doctor_llama.schema import User

FILE = "doctor-llama-my-data.json"


async def explain(update: Update, context: Context) -> None:
    """/privacy: what is stored, who reads it, for how long; and both choices."""
    if (asked := await refusing.alone(update, context)) is None:
        return
    message, person = asked
    place, language = places.of(message), context.language(person)
    async with context.house.database.reading() as session:
        user = await privacy.known(session, places.account(person.id))
        text = await _state(session, context, language, user, person.id)
    agreed = user is not None and privacy.may_store(user)
    await context.house.gateway.send(
        place,
        Part(text),
        keyboard=(keyboards.withdraw if agreed else keyboards.agree)(language, person.id),
    )
    if user is not None and agreed:
        await consenting.offer_sharing(context, place, language, user)


async def _state(
    session: Session, context: Context, language: str, user: User | None, number: int
) -> str:
    ids = await holdings.of(session, user) if user is not None else {}
    days, nights = context.house.settings.retention_days, context.house.settings.backup_keep
    kept = say(language, "privacy-kept", days=days) if days else say(language, "privacy-kept-on")
    return say(
        language,
        "privacy",
        number=str(number),
        messages=len(ids.get("messages", ())),
        feedback=len(ids.get("feedback", ())),
        storing=_storing(language, user),
        training=say(
            language,
            "privacy-yes" if user is not None and privacy.may_train(user) else "privacy-no",
        ),
        kept=kept,
        nights=nights,
    )


def _storing(language: str, user: User | None) -> str:
    if user is None or user.consent_version is None:
        return say(language, "privacy-no")
    if privacy.outdated(user):
        return say(language, "privacy-outdated")
    since = user.consented_at.date().isoformat() if user.consented_at else "–"
    return say(language, "privacy-since", date=since)


async def take(update: Update, context: Context) -> None:
    """/mydata: everything in one JSON document."""
    if (asked := await refusing.alone(update, context)) is None:
        return
    message, person = asked
    place, house, language = places.of(message), context.house, context.language(person)
    if not house.manners.may(place.chat, "mydata", asyncio.get_running_loop().time()):
        return
    async with house.database.reading() as session:
        user = await privacy.known(session, places.account(person.id))
        found = await privacy.export(session, user) if user is not None else None
    if found is None:
        await house.gateway.send(place, Part(say(language, "mydata-none")))
        return
    rows = sum(len(rows) for rows in found.values() if isinstance(rows, list))
    document = json.dumps(found, ensure_ascii=False, indent=1).encode()
    await house.gateway.document(
        place, FILE, document, caption=Part(say(language, "mydata", rows=rows))
    )


async def withdraw(query: CallbackQuery, context: Context, person_id: int) -> None:
    """Nothing more is stored from now on; whatever waits or runs is stopped."""
    house, person = context.house, query.from_user
    language = context.language(person)
    if person.id != person_id:
        await house.gateway.answer(query.id, say(language, "not-yours-consent"))
        return
    async with house.database.session() as session:
        user = await privacy.known(session, places.account(person.id))
        if user is not None:
            privacy.withdraw(user)
            for job in await jobs.live_of(session, user.id):
                await jobs.cancel(session, job.id)
    house.nudge()
    await house.gateway.answer(query.id)
    if isinstance(query.message, Message):
        await house.gateway.edit(
            places.of(query.message),
            query.message.message_id,
            Part(say(language, "withdraw-done")),
            priority=Priority.NOTICE,
            keyboard=keyboards.agree(language, person.id),
        )
