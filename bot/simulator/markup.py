"""`parse_mode=HTML`: Telegram's small HTML to text and entities, refused where Telegram refuses.

MarkdownV2 and Markdown are not parsed; `formatting` says so in its refusal.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from bot.simulator.entities import length
from bot.simulator.records import Json
from bot.simulator.refusals import RefusedError, bad

SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
}
_PIECE = re.compile(r"<(/?)([^<>]*)>|<|&(?:lt|gt|amp|quot|apos|#\d+|#x[0-9a-fA-F]+);|[^<&]+|&")
_ATTRIBUTE = re.compile(r"""([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reader:
    text: str = ""
    offset: int = 0
    stack: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def add(self, piece: str) -> None:
        self.text += piece
        self.offset += length(piece)

    def open(self, inside: str, at: int) -> None:
        name, _, rest = inside.strip().partition(" ")
        tag = name.lower()
        attributes = {
            match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(rest)
        }
        if tag not in SIMPLE and tag not in ("a", "span", "blockquote", "tg-emoji", "tg-time"):
            raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {at}')
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.stack.append(_Open(tag, self.offset, attributes))

    def shut(self, inside: str, at: int) -> None:
        tag = inside.strip().lower()
        if not self.stack:
            raise _unparsable(f"Unexpected end tag at byte offset {at}")
        opened = self.stack.pop()
        if tag and tag != opened.tag:
            raise _unparsable(
                f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", '
                f'found "</{tag}>"'
            )
        entity = _entity(opened)
        if entity is not None and self.offset > opened.offset:
            size = self.offset - opened.offset
            self._keep({**entity, "offset": opened.offset, "length": size}, opened)

    def _keep(self, entity: Json, opened: _Open) -> None:
        # <pre><code class="language-x"> is one entity with a language, not two.
        if entity["type"] == "code" and self.stack and self.stack[-1].tag == "pre":
            language = opened.attributes.get("class", "").removeprefix("language-")
            if language:
                self.stack[-1].attributes["language"] = language
            return
        self.entities.append(entity)


def _entity(opened: _Open) -> Json | None:
    entity: Json | None = {"type": SIMPLE.get(opened.tag, "spoiler")}
    match opened.tag:
        case "a":
            url = opened.attributes.get("href", "")
            entity = {"type": "text_link", "url": url} if url else None
        case "blockquote":
            expandable = "expandable" in opened.attributes
            entity = {"type": "expandable_blockquote" if expandable else "blockquote"}
        case "tg-emoji":
            emoji_id = opened.attributes.get("emoji-id", "")
            entity = {"type": "custom_emoji", "custom_emoji_id": emoji_id}
        case "tg-time":
            unix = opened.attributes.get("unix", "0")
            entity = {"type": "date_time", "unix_time": int(unix) if unix.isdecimal() else 0}
        case "pre" if "language" in opened.attributes:
            entity = {"type": "pre", "language": opened.attributes["language"]}
    return entity


def _unparsable(why: str) -> RefusedError:
    return bad(f"can't parse entities: {why}")


def parse(source: str) -> tuple[str, list[Json]]:
    """Text and entities of `source`. Raises RefusedError when it is not Telegram's HTML."""
    reader = _Reader()
    for piece in _PIECE.finditer(source):
        whole, at = piece[0], len(source[: piece.start()].encode())
        if whole == "<":
            raise _unparsable(f'Unsupported start tag "" at byte offset {at}')
        if piece[2] is not None and piece[1]:
            reader.shut(piece[2], at)
        elif piece[2] is not None:
            reader.open(piece[2], at)
        else:
            reader.add(html.unescape(whole) if whole.startswith("&") else whole)
    if reader.stack:
        raise _unparsable(
            f'Can\'t find end tag corresponding to start tag "{reader.stack[-1].tag}"'
        )
    return reader.text, reader.entities
