"""Rules and lexicon: consistent files, and each rule holds on its own examples."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from doctor_llama.triage import lexicon, rules

DATA = tomllib.loads(Path(rules.__file__).with_name("rules.toml").read_text(encoding="utf-8"))
LEXICON = tomllib.loads(Path(rules.__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", DATA["rule"], ids=lambda rule: rule["id"])
def test_rule_holds_on_its_examples(rule: dict[str, Any]) -> None:
    made = next(one for one in rules.rules() if one.id == rule["id"])
    assert rule["examples"]
    for example in rule["examples"]:
        reading = lexicon.read(example)
        assert any(made.holds(group) for group in rules._groups(reading)), (
            example,
            reading.language,
            [hit.name for hit in reading.hits],
        )


def test_rules_name_concepts_that_there_are() -> None:
    ids = [rule["id"] for rule in DATA["rule"]]
    assert len(ids) == len(set(ids))
    named = {
        concept.lstrip("-")
        for rule in DATA["rule"]
        for part in ("all", "any", "with", "none")
        for concept in rule.get(part, ())
    }
    assert named | {*DATA["context"]} <= {*lexicon.concepts()}
    assert {*LEXICON["never_denied"], *LEXICON["hardly_denied"]} <= {*lexicon.concepts()}


def test_every_concept_is_said_in_every_language() -> None:
    wanted = {"en", "es", "pt", "fr", "ru", "ar", "hi", "hl"}
    lacking = {
        concept: wanted - set(LEXICON[concept])
        for concept in lexicon.concepts()
        if concept != "fever_number" and wanted - set(LEXICON[concept])
    }
    assert lacking == {}


@pytest.mark.parametrize(
    ("text", "named", "denied"),
    [
        ("no chest pain", "-chest", True),
        ("no me duele el pecho", "-chest", True),
        ("सीने में दर्द नहीं है", "-chest", True),
        ("у меня нет боли в груди", "-chest", True),
        ("ليس عندي ألم في الصدر", "-chest", True),
        ("my chest hurts", "chest", False),
        ("the bleeding does not stop, my chest hurts", "chest", False),
    ],
)
def test_a_no_reaches_what_it_denies(text: str, named: str, denied: bool) -> None:
    hits = [hit for hit in lexicon.read(text).hits if hit.concept == "chest"]
    assert {hit.name for hit in hits} == {named}
    assert hits[0].denied is denied


def test_a_hint_decides_where_nothing_else_does() -> None:
    assert lexicon.read("hepatitis", "fr").language == "fr"
    assert lexicon.read("hepatitis", "es").language == "es"
    assert lexicon.read("my chest hurts so much", "fr").language == "en"
