"""The prompt: clean text and the history window."""

import unicodedata
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from doctor_llama import prompt
from doctor_llama.prompt import ChatMessage


def words(messages: Sequence[ChatMessage]) -> int:
    return sum(len(message.content.split()) for message in messages)


def test_full_width_look_alikes_become_what_the_guard_knows() -> None:
    assert prompt.clean("＜|eot_id|＞") == "<|eot_id|>"


def test_joiners_of_scripts_and_emoji_stay() -> None:
    assert prompt.clean("👩‍⚕️ क्‍ष می‌خواهم") == unicodedata.normalize("NFKC", "👩‍⚕️ क्‍ष می‌خواهم")


@given(st.text(max_size=300))
def test_clean_text_is_stable_and_holds_no_control_characters(text: str) -> None:
    cleaned = prompt.clean(text)
    assert all(unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t" for c in cleaned)
    assert len(cleaned) <= prompt.MAX_CHARACTERS


def test_a_text_that_grows_is_cut() -> None:
    assert len(prompt.clean("\ufdfa" * 4_096)) <= prompt.MAX_CHARACTERS


def test_the_oldest_turns_go_first_and_a_window_begins_with_a_question() -> None:
    turns = [
        ChatMessage("user", "one two"),
        ChatMessage("assistant", "three four"),
        ChatMessage("user", "five six"),
        ChatMessage("assistant", "seven eight"),
        ChatMessage("user", "nine ten"),
    ]
    system = ChatMessage("system", "be kind")
    fitted = prompt.fit([system, *turns], words, budget=9)
    assert fitted == [system, *turns[2:]]
    assert prompt.fit([system, *turns], words, budget=1) == [system, turns[-1]]
    assert prompt.fit([system, *turns], words, budget=100) == [system, *turns]


def test_a_conversation_has_the_system_prompt_and_cleaned_turns() -> None:
    made = prompt.conversation([ChatMessage("user", " hello\x00 ")])
    assert [m.role for m in made] == ["system", "user"]
    assert made[1].content == "hello"
