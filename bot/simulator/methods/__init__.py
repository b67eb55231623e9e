"""The Bot API's methods by their lower-case names.

Each takes a `Call` and returns the `result` of the response, or raises `RefusedError`. `getUpdates`
waits and is therefore in `botapi`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.simulator.methods import chats, drafting, editing, media, profile, receiving, sending
from bot.simulator.methods.call import Call

TABLE: dict[str, Callable[[Call], Any]] = {
    "getme": receiving.get_me,
    "logout": receiving.log_out,
    "close": receiving.close,
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.get_webhook_info,
    "answercallbackquery": receiving.answer_callback_query,
    "sendmessage": sending.send_message,
    "copymessage": sending.copy_message,
    "forwardmessage": sending.forward_message,
    "sendchataction": sending.send_chat_action,
    "sendmessagedraft": drafting.send_message_draft,
    "senddocument": media.send_document,
    "sendphoto": media.send_photo,
    "sendmediagroup": media.send_media_group,
    "getfile": media.get_file,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "setmessagereaction": editing.set_message_reaction,
    "pinchatmessage": editing.pin_chat_message,
    "unpinchatmessage": editing.unpin_chat_message,
    "unpinallchatmessages": editing.unpin_all_chat_messages,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_my_name,
    "getmyname": profile.get_my_name,
    "setmydescription": profile.set_my_description,
    "getmydescription": profile.get_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "getmyshortdescription": profile.get_my_short_description,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "getchatmembercount": chats.get_chat_member_count,
    "getchatadministrators": chats.get_chat_administrators,
    "leavechat": chats.leave_chat,
}

__all__ = ["TABLE", "Call"]
