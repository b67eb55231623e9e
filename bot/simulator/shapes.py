"""Telegram's JSON objects made from the state: users, chats, messages.

Knows the shapes and nothing about who may do what.
"""

from __future__ import annotations

from bot.simulator.records import Chat, Json, Person, Record
from bot.simulator.state import State

BOT_ID = 7_000_000_001
BOT_USERNAME = "doctor_llama_bot"
DEFAULT_NAME = "Doctor Llama"
GROUP_ID = -1_001_000_000_001
# Kept beside the message for the chat page; Telegram's Message has no such fields.
INTERNAL = ("other_markup",)


def bot_user(state: State) -> Json:
    return {
        "id": BOT_ID,
        "is_bot": True,
        "first_name": state.profile.get(("name", "")) or DEFAULT_NAME,
        "username": BOT_USERNAME,
    }


def bot_me(state: State) -> Json:
    """The fuller object that only getMe returns."""
    return {
        **bot_user(state),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
    }


def user(person: Person) -> Json:
    shape: Json = {"id": person.id, "is_bot": False, "first_name": person.first_name}
    if person.username:
        shape["username"] = person.username
    return {**shape, "language_code": person.language_code}


def chat(state: State, shown: Chat) -> Json:
    if not shown.private:
        return {"id": shown.id, "title": shown.title, "type": "supergroup"}
    person = state.people[shown.id]
    shape: Json = {"id": shown.id, "first_name": person.first_name, "type": "private"}
    if person.username:
        shape["username"] = person.username
    return shape


def message(state: State, record: Record, *, nested: bool = False) -> Json:
    """A Message; a nested one does not carry its own `reply_to_message`."""
    shape: Json = {
        "message_id": record.message_id,
        "date": int(record.time),
        "chat": chat(state, state.chats[record.chat_id]),
        **{name: value for name, value in record.fields.items() if name not in INTERNAL},
    }
    if record.edits:
        shape["edit_date"] = int(record.edits[-1])
    if record.reply_to is not None and not record.reply_hidden and not nested:
        target = state.record(record.chat_id, record.reply_to)
        if target is not None:
            shape["reply_to_message"] = message(state, target, nested=True)
    if nested:
        shape.pop("quote", None)
    return shape
