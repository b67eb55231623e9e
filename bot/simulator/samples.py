"""Tiny built-in files, so that a script can send a photo, a document, a voice note or a sticker."""

from __future__ import annotations

import base64

from bot.simulator.params import Upload

# A 1x1 PNG; the voice note is an empty Ogg page and the sticker the same picture.
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
KINDS = ("photo", "document", "voice", "sticker")


def sample(kind: str) -> Upload:
    """A small file of this kind. Raises KeyError for another kind."""
    return {
        "photo": Upload("photo.png", "image/png", _PIXEL),
        "document": Upload("notes.txt", "text/plain", b"Blood pressure 120/80\n"),
        "voice": Upload("voice.ogg", "audio/ogg", b"OggS" + bytes(60)),
        "sticker": Upload("llama.webp", "image/webp", _PIXEL),
    }[kind]
