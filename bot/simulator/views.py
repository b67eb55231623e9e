"""What people see, as JSON for the chat page and for scripts: chats, messages, drafts, events."""

from __future__ import annotations

from collections.abc import Iterator

from bot.simulator import shapes
from bot.simulator.methods import profile
from bot.simulator.records import Chat, Draft, Json, Person, Record
from bot.simulator.state import State

MEDIA = ("photo", "document", "voice", "sticker")


def person(shown: Person) -> Json:
    return {
        "id": shown.id,
        "first_name": shown.first_name,
        "language_code": shown.language_code,
        "username": shown.username,
        "admin": shown.admin,
        "blocked": shown.blocked,
    }


def bot(state: State, language: str) -> Json:
    """The bot's profile as a person with this language reads it."""
    return {
        "id": shapes.BOT_ID,
        "username": shapes.BOT_USERNAME,
        "name": profile.shown(state, "name", language) or shapes.DEFAULT_NAME,
        "description": profile.shown(state, "description", language),
        "short_description": profile.shown(state, "short_description", language),
    }


def _media(state: State, record: Record) -> Json | None:
    for kind in MEDIA:
        if kind not in record.fields:
            continue
        content = record.fields[kind]
        content = content[-1] if kind == "photo" else content
        stored = state.files.get(content["file_id"])
        return {
            "kind": kind,
            "file_id": content["file_id"],
            "name": stored.name if stored else kind,
            "mime": stored.mime if stored else "application/octet-stream",
            "size": stored.size if stored else 0,
            "width": content.get("width"),
            "height": content.get("height"),
            "url": f"/sim/file/{content['file_id']}",
        }
    return None


def _service(fields: Json) -> str:
    """What an app shows of a message that nobody wrote."""
    moved = {"migrate_to_chat_id", "migrate_from_chat_id"} & set(fields)
    return "The group was upgraded to a supergroup." if moved else ""


def message(state: State, record: Record) -> Json:
    """One message with all that can be seen of it; times are float seconds."""
    fields = record.fields
    by_emoji: dict[str, list[int]] = {}
    for who, emoji in record.reactions.items():
        for one in emoji:
            by_emoji.setdefault(one, []).append(int(who))
    shown = {
        "chat_id": record.chat_id,
        "message_id": record.message_id,
        "from": fields["from"],
        "date": record.time,
        "text": fields.get("text") or fields.get("caption") or _service(fields),
        "entities": fields.get("entities") or fields.get("caption_entities") or [],
        "buttons": fields.get("reply_markup", {}).get("inline_keyboard", []),
        "force_reply": (fields.get("other_markup") or {}).get("force_reply", False),
        "placeholder": (fields.get("other_markup") or {}).get("input_field_placeholder"),
        "keyboard": (fields.get("other_markup") or {}).get("keyboard", []),
        "reply_to": record.reply_to,
        "quote": (fields.get("quote") or {}).get("text"),
        "thread_id": fields.get("message_thread_id"),
        "forwarded": "forward_origin" in fields,
        "edits": record.edits,
        "reactions": [{"emoji": e, "from": who} for e, who in by_emoji.items()],
        "deleted": record.deleted,
        "media": _media(state, record),
    }
    if record.deleted:
        shown |= {"text": "", "entities": [], "buttons": [], "media": None, "quote": None}
    return shown


def draft(shown: Draft) -> Json:
    return {
        "draft_id": shown.draft_id,
        "text": shown.text,
        "entities": shown.entities,
        "thread_id": shown.thread_id,
        "can_stop": shown.can_stop,
        "started": shown.started,
        "updated": shown.updated,
        "expires": shown.expires,
    }


def chat_summary(state: State, chat: Chat) -> Json:
    """A line of the chat list."""
    seen = (record for record in reversed(chat.records.values()) if not record.deleted)
    last = next(seen, None)
    owner = state.people.get(chat.id)
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title or (owner.first_name if owner else str(chat.id)),
        "members": chat.members,
        "started": chat.started,
        "blocked": bool(owner and owner.blocked),
        "bot_admin": chat.bot_admin,
        "left": chat.left,
        "migrated_to": chat.migrated_to,
        "pinned": chat.pinned,
        "last": message(state, last) if last else None,
    }


def chat(state: State, shown: Chat, after: int, now: float) -> Json:
    """A chat with its messages above `after`, the live drafts and what the bot is doing."""
    typing = state.typing.get(shown.id)
    records = (record for id_, record in shown.records.items() if id_ > after)
    return {
        **chat_summary(state, shown),
        "messages": [message(state, record) for record in records],
        "drafts": [draft(one) for one in state.live_drafts(shown.id, now)],
        "typing": typing["action"] if typing and typing["until"] > now else None,
    }


def events(state: State, line: Json) -> Iterator[Json]:
    """What a line of the ledger changed on people's screens."""
    for change in line["changes"]:
        match change["type"]:
            case "message":
                place = change["record"]
            case "deleted" | "reaction":
                place = change
            case "draft":
                yield {
                    "type": "draft",
                    "chat_id": change["draft"]["chat_id"],
                    "draft": draft(Draft(**change["draft"])),
                }
                continue
            case "draft_gone" | "draft_stopped" | "typing" | "callback_answered" | "callback":
                yield change
                continue
            case "person":
                yield {"type": "person", "person": change["person"]}
                continue
            case "chat" | "pin":
                summary = chat_summary(state, state.chats[change["chat_id"]])
                yield {"type": "chat", "chat_id": change["chat_id"], "chat": summary}
                continue
            case "commands" | "profile":
                yield {"type": "bot"}
                continue
            case _:
                continue
        record = state.chats[place["chat_id"]].records[place["message_id"]]
        shown = message(state, record)
        yield {"type": "message", "chat_id": record.chat_id, "message": shown}
