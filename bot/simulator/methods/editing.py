"""What changes a message that is there: edits, deletion, reactions, pins."""

from __future__ import annotations

from bot.simulator import reactions, shapes, world
from bot.simulator.methods.call import Call, caption, message_text
from bot.simulator.records import Chat, Json, Record
from bot.simulator.refusals import RefusedError, bad

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
DELETE_SECONDS = 48 * 3600
TEXT_FIELDS = ("text", "entities", "reply_markup")
CAPTION_FIELDS = ("caption", "caption_entities", "reply_markup")


def edit_message_text(call: Call) -> Json:
    chat, record = _own(call)
    fresh = {**message_text(call.params, "MESSAGE_TOO_LONG"), **_inline(call)}
    if "text" not in record.fields:
        raise bad("there is no text in the message to edit")
    return _edit(call, chat, record, TEXT_FIELDS, fresh)


def edit_message_caption(call: Call) -> Json:
    chat, record = _own(call)
    fresh = {**caption(call.params), **_inline(call)}
    if "text" in record.fields:
        raise bad("there is no caption in the message to edit")
    return _edit(call, chat, record, CAPTION_FIELDS, fresh)


def edit_message_reply_markup(call: Call) -> Json:
    chat, record = _own(call)
    return _edit(call, chat, record, ("reply_markup",), _inline(call))


def _own(call: Call) -> tuple[Chat, Record]:
    chat = call.chat()
    record = call.message(chat, "message to edit not found")
    if record.sender != shapes.BOT_ID or not record.editable:
        raise bad("message can't be edited")
    return chat, record


def _inline(call: Call) -> Json:
    fields = call.markup()
    if "other_markup" in fields:
        raise bad("inline keyboard expected")
    return fields


def _edit(call: Call, chat: Chat, record: Record, names: tuple[str, ...], fresh: Json) -> Json:
    current = {name: record.fields[name] for name in names if name in record.fields}
    if current == fresh:
        raise bad(NOT_MODIFIED)
    if not chat.private:
        call.world.flood.check(chat.id)
    kept = {name: value for name, value in record.fields.items() if name not in names}
    edited = world.rewrite(call.turn, record, {**kept, **fresh})
    call.turn.note(chat_id=chat.id, message_id=record.message_id)
    return shapes.message(call.state, edited)


def delete_message(call: Call) -> bool:
    chat = call.chat()
    record = call.message(chat, "message to delete not found")
    if not _deletable(call, chat, record):
        raise bad("message can't be deleted")
    call.turn.change("deleted", chat_id=chat.id, message_id=record.message_id)
    call.turn.note(chat_id=chat.id, message_id=record.message_id)
    return True


def delete_messages(call: Call) -> bool:
    chat, wanted = call.chat(), call.params.objects("message_ids")
    if not 1 <= len(wanted) <= 100:
        raise bad("message identifiers are not specified")
    if not all(isinstance(message_id, int) for message_id in wanted):
        raise bad("message identifiers are not numbers")
    for message_id in wanted:
        record = call.state.record(chat.id, message_id)
        if record is not None and _deletable(call, chat, record):
            call.turn.change("deleted", chat_id=chat.id, message_id=record.message_id)
    call.turn.note(chat_id=chat.id, message_ids=wanted)
    return True


def _deletable(call: Call, chat: Chat, record: Record) -> bool:
    if call.turn.now - record.time > DELETE_SECONDS:
        return False
    return chat.private or chat.bot_admin or record.sender == shapes.BOT_ID


def set_message_reaction(call: Call) -> bool:
    chat = call.chat()
    record = call.message(chat, "message to react not found")
    wanted = call.params.mappings("reaction")
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    emoji = []
    for reaction in wanted:
        known = reactions.known(str(reaction.get("emoji", "")))
        if known is None:
            raise bad("REACTION_INVALID")
        emoji.append(known)
    call.turn.change(
        "reaction",
        chat_id=chat.id,
        message_id=record.message_id,
        user_id=shapes.BOT_ID,
        emoji=emoji,
    )
    call.turn.note(chat_id=chat.id, message_id=record.message_id)
    return True


def pin_chat_message(call: Call) -> bool:
    chat = call.chat()
    _may_pin(chat)
    record = call.message(chat, "message to pin not found")
    _pin(call, chat, record.message_id, pinned=True)
    return True


def unpin_chat_message(call: Call) -> bool:
    chat = call.chat()
    _may_pin(chat)
    message_id = call.params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad("message to unpin not found")
    _pin(call, chat, message_id, pinned=False)
    return True


def unpin_all_chat_messages(call: Call) -> bool:
    chat = call.chat()
    _may_pin(chat)
    for message_id in list(chat.pinned):
        _pin(call, chat, message_id, pinned=False)
    return True


def _may_pin(chat: Chat) -> None:
    if not chat.private and not chat.bot_admin:
        raise RefusedError(
            400, "Bad Request: not enough rights to manage pinned messages in the chat"
        )


def _pin(call: Call, chat: Chat, message_id: int, *, pinned: bool) -> None:
    call.turn.change("pin", chat_id=chat.id, message_id=message_id, pinned=pinned)
    call.turn.note(chat_id=chat.id, message_id=message_id)
