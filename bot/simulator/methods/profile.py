"""What the bot says about itself: commands by scope and language, name, descriptions."""

from __future__ import annotations

import re

from bot.simulator.methods.call import Call
from bot.simulator.params import Params
from bot.simulator.records import Json
from bot.simulator.refusals import bad
from bot.simulator.state import State

PLAIN_SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
)
CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
LIMITS = {"name": 64, "description": 512, "short_description": 120}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def _scope(call: Call) -> str:
    """The scope as one word, such as `chat:1001`. Raises RefusedError."""
    scope = call.params.mapping("scope") or {"type": "default"}
    kind = scope.get("type")
    numbers = Params(scope)
    if kind in PLAIN_SCOPES:
        return str(kind)
    if kind not in CHAT_SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    chat = call.state.chats.get(numbers.integer("chat_id"))
    if chat is None or not chat.started:
        raise bad("chat not found")
    if kind == "chat_member":
        return f"chat_member:{chat.id}:{numbers.integer('user_id')}"
    return f"{kind}:{chat.id}"


def _language(call: Call) -> str:
    language = call.params.text("language_code") or ""
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad("invalid language code specified")
    return language


def set_my_commands(call: Call) -> bool:
    scope, language = _scope(call), _language(call)
    wanted = call.params.mappings("commands")
    if len(wanted) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in wanted:
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    kept = [
        {"command": c["command"].removeprefix("/"), "description": c["description"]} for c in wanted
    ]
    call.turn.change("commands", scope=scope, language=language, commands=kept or None)
    return True


def get_my_commands(call: Call) -> list[Json]:
    return call.state.commands.get((_scope(call), _language(call)), [])


def delete_my_commands(call: Call) -> bool:
    call.turn.change("commands", scope=_scope(call), language=_language(call), commands=None)
    return True


def commands_for(state: State, chat_id: int, user_id: int, language: str) -> list[Json]:
    """The commands that this person's app offers in this chat, narrowest scope first."""
    chat = state.chats[chat_id]
    admin = not chat.private and state.people[user_id].admin
    scopes = [f"chat_member:{chat_id}:{user_id}"] if not chat.private else []
    scopes += [f"chat_administrators:{chat_id}"] if admin else []
    scopes += [f"chat:{chat_id}"]
    scopes += ["all_chat_administrators"] if admin else []
    scopes += ["all_private_chats" if chat.private else "all_group_chats", "default"]
    for scope in scopes:
        for spoken in (language, ""):
            if (scope, spoken) in state.commands:
                return state.commands[scope, spoken]
    return []


def _set(call: Call, field: str) -> bool:
    value = call.params.text(field) or ""
    if len(value) > LIMITS[field]:
        raise bad(f"{field.replace('_', ' ')} is too long")
    call.turn.change("profile", field=field, language=_language(call), value=value)
    return True


def shown(state: State, field: str, language: str) -> str:
    """What a person with this language reads; the text without a language is the fallback."""
    return state.profile.get((field, language)) or state.profile.get((field, ""), "")


def set_my_name(call: Call) -> bool:
    return _set(call, "name")


def get_my_name(call: Call) -> Json:
    return {"name": shown(call.state, "name", _language(call)) or call.bot["first_name"]}


def set_my_description(call: Call) -> bool:
    return _set(call, "description")


def get_my_description(call: Call) -> Json:
    return {"description": shown(call.state, "description", _language(call))}


def set_my_short_description(call: Call) -> bool:
    return _set(call, "short_description")


def get_my_short_description(call: Call) -> Json:
    return {"short_description": shown(call.state, "short_description", _language(call))}
