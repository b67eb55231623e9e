"""What people write: texts, files, corrections of their own messages.

Each action is one line of the ledger, with the update that the bot gets from it. Whether an
action is possible is judged as a Telegram app would judge it. Knows nothing of HTTP; the other
things that people do are in `gestures`.
"""

from __future__ import annotations

from bot.simulator import entities, samples, shapes, updates, world
from bot.simulator.ledger import Turn
from bot.simulator.methods import media
from bot.simulator.params import Upload
from bot.simulator.records import Chat, Json, Person, Record
from bot.simulator.refusals import PersonError


def ensure(
    turn: Turn, person_id: int, name: str | None = None, language: str | None = None
) -> Person:
    """The person, created on the fly or renamed. Raises PersonError for an impossible id."""
    before = turn.state.people.get(person_id)
    if not all(isinstance(word, str | None) for word in (name, language)):
        raise PersonError("name and language are texts.")
    if before is None and not 0 < person_id < 2**52:
        raise PersonError("A person's id is a positive number.")
    same_name = before is not None and name in (None, before.first_name)
    if before is not None and same_name and language in (None, before.language_code):
        return before
    person = {
        "id": person_id,
        "first_name": name or (before.first_name if before else f"Person {person_id}"),
        "language_code": language or (before.language_code if before else "en"),
        "username": before.username if before else None,
        "admin": before.admin if before else False,
        "blocked": before.blocked if before else False,
    }
    turn.change("person", person=person)
    if before is None:
        turn.change("chat", chat_id=person_id, kind="private", members=[person_id])
    return turn.state.people[person_id]


def enter(turn: Turn, person: Person, chat_id: int) -> Chat:
    """The chat in which the person writes; groups take newcomers in."""
    chat = turn.state.chats.get(chat_id)
    if chat is None or (chat.private and chat.id != person.id):
        raise PersonError(f"{person.first_name} is in no chat {chat_id}.", status=404)
    if chat.migrated_to is not None:
        raise PersonError(f"The group is now the chat {chat.migrated_to}.", status=409)
    if person.blocked and chat.private:
        raise PersonError(f"{person.first_name} has blocked the bot.", status=409)
    if person.id not in chat.members:
        turn.change("chat", chat_id=chat.id, members=[*chat.members, person.id])
    if not chat.started:
        turn.change("chat", chat_id=chat.id, started=True)
    return chat


def number(wanted: Json, name: str, default: int | None = None) -> int:
    """A whole number of a request; one that is missing is `default`. Raises PersonError."""
    value = wanted.get(name)
    if value is None or value == "":
        if default is None:
            raise PersonError(f"{name} is missing.")
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise PersonError(f"{name} is a whole number.") from None


def known(turn: Turn, person_id: int) -> Person:
    person = turn.state.people.get(person_id)
    if person is None:
        raise PersonError(f"There is no person {person_id}.", status=404)
    return person


def shown(turn: Turn, chat_id: int, message_id: int) -> Record:
    record = turn.state.record(chat_id, message_id)
    if record is None:
        raise PersonError(f"There is no message {message_id} in chat {chat_id}.", status=404)
    return record


def text_fields(text: str) -> Json:
    """The fields of a typed text. Raises PersonError when it is empty or too long."""
    text, found = entities.settled(text, [])
    if not text:
        raise PersonError("A message needs a text.")
    if entities.length(text) > entities.MAX_TEXT:
        raise PersonError(f"A message has at most {entities.MAX_TEXT} characters.")
    return {"text": text, **({"entities": found} if found else {})}


def media_fields(turn: Turn, kind: str, upload: Upload | None, words: str) -> Json:
    """The fields of a sent file. Raises PersonError for a kind that is not known."""
    if kind not in samples.KINDS:
        raise PersonError(f"kind is one of: text, {', '.join(samples.KINDS)}.")
    upload = upload or samples.sample(kind)
    if kind == "photo" and media.picture_size(upload.data) is None:
        raise PersonError("A photo is a PNG or a JPEG.")
    stored = media.store(turn, upload)
    base = {"file_id": stored.file_id, "file_unique_id": stored.file_id[-12:]}
    sized = {**base, "file_size": stored.size}
    caption, found = entities.settled(words, [])
    if entities.length(caption) > entities.MAX_CAPTION:
        raise PersonError(f"A caption has at most {entities.MAX_CAPTION} characters.")
    shape: Json
    match kind:
        case "photo":
            shape = media.photo(stored)
        case "document":
            shape = media.document(stored)
        case "voice":
            shape = {"voice": {**sized, "duration": 1, "mime_type": stored.mime}}
        case _:
            sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False}
            shape = {"sticker": {**sized, **sticker, "is_video": False, "emoji": "🦙"}}
    if caption and kind != "sticker":
        shape["caption"] = caption
        if found:
            shape["caption_entities"] = found
    return shape


def send(turn: Turn, wanted: Json, upload: Upload | None = None) -> Json:
    """Send a text or a file; see docs/simulator.md for the fields of `wanted`."""
    person_id = number(wanted, "user_id", number(wanted, "chat_id", world.ADMIN_ID))
    person = ensure(turn, person_id, wanted.get("name"), wanted.get("language"))
    chat = enter(turn, person, number(wanted, "chat_id", person.id))
    kind = str(wanted.get("kind") or "text")
    words = str(wanted.get("text") or wanted.get("caption") or "")
    fields = text_fields(words) if kind == "text" else media_fields(turn, kind, upload, words)
    if thread_id := number(wanted, "thread_id", 0):
        fields["message_thread_id"] = thread_id
        fields["is_topic_message"] = True
    reply_to, hidden = None, False
    if replied := number(wanted, "reply_to", 0):
        target = shown(turn, chat.id, replied)
        reply_to = target.message_id
        if wanted.get("quote"):
            fields["quote"] = _quote(str(wanted["quote"]), target)
        # Telegram leaves the reply out when it goes to the bot's latest private message.
        hidden = chat.private and not wanted.get("quote") and target is _latest_of_bot(chat)
    record = world.post(
        turn, chat, shapes.user(person), fields, reply_to=reply_to, reply_hidden=hidden
    )
    _tell(turn, "message", chat, record)
    return done(turn, "send", person.id, chat.id, record.message_id)


def _quote(quote: str, target: Record) -> Json:
    text = target.fields.get("text") or target.fields.get("caption") or ""
    at = text.find(quote)
    if at < 0:
        raise PersonError("The quote is not a part of the message.")
    return {"text": quote, "position": entities.length(text[:at]), "is_manual": True}


def _latest_of_bot(chat: Chat) -> Record | None:
    for record in reversed(chat.records.values()):
        if record.sender == shapes.BOT_ID and not record.deleted:
            return record
    return None


def _tell(turn: Turn, kind: str, chat: Chat, record: Record) -> None:
    if chat.left:
        return
    if updates.visible(turn.state, chat, record):
        updates.push(turn, kind, shapes.message(turn.state, record))
    else:
        turn.note(filtered="privacy mode")


def done(turn: Turn, action: str, user_id: int, chat_id: int, message_id: int) -> Json:
    line = turn.close(
        "person", action=action, user_id=user_id, chat_id=chat_id, message_id=message_id
    )
    return {
        "chat_id": chat_id,
        "message_id": message_id,
        "update_id": line.get("update_id"),
        "time": turn.now,
    }


def edit(turn: Turn, chat_id: int, message_id: int, text: str, user_id: int | None) -> Json:
    """A person changes an own message."""
    record = shown(turn, chat_id, message_id)
    if record.sender == shapes.BOT_ID or user_id not in (None, record.sender):
        raise PersonError("People edit only their own messages.", status=403)
    person = known(turn, record.sender)
    chat = enter(turn, person, chat_id)
    fresh = text_fields(text)
    if "text" in record.fields:
        names: tuple[str, ...] = ("text", "entities")
    else:
        names = ("caption", "caption_entities")
        fresh = {names[("text", "entities").index(k)]: v for k, v in fresh.items()}
    if all(record.fields.get(name) == fresh.get(name) for name in names):
        raise PersonError("The text is the same as before.")
    kept = {name: value for name, value in record.fields.items() if name not in names}
    edited = world.rewrite(turn, record, {**kept, **fresh})
    _tell(turn, "edited_message", chat, edited)
    return done(turn, "edit", person.id, chat.id, message_id)
