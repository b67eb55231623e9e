"""sendMessage, copyMessage, forwardMessage, sendChatAction."""

from __future__ import annotations

from bot.simulator import shapes, world
from bot.simulator.methods.call import Call, message_text
from bot.simulator.records import Chat, Json, Record
from bot.simulator.refusals import bad

CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
CHAT_ACTION_SECONDS = 5.0
CONTENT = (
    "text",
    "entities",
    "caption",
    "caption_entities",
    "photo",
    "document",
    "voice",
    "sticker",
)


def send_message(call: Call) -> Json:
    chat = call.chat()
    fields = {**message_text(call.params, "message is too long"), **call.thread()}
    return shapes.message(call.state, deliver(call, chat, {**fields, **call.markup()}))


def deliver(call: Call, chat: Chat, fields: Json) -> Record:
    """Post the bot's message: the pace is checked and the chat's drafts vanish."""
    reply_to, quote = call.reply(chat)
    call.world.flood.check(chat.id)
    record = world.post(call.turn, chat, call.bot, {**fields, **quote}, reply_to=reply_to)
    for draft in call.state.live_drafts(chat.id, call.turn.now):
        call.turn.change("draft_gone", chat_id=chat.id, draft_id=draft.draft_id)
    call.turn.note(chat_id=chat.id, message_id=record.message_id)
    return record


def _source(call: Call) -> Record:
    origin = call.chat("from_chat_id")
    return call.message(origin, "message to copy not found")


def _content(source: Record) -> Json:
    return {name: source.fields[name] for name in CONTENT if name in source.fields}


def copy_message(call: Call) -> Json:
    chat = call.chat()
    fields = {**_content(_source(call)), **call.thread(), **call.markup()}
    return {"message_id": deliver(call, chat, fields).message_id}


def forward_message(call: Call) -> Json:
    chat, source = call.chat(), _source(call)
    origin = {
        "type": "user",
        "date": int(source.time),
        "sender_user": source.fields["from"],
    }
    fields = {**_content(source), "forward_origin": origin, **call.thread()}
    return shapes.message(call.state, deliver(call, chat, fields))


def send_chat_action(call: Call) -> bool:
    chat, action = call.chat(), call.params.text("action")
    if action not in CHAT_ACTIONS:
        raise bad("wrong parameter action in request")
    call.turn.change(
        "typing", chat_id=chat.id, action=action, until=call.turn.now + CHAT_ACTION_SECONDS
    )
    return True
