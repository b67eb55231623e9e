"""One Bot API call in progress, and the checks that most methods share."""

from __future__ import annotations

from dataclasses import dataclass

from bot.simulator import entities, keyboards, markup, shapes
from bot.simulator.ledger import Turn
from bot.simulator.params import Params
from bot.simulator.records import Chat, Json, Record
from bot.simulator.refusals import RefusedError, bad, upgraded
from bot.simulator.state import State
from bot.simulator.world import World


@dataclass(slots=True)
class Call:
    """The world, the turn that gathers the changes, and the parameters."""

    world: World
    turn: Turn
    params: Params

    @property
    def state(self) -> State:
        return self.turn.state

    @property
    def bot(self) -> Json:
        return shapes.bot_user(self.state)

    def chat(self, name: str = "chat_id") -> Chat:
        """The chat that the bot may write to. Raises RefusedError."""
        raw = self.params.text(name)
        if not raw:
            raise bad("chat_id is empty")
        try:
            chat = self.state.chats.get(int(raw))
        except ValueError:
            chat = None
        if chat is None or not chat.started:
            raise bad("chat not found")
        if chat.private and self.state.people[chat.id].blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat.migrated_to is not None:
            raise upgraded(chat.migrated_to)
        if chat.left:
            raise RefusedError(403, "Forbidden: bot is not a member of the supergroup chat")
        return chat

    def message(self, chat: Chat, missing: str) -> Record:
        """The message that `message_id` names. Raises RefusedError (`missing`) if gone."""
        message_id = self.params.integer("message_id")
        if message_id == 0:
            raise bad("message identifier is not specified")
        record = self.state.record(chat.id, message_id)
        if record is None:
            raise bad(missing)
        return record

    def markup(self) -> Json:
        """The fields that `reply_markup` adds to a message."""
        inline, other = keyboards.checked(self.params.object("reply_markup"))
        fields: Json = {}
        if inline is not None:
            fields["reply_markup"] = inline
        if other is not None:
            fields["other_markup"] = other
        return fields

    def thread(self) -> Json:
        thread_id = self.params.optional_integer("message_thread_id")
        if thread_id is None:
            return {}
        return {"message_thread_id": thread_id, "is_topic_message": True}

    def reply(self, chat: Chat) -> tuple[int | None, Json]:
        """(id replied to, fields such as `quote`). Raises RefusedError for a missing message."""
        wanted = self.params.mapping("reply_parameters")
        if not wanted and self.params.optional_integer("reply_to_message_id"):
            wanted = {
                "message_id": self.params.integer("reply_to_message_id"),
                "allow_sending_without_reply": self.params.boolean("allow_sending_without_reply"),
            }
        if not wanted:
            return None, {}
        target = self.state.record(chat.id, Params(wanted).integer("message_id"))
        if target is None:
            if wanted.get("allow_sending_without_reply"):
                return None, {}
            raise bad("message to be replied not found")
        return target.message_id, _quote(wanted, target)


def _quote(wanted: Json, target: Record) -> Json:
    quote = str(wanted.get("quote") or "")
    if not quote:
        return {}
    text = target.fields.get("text") or target.fields.get("caption") or ""
    at = text.find(quote)
    if at < 0 or len(quote) > 1024:
        raise bad("QUOTE_TEXT_INVALID")
    return {"quote": {"text": quote, "position": entities.length(text[:at]), "is_manual": True}}


def formatted(
    params: Params, name: str, entities_name: str, limit: int, too_long: str
) -> tuple[str, list[Json]]:
    """A text and its entities from parse_mode or from a list. Raises RefusedError."""
    text = params.text(name) or ""
    mode = (params.text("parse_mode") or "").lower()
    if mode == "html":
        text, given = markup.parse(text)
    elif mode in ("markdown", "markdownv2"):
        raise bad(f"the simulator does not parse parse_mode={mode}; send entities or HTML")
    elif mode:
        raise bad("unsupported parse_mode")
    else:
        given = entities.checked(text, params.objects(entities_name))
    text, kept = entities.settled(text, given)
    if entities.length(text) > limit:
        raise bad(too_long)
    if len(kept) > entities.MAX_ENTITIES:
        kept = kept[: entities.MAX_ENTITIES]
    return text, kept


def message_text(params: Params, too_long: str) -> Json:
    """The fields `text` and `entities` of a message. Raises RefusedError when there is none."""
    if not params.text("text"):
        raise bad("message text is empty")
    text, found = formatted(params, "text", "entities", entities.MAX_TEXT, too_long)
    if not text:
        raise bad("text must be non-empty")
    return {"text": text, **({"entities": found} if found else {})}


def caption(params: Params) -> Json:
    """The fields `caption` and `caption_entities`, or nothing."""
    text, found = formatted(
        params,
        "caption",
        "caption_entities",
        entities.MAX_CAPTION,
        "message caption is too long",
    )
    if not text:
        return {}
    return {"caption": text, **({"caption_entities": found} if found else {})}
