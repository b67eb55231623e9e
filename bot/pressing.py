"""A pressed button: to whom it goes. Foreign, old and unknown ones get a polite toast."""

from collections.abc import Awaitable, Callable
from dataclasses import astuple

from telegram import Update

from bot import (
    asking,
    browsing,
    consenting,
    correcting,
    forgetting,
    locating,
    owning,
    presses,
    rating,
    retrying,
    rewording,
    speaking,
    stopping,
)
from bot.admin import adapting, comparing, dispatching, reviewing
from bot.context import Context
from bot.gateway import GoneError
from bot.presses import Press
from bot.texts import say
from doctor_llama.errors import NotYoursError

# Each is called with the query, the context, and the fields of what was pressed.
HANDLERS: dict[type[Press], Callable[..., Awaitable[None]]] = {
    presses.Rate: rating.rate,
    presses.Stop: stopping.press,
    presses.Agree: consenting.agree,
    presses.Share: consenting.share,
    presses.Anyway: asking.anyway,
    presses.Confirm: dispatching.confirm,
    presses.Review: reviewing.press,
    presses.Decide: adapting.press,
    presses.Judge: comparing.press,
    presses.Speak: speaking.choose,
    presses.Live: locating.choose,
    presses.Withdraw: owning.withdraw,
    presses.Forget: forgetting.choose,
    presses.Why: rating.explain,
    presses.Again: retrying.again,
    presses.Prefer: retrying.prefer,
    presses.Write: correcting.write,
    presses.Leave: correcting.leave,
    presses.More: correcting.more,
    presses.TakeBack: correcting.take_back,
    presses.Mistaken: correcting.mistaken,
    presses.Anew: rewording.anew,
    presses.Browse: browsing.turn,
    presses.Open: browsing.open_one,
    presses.Resume: browsing.resume,
}


async def press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    language, gateway = context.language(query.from_user), context.house.gateway
    pressed = presses.parse(query.data or "")
    if pressed is None:
        await gateway.answer(query.id, say(language, "button-stale"))
        return
    try:
        await HANDLERS[type(pressed)](query, context, *astuple(pressed))
    except NotYoursError:
        await gateway.answer(query.id, say(language, "not-yours-consent"))
    except GoneError:  # the message of the button was deleted meanwhile: nothing to show it on
        return
