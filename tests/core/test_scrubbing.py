"""Personal data goes, medicine stays."""

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doctor_llama import scrubbing, triage
from doctor_llama.scrubbing import Kind, scrub


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi, my name is Jordan Sample.", "Hi, my name is [NAME_1]."),
        ("my name is anna and i have a rash", "my name is [NAME_1] and i have a rash"),
        ("MY NAME IS ANNA SAMPLE AND I COUGH", "MY NAME IS [NAME_1] AND I COUGH"),
        ("I am Anna Sample, 34, from a village", "I am [NAME_1], 34, from a village"),
        ("Myself Ravi Sample, 34 years", "Myself [NAME_1], 34 years"),
        ("My son Ravi has a fever", "My son [NAME_1] has a fever"),
        ("Patient name: Ana Sample", "Patient name: [NAME_1]"),
        ("Me llamo Ana Muestra y tengo tos", "Me llamo [NAME_1] y tengo tos"),
        ("Meu nome é João da Silva e tenho tosse", "Meu nome é [NAME_1] e tenho tosse"),
        ("Je m'appelle Marie-Claire, j'ai 30 ans", "Je m'appelle [NAME_1], j'ai 30 ans"),
        ("Меня зовут Иван Пример, мне 40 лет", "Меня зовут [NAME_1], мне 40 лет"),
        ("اسمي أحمد وعمري ثلاثون", "اسمي [NAME_1] وعمري ثلاثون"),
        ("मेरा नाम राहुल शर्मा है", "मेरा नाम [NAME_1] है"),
        ("Ask Dr. Example Person about it", "Ask Dr. [NAME_1] about it"),
        ("It will pass. Regards, Dr. Example Person", "It will pass. Regards, Dr. [NAME_1]"),
        ("Thanks,\nAnna Sample", "Thanks,\n[NAME_1]"),
        ("write to j.sample+x@example.co.uk now", "write to [EMAIL_1] now"),
        ("anna at gmail dot com", "[EMAIL_1]"),
        ("see instagram.com/anna_s or @anna_sample", "see [LINK_1] or [LINK_2]"),
        ("phone +1 555 010 0199.", "phone [PHONE_1]."),
        ("Call 555-010-0142 if worried", "Call [PHONE_1] if worried"),
        ("my whatsapp: 98765 43210", "my whatsapp: [PHONE_1]"),
        ("appelez le 06 12 34 56 78 ce soir", "appelez le [PHONE_1] ce soir"),
        ("тел. 8 916 123-45-67", "тел. [PHONE_1]"),
        ("SSN 000-12-3456, passport is X0000000", "SSN [ID_1], passport is [ID_2]"),
        ("MRN: 00123456, NHS number 943 476 5919", "MRN: [ID_1], NHS number [ID_2]"),
        ("mi DNI 12345678Z", "mi DNI [ID_1]"),
        ("card 4111 1111 1111 1111", "card [CARD_1]"),
        ("account DE89 3704 0044 0532 0130 00", "account [IBAN_1]"),
        ("DOB 01/02/1980, fever", "DOB [DOB_1], fever"),
        ("born on 12 May 1985, aged 39", "born on [DOB_1], aged 39"),
        ("I live at 12 Example Street. It itches", "I live at [ADDRESS_1]. It itches"),
        ("42 Long Sample Road, Apt 4B, Springfield, IL 62701", "[ADDRESS_1]"),
        ("vivo en la calle Mayor 12", "vivo en la [ADDRESS_1]"),
        ("ул. Ленина, д. 5, кв. 3", "[ADDRESS_1]"),
        ("12 rue de la Paix", "[ADDRESS_1]"),
    ],
)
def test_personal_data_is_replaced(text: str, expected: str) -> None:
    assert scrub(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "I am 34 years old, 178 cm, 80 kg; my baby is 6 months old.",
        "BP 120/80, pulse 72, HbA1c 5.6, platelets 150000-400000, 10 - 20 mg twice a day",
        "From 2010-2015 I took 1000-2000 IU; scan of 12-05-2019 at 10 30 was clear.",
        "Call 911, 112 or 988; in the UK 116 123; NHS 111.",
        "1-800-273-8255, 0800 111 0 111, +44 808 808 4994 and 8-800-2000-122 help for nothing",
        "my name is on the list, and his name is unknown",
        "Dr. Google says so. Thanks Dr. Now I feel better. My doctor said it is fine.",
        "MS Patients and MR Angiography; Sr Creatinine 1.2; St. John's wort; insurance of 5000",
        "Trial NCT01234567, PMID 12345678, https://www.cdc.gov/flu/index.htm",
        "it is called Trisomy 21; the way home; 5 Best Ways to sleep",
        "I hurt myself yesterday. Regards",
        "I live at 3000 m altitude",
        "Students at live shows",
    ],
)
def test_medicine_stays(text: str) -> None:
    assert scrub(text) == scrubbing.Scrubbed(text, {})


def test_every_helpline_of_the_bot_survives() -> None:
    numbers = Path(triage.__file__).with_name("numbers.toml").read_text(encoding="utf-8")
    for country in tomllib.loads(numbers).values():
        for line in (*country["emergency"], *country["crisis"]):
            said = f"Please call {line} now, or contact {line}."
            assert scrub(said).text == said


def test_one_mapping_for_question_and_answer() -> None:
    seen: dict[str, str] = {}
    question = scrub("My name is Jordan Sample, call 555-010-0199 or 555-010-0142", seen)
    answer = scrub("Dear Jordan, or Ms Other: (555) 010-0142 was busy. jordan sample!", seen)
    assert question.text == "My name is [NAME_1], call [PHONE_1] or [PHONE_2]"
    assert answer.text == "Dear [NAME_1], or Ms [NAME_2]: [PHONE_2] was busy. [NAME_1]!"
    assert answer.counts == {Kind.NAME: 3, Kind.PHONE: 1}


def test_a_name_that_is_a_word_goes_only_where_it_was_given() -> None:
    text = "My name is Hope Sample. I hope. Hope is all I have."
    assert scrub(text).text == "My name is [NAME_1]. I hope. Hope is all I have."


def test_placeholders_that_stand_already_are_counted_on() -> None:
    assert scrub("[NAME_1] and my name is Anna").text == "[NAME_1] and my name is [NAME_2]"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(
                ["my name is ", "Dr. ", "call ", "+1 555 010 0199", "dob 1.2.1980", "a@b.co",
                 "ssn ", "calle ", "[NAME_1]", "12 Example Street", "İ", "Anna "]
            ),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_any_text_is_scrubbed_once_and_for_all(pieces: list[str]) -> None:
    scrub("".join(pieces))
    once = scrub(" ; ".join(pieces))
    assert sum(once.counts.values()) or once.text == " ; ".join(pieces)
    assert not {Kind.EMAIL, Kind.PHONE} & set(scrub(once.text).counts)


@pytest.mark.parametrize(
    "piece", ["1 ", "a@", "my name is ", "12 Ab ", "(1", "ул ", "I live at ", "x."]
)
def test_long_hostile_texts_are_quick(piece: str) -> None:
    start = time.process_time()
    scrub(piece * (20_000 // len(piece)))
    assert time.process_time() - start < 5
