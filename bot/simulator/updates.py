"""Updates: which of them the bot gets, and how it fetches them by long poll.

An update is filtered by `allowed_updates` when it is created, as at Telegram; an unconfirmed one
is given again, also to a restarted bot. Webhooks are in `webhooks`.
"""

from __future__ import annotations

import time

from bot.simulator import entities, shapes
from bot.simulator.ledger import Ledger, Turn
from bot.simulator.records import Chat, Json, Record
from bot.simulator.refusals import RefusedError
from bot.simulator.state import UPDATE_SECONDS, State

OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
MAX_TIMEOUT = 50
CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


def push(turn: Turn, kind: str, body: Json) -> int | None:
    """Create an update of `kind`; None when the bot did not ask for such updates."""
    state = turn.state
    allowed = state.allowed
    wanted = kind in allowed if allowed else kind not in OFF_BY_DEFAULT
    if not wanted:
        turn.note(filtered=kind)
        return None
    update_id = state.next_update_id
    turn.change("update", update={"update_id": update_id, kind: body}, pending=True)
    turn.note(update_id=update_id, update=kind)
    return update_id


def visible(state: State, chat: Chat, record: Record) -> bool:
    """Whether the bot, in privacy mode, sees this person's message."""
    if chat.private or chat.bot_admin:
        return True
    if record.reply_to is not None:
        target = state.record(chat.id, record.reply_to)
        if target is not None and target.sender == shapes.BOT_ID:
            return True
    text = record.fields.get("text") or record.fields.get("caption") or ""
    found = record.fields.get("entities") or record.fields.get("caption_entities") or []
    return any(_addresses(text, entity, chat) for entity in found)


def _addresses(text: str, entity: Json, chat: Chat) -> bool:
    covered = entities.part(text, entity["offset"], entity["length"]).lower()
    if entity["type"] == "mention":
        return covered == f"@{shapes.BOT_USERNAME}"
    if entity["type"] == "bot_command":
        return covered.partition("@")[2] in ("", shapes.BOT_USERNAME)
    return False


class Poller:
    """getUpdates. Only one may wait at a time; a newer one ends the older with a 409."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._latest = 0

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """Confirm below `offset`, then wait up to `timeout` seconds for updates."""
        state = self._ledger.state
        if state.webhook is not None:
            raise RefusedError(409, WEBHOOK_ACTIVE)
        self._latest += 1
        mine = self._latest
        self._ledger.bell.ring()
        self._confirm(offset)
        deadline = time.monotonic() + min(max(timeout, 0.0), MAX_TIMEOUT)
        while True:
            if mine != self._latest:
                raise RefusedError(409, CONFLICT)
            given = self._ready(limit)
            left = deadline - time.monotonic()
            if given or left <= 0 or self._ledger.closing:
                return given
            await self._ledger.bell.wait(left)

    def drop(self, turn: Turn) -> None:
        """drop_pending_updates: forget all that waits."""
        if turn.state.pending:
            turn.change("confirmed", update_ids=list(turn.state.pending))

    def _confirm(self, offset: int) -> None:
        pending = self._ledger.state.pending
        if offset < 0:
            gone = list(pending)[:offset]
        else:
            gone = [update_id for update_id in pending if update_id < offset]
        old = time.time() - UPDATE_SECONDS
        gone += [i for i, (created, _) in pending.items() if created < old and i not in gone]
        if gone:
            turn = self._ledger.turn()
            turn.change("confirmed", update_ids=gone)
            turn.close("confirmed", offset=offset, update_ids=gone)

    def _ready(self, limit: int) -> list[Json]:
        state = self._ledger.state
        again = []
        if state.redeliver:
            turn = self._ledger.turn()
            for update_id in list(state.redeliver):
                waiting = state.pending.get(update_id)
                again.append(waiting[1] if waiting else state.confirmed[update_id])
                turn.change("redelivered", update_id=update_id)
            turn.close("redelivered", update_ids=[update["update_id"] for update in again])
        rest = [update for _, update in state.pending.values()]
        return (again + rest)[: min(max(limit, 1), 100)]
