"""Callback data: short, versioned, and safe to read whatever comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import keyboards
from bot.keyboards import Agree, Anyway, Press, Rate, Share, Stop

IDS = st.integers(0, 2**52)
PRESSES = st.one_of(
    st.builds(Rate, IDS, st.sampled_from([1, -1, None])),
    st.builds(Stop, IDS),
    st.builds(Agree, IDS),
    st.builds(Share, st.booleans()),
    st.builds(Anyway, IDS),
)


@given(PRESSES)
def test_a_button_means_what_it_meant(press: Press) -> None:
    data = keyboards.encode(press)
    assert keyboards.parse(data) == press
    assert len(data.encode()) <= 64


@given(st.text(max_size=64))
def test_anything_may_come_back(data: str) -> None:
    keyboards.parse(data)


@pytest.mark.parametrize(
    "data", ["", "1", "2:stop:5", "1:stop:", "1:stop:-1", "1:stop:٣", "1:rate:1:left", "1:share:x"]
)
def test_what_is_not_ours_means_nothing(data: str) -> None:
    assert keyboards.parse(data) is None


def test_the_chosen_thumb_is_marked_and_leads_back() -> None:
    up, down = keyboards.rating("en", 5, 1).inline_keyboard[0]
    assert (up.text, up.callback_data) == ("👍 ✓", "1:rate:5:none")
    assert (down.text, down.callback_data) == ("👎", "1:rate:5:down")
