"""Markdown -> messages: text with entities, each within Telegram's limit. It sends nothing."""

import re
from dataclasses import dataclass, replace

import telegramify_markdown
from telegram import MessageEntity
from telegramify_markdown import RenderConfig

from bot import botapi

LIMIT = botapi.TEXT
# Unicode's noncharacters, one UTF-16 unit each, so that standing in moves no offset.
LESS, TIMES = "\ufdd0", "\ufdd1"
_PRODUCT = re.compile(r"(?<=\d)\*(?=\d)")


@dataclass(frozen=True, slots=True)
class Part:
    """One message."""

    text: str
    entities: tuple[MessageEntity, ...] = ()


def _config() -> RenderConfig:
    config = RenderConfig.isolated()
    symbols = config.markdown_symbol
    for level in range(1, 7):
        setattr(symbols, f"heading_level_{level}", "")
    symbols.image = symbols.link = ""
    symbols.unordered_list_item = "•"
    return config


CONFIG = _config()


def units(text: str) -> int:
    """The length that Telegram counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def render(markdown: str, limit: int = LIMIT) -> list[Part]:
    """The messages that show this Markdown; none for nothing visible."""
    return _split(*_convert(markdown), limit)


def plain(text: str, limit: int = LIMIT) -> list[Part]:
    """The messages that show this text as it is."""
    return _split(text, [], limit)


def _convert(markdown: str) -> tuple[str, list[MessageEntity]]:
    """Text and entities; the plain text where the converter fails.

    "a<b" would be read as HTML and vanish, and "2*3*4" as emphasis: both change what is said.
    """
    guarded = markdown.replace(LESS, "�").replace(TIMES, "�").replace("<", LESS)
    guarded = _PRODUCT.sub(TIMES, guarded)
    try:
        text, found = telegramify_markdown.convert(guarded, latex_escape=False, config=CONFIG)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return markdown, []
    if not text.strip() and markdown.strip():
        return markdown, []
    entities = []
    for entity in found:
        if entity.type == "text_link" and not _is_web(entity.url):
            continue
        entities.append(
            MessageEntity(
                entity.type,
                entity.offset,
                entity.length,
                url=_unguard(entity.url or "") or None,
                language=_unguard(entity.language or "") or None,
            )
        )
    return _unguard(text), entities


def _unguard(text: str) -> str:
    return text.replace(LESS, "<").replace(TIMES, "*")


def _is_web(url: str | None) -> bool:
    return url is not None and url.startswith(("http://", "https://"))


def _split(text: str, entities: list[MessageEntity], limit: int) -> list[Part]:
    parts = []
    start = at = 0  # in characters, in UTF-16 units
    while start < len(text):
        end = _cut(text, start, limit)
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        shown = piece.strip()
        if shown:
            first = at + units(piece[:lead])
            parts.append(Part(shown, _clip(entities, first, first + units(shown))))
        at += units(piece)
        start = end
    return parts


def _cut(text: str, start: int, limit: int) -> int:
    """Where the message that begins at `start` ends: a paragraph, a line, a word, or anywhere."""
    end, room = start, limit
    while end < len(text):
        room -= 2 if text[end] > "\uffff" else 1
        if room < 0:
            break
        end += 1
    if end == len(text):
        return end
    for separator in ("\n\n", "\n", " "):
        found = text.rfind(separator, start + (end - start) // 3, end)
        if found > start:
            return found + len(separator)
    return max(end, start + 1)


def _clip(entities: list[MessageEntity], first: int, last: int) -> tuple[MessageEntity, ...]:
    """The entities of one part, moved to its beginning and cut at its ends."""
    kept = []
    for entity in entities:
        begin, end = max(entity.offset, first), min(entity.offset + entity.length, last)
        if begin < end:
            kept.append(
                MessageEntity(
                    entity.type,
                    begin - first,
                    end - begin,
                    url=entity.url,
                    language=entity.language,
                )
            )
    return tuple(kept[: botapi.ENTITIES])


def strip_entities(part: Part) -> Part:
    """The same words without their formatting, for a server that refuses it."""
    return replace(part, entities=())
