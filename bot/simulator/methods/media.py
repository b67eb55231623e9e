"""Files: sendDocument, sendPhoto, sendMediaGroup, getFile.

A file is known by its bytes; a photo's size is read from its PNG or JPEG header. Files by HTTP
URL are refused: the simulator calls nobody.
"""

from __future__ import annotations

import base64
import uuid

from bot.simulator import shapes
from bot.simulator.ledger import Turn
from bot.simulator.methods.call import Call, caption
from bot.simulator.methods.sending import deliver
from bot.simulator.params import Params, Upload
from bot.simulator.records import Json, StoredFile
from bot.simulator.refusals import RefusedError, bad

MAX_PHOTO = 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024


def store(turn: Turn, upload: Upload) -> StoredFile:
    """Keep the bytes under a new file id."""
    stored: Json = {
        "file_id": "sim-" + uuid.uuid4().hex,
        "name": upload.name,
        "mime": upload.mime,
        "size": len(upload.data),
        "data": base64.b64encode(upload.data).decode(),
    }
    turn.change("file", file=stored)
    return turn.state.files[stored["file_id"]]


def picture_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a PNG or JPEG; None for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            return int.from_bytes(data[at + 7 : at + 9], "big"), height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def document(stored: StoredFile) -> Json:
    return {
        "document": {
            "file_id": stored.file_id,
            "file_unique_id": stored.file_id[-12:],
            "file_name": stored.name,
            "mime_type": stored.mime,
            "file_size": stored.size,
        }
    }


def photo(stored: StoredFile) -> Json:
    """One size only. Raises RefusedError when the bytes are no picture."""
    size = picture_size(base64.b64decode(stored.data))
    if size is None:
        raise bad("IMAGE_PROCESS_FAILED")
    shape = {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_id[-12:],
        "width": size[0],
        "height": size[1],
        "file_size": stored.size,
    }
    return {"photo": [shape]}


def send_document(call: Call) -> Json:
    return _send(call, "document")


def send_photo(call: Call) -> Json:
    return _send(call, "photo")


def _send(call: Call, kind: str) -> Json:
    chat = call.chat()
    fields = {**caption(call.params), **call.thread(), **call.markup()}
    media = _media(call, kind, call.params.text(kind) or "", call.params)
    return shapes.message(call.state, deliver(call, chat, {**media, **fields}))


def _media(call: Call, kind: str, given: str, params: Params) -> Json:
    """The media fields for an uploaded file (`attach://name` or the field itself) or a file id."""
    name = given.removeprefix("attach://") if given.startswith("attach://") else kind
    upload = params.uploads.get(name)
    if upload is not None:
        if not upload.data:
            raise bad("file must be non-empty")
        if kind == "photo" and len(upload.data) > MAX_PHOTO:
            raise RefusedError(413, "Request Entity Too Large")
        if kind == "photo" and picture_size(upload.data) is None:
            raise bad("IMAGE_PROCESS_FAILED")
        stored = store(call.turn, upload)
    elif given in call.state.files:
        stored = call.state.files[given]
    elif not given:
        raise bad(f"there is no {kind} in the request")
    else:
        raise bad("wrong file identifier/HTTP URL specified")
    return photo(stored) if kind == "photo" else document(stored)


def send_media_group(call: Call) -> list[Json]:
    chat, wanted = call.chat(), call.params.mappings("media")
    if not 2 <= len(wanted) <= 10:
        raise bad("group send failed: an album has 2 to 10 items")
    if len({item.get("type") for item in wanted}) != 1:
        raise bad("document can't be mixed with other media types")
    ready = []
    for item in wanted:
        kind = str(item.get("type"))
        if kind not in ("photo", "document"):
            raise bad(f"the simulator sends no {kind} in a media group")
        words = caption(Params(item))
        media = _media(call, kind, str(item.get("media", "")), call.params)
        ready.append({**media, **words, **call.thread()})
    group = {"media_group_id": uuid.uuid4().hex[:16]}
    records = [deliver(call, chat, {**fields, **group}) for fields in ready]
    call.turn.note(message_ids=[record.message_id for record in records])
    return [shapes.message(call.state, record) for record in records]


def get_file(call: Call) -> Json:
    stored = call.state.files.get(call.params.text("file_id") or "")
    if stored is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if stored.size > MAX_DOWNLOAD:
        raise bad("file is too big")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.file_id[-12:],
        "file_size": stored.size,
        "file_path": f"files/{stored.file_id}",
    }
