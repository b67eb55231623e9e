"""Markdown to messages: whatever the model writes, Telegram can take it and nothing is lost."""

import re
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rendering
from bot.rendering import LIMIT, Part

MARKS = st.sampled_from(
    [
        "**",
        "_",
        "`",
        "```",
        "\n",
        "\n\n",
        "# ",
        "- ",
        "1. ",
        "> ",
        "|",
        "[a](http://b.c)",
        "<",
        "😀",
    ]
)
MARKDOWN = st.lists(st.one_of(MARKS, st.text(max_size=30)), max_size=60).map("".join)


def valid(part: Part) -> bool:
    length = rendering.units(part.text)
    return 0 < length <= LIMIT and all(
        e.offset >= 0 and e.length > 0 and e.offset + e.length <= length for e in part.entities
    )


def letters(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


@settings(max_examples=150, deadline=None)
@given(MARKDOWN)
def test_any_text_becomes_messages_that_telegram_takes(markdown: str) -> None:
    assert all(valid(part) for part in rendering.render(markdown))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.integers(1, 40))
def test_plain_text_is_kept_wherever_it_is_cut(text: str, limit: int) -> None:
    parts = rendering.plain(text, limit)
    assert "".join("".join(p.text for p in parts).split()) == "".join(text.split())
    assert all(rendering.units(p.text) <= max(limit, 2) for p in parts)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1, max_size=40))
def test_words_survive_the_formatting(words: list[str]) -> None:
    shown = "".join(p.text for p in rendering.render("**Note** " + " ".join(words)))
    assert letters(shown) == "Note" + letters("".join(words))


def test_an_answer_is_cut_at_a_paragraph() -> None:
    paragraph = "word " * 300
    parts = rendering.render("\n\n".join([paragraph] * 8))
    assert len(parts) == 4
    assert all(p.text.count("\n\n") == 1 and len(p.text) == 2 * 1499 + 2 for p in parts)


def test_a_bold_passage_goes_on_in_the_next_message() -> None:
    parts = rendering.render("**" + "word " * 1500 + "end**")
    assert [p.entities[0].type for p in parts] == ["bold", "bold"]
    assert all(e.offset == 0 and e.length == len(p.text) for p in parts for e in p.entities)


def test_what_looks_like_html_or_emphasis_is_still_said() -> None:
    (part,) = rendering.render("if SpO2<b and pulse>d, then 2*3*4 mg; `a<b>c`")
    assert part.text == "if SpO2<b and pulse>d, then 2*3*4 mg; a<b>c"
    assert [e.type for e in part.entities] == ["code"]


def test_headings_lists_and_links() -> None:
    (part,) = rendering.render("# Fever\n\n- rest\n- [more](http://who.int)\n- [x](javascript:x)")
    assert part.text == "Fever\n\n• rest\n• more\n• x"
    assert not re.search("[📌✏📚🔖]", part.text)
    assert [e.url for e in part.entities if e.url] == ["http://who.int"]


def test_an_emoji_is_never_cut_in_two() -> None:
    parts = rendering.plain("😀" * 3000)
    assert [rendering.units(p.text) for p in parts] == [4096, 1904]


def test_nothing_visible_is_no_message() -> None:
    assert rendering.render("  \n ") == []
