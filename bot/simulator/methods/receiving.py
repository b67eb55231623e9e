"""How the bot receives: getMe, webhooks, answers to pressed buttons."""

from __future__ import annotations

from bot.simulator import shapes, webhooks
from bot.simulator.entities import length
from bot.simulator.methods.call import Call
from bot.simulator.records import Json
from bot.simulator.refusals import bad

# Telegram's limit is not published; people report between fifteen seconds and some minutes.
CALLBACK_SECONDS = 60.0
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def get_me(call: Call) -> Json:
    return shapes.bot_me(call.state)


def log_out(call: Call) -> bool:
    return True


def close(call: Call) -> bool:
    return True


def allow(call: Call) -> None:
    """Keep `allowed_updates` if it was given; an empty list means the default again."""
    if call.params.values.get("allowed_updates") is None:
        return
    kinds = [str(kind) for kind in call.params.objects("allowed_updates")] or None
    if kinds != call.state.allowed:
        call.turn.change("allowed", kinds=kinds)


def set_webhook(call: Call) -> bool:
    url = call.params.text("url") or ""
    if not url:
        return delete_webhook(call)
    webhook = {
        "url": webhooks.checked_url(url),
        "secret_token": call.params.text("secret_token"),
        "max_connections": call.params.integer("max_connections", 40),
    }
    allow(call)
    if call.params.boolean("drop_pending_updates"):
        call.world.poller.drop(call.turn)
    call.world.webhooks.last_error = None
    call.turn.change("webhook", webhook=webhook)
    return True


def delete_webhook(call: Call) -> bool:
    if call.params.boolean("drop_pending_updates"):
        call.world.poller.drop(call.turn)
    if call.state.webhook is not None:
        call.turn.change("webhook", webhook=None)
    return True


def get_webhook_info(call: Call) -> Json:
    return call.world.webhooks.info()


def answer_callback_query(call: Call) -> bool:
    query = call.state.callbacks.get(call.params.text("callback_query_id") or "")
    if query is None or query.answered or call.turn.now - query.time > CALLBACK_SECONDS:
        raise bad(TOO_OLD)
    text = call.params.text("text") or ""
    if length(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    call.turn.change(
        "callback_answered",
        id=query.id,
        text=text,
        show_alert=call.params.boolean("show_alert"),
    )
    call.turn.note(chat_id=query.chat_id, callback_query_id=query.id)
    return True
