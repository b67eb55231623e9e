"""Every sentence is in every file, says the same things there, and is said by the code."""

import ast
import re
from pathlib import Path

import pytest
from babel import Locale
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

import bot
from bot.texts import FOLDER, known, languages, say

HOME = Path(bot.__file__).parent
LANGUAGES = ("ar", "en", "es", "fr", "hi", "pt", "ru")
OTHERS = tuple(language for language in LANGUAGES if language != "en")
# keys that are made of parts in the code
MADE = (
    *("command-", "role-", "stats-label-", "stats-none-", "stats-learning-", "why-", "compare-"),
    *("phase-", "refresh-why-", "adapter-", "judge-"),
)
# the same in two languages
ALIKE = {
    "stats-label-questions",
    "stats-latency-line",
    "admin-broadcast-progress",
    "privacy-no",
    "admin-status",
    "answer-continues",
    "error",
    "failed",
    "confirm-no",
    "admin-status-no-gpu",
}
NOT_A_DOCTOR = {
    "ar": "وليس طبيبًا",
    "en": "not a doctor",
    "es": "no un médico",
    "fr": "pas un médecin",
    "hi": "डॉक्टर नहीं",
    "pt": "não um médico",
    "ru": "а не врач",
}
NOT_FOR_EMERGENCIES = {
    "ar": "ليس للحالات الطارئة.",
    "en": "Not for emergencies.",
    "es": "No es para emergencias.",
    "fr": "Pas pour les urgences.",
    "hi": "आपात स्थिति के लिए नहीं।",
    "pt": "Não serve para emergências.",
    "ru": "Не для экстренных случаев.",
}


class Things(Visitor):
    """What a sentence depends on: its values, other sentences, commands; and its plural forms."""

    def __init__(self) -> None:
        self.values: set[str] = set()
        self.others: set[str] = set()
        self.plurals: list[tuple[set[str], str]] = []

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802
        self.values.add(node.id.name)

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802
        self.others.add(node.id.name)

    def visit_SelectExpression(self, node: ftl.SelectExpression) -> None:  # noqa: N802
        keys = {v.key.name for v in node.variants if isinstance(v.key, ftl.Identifier)}
        [default] = [
            str(v.key.name)
            for v in node.variants
            if v.default and isinstance(v.key, ftl.Identifier)
        ]
        self.plurals.append((keys, default))
        self.generic_visit(node)


def messages(language: str) -> dict[str, ftl.Message]:
    body = FluentParser().parse((FOLDER / f"{language}.ftl").read_text()).body
    junk = [entry for entry in body if isinstance(entry, ftl.Junk)]
    assert not junk, junk[0].content
    found = [entry for entry in body if isinstance(entry, ftl.Message)]
    names = [entry.id.name for entry in found]
    assert len(set(names)) == len(names), f"{language}: a key stands twice"
    return dict(zip(names, found, strict=True))


def things(message: ftl.Message) -> Things:
    found = Things()
    found.visit(message)
    return found


class Words(Visitor):
    """The sentence as it stands in the file, without its values."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_TextElement(self, node: ftl.TextElement) -> None:  # noqa: N802
        self.found.append(node.value)


def words(message: ftl.Message) -> str:
    found = Words()
    found.visit(message)
    return "".join(found.found)


def in_code() -> set[str]:
    """All string constants of the bot's own modules."""
    found: set[str] = set()
    for path in HOME.rglob("*.py"):
        if "simulator" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


ENGLISH = messages("en")


def test_the_languages_are_seven() -> None:
    assert tuple(sorted(languages())) == LANGUAGES


def test_every_sentence_is_used() -> None:
    used = in_code()
    unused = {key for key in ENGLISH if key not in used and not key.startswith(MADE)}
    unused -= {other for message in ENGLISH.values() for other in things(message).others}
    assert unused == set()


def test_every_sentence_exists() -> None:
    keyed = {
        s for s in in_code() if re.fullmatch(r"(refuse|status|rate|share|start|failed)-\w+", s)
    }
    assert keyed <= set(ENGLISH)


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing_and_none_is_left_over(language: str) -> None:
    assert set(messages(language)) == set(ENGLISH)


@pytest.mark.parametrize("language", OTHERS)
def test_values_commands_and_other_sentences_agree(language: str) -> None:
    for key, message in messages(language).items():
        theirs, ours = things(message), things(ENGLISH[key])
        assert theirs.values == ours.values, (language, key)
        assert theirs.others == ours.others, (language, key)
        commands = [set(re.findall(r"/[a-z]+", words(m))) for m in (message, ENGLISH[key])]
        assert commands[0] == commands[1], (language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """Every form that a whole number can take there is written; none is one that it has not."""
    rule = Locale(language).plural_form
    of_whole_numbers = {rule(number) for number in range(200)}
    for key, message in messages(language).items():
        for keys, default in things(message).plurals:
            assert of_whole_numbers <= keys, (language, key)
            assert keys <= {*rule.tags, "other"}, (language, key)
            assert default in {"other", "many"}, (language, key)


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_was_left_in_english(language: str) -> None:
    for key, message in messages(language).items():
        same = words(message) == words(ENGLISH[key]) and re.search("[a-z]", words(message))
        assert not same or key in ALIKE, (language, key)


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_says_that_no_native_speaker_has_read_it(language: str) -> None:
    first = (FOLDER / f"{language}.ftl").read_text().splitlines()[0]
    assert first == "# Translated for this project; not reviewed by a native speaker."


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_calls_us_a_doctor(language: str) -> None:
    assert "Dr." not in (FOLDER / f"{language}.ftl").read_text()
    assert NOT_A_DOCTOR[language] in say(language, "bot-name")
    assert say(language, "bot-description").startswith(NOT_FOR_EMERGENCIES[language])
    assert NOT_FOR_EMERGENCIES[language] in say(language, "start")


@pytest.mark.parametrize("language", LANGUAGES)
def test_telegram_takes_the_profile_and_the_toasts(language: str) -> None:
    assert len(say(language, "bot-name")) <= 64
    assert len(say(language, "bot-short-description")) <= 120
    assert len(say(language, "bot-description")) <= 512
    for key, message in messages(language).items():
        text = words(message)
        if key.startswith("command-"):
            assert 1 <= len(text) <= 256
        if re.search(r"toast|stale|too-late|gone|refuse-(many|full)|not-yours|first$", key):
            assert len(text) <= 200, (language, key)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("de", "en"), (None, "en"), ("en_GB", "en"), ("pt-BR", "pt"), ("ES", "es")],
)
def test_the_language_that_is_spoken(asked: str | None, spoken: str) -> None:
    assert known(asked) == spoken


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(LookupError):
        say("en", "error")


@pytest.mark.parametrize(
    ("language", "before", "said"),
    [
        ("en", 1, "Your question is in. One question before you."),
        ("en", 3, "Your question is in. 3 questions before you."),
        ("ru", 1, "Ваш вопрос принят. Перед вами 1 вопрос."),
        ("ru", 3, "Ваш вопрос принят. Перед вами 3 вопроса."),
        ("ru", 7, "Ваш вопрос принят. Перед вами 7 вопросов."),
        ("ru", 21, "Ваш вопрос принят. Перед вами 21 вопрос."),
        ("ar", 2, "وصل سؤالكم. قبله سؤالان."),
        ("ar", 5, "وصل سؤالكم. قبله 5 أسئلة."),
        ("ar", 11, "وصل سؤالكم. قبله 11 سؤالًا."),
        ("fr", 2, "Votre question est arrivée. 2 questions passent avant la vôtre."),
    ],
)
def test_numbers_are_said_in_the_right_form(language: str, before: int, said: str) -> None:
    assert say(language, "status-before", before=before) == said


def test_a_script_from_right_to_left_keeps_its_commands_and_its_side() -> None:
    lines = say("ar", "help").splitlines()
    [new] = [line for line in lines if "/new" in line]
    assert new.startswith("\u200f\u200e/new")
    assert say("ar", "about-unknown", version="1").startswith("\u200fDoctor Llama")
    assert "\u200e/help" in say("ar", "refuse-command-unknown", command="/hlep")
    assert "\u200e/hlep" in say("ar", "refuse-command-unknown", command="/hlep")
    assert "\u200e" not in say("en", "help")
