"""Callback data: short, versioned, and safe to read whatever comes back."""

from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardMarkup

from bot import keyboards, presses
from bot.presses import VERBS, Press
from doctor_llama.schema import Reason

WORDS = {int: st.integers(0, 2**52), str: st.from_regex(presses.TOKEN, fullmatch=True)}


def made(kind: type[Press]) -> st.SearchStrategy[Press]:
    hints = get_type_hints(kind)
    fields = {name: WORDS.get(hint, st.from_type(hint)) for name, hint in hints.items()}
    return st.builds(kind, **fields)


PRESSES = st.one_of(*(made(kind) for kind in VERBS.values()))


@given(PRESSES)
def test_a_button_means_what_it_meant(press: Press) -> None:
    data = presses.encode(press)
    assert presses.parse(data) == press
    assert len(data.encode()) <= 64


@given(st.text(max_size=64))
def test_anything_may_come_back(data: str) -> None:
    presses.parse(data)


@pytest.mark.parametrize(
    "data", ["", "1", "2:stop:5", "1:stop:", "1:stop:-1", "1:stop:٣", "1:rate:1:left", "1:share:x"]
)
def test_what_is_not_ours_means_nothing(data: str) -> None:
    assert presses.parse(data) is None


def texts(markup: InlineKeyboardMarkup) -> list[list[str]]:
    return [[button.text for button in row] for row in markup.inline_keyboard]


def test_the_chosen_thumb_is_marked_and_leads_back() -> None:
    up, down, again = keyboards.rating("en", 5, 1).inline_keyboard[0]
    assert (up.text, up.callback_data) == ("👍 ✓", "1:rate:5:none")
    assert (down.text, down.callback_data) == ("👎", "1:rate:5:down")
    assert (again.text, again.callback_data) == ("🔄", "1:again:5")


def test_a_thumb_down_opens_the_reasons_and_what_can_be_done() -> None:
    assert texts(keyboards.rating("en", 5, -1, reason=Reason.UNSAFE)) == [
        ["👍", "👎 ✓"],
        ["Wrong", "Unsafe ✓"],
        ["Incomplete", "Hard to understand"],
        ["Off topic", "Something else"],
        ["🔄 Try again", "✍️ Better answer"],
    ]
    chosen = keyboards.rating("en", 5, -1, reason=Reason.UNSAFE).inline_keyboard[1][1]
    assert chosen.callback_data == "1:rate:5:down"


def test_an_earlier_answer_cannot_be_asked_for_another_one() -> None:
    assert texts(keyboards.rating("en", 5, None, latest=False)) == [["👍", "👎"]]
    assert texts(keyboards.rating("en", 5, -1, latest=False))[-1] == ["✍️ Better answer"]
