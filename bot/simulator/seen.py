"""What a person sees, as typed records: messages, drafts, chats, the outcome of an action."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as people see it. `buttons` are rows of Telegram's button objects."""

    chat_id: int
    message_id: int
    sender_id: int
    is_bot: bool
    text: str
    entities: list[Json]
    buttons: list[list[Json]]
    date: float
    edits: list[float]
    reply_to: int | None
    quote: str | None
    thread_id: int | None
    reactions: list[Json]
    deleted: bool
    media: Json | None
    raw: Json = field(repr=False)

    @property
    def labels(self) -> list[str]:
        """The texts of all buttons."""
        return [button["text"] for row in self.buttons for button in row]

    @property
    def changed(self) -> float:
        """When it last looked different: the last edit, else the sending."""
        return self.edits[-1] if self.edits else self.date


@dataclass(frozen=True, slots=True)
class Draft:
    """A streamed preview."""

    draft_id: int
    text: str
    entities: list[Json]
    thread_id: int | None
    can_stop: bool
    started: float
    updated: float
    expires: float


@dataclass(frozen=True, slots=True)
class ChatView:
    """A chat at one moment. `n` is the number of the last thing that happened in it."""

    chat_id: int
    n: int
    messages: list[Message]
    drafts: list[Draft]
    typing: str | None
    raw: Json = field(repr=False)

    @property
    def from_bot(self) -> list[Message]:
        """The bot's messages that are not deleted, oldest first."""
        return [one for one in self.messages if one.is_bot and not one.deleted]


@dataclass(frozen=True, slots=True)
class Sent:
    """What an action became; `update_id` is None when the bot does not hear of it."""

    chat_id: int
    message_id: int
    update_id: int | None
    time: float


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button and the bot's answerCallbackQuery, if it came in time."""

    callback_query_id: str
    update_id: int | None
    answered: bool
    text: str
    show_alert: bool
    seconds: float | None


def sent(answer: Json) -> Sent:
    return Sent(**{name: answer[name] for name in Sent.__slots__})


def message(raw: Json) -> Message:
    same = {name: raw[name] for name in Message.__slots__ if name in raw}
    return Message(sender_id=raw["from"]["id"], is_bot=raw["from"]["is_bot"], raw=raw, **same)


def chat(raw: Json) -> ChatView:
    return ChatView(
        chat_id=raw["id"],
        n=raw["n"],
        messages=[message(one) for one in raw["messages"]],
        drafts=[Draft(**one) for one in raw["drafts"]],
        typing=raw["typing"],
        raw=raw,
    )
