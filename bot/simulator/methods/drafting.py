"""sendMessageDraft: a streamed preview, in private chats only, gone after thirty seconds.

`can_stop` and `keep_on_stop` are Bot API 10.3. A draft that its reader stopped is not shown
again; Telegram does not say what further calls answer, here they answer true.
"""

from __future__ import annotations

from dataclasses import asdict

from bot.simulator import entities
from bot.simulator.methods.call import Call, formatted
from bot.simulator.records import Draft
from bot.simulator.refusals import bad


def send_message_draft(call: Call) -> bool:
    chat = call.chat()
    if not chat.private:
        raise bad("TEXTDRAFT_PEER_INVALID")
    draft_id = call.params.integer("draft_id")
    if draft_id == 0:
        raise bad("draft_id must be non-zero")
    text, found = formatted(
        call.params, "text", "entities", entities.MAX_TEXT, "message is too long"
    )
    call.turn.note(chat_id=chat.id, draft_id=draft_id)
    if (chat.id, draft_id) in call.state.stopped:
        return True
    shown = call.state.drafts.get((chat.id, draft_id))
    alive = shown is not None and shown.expires > call.turn.now
    draft = Draft(
        chat_id=chat.id,
        draft_id=draft_id,
        text=text,
        entities=found,
        thread_id=call.params.optional_integer("message_thread_id"),
        can_stop=call.params.boolean("can_stop"),
        keep_on_stop=call.params.boolean("keep_on_stop"),
        started=shown.started if shown is not None and alive else call.turn.now,
        updated=call.turn.now,
    )
    call.turn.change("draft", draft=asdict(draft))
    return True
