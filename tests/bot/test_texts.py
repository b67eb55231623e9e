"""Every sentence that the code says is in the file, and every one in the file is said."""

import ast
import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message

import bot
from bot.texts import FOLDER, known, languages, say

HOME = Path(bot.__file__).parent


def in_code() -> set[str]:
    """All string constants of the bot's own modules, and the beginnings of those with a rest."""
    found: set[str] = set()
    for path in [*HOME.glob("*.py"), *(HOME / "admin").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def in_file(language: str) -> set[str]:
    body = FluentParser().parse((FOLDER / f"{language}.ftl").read_text()).body
    return {entry.id.name for entry in body if isinstance(entry, Message)}


def test_every_sentence_is_used() -> None:
    used = in_code()
    unused = {k for k in in_file("en") if k not in used and not k.startswith(("command-", "role-"))}
    assert unused == set()


def test_every_sentence_exists() -> None:
    keyed = {
        s for s in in_code() if re.fullmatch(r"(refuse|status|rate|share|start|failed)-\w+", s)
    }
    assert keyed <= in_file("en")


@pytest.mark.parametrize("language", sorted(languages()))
def test_no_sentence_calls_us_a_doctor(language: str) -> None:
    text = (FOLDER / f"{language}.ftl").read_text()
    assert "Dr." not in text
    assert "an AI, not a doctor" in say(language, "bot-name")
    assert say(language, "bot-description").startswith("Not for emergencies.")


def test_telegram_takes_the_profile() -> None:
    assert len(say("en", "bot-name")) <= 64
    assert len(say("en", "bot-short-description")) <= 120
    assert len(say("en", "bot-description")) <= 512


@pytest.mark.parametrize(("asked", "spoken"), [("pt-BR", "en"), (None, "en"), ("en_GB", "en")])
def test_a_language_that_we_do_not_speak_is_answered_in_english(
    asked: str | None, spoken: str
) -> None:
    assert known(asked) == spoken


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(LookupError):
        say("en", "error")


def test_numbers_are_said_in_the_right_form() -> None:
    assert say("en", "status-before", before=1) == "Your question is in. One question before you."
    assert say("en", "status-before", before=3) == "Your question is in. 3 questions before you."
