"""Message entities in UTF-16 units: checking a bot's, finding those that Telegram adds itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.simulator.records import Json
from bot.simulator.refusals import bad

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
FORMATTING = frozenset(
    [
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
        "date_time",
    ]
)
# A bot may name these, but Telegram finds them itself and takes no notice of the bot's.
AUTOMATIC = frozenset(
    ["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"]
)
NO_LINKS_INSIDE = frozenset({"code", "pre", "text_link", "text_mention"})

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z]\w{3,31})\b"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
)


def length(text: str) -> int:
    """The length of `text` in UTF-16 code units, in which Telegram counts."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def pieces(text: str, size: int = MAX_TEXT) -> list[str]:
    """Cut a text as Telegram's apps do before they send it: at most `size` units a piece."""
    cut, units = [""], 0
    for character in text:
        width = length(character)
        if units + width > size:
            cut.append("")
            units = 0
        cut[-1] += character
        units += width
    return cut


def part(text: str, offset: int, size: int) -> str:
    """The piece of `text` that an entity covers."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + size) * 2].decode("utf-16-le", "replace")


def found(text: str) -> list[Json]:
    """The entities that Telegram finds in any text: commands, mentions, links, hashtags."""
    return [
        {
            "type": match.lastgroup,
            "offset": length(text[: match.start()]),
            "length": length(match[0]),
        }
        for match in _FOUND.finditer(text)
    ]


def checked(text: str, entities: list[Json]) -> list[Json]:
    """The bot's entities if they fit the text. Raises RefusedError as Telegram does."""
    if len(entities) > MAX_ENTITIES:
        raise bad("ENTITIES_TOO_LONG")
    end = length(text)
    middles = set(_middles(text))
    kept: list[Json] = []
    for entity in entities:
        if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
            raise bad("can't parse MessageEntity: Expected an Object with a type")
        kind, offset, size = entity["type"], entity.get("offset"), entity.get("length")
        if kind not in FORMATTING and kind not in AUTOMATIC:
            raise bad("can't parse MessageEntity: Unsupported type specified")
        if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or size < 0:
            raise bad("can't parse MessageEntity: Receive an entity with incorrect offset")
        begins = f"entity beginning at UTF-16 offset {offset}"
        if offset + size > end:
            raise bad(f"{begins} ends after the end of the text at UTF-16 offset {offset + size}")
        if offset in middles or offset + size in middles:
            raise bad(f"{begins} ends in a middle of a UTF-16 symbol")
        if kind == "text_link" and not entity.get("url"):
            raise bad("can't parse MessageEntity: Can't find field \"url\"")
        if kind in FORMATTING and size > 0:
            kept.append(entity)
    return kept


def settled(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Text and entities as Telegram stores them: trimmed, completed, in order."""
    front = length(text) - length(text.lstrip())
    text = text.strip()
    end = length(text)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - front, 0)
        stop = min(entity["offset"] + entity["length"] - front, end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    closed = [e for e in kept if e["type"] in NO_LINKS_INSIDE]
    kept += [e for e in found(text) if not any(_overlap(e, other) for other in closed)]
    return text, sorted(kept, key=lambda e: (e["offset"], -e["length"]))


def _overlap(one: Json, other: Json) -> bool:
    starts_before_end: bool = one["offset"] < other["offset"] + other["length"]
    ends_after_start: bool = one["offset"] + one["length"] > other["offset"]
    return starts_before_end and ends_after_start


def _middles(text: str) -> Iterator[int]:
    """The offsets that split a surrogate pair."""
    offset = 0
    for character in text:
        if character > "\uffff":
            yield offset + 1
            offset += 1
        offset += 1
