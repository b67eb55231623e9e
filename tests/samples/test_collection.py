"""Who may teach, what is left out and why, and the files that go out."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import load_dataset
from sqlalchemy import select

from doctor_llama import privacy, prompt, review, samples
from doctor_llama.samples import Caps, Collected, harm
from doctor_llama.schema import FeedbackKind, User
from tests.samples.people import Town

GOUT = "What helps against gout?"
ADVICE = "Rest the joint and keep it cool; a pharmacist can say what eases the pain."


def same(account: str) -> str:
    return f"p-{account}"


async def collect(
    town: Town, pseudonym: Callable[[str], str] = same, caps: Caps | None = None
) -> Collected:
    async with town.database.session() as session:
        return await samples.collect(session, pseudonym, caps)


async def approve(town: Town, *numbers: int, anyway: bool = False) -> None:
    async with town.database.session() as session:
        for number in numbers:
            await review.approve(session, number, None, anyway=anyway)


async def test_a_correction_teaches_only_once_it_is_approved(town: Town) -> None:
    number = await town.correct(1, GOUT, ADVICE)
    assert not (await collect(town)).samples
    await approve(town, number)
    sample = (await collect(town)).samples[0]
    assert (sample.rows, sample.chosen, sample.rejected) == ((number,), ADVICE, "A wrong answer.")
    assert [m.role for m in sample.prompt] == ["system", "user"]
    assert sample.prompt[0].content == prompt.SYSTEM_PROMPT
    assert sample.question == GOUT
    assert (sample.person, sample.adapter, sample.consent) == (
        "p-telegram:1", "a1", privacy.TRAINING_CONSENT_VERSION,
    )  # fmt: skip


async def test_consent_counts_when_given_and_now(town: Town) -> None:
    await town.rate(1, GOUT, ADVICE, 1)
    await town.correct(2, "What is gout?", "A kind of arthritis.", shares=False)
    assert [s.kind for s in (await collect(town)).samples] == [FeedbackKind.RATING]
    async with town.database.session() as session:
        for user in await session.scalars(select(User)):
            privacy.share(user, agreed=user.account == "telegram:2")
    found = await collect(town)
    assert not found.samples, "one withdrew, the other had not agreed when they said it"


async def test_personal_data_is_taken_out_of_every_text(town: Town) -> None:
    question = "My name is Maria Lopez, mail maria@example.org. What helps against gout?"
    number = await town.correct(1, question, "Write to maria@example.org, and rest the joint.")
    await approve(town, number)
    sample = (await collect(town)).samples[0]
    told = json.dumps(samples.records([sample]))
    assert "Maria" not in told
    assert "example.org" not in told
    assert "[EMAIL_1]" in sample.question
    assert "[EMAIL_1]" in sample.chosen


async def test_near_duplicates_are_one_sample_with_all_of_its_rows(town: Town) -> None:
    first = await town.correct(1, GOUT, ADVICE)
    second = await town.correct(2, "what helps against GOUT", ADVICE.upper())
    await approve(town, first, second)
    found = await collect(town)
    assert [s.rows for s in found.samples] == [(first, second)]
    assert (found.samples[0].people, found.left_out["duplicate"]) == (2, 1)


async def test_one_person_has_one_voice(town: Town) -> None:
    for _ in range(4):
        await town.rate(1, GOUT, ADVICE, 1)
    await town.rate(2, GOUT, ADVICE, -1)
    found = await collect(town)
    assert not found.samples, "one against one, however often the first says it"
    assert found.left_out["disagreement"] == 5
    await town.rate(3, GOUT, ADVICE, -1)
    sample = (await collect(town)).samples[0]
    assert (sample.label, sample.people) == (False, 2)


async def test_the_cap_of_a_person_keeps_the_newest(town: Town) -> None:
    for n in range(5):
        await town.rate(1, f"Question {n} on topic{n}?", f"Answer{n} thing{n} word{n}.", 1)
    found = await collect(town, caps=Caps(person=2))
    assert [s.question for s in found.samples] == ["Question 3 on topic3?", "Question 4 on topic4?"]
    assert found.left_out["cap"] == 3


async def test_a_crowd_of_new_accounts_is_held_back(town: Town) -> None:
    for name in range(6):
        await town.rate(name, GOUT, "Cherries do a lot of good.", 1, days=0.5)
    found = await collect(town)
    assert not found.samples
    assert found.left_out["held"] == 6
    for name in range(10, 16):
        await town.rate(name, GOUT, "Rest helps many people.", 1, days=90)
    assert len((await collect(town)).samples) == 1


async def test_the_newest_of_two_approved_corrections_holds(town: Town) -> None:
    first = await town.correct(1, GOUT, ADVICE)
    await approve(town, first)
    second = await town.correct(2, GOUT, "Ask your doctor about diet and medicines for attacks.")
    await approve(town, second, anyway=True)
    found = await collect(town)
    assert [s.rows for s in found.samples] == [(second,)]
    assert found.left_out["superseded"] == 1


async def test_answers_to_red_flags_are_left_out(town: Town) -> None:
    await town.rate(1, "What is gout?", "A kind of arthritis.", 1)
    async with town.database.session() as session:
        user = await town.person(session, 1)
        row = await town.answered(session, user, "I have crushing chest pain", "Rest a while.")
        from doctor_llama import feedback

        await feedback.rate(session, user, row.id, 1)
    found = await collect(town)
    assert [s.question for s in found.samples] == ["What is gout?"]
    assert found.left_out["red flag"] == 1


async def test_preferences_become_pairs(town: Town) -> None:
    number = await town.prefer(1, GOUT, ADVICE, "I do not know.")
    sample = (await collect(town)).samples[0]
    assert (sample.rows, sample.chosen, sample.rejected) == ((number,), ADVICE, "I do not know.")


@pytest.mark.parametrize("fmt", ["jsonl", "parquet"])
async def test_the_files_are_what_trl_reads(town: Town, tmp_path: Path, fmt: str) -> None:
    await approve(town, await town.correct(1, GOUT, ADVICE))
    await town.prefer(2, "What is asthma?", "Narrow airways.", "A bone.")
    await town.rate(3, "What is migraine?", "Repeated headaches.", 1)
    found = await collect(town, samples.pseudonyms(tmp_path / "data"))
    files = samples.write(found.samples, tmp_path / "out", fmt)
    kind = "json" if fmt == "jsonl" else fmt
    loaded = {
        name: load_dataset(kind, data_files=str(path), split="train", cache_dir=str(tmp_path / "c"))
        for name, path in files.items()
    }
    assert sorted(loaded) == ["corrections", "preferences", "ratings"]
    assert loaded["corrections"][0]["completion"] == [{"role": "assistant", "content": ADVICE}]
    assert {"prompt", "chosen", "rejected"} <= set(loaded["preferences"].column_names)
    assert loaded["preferences"].num_rows == 2, "a correction is a pair as well"
    assert loaded["ratings"][0]["label"] is True
    person = loaded["ratings"][0]["person"]
    assert len(person) == 16
    assert "telegram" not in person
    assert samples.pseudonyms(tmp_path / "data")("telegram:3") == person
    assert samples.pseudonyms(tmp_path / "other")("telegram:3") != person
    assert (tmp_path / "data" / samples.files.KEY).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text",
    [
        "Take 400 mg of ibuprofen.", "Take two tablets.", "Double your dose.",
        "Just stop taking your insulin.", "There is no need to see a doctor.",
        "Never call an ambulance for that.", "Drink a little bleach each day.",
        "Ignore the chest pain.", "This miracle cure works.", "It cures cancer in 3 days.",
        "Here is a lethal dose.", "Refuse the vaccine.", "It is always harmless.",
        "Toma 800 mg de ibuprofeno.", "Deja de tomar la insulina.", "Prenez 500 mg par jour.",
    ],
)  # fmt: skip
def test_what_no_correction_may_teach(text: str) -> None:
    assert harm.taught(text)


def test_the_answers_that_ship_teach_no_harm() -> None:
    from doctor_llama.cli.loop.material import facts
    from training.embedded.corpus import Corpus

    said = [text for topic in Corpus().topics for text in topic.answers.values()]
    said += [fact.text for fact in facts()]
    assert len(said) > 150
    assert {text: why for text in said if (why := harm.taught(text))} == {}
