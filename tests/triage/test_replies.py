"""What is said to a red flag: a number first, no dose, nothing technical, in every country."""

import datetime
import re
import tomllib
from pathlib import Path

import pytest

from doctor_llama.triage import Label, first_line, replies, reply

DATA = Path(replies.__file__).parent
NUMBERS = tomllib.loads((DATA / "numbers.toml").read_text(encoding="utf-8"))
COUNTRIES = [None, "ZZ", *NUMBERS]
DOSE = re.compile(
    r"\d\s*(?:mg|mcg|µg|g|ml|l|units?|iu|tablets?|pills?|drops?|times a day)\b", re.IGNORECASE
)


@pytest.mark.parametrize("country", COUNTRIES)
def test_emergency_names_the_number_in_its_first_line(country: str | None) -> None:
    text = reply(Label.EMERGENCY, "en", country)
    expected = NUMBERS.get(country or "", {}).get("emergency", ["112", "911", "999"])
    assert all(number in text.splitlines()[0] for number in expected)
    assert "Do not drive" in text
    assert "Do not wait for my answer" in text
    assert text.count("•") <= 3


@pytest.mark.parametrize("country", COUNTRIES)
def test_crisis_names_a_line_and_an_emergency_number(country: str | None) -> None:
    text = reply(Label.CRISIS, "en", country)
    entry = NUMBERS.get(country or "", {})
    assert text.startswith("I'm really glad you told me")
    assert all(number in text for number in entry.get("crisis", ()))
    assert all(number in text for number in entry.get("emergency", ["112", "911", "999"]))
    assert "findahelpline.com" in text


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("label", list(Label))
def test_replies_are_whole_short_and_without_doses(label: Label, country: str | None) -> None:
    text = reply(label, "en", country)
    assert not DOSE.search(text)
    assert "{" not in text
    assert len(text) < 1200


def test_unknown_languages_fall_back_and_codes_are_read_loosely() -> None:
    assert reply(Label.EMERGENCY, "tlh", "de") == reply(Label.EMERGENCY, "en-GB", "DE")
    assert reply(Label.CRISIS, "", None) == reply(Label.CRISIS)


def test_first_lines() -> None:
    assert first_line(Label.ROUTINE) is None
    for label in (Label.EMERGENCY, Label.CRISIS, Label.URGENT):
        line = first_line(label)
        assert line
        assert "\n" not in line
    assert reply(Label.ROUTINE) == ""
    assert reply(Label.URGENT) == first_line(Label.URGENT)


@pytest.mark.parametrize("country", NUMBERS)
def test_numbers_are_well_formed(country: str) -> None:
    entry = NUMBERS[country]
    assert re.fullmatch("[A-Z]{2}", country)
    assert entry.keys() == {"emergency", "crisis", "source", "noted", "verified"}
    assert entry["emergency"]
    assert all(re.fullmatch(r"\d{2,5}", number) for number in entry["emergency"])
    assert all(
        re.fullmatch(r"\*?\d[\d ]{1,14}\d(?: \([^()]+\))?", number) for number in entry["crisis"]
    )
    assert entry["source"].startswith("https://")
    assert isinstance(entry["noted"], datetime.date)
    assert entry["verified"] is False or isinstance(entry["verified"], datetime.date)


@pytest.mark.parametrize("name", ["rules.toml", "replies.toml", "numbers.toml"])
def test_data_files_say_that_no_clinician_reviewed_them(name: str) -> None:
    head = (DATA / name).read_text(encoding="utf-8").split("\n[", 1)[0]
    assert re.search(r"no clinician[\s\S]*reviewed", head, re.IGNORECASE)
