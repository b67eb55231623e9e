"""Questions about a chat and its members; leaving a group."""

from __future__ import annotations

from bot.simulator import shapes
from bot.simulator.methods.call import Call
from bot.simulator.records import Chat, Json
from bot.simulator.refusals import bad
from bot.simulator.state import State

RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
)


def get_chat(call: Call) -> Json:
    chat = call.chat()
    shape = {
        **shapes.chat(call.state, chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    pinned = call.state.record(chat.id, chat.pinned[-1]) if chat.pinned else None
    if pinned is not None:
        shape["pinned_message"] = shapes.message(call.state, pinned, nested=True)
    return shape


def bot_member(state: State, status: str) -> Json:
    """The bot as a ChatMember with this status."""
    shape: Json = {"status": status, "user": shapes.bot_user(state)}
    if status == "administrator":
        shape.update({"can_be_edited": False, "is_anonymous": False})
        shape.update(dict.fromkeys(RIGHTS, True))
    elif status == "kicked":
        shape["until_date"] = 0
    return shape


def _member(state: State, chat: Chat, user_id: int) -> Json | None:
    if user_id == shapes.BOT_ID:
        return bot_member(state, "administrator" if chat.bot_admin else "member")
    person = state.people.get(user_id)
    if person is None:
        return None
    if user_id not in chat.members:
        return {"status": "left", "user": shapes.user(person)}
    if person.admin and not chat.private:
        return {"status": "creator", "user": shapes.user(person), "is_anonymous": False}
    return {"status": "member", "user": shapes.user(person)}


def get_chat_member(call: Call) -> Json:
    member = _member(call.state, call.chat(), call.params.integer("user_id"))
    if member is None:
        raise bad("invalid user_id specified")
    return member


def get_chat_member_count(call: Call) -> int:
    return len(call.chat().members) + 1


def get_chat_administrators(call: Call) -> list[Json]:
    chat = call.chat()
    if chat.private:
        raise bad("there are no administrators in the private chat")
    everyone = [_member(call.state, chat, one) for one in (*chat.members, shapes.BOT_ID)]
    return [m for m in everyone if m and m["status"] in ("creator", "administrator")]


def leave_chat(call: Call) -> bool:
    chat = call.chat()
    if chat.private:
        raise bad("chat member status can't be changed in private chats")
    call.turn.change("chat", chat_id=chat.id, left=True)
    return True
