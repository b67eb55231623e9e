"""What the simulator remembers: people, chats, messages, updates, drafts, commands.

The state is a fold over *changes*: small JSON objects with a `type`. `State.apply` is the only
place that alters it, so replaying a journal's changes rebuilds it exactly. It knows nothing of
HTTP, of files on disk, or of what Telegram allows.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.simulator.records import Callback, Chat, Draft, Json, Person, Record, StoredFile

UPDATE_SECONDS = 24 * 3600.0  # Telegram forgets updates that nobody fetched for a day
KEPT_UPDATES = 2000  # confirmed updates kept so that one can be redelivered on purpose


def first_id() -> int:
    """Where ids start in an empty state: always above those of any earlier simulator.

    The bot deduplicates by chat and message id, so a new journal must not count from 1 again.
    Eight ids a second since 2025 stay below 2**31 until 2033.
    """
    return int((time.time() - 1_735_689_600) * 8) % 2_000_000_000


class State:
    """Everything that a restart must bring back."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.drafts: dict[tuple[int, int], Draft] = {}
        self.stopped: set[tuple[int, int]] = set()
        self.typing: dict[int, Json] = {}
        self.callbacks: dict[str, Callback] = {}
        self.files: dict[str, StoredFile] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.pending: dict[int, tuple[float, Json]] = {}
        self.confirmed: dict[int, Json] = {}
        self.redeliver: list[int] = []
        self.allowed: list[str] | None = None
        self.webhook: Json | None = None
        self.next_message_id = first_id()
        self.next_update_id = first_id()
        self._appliers: dict[str, Callable[[Json, float], None]] = {
            "person": self._person,
            "chat": self._chat,
            "message": self._message,
            "deleted": self._deleted,
            "reaction": self._reaction,
            "draft": self._draft,
            "draft_gone": self._draft_gone,
            "draft_stopped": self._draft_stopped,
            "typing": self._typing,
            "pin": self._pin,
            "update": self._update,
            "confirmed": self._confirmed,
            "redeliver": self._redeliver,
            "redelivered": self._redelivered,
            "callback": self._callback,
            "callback_answered": self._callback_answered,
            "file": self._file,
            "commands": self._commands,
            "profile": self._profile,
            "allowed": self._allowed,
            "webhook": self._webhook,
        }

    def record(self, chat_id: int, message_id: int) -> Record | None:
        """The message, unless it was never there or is deleted."""
        chat = self.chats.get(chat_id)
        found = chat.records.get(message_id) if chat else None
        return None if found is None or found.deleted else found

    def chat_of(self, chat_id: int) -> Chat:
        """The chat; a private one exists from the first look at it."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, "private" if chat_id > 0 else "supergroup")
        return self.chats[chat_id]

    def live_drafts(self, chat_id: int, now: float) -> list[Draft]:
        """The drafts of a chat that a person still sees at `now`."""
        return [d for d in self.drafts.values() if d.chat_id == chat_id and d.expires > now]

    def apply(self, change: Json, now: float) -> None:
        """Take one change in. Raises KeyError for one that this simulator does not know."""
        self._appliers[change["type"]](change, now)

    def _person(self, change: Json, _now: float) -> None:
        self.people[change["person"]["id"]] = Person(**change["person"])

    def _chat(self, change: Json, _now: float) -> None:
        chat = self.chat_of(change["chat_id"])
        for name in ("kind", "title", "members", "started", "bot_admin", "left", "migrated_to"):
            if name in change:
                setattr(chat, name, change[name])

    def _message(self, change: Json, _now: float) -> None:
        record = Record(**change["record"])
        chat = self.chat_of(record.chat_id)
        chat.records[record.message_id] = record
        self.next_message_id = max(self.next_message_id, record.message_id + 1)

    def _deleted(self, change: Json, _now: float) -> None:
        self.chats[change["chat_id"]].records[change["message_id"]].deleted = True

    def _draft(self, change: Json, _now: float) -> None:
        draft = Draft(**change["draft"])
        self.drafts[draft.chat_id, draft.draft_id] = draft

    def _draft_gone(self, change: Json, _now: float) -> None:
        self.drafts.pop((change["chat_id"], change["draft_id"]), None)

    def _typing(self, change: Json, _now: float) -> None:
        self.typing[change["chat_id"]] = change

    def _reaction(self, change: Json, _now: float) -> None:
        record = self.chats[change["chat_id"]].records[change["message_id"]]
        who = str(change["user_id"])
        if change["emoji"]:
            record.reactions[who] = change["emoji"]
        else:
            record.reactions.pop(who, None)

    def _draft_stopped(self, change: Json, _now: float) -> None:
        key = (change["chat_id"], change["draft_id"])
        self.stopped.add(key)
        if change["keep"]:
            self.drafts[key].can_stop = False
        else:
            self.drafts.pop(key, None)

    def _pin(self, change: Json, _now: float) -> None:
        pinned = self.chats[change["chat_id"]].pinned
        if change["message_id"] in pinned:
            pinned.remove(change["message_id"])
        if change["pinned"]:
            pinned.append(change["message_id"])

    def _commands(self, change: Json, _now: float) -> None:
        key = (change["scope"], change["language"])
        if change["commands"] is None:
            self.commands.pop(key, None)
        else:
            self.commands[key] = change["commands"]

    def _update(self, change: Json, now: float) -> None:
        update = change["update"]
        self.next_update_id = max(self.next_update_id, update["update_id"] + 1)
        if change["pending"]:
            self.pending[update["update_id"]] = (now, update)

    def _confirmed(self, change: Json, _now: float) -> None:
        for update_id in change["update_ids"]:
            if update_id in self.pending:
                self.confirmed[update_id] = self.pending.pop(update_id)[1]
        while len(self.confirmed) > KEPT_UPDATES:
            self.confirmed.pop(next(iter(self.confirmed)))

    def _redeliver(self, change: Json, _now: float) -> None:
        self.redeliver.append(change["update_id"])

    def _redelivered(self, change: Json, _now: float) -> None:
        self.redeliver.remove(change["update_id"])

    def _callback(self, change: Json, _now: float) -> None:
        query = Callback(**change["callback"])
        self.callbacks[query.id] = query

    def _callback_answered(self, change: Json, now: float) -> None:
        query = self.callbacks[change["id"]]
        query.answered, query.text = True, change["text"]
        query.show_alert, query.seconds = change["show_alert"], now - query.time

    def _file(self, change: Json, _now: float) -> None:
        stored = StoredFile(**change["file"])
        self.files[stored.file_id] = stored

    def _profile(self, change: Json, _now: float) -> None:
        self.profile[change["field"], change["language"]] = change["value"]

    def _allowed(self, change: Json, _now: float) -> None:
        self.allowed = change["kinds"]

    def _webhook(self, change: Json, _now: float) -> None:
        self.webhook = change["webhook"]
