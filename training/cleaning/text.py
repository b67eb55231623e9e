"""Characters put right: Unicode, HTML, control characters, control tokens, spaces.

It knows no question and no answer. Every function returns the text and the rules that fired.
"""

import html
import re
import unicodedata

import ftfy
from ftfy.fixes import uncurl_quotes

_TAG = re.compile(
    r"</?(?:b|i|u|p|br|hr|a|em|ul|ol|li|div|span|strong|sup|sub|font|img|link|h[1-6]|"
    r"table|thead|tbody|tr|td|th|pre|code|center|blockquote)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"</?(?:br|p|li|div|tr|hr|ul|ol|h[1-6])\b", re.IGNORECASE)
# C0 and C1 without tab and line feed, zero-width and direction marks; the two joiners stay, which
# are letters of some scripts and hold emoji together
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff]"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_LINES = re.compile(r"\n{3,}")

_TOKEN = re.compile(
    r"[<＜﹤]\s?[|｜][^<>|\n]{0,40}[|｜]\s?[>＞﹥]|\[/?INST\]|<</?SYS>>|</?s>|"
    r"</?(?:start|end)_of_turn>|</?(?:system|assistant|user)>"
)
_TOKEN_GATE = re.compile(r"[<＜﹤\[]")


def normalise(text: str) -> tuple[str, set[str]]:
    """NFC, no HTML, no mojibake, no control characters and tokens, single spaces, at most one
    empty line."""
    fired: set[str] = set()
    if "&" in text:
        text = _unescape(text, fired)
    if "<" in text and _TAG.search(text):
        fired.add("html_tag")
        text = _TAG.sub(lambda m: "\n" if _BREAK.match(m[0]) else "", text)
    if not text.isascii():
        text = _unicode(text, fired)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        fired.add("ctrl_chars")
        text = _CONTROL.sub(lambda m: " " if m[0] in "\x0b\x0c\x85\u2028\u2029" else "", text)
    text = _without_tokens(text, fired)
    text = _LINE_ENDS.sub("\n", _SPACES.sub(" ", text))
    return _LINES.sub("\n\n", text).strip(), fired


def _unescape(text: str, fired: set[str]) -> str:
    for _ in range(2):  # some were escaped twice
        plain = html.unescape(text)
        if plain == text:
            break
        fired.add("html_entity")
        text = plain
    return text


def _unicode(text: str, fired: set[str]) -> str:
    if "\xa0" in text or "\u202f" in text:
        fired.add("nbsp")
        text = text.replace("\xa0", " ").replace("\u202f", " ")
    repaired = ftfy.fix_encoding(text)
    if repaired != text:
        fired.add("mojibake")
    return unicodedata.normalize("NFC", uncurl_quotes(repaired))


def _without_tokens(text: str, fired: set[str]) -> str:
    """Until there are none: taking one out can make another."""
    while _TOKEN_GATE.search(text) and _TOKEN.search(text):
        fired.add("special_tokens")
        text = _TOKEN.sub(" ", text)
    return text
