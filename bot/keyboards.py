"""Inline keyboards; what their buttons say to us is in `presses`."""

from collections.abc import Collection

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.presses import (
    AUTO,
    Agree,
    Anyway,
    Confirm,
    Forget,
    Press,
    Rate,
    Share,
    Speak,
    Stop,
    Thumb,
    Withdraw,
    encode,
)
from bot.texts import languages, say
from doctor_llama.erasures import Scope


def _button(text: str, press: Press, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=encode(press), style=style)


def rating(language: str, message_id: int, chosen: int | None) -> InlineKeyboardMarkup:
    """👍 and 👎 under an answer; the chosen one is marked and leads back to no rating."""
    up, down = chosen == 1, chosen == -1
    return InlineKeyboardMarkup.from_row(
        [
            _button(
                say(language, "rate-up-chosen" if up else "rate-up"),
                Rate(message_id, Thumb.NONE if up else Thumb.UP),
                "success" if up else None,
            ),
            _button(
                say(language, "rate-down-chosen" if down else "rate-down"),
                Rate(message_id, Thumb.NONE if down else Thumb.DOWN),
                "danger" if down else None,
            ),
        ]
    )


def stop(language: str, job_id: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(_button(say(language, "stop-button"), Stop(job_id)))


def agree(language: str, person: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(
        _button(say(language, "consent-button"), Agree(person), "primary")
    )


def share(language: str) -> InlineKeyboardMarkup:
    """The two choices below each other: neither is the one that a hurried thumb finds."""
    return InlineKeyboardMarkup.from_column(
        [
            _button(say(language, "share-off"), Share(False)),
            _button(say(language, "share-on"), Share(True)),
        ]
    )


def anyway(language: str, message_id: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(
        _button(say(language, "anyway-button"), Anyway(message_id))
    )


def confirm(language: str, token: str) -> InlineKeyboardMarkup:
    """No first: a hurried thumb changes nothing."""
    return InlineKeyboardMarkup.from_row(
        [
            _button(say(language, "confirm-no"), Confirm(token, False)),
            _button(say(language, "confirm-yes"), Confirm(token, True), "danger"),
        ]
    )


def speak(language: str) -> InlineKeyboardMarkup:
    """Every language under its own name, two in a row; then that of the person's app."""
    names = [_button(say(one, "language-name"), Speak(one)) for one in sorted(languages())]
    rows = [names[at : at + 2] for at in range(0, len(names), 2)]
    return InlineKeyboardMarkup([*rows, [_button(say(language, "language-auto"), Speak(AUTO))]])


def withdraw(language: str, person: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(
        _button(say(language, "withdraw-button"), Withdraw(person))
    )


FORGET = {
    Scope.ANSWER: "forget-answer",
    Scope.CONVERSATION: "forget-conversation",
    Scope.EVERYTHING: "forget-everything",
}


def forget(language: str, scopes: Collection[Scope]) -> InlineKeyboardMarkup:
    """The smallest first."""
    return InlineKeyboardMarkup.from_column(
        [
            _button(say(language, key), Forget(scope))
            for scope, key in FORGET.items()
            if scope in scopes
        ]
    )
