"""Inline keyboards and what their buttons say to us: typed, encoded and parsed here only.

Callback data is `1:verb:…`: the number is its version, Telegram allows 64 bytes. What a rating
button carries is the rating that it leads to, so an update that comes twice changes nothing.
"""

import re
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.texts import say

VERSION = "1"
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,32}")  # of a confirmation
RATINGS = {"up": 1, "down": -1, "none": None}
NAMES = {rating: name for name, rating in RATINGS.items()}


@dataclass(frozen=True, slots=True)
class Rate:
    """Let this be the person's rating of an answer; None takes it back."""

    message: int
    rating: int | None


@dataclass(frozen=True, slots=True)
class Stop:
    job: int


@dataclass(frozen=True, slots=True)
class Agree:
    """Consent to storing, from this person only."""

    person: int


@dataclass(frozen=True, slots=True)
class Share:
    """Whether ratings may train the model."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class Anyway:
    """No emergency: answer the question of this card."""

    message: int


@dataclass(frozen=True, slots=True)
class Confirm:
    """Yes or no to a step that this person was asked to confirm."""

    token: str
    yes: bool


Press = Rate | Stop | Agree | Share | Anyway | Confirm


def encode(press: Press) -> str:
    match press:
        case Rate(message, rating):
            words = ["rate", str(message), NAMES[rating]]
        case Stop(job):
            words = ["stop", str(job)]
        case Agree(person):
            words = ["agree", str(person)]
        case Share(agreed):
            words = ["share", "on" if agreed else "off"]
        case Anyway(message):
            words = ["anyway", str(message)]
        case Confirm(token, yes):
            words = ["confirm", token, "yes" if yes else "no"]
    return ":".join([VERSION, *words])


def parse(data: str) -> Press | None:  # noqa: PLR0911 - a table
    """What a button means; None for another version's, or nobody's."""
    match data.split(":"):
        case [v, "rate", message, rating] if _ours(v, message) and rating in RATINGS:
            return Rate(int(message), RATINGS[rating])
        case [v, "stop", job] if _ours(v, job):
            return Stop(int(job))
        case [v, "agree", person] if _ours(v, person):
            return Agree(int(person))
        case [v, "share", ("on" | "off") as choice] if v == VERSION:
            return Share(choice == "on")
        case [v, "anyway", message] if _ours(v, message):
            return Anyway(int(message))
        case [v, "confirm", token, ("yes" | "no") as said] if v == VERSION and TOKEN.fullmatch(
            token
        ):
            return Confirm(token, said == "yes")
    return None


def _ours(version: str, number: str) -> bool:
    return version == VERSION and number.isascii() and number.isdecimal() and len(number) < 19


def _button(text: str, press: Press, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=encode(press), style=style)


def rating(language: str, message_id: int, chosen: int | None) -> InlineKeyboardMarkup:
    """👍 and 👎 under an answer; the chosen one is marked and leads back to no rating."""
    up, down = chosen == 1, chosen == -1
    return InlineKeyboardMarkup.from_row(
        [
            _button(
                say(language, "rate-up-chosen" if up else "rate-up"),
                Rate(message_id, None if up else 1),
                "success" if up else None,
            ),
            _button(
                say(language, "rate-down-chosen" if down else "rate-down"),
                Rate(message_id, None if down else -1),
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
