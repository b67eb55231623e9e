"""The review after the model: what is replaced, what stays, and that nothing unread is shown."""

import pytest

from doctor_llama.proofreading import LONG, Proofreader, safety_line
from doctor_llama.triage import Label

LANGUAGES = ("en", "es", "pt", "fr", "ru", "ar", "hi")


def read(raw: str, question: str = "", language: str = "en", label: Label = Label.ROUTINE) -> str:
    return Proofreader(question, language, label).take(raw, whole=True)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("Rest. Take 500 mg of paracetamol every six hours. Drink water.", "dose"),
        ("Rest. Take two tablets at night. Drink water.", "dose"),
        ("Rest. You can double the dose. Drink water.", "dose"),
        ("Rest. This will completely cure you. Drink water.", "cure"),
        ("Rest. You definitely have pneumonia. Drink water.", "certain"),
        ("Rest. You can stop taking your insulin. Drink water.", "stop"),
        ("Rest. There is no need to call an ambulance. Drink water.", "emergency"),
    ],
)
def test_a_sentence_that_must_not_be_said_is_replaced(raw: str, kind: str) -> None:
    proof = Proofreader("", "en")
    text = proof.take(raw, whole=True)
    assert proof.counts == {kind: 1}
    assert text.startswith("Rest. ")
    assert text.endswith(" Drink water.")
    assert raw.split(". ")[1] not in text


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("Descansa. Toma 600 mg de ibuprofeno cada ocho horas.", "es"),
        ("Descanse. Tome 500 mg de dipirona de seis em seis horas.", "pt"),
        ("Reposez-vous. Prenez 500 mg de paracétamol toutes les six heures.", "fr"),
        ("Отдыхайте. Примите 500 мг парацетамола.", "ru"),
        ("استرح. خذ 500 ملغ من الباراسيتامول.", "ar"),
        ("आराम करें। 500 मिग्रा पैरासिटामोल लें।", "hi"),
    ],
)
def test_doses_go_in_every_language(raw: str, language: str) -> None:
    proof = Proofreader("", language)
    text = proof.take(raw, whole=True)
    assert proof.counts["dose"] == 1
    assert "500" not in text
    assert "600" not in text


@pytest.mark.parametrize(
    "raw",
    [
        "A normal fasting blood sugar is below 100 mg/dl.",
        "Adults should eat less than 2300 mg of sodium a day.",
        "See a doctor if it lasts more than 3 days. Walk for 30 minutes a day.",
        "It may be a cold. You can call your doctor on Monday.",
        "The normal pulse is 60 to 100 beats a minute.",
        "1. Rest.\n2. Drink.\n\nCall 112 in an emergency.",
    ],
)
def test_what_is_harmless_stays_as_it_is(raw: str) -> None:
    proof = Proofreader("what is normal?", "en")
    assert proof.take(raw, whole=True) == raw
    assert not proof.counts


def test_an_amount_of_the_question_may_be_said_again() -> None:
    raw = "Since you took 400 mg of ibuprofen, do not take more without asking a pharmacist."
    assert read(raw, "I took 400 mg of ibuprofen, is that ok?") == raw
    assert read(raw, "I took ibuprofen, is that ok?") != raw


def test_soothing_goes_only_where_triage_said_urgent() -> None:
    raw = "There is nothing to worry about. Drink water."
    assert read(raw) == raw
    assert "nothing to worry" not in read(raw, label=Label.URGENT)


@pytest.mark.parametrize(
    "token", ["<|eot_id|>", "<|im_end|>", "</s>", "[INST]", "<｜end｜>", "<|start_header_id|>"]
)
def test_special_tokens_are_never_shown(token: str) -> None:
    raw = f"Drink water.{token} Rest well{token}. Sleep."
    for at in range(len(raw) + 1):
        assert token not in Proofreader("", "en").take(raw[:at], whole=at == len(raw))
    assert read(raw) == "Drink water. Rest well. Sleep."


def test_circles_end() -> None:
    proof = Proofreader("", "en")
    text = proof.take("Drink a lot of warm water. " * 50, whole=True)
    assert text.strip() == "Drink a lot of warm water."
    assert proof.counts["loop"] >= 1
    assert "very very" not in read("It is very very very very very very good. Rest.")


def test_strangers_addresses_go() -> None:
    proof = Proofreader("", "en")
    text = proof.take("Write to john.smith@example.com for help. Rest.", whole=True)
    assert "john.smith" not in text
    assert proof.counts["data"] == 1


def test_another_language_is_noted() -> None:
    proof = Proofreader("¿qué tomo para la tos?", "es")
    proof.take(
        "Drink warm water and rest as much as you can. "
        "Honey may help adults and children. "
        "See a doctor when it lasts for more than three weeks.",
        whole=True,
    )
    assert proof.counts["language"] == 1


def test_nothing_unread_is_shown_while_it_grows() -> None:
    raw = "Rest well. Take 500 mg of paracetamol now. You definitely have the flu. Sleep."
    proof = Proofreader("", "en")
    for at in range(1, len(raw) + 1):
        shown = proof.take(raw[:at])
        assert "paracetamol" not in shown
        assert "500" not in shown
        assert "definitely" not in shown
    assert proof.take(raw, whole=True).endswith("Sleep.")


def test_harmless_words_are_seen_soon() -> None:
    proof = Proofreader("", "en")
    assert proof.take("Colds are caused by") == "Colds "
    assert proof.take("Colds are caused by many kinds of virus") == "Colds are caused by many "


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_answers_end_with_our_line(language: str) -> None:
    assert safety_line("short", language) is None
    line = safety_line("x" * LONG, language)
    assert line is not None
    assert line.startswith("—")
