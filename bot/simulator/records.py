"""The things that the simulator remembers: people, chats, messages, drafts, pressed buttons, files.

Plain records without behaviour; `state` keeps them and is the only one to alter them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Json = dict[str, Any]

DRAFT_SECONDS = 30.0


@dataclass(slots=True)
class Person:
    """A Telegram user who is not a bot."""

    id: int
    first_name: str
    language_code: str = "en"
    username: str | None = None
    admin: bool = False
    blocked: bool = False


@dataclass(slots=True)
class Record:
    """One message, with what Telegram's object leaves out: exact times, reactions, deletion."""

    chat_id: int
    message_id: int
    sender: int
    time: float
    fields: Json
    reply_to: int | None = None
    reply_hidden: bool = False  # a reply to the bot's latest private message is not told
    edits: list[float] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def editable(self) -> bool:
        """Telegram lets a bot edit messages without a markup or with an inline one."""
        return "other_markup" not in self.fields

    def to_json(self) -> Json:
        return asdict(self)


@dataclass(slots=True)
class Draft:
    """A streamed preview; it dies by itself after thirty seconds."""

    chat_id: int
    draft_id: int
    text: str
    entities: list[Json]
    thread_id: int | None
    can_stop: bool
    keep_on_stop: bool
    started: float
    updated: float

    @property
    def expires(self) -> float:
        return self.updated + DRAFT_SECONDS


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a supergroup."""

    id: int
    kind: str
    title: str = ""
    members: list[int] = field(default_factory=list)
    started: bool = False  # the person has written: only now may the bot write
    bot_admin: bool = False
    left: bool = False  # the bot left the group
    migrated_to: int | None = None  # the supergroup that this group became
    records: dict[int, Record] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)

    @property
    def private(self) -> bool:
        return self.kind == "private"


@dataclass(slots=True)
class Callback:
    """A pressed button that waits for answerCallbackQuery."""

    id: str
    chat_id: int
    message_id: int
    user_id: int
    data: str
    time: float
    answered: bool = False
    text: str = ""
    show_alert: bool = False
    seconds: float = 0.0


@dataclass(slots=True)
class StoredFile:
    """Bytes that a person or the bot uploaded; `data` is base64 as the journal keeps it."""

    file_id: str
    name: str
    mime: str
    size: int
    data: str
