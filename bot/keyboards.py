"""Inline keyboards; what their buttons say to us is in `presses`."""

from collections.abc import Collection

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import presses
from bot.presses import AUTO, Press, Thumb
from bot.texts import languages, say
from doctor_llama import triage
from doctor_llama.erasures import Scope
from doctor_llama.feedback import Better
from doctor_llama.history import Page
from doctor_llama.review import Item
from doctor_llama.schema import Adapter, AdapterStatus, Reason


def _button(text: str, press: Press, style: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=presses.encode(press), style=style)


def _alone(button: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(button)


def rating(
    language: str,
    message_id: int,
    chosen: int | None,
    *,
    reason: str | None = None,
    latest: bool = True,
) -> InlineKeyboardMarkup:
    """👍, 👎 and 🔄 under an answer; what is chosen is marked and leads back.

    A thumb down opens the rest: what is the matter, another try, a better answer. Only the
    `latest` answer to a question can be asked for another one.
    """
    up, down = chosen == 1, chosen == -1
    thumbs = [
        _button(
            say(language, "rate-up-chosen" if up else "rate-up"),
            presses.Rate(message_id, Thumb.NONE if up else Thumb.UP),
            "success" if up else None,
        ),
        _button(
            say(language, "rate-down-chosen" if down else "rate-down"),
            presses.Rate(message_id, Thumb.NONE if down else Thumb.DOWN),
            "danger" if down else None,
        ),
    ]
    write = _button(say(language, "write-button"), presses.Write(message_id))
    if not down:
        other = [_button(say(language, "again-button"), presses.Again(message_id))]
        return InlineKeyboardMarkup.from_row([*thumbs, *(other if latest else [])])
    more = [_button(say(language, "again-try"), presses.Again(message_id))] if latest else []
    return InlineKeyboardMarkup([thumbs, *_reasons(language, message_id, reason), [*more, write]])


def _reasons(
    language: str, message_id: int, chosen: str | None
) -> list[list[InlineKeyboardButton]]:
    """Two in a row; the chosen one is marked and leads back to none."""
    buttons = []
    for reason in Reason:
        text = say(language, f"why-{reason.replace('_', '-')}")
        if reason == chosen:
            text = say(language, "chosen", text=text)
            buttons.append(_button(text, presses.Rate(message_id, Thumb.DOWN), "primary"))
        else:
            buttons.append(_button(text, presses.Why(message_id, reason)))
    return _pairs(buttons)


def _pairs(buttons: list[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def again(language: str, message_id: int) -> InlineKeyboardMarkup:
    """Another try, where there is no answer to rate."""
    return _alone(_button(say(language, "again-try"), presses.Again(message_id)))


def compare(
    language: str, first: int, second: int, chosen: Better | None = None
) -> InlineKeyboardMarkup:
    """Which of two answers is better; the choice is marked and can be changed."""
    buttons = []
    for better in Better:
        text = say(language, f"compare-{better}")
        text = say(language, "chosen", text=text) if better is chosen else text
        buttons.append(_button(text, presses.Prefer(first, second, better)))
    return InlineKeyboardMarkup(_pairs(buttons))


def leave(language: str, person: int) -> InlineKeyboardMarkup:
    return _alone(_button(say(language, "write-leave"), presses.Leave(person)))


def written(language: str, correction: int, *, quoted: bool) -> InlineKeyboardMarkup:
    """Under the thanks for a correction: go on, it was a question, take it back."""
    more = (
        _button(say(language, "write-question"), presses.Mistaken(correction))
        if quoted
        else _button(say(language, "write-more"), presses.More(correction))
    )
    back = _button(say(language, "write-back"), presses.TakeBack(correction))
    return InlineKeyboardMarkup([[more], [back]])


def anew(language: str, person: int) -> InlineKeyboardMarkup:
    return _alone(_button(say(language, "anew-button"), presses.Anew(person), "primary"))


def history(language: str, page: Page, names: list[str]) -> InlineKeyboardMarkup:
    """A row for each conversation under its name, then the way to the other pages."""
    rows = [
        [_button(name, presses.Open(one.id, page.number))]
        for one, name in zip(page.conversations, names, strict=True)
    ]
    turning = []
    if page.number > 0:
        turning.append(_button(say(language, "history-newer"), presses.Browse(page.number - 1)))
    if page.number < page.pages - 1:
        turning.append(_button(say(language, "history-older"), presses.Browse(page.number + 1)))
    return InlineKeyboardMarkup([*rows, *([turning] if turning else [])])


def conversation(language: str, number: int, page: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [_button(say(language, "history-resume"), presses.Resume(number), "primary")],
            [_button(say(language, "history-back"), presses.Browse(page))],
        ]
    )


def stop(language: str, job_id: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(
        _button(say(language, "stop-button"), presses.Stop(job_id))
    )


def agree(language: str, person: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(
        _button(say(language, "consent-button"), presses.Agree(person), "primary")
    )


def share(language: str) -> InlineKeyboardMarkup:
    """The two choices below each other: neither is the one that a hurried thumb finds."""
    return InlineKeyboardMarkup.from_column(
        [
            _button(say(language, "share-off"), presses.Share(False)),
            _button(say(language, "share-on"), presses.Share(True)),
        ]
    )


def card(language: str, message_id: int | None, *, placed: bool) -> InlineKeyboardMarkup | None:
    """Under an emergency's text: answer anyway, where that may be asked, and which country."""
    rows = []
    if message_id is not None:
        rows.append([_button(say(language, "anyway-button"), presses.Anyway(message_id))])
    if not placed:
        rows.append([_button(say(language, "country-button"), presses.Live(presses.ASK))])
    return InlineKeyboardMarkup(rows) if rows else None


def flagged(country: str) -> str:
    """A country's flag and code, such as 🇧🇷 BR."""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in country) + f" {country}"


def live() -> InlineKeyboardMarkup:
    """Every country whose numbers we have."""
    buttons = [_button(flagged(code), presses.Live(code)) for code in triage.countries()]
    return InlineKeyboardMarkup([buttons[at : at + 5] for at in range(0, len(buttons), 5)])


def confirm(language: str, token: str) -> InlineKeyboardMarkup:
    """No first: a hurried thumb changes nothing."""
    return InlineKeyboardMarkup.from_row(
        [
            _button(say(language, "confirm-no"), presses.Confirm(token, False)),
            _button(say(language, "confirm-yes"), presses.Confirm(token, True), "danger"),
        ]
    )


def review(language: str, item: Item) -> InlineKeyboardMarkup:
    """Under a correction; what teaches harm cannot be approved at all."""
    number, rows = item.row.id, []
    if item.harm is None:
        key, step = (
            ("review-anyway", presses.Step.ANYWAY)
            if item.warning
            else ("review-approve", presses.Step.APPROVE)
        )
        style = None if item.warning else "success"
        rows.append([_button(say(language, key), presses.Review(number, step), style)])
    rows.append(
        [
            _button(
                say(language, "review-refuse"),
                presses.Review(number, presses.Step.REFUSE),
                "danger",
            ),
            _button(say(language, "review-skip"), presses.Review(number, presses.Step.SKIP)),
        ]
    )
    return InlineKeyboardMarkup(rows)


def adapter(language: str, row: Adapter) -> InlineKeyboardMarkup | None:
    """What can be done with an adapter as it stands now."""
    match row.status:
        case AdapterStatus.ACTIVE:
            decisions = [presses.Decision.ROLLBACK]
        case AdapterStatus.CANDIDATE | AdapterStatus.RETIRED:
            decisions = [presses.Decision.PROMOTE, presses.Decision.REJECT]
        case _:
            return None
    return InlineKeyboardMarkup.from_row(
        [_button(say(language, f"adapter-{one}"), presses.Decide(row.id, one)) for one in decisions]
    )


def judge(language: str, comparison_id: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_row(
        [
            _button(say(language, f"judge-{better}"), presses.Judge(comparison_id, better))
            for better in presses.Verdict
        ]
    )


def speak(language: str) -> InlineKeyboardMarkup:
    """Every language under its own name, two in a row; then that of the person's app."""
    names = [_button(say(one, "language-name"), presses.Speak(one)) for one in sorted(languages())]
    return InlineKeyboardMarkup(
        [*_pairs(names), [_button(say(language, "language-auto"), presses.Speak(AUTO))]]
    )


def withdraw(language: str, person: int) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup.from_button(
        _button(say(language, "withdraw-button"), presses.Withdraw(person))
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
            _button(say(language, key), presses.Forget(scope))
            for scope, key in FORGET.items()
            if scope in scopes
        ]
    )
