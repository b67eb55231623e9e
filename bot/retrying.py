"""Another answer to the same question, and which of the two is better."""

from telegram import CallbackQuery, Message

from bot import keyboards, places, rating, refusing
from bot.context import Context
from bot.texts import say
from doctor_llama import alternatives, feedback, privacy
from doctor_llama.errors import ConsentNeededError, ShutOutError
from doctor_llama.feedback import Better


async def again(query: CallbackQuery, context: Context, answer_id: int) -> None:
    """🔄: the first answer stays where it is. Raises `NotYoursError`."""
    house, language, whole = context.house, context.language(query.from_user), False
    values: refusing.Values = {}
    try:
        async with house.database.session() as session:
            user = await privacy.person(session, places.account(query.from_user.id))
            asked = await alternatives.again(session, user, answer_id, house.limits)
            whole = await alternatives.is_whole(session, answer_id)
            key = "anyway-gone"
            if asked is not None:
                key = "again-toast" if asked.new else "again-already"
    except ConsentNeededError:
        key = "share-consent-first"
    except ShutOutError:
        key = "button-stale"
    except refusing.REFUSALS as error:
        key, values = refusing.why(error, language)
    house.nudge()
    await house.gateway.answer(query.id, say(language, key, **values))
    if not key.startswith("again-") or not isinstance(query.message, Message):
        return
    place, shown = places.of(query.message), query.message.message_id
    if whole:  # its thumbs stay
        await rating.show(context, place, shown, user, answer_id, language)
    else:
        await house.gateway.edit_keyboard(place, shown, None)


async def prefer(
    query: CallbackQuery, context: Context, first: int, second: int, better: Better
) -> None:
    """Which of two answers is better. Raises `NotYoursError`."""
    house, language = context.house, context.language(query.from_user)
    async with house.database.session() as session:
        user = await privacy.person(session, places.account(query.from_user.id))
        await feedback.prefer(session, user, first, second, better)
    await house.gateway.answer(query.id, say(language, "compare-toast"))
    if isinstance(query.message, Message):
        await house.gateway.edit_keyboard(
            places.of(query.message),
            query.message.message_id,
            keyboards.compare(language, first, second, better),
        )
