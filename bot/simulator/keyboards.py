"""Checks of `reply_markup`: what Telegram would accept under a message."""

from __future__ import annotations

from typing import Any

from bot.simulator.records import Json
from bot.simulator.refusals import bad

MAX_IN_ROW = 8
MAX_BUTTONS = 100
MAX_DATA_BYTES = 64
STYLES = ("danger", "success", "primary")
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
OTHER = ("keyboard", "remove_keyboard", "force_reply")


def checked(markup: Any) -> tuple[Json | None, Json | None]:
    """(inline keyboard, any other markup); an empty inline keyboard counts as none."""
    if not markup:
        return None, None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"]), None
    if any(name in markup for name in OTHER):
        placeholder = str(markup.get("input_field_placeholder") or "")
        if len(placeholder) > 64:
            raise bad("BUTTON_PLACEHOLDER_INVALID")
        return None, markup
    raise bad("can't parse reply keyboard markup JSON object")


def _inline(rows: Any) -> Json | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be of type Array of Arrays')
    kept = [row for row in rows if row]
    if any(len(row) > MAX_IN_ROW for row in kept) or sum(map(len, kept)) > MAX_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG")
    for row in kept:
        for button in row:
            _button(button)
    return {"inline_keyboard": kept} if kept else None


def _button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: Expected an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad("can't parse inline keyboard button: BUTTON_TEXT_EMPTY")
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad("can't parse inline keyboard button: exactly one action is expected")
    _action(button)
    if button.get("style") not in (None, *STYLES):
        raise bad("BUTTON_STYLE_INVALID")


def _action(button: Json) -> None:
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    if "url" in button and "." not in str(button["url"]) and "://" not in str(button["url"]):
        raise bad("BUTTON_URL_INVALID")
    if "copy_text" in button:
        copied = button["copy_text"]
        text = copied.get("text") if isinstance(copied, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")
