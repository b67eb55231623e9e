"""What people do besides writing: press, react, stop a draft, block the bot.

Like `people`, one line of the ledger each, and no HTTP.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict

from bot.simulator import people, reactions, shapes, updates, world
from bot.simulator.ledger import Turn
from bot.simulator.methods.chats import bot_member
from bot.simulator.records import Json
from bot.simulator.refusals import PersonError

ACTIONS = {"administrator": "promote", "member": "demote", "kicked": "expel"}


def press(
    turn: Turn, user_id: int, chat_id: int, message_id: int, button: str, *, stale: bool
) -> Json:
    """Press an inline button by its data or its text; `stale` allows one that is gone."""
    person = people.known(turn, user_id)
    chat = people.enter(turn, person, chat_id)
    record = people.shown(turn, chat_id, message_id)
    rows = record.fields.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [one for row in rows for one in row if "callback_data" in one]
    data = next((b["callback_data"] for b in buttons if b["callback_data"] == button), None)
    data = data or next((b["callback_data"] for b in buttons if b["text"] == button), None)
    if data is None and not stale:
        offered = ", ".join(f"{b['text']} ({b['callback_data']})" for b in buttons) or "none"
        raise PersonError(f"No such button; the message offers: {offered}.", status=404)
    query = {
        "id": str(uuid.uuid4().int >> 66),
        "chat_id": chat.id,
        "message_id": message_id,
        "user_id": person.id,
        "data": data or button,
        "time": turn.now,
    }
    turn.change("callback", callback=query)
    body = {
        "id": query["id"],
        "from": shapes.user(person),
        "message": shapes.message(turn.state, record),
        "chat_instance": str(abs(chat.id) * 7919),
        "data": query["data"],
    }
    updates.push(turn, "callback_query", body)
    turn.note(data=query["data"], callback_query_id=query["id"])
    return {
        **people.done(turn, "press", person.id, chat.id, message_id),
        "callback_query_id": query["id"],
    }


def react(turn: Turn, user_id: int, chat_id: int, message_id: int, emoji: list[str]) -> Json:
    """Set a person's reactions to a message; an empty list takes them back."""
    person = people.known(turn, user_id)
    chat = people.enter(turn, person, chat_id)
    record = people.shown(turn, chat_id, message_id)
    wanted = [reactions.known(one) for one in emoji]
    if len(wanted) > 1 or None in wanted:
        raise PersonError("A person sets one of Telegram's reactions, or none.")
    before = record.reactions.get(str(person.id), [])
    turn.change("reaction", chat_id=chat.id, message_id=message_id, user_id=person.id, emoji=wanted)
    if chat.private or chat.bot_admin:  # in groups only administrators hear of reactions
        body = {
            "chat": shapes.chat(turn.state, chat),
            "message_id": message_id,
            "user": shapes.user(person),
            "date": int(turn.now),
            "old_reaction": [{"type": "emoji", "emoji": one} for one in before],
            "new_reaction": [{"type": "emoji", "emoji": one} for one in wanted],
        }
        updates.push(turn, "message_reaction", body)
    turn.note(emoji=wanted)
    return people.done(turn, "react", person.id, chat.id, message_id)


def stop(turn: Turn, chat_id: int, draft_id: int | None) -> Json:
    """Tap the Stop button of a streaming draft (of the only one, if none is named)."""
    alive = turn.state.live_drafts(chat_id, turn.now)
    drafts = [d for d in alive if d.can_stop and draft_id in (None, d.draft_id)]
    if not drafts:
        raise PersonError("There is no draft with a Stop button in this chat.", status=404)
    draft = drafts[-1]
    turn.change("draft_stopped", chat_id=chat_id, draft_id=draft.draft_id, keep=draft.keep_on_stop)
    body: Json = {
        "chat": shapes.chat(turn.state, turn.state.chats[chat_id]),
        "draft_id": draft.draft_id,
    }
    if draft.thread_id is not None:
        body["message_thread_id"] = draft.thread_id
    updates.push(turn, "stopped_message_generation", body)
    turn.note(draft_id=draft.draft_id)
    return {**people.done(turn, "stop", chat_id, chat_id, 0), "draft_id": draft.draft_id}


def block(turn: Turn, user_id: int, blocked: bool) -> Json:
    """Block the bot or let it write again."""
    person = people.known(turn, user_id)
    chat = turn.state.chats[person.id]
    if not chat.started:
        raise PersonError(f"{person.first_name} has not started the bot yet.", status=409)
    if person.blocked != blocked:
        turn.change("person", person={**asdict(person), "blocked": blocked})
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        body = {
            "chat": shapes.chat(turn.state, chat),
            "from": shapes.user(person),
            "date": int(turn.now),
            "old_chat_member": bot_member(turn.state, before),
            "new_chat_member": bot_member(turn.state, after),
        }
        updates.push(turn, "my_chat_member", body)
    return people.done(turn, "block" if blocked else "unblock", person.id, person.id, 0)


def promote(turn: Turn, chat_id: int, admin: bool) -> Json:
    """Make the bot an administrator of a group, or an ordinary member again."""
    return _let_bot_be(turn, chat_id, "administrator" if admin else "member")


def invite(turn: Turn, chat_id: int, member: bool) -> Json:
    """Take the bot into a group, or put it out."""
    return _let_bot_be(turn, chat_id, "member" if member else "kicked")


def _let_bot_be(turn: Turn, chat_id: int, after: str) -> Json:
    """The owner of a group changes what the bot is there; the bot hears of it."""
    chat = turn.state.chats.get(chat_id)
    if chat is None or chat.private:
        raise PersonError(f"There is no group {chat_id}.", status=404)
    owner = next((p for p in turn.state.people.values() if p.admin), None)
    if owner is None:
        raise PersonError("The group has no owner.", status=409)
    before = "administrator" if chat.bot_admin else "member"
    before = "left" if chat.left else before
    admin, gone = after == "administrator", after == "kicked"
    turn.change("chat", chat_id=chat.id, bot_admin=admin, left=gone)
    body = {
        "chat": shapes.chat(turn.state, chat),
        "from": shapes.user(owner),
        "date": int(turn.now),
        "old_chat_member": bot_member(turn.state, before),
        "new_chat_member": bot_member(turn.state, after),
    }
    updates.push(turn, "my_chat_member", body)
    return people.done(turn, ACTIONS[after], owner.id, chat.id, 0)


def migrate(turn: Turn, chat_id: int) -> Json:
    """Let a group become another chat, as when Telegram makes a supergroup of it."""
    chat = turn.state.chats.get(chat_id)
    if chat is None or chat.private:
        raise PersonError(f"There is no group {chat_id}.", status=404)
    owner = next((p for p in turn.state.people.values() if p.admin), None)
    if owner is None or chat.migrated_to is not None:
        raise PersonError("Nobody can do that to this group.", status=409)
    fresh = min(turn.state.chats) - 1
    same = {name: getattr(chat, name) for name in ("kind", "title", "members", "started")}
    turn.change("chat", chat_id=fresh, bot_admin=chat.bot_admin, **same)
    turn.change("chat", chat_id=chat.id, migrated_to=fresh)
    told = {chat.id: {"migrate_to_chat_id": fresh}, fresh: {"migrate_from_chat_id": chat.id}}
    for place, fields in told.items():
        record = world.post(turn, turn.state.chats[place], shapes.user(owner), fields)
        updates.push(turn, "message", shapes.message(turn.state, record))
    return {**people.done(turn, "migrate", owner.id, fresh, 0), "from_chat_id": chat.id}


def redeliver(turn: Turn, update_id: int) -> Json:
    """Give an update to the bot once more, as Telegram sometimes does."""
    if update_id not in turn.state.pending and update_id not in turn.state.confirmed:
        raise PersonError(f"There is no update {update_id} to give again.", status=404)
    turn.change("redeliver", update_id=update_id)
    turn.close("redeliver", redelivered_update_id=update_id)
    return {"update_id": update_id}
