"""The world of one running simulator and what its two sides share: posting a message.

The bot's side is `methods`, the people's side is `people`; both write through a `Turn`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.simulator import shapes
from bot.simulator.faults import FaultBook
from bot.simulator.flood import Flood
from bot.simulator.ledger import Ledger, Turn
from bot.simulator.records import Chat, Json, Record
from bot.simulator.updates import Poller
from bot.simulator.webhooks import Webhooks

PEOPLE = (
    (1001, "Ana", "en", "ana_sim"),
    (1002, "Ben", "en", "ben_sim"),
    (1003, "Chloé", "fr", "chloe_sim"),
    (1004, "Diego", "es", "diego_sim"),
    (1005, "Omar", "ar", "omar_sim"),
)
ADMIN_ID = 1001


@dataclass(slots=True)
class World:
    """Everything that belongs to one simulator."""

    ledger: Ledger
    poller: Poller
    webhooks: Webhooks
    faults: FaultBook = field(default_factory=FaultBook)
    flood: Flood = field(default_factory=Flood)


def make(journal: Path | None, admin: int = ADMIN_ID) -> World:
    """Rebuild the world of `journal`, or begin one with five people and a group."""
    ledger = Ledger(journal)
    turn = ledger.turn()
    for person_id, name, language, username in PEOPLE:
        if person_id not in turn.state.people:
            _settle(turn, person_id, name, language, username, admin)
    if admin not in turn.state.people:
        _settle(turn, admin, "Admin", "en", None, admin)
    if shapes.GROUP_ID not in turn.state.chats:
        members = list(turn.state.people)
        turn.change(
            "chat",
            chat_id=shapes.GROUP_ID,
            kind="supergroup",
            title="Family",
            members=members,
            started=True,
        )
    if turn.changes:
        turn.close("people", people=[*turn.state.people])
    return World(ledger, Poller(ledger), Webhooks(ledger))


def _settle(
    turn: Turn, person_id: int, name: str, language: str, username: str | None, admin: int
) -> None:
    person = {
        "id": person_id,
        "first_name": name,
        "language_code": language,
        "username": username,
        "admin": person_id == admin,
    }
    turn.change("person", person=person)
    turn.change("chat", chat_id=person_id, kind="private", members=[person_id])


def post(
    turn: Turn,
    chat: Chat,
    sender: Json,
    fields: Json,
    *,
    reply_to: int | None = None,
    reply_hidden: bool = False,
) -> Record:
    """Put a new message of `sender` (a User object) into the chat."""
    record = Record(
        chat_id=chat.id,
        message_id=turn.state.next_message_id,
        sender=sender["id"],
        time=turn.now,
        fields={"from": sender, **fields},
        reply_to=reply_to,
        reply_hidden=reply_hidden,
    )
    turn.change("message", record=record.to_json())
    return chat.records[record.message_id]


def rewrite(turn: Turn, record: Record, fields: Json) -> Record:
    """Replace what a message says; the time of the edit is kept."""
    edited = record.to_json()
    edited["fields"] = fields
    edited["edits"] = [*record.edits, turn.now]
    turn.change("message", record=edited)
    return turn.state.chats[record.chat_id].records[record.message_id]
