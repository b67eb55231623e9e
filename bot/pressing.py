"""A pressed button: to whom it goes. Foreign, old and unknown ones get a polite toast."""

from telegram import Update

from bot import asking, consenting, keyboards, rating, stopping
from bot.admin import dispatching
from bot.context import Context
from bot.gateway import GoneError
from bot.texts import say
from doctor_llama.errors import NotYoursError


async def press(update: Update, context: Context) -> None:  # noqa: C901 - a table
    query = update.callback_query
    if query is None:
        return
    language, gateway = context.language(query.from_user), context.house.gateway
    try:
        match keyboards.parse(query.data or ""):
            case keyboards.Rate(message, wanted):
                await rating.rate(query, context, message, wanted)
            case keyboards.Stop(job):
                await stopping.press(query, context, job)
            case keyboards.Agree(person):
                await consenting.agree(query, context, person)
            case keyboards.Share(agreed):
                await consenting.share(query, context, agreed)
            case keyboards.Anyway(message):
                await asking.anyway(query, context, message)
            case keyboards.Confirm(token, yes):
                await dispatching.confirm(query, context, token, yes)
            case None:
                await gateway.answer(query.id, say(language, "button-stale"))
    except NotYoursError:
        await gateway.answer(query.id, say(language, "not-yours-stop"))
    except GoneError:  # the message of the button was deleted meanwhile: nothing to show it on
        return
