"""Data sets are read as they come, and hostile files end in one sentence."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doctor_llama.errors import DatasetError
from tests.training import data_files
from training import sources
from training.sources import Hub, Pair, files, pubmedqa


def read(name: str, path: Path | None = None, at: Hub | None = None) -> list[Pair]:
    source = sources.get(name)
    return list(sources.pairs(source, sources.records(source, path, at)))


@pytest.mark.parametrize(
    "name", ["a.parquet", "a.csv", "a.json", "a.jsonl", "a.jsonl.gz", "a.zip", "folder/a.csv"]
)
def test_every_kind_of_table_gives_the_same_pairs(name: str, tmp_path: Path) -> None:
    records = [
        data_files.dialogue('He said: "nothing",\nbut I, too, felt it; é😭', title="=1+1"),
        data_files.dialogue("x" * 17_735),
    ]
    path = data_files.write(tmp_path / name, records)
    found = read("ai_medical_chatbot", tmp_path / "folder" if "folder" in name else path)
    assert [(p.question, p.answer, p.title, p.row) for p in found] == [
        (r["Patient"], r["Doctor"], r["Description"], f"ai_medical_chatbot:{i}")
        for i, r in enumerate(records)
    ]


def test_nothing_in_a_cell_is_an_empty_text(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"Description": null, "Patient": null, "Doctor": "x"}\n')
    assert read("ai_medical_chatbot", path)[0].question == ""


def test_pubmedqa_in_both_layouts(tmp_path: Path) -> None:
    ours = read("pubmedqa", data_files.write(tmp_path / "a.parquet", [data_files.pubmed(7, "no")]))
    theirs = tmp_path / "ori_pqal.json"
    record = data_files.pubmed(7)
    theirs.write_text(
        json.dumps(
            {
                "7": {
                    "QUESTION": record["question"],
                    "CONTEXTS": record["context"]["contexts"],
                    "LONG_ANSWER": record["long_answer"],
                    "final_decision": "no",
                }
            }
        )
    )
    assert read("pubmedqa", theirs) == ours
    assert ours[0].answer == "No. Treatment 7 helped most of them."
    assert "Answer yes, no or maybe" in ours[0].question
    assert "They got better." in ours[0].question


def test_pubmedqa_without_a_decision_asks_for_none(tmp_path: Path) -> None:
    record = data_files.pubmed(8)
    del record["final_decision"]
    [pair] = read("pubmedqa_unlabeled", data_files.write(tmp_path / "a.jsonl", [record]))
    assert pair.answer == "Treatment 8 helped most of them."
    assert "yes, no" not in pair.question


def test_the_official_test_set_is_known_by_its_ids(tmp_path: Path) -> None:
    assert len(pubmedqa.TEST_IDS) == 500
    taken = min(pubmedqa.TEST_IDS)
    records = [data_files.pubmed(taken), data_files.pubmed(1)]
    for name in ("pubmedqa", "pubmedqa_artificial", "pubmedqa_unlabeled"):
        found = read(name, data_files.write(tmp_path / "a.jsonl", records))
        assert [pair.unfit for pair in found] == ["official_test", ""]


def test_medqa_answers_with_letter_and_text(tmp_path: Path) -> None:
    [pair] = read("medqa", data_files.write(tmp_path / "a.jsonl", [data_files.medqa("Thirst?")]))
    assert pair.answer == "B. Water"
    assert "A. Sand\nB. Water\nC. Salt" in pair.question


@pytest.mark.parametrize("packed", [False, True])
def test_drugbank_reads_drugs_of_the_top_level_only(packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("full.zip" if packed else "full.xml")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("full database.xml", data_files.DRUGBANK)
    else:
        path.write_text(data_files.DRUGBANK)
    found = {pair.row: pair for pair in read("drugbank", path)}
    assert list(found) == [
        "drugbank:DB1:description", "drugbank:DB1:indication", "drugbank:DB1:food",
        "drugbank:DB1:interaction:Oldin", "drugbank:DB2:description",
    ]  # fmt: skip
    assert found["drugbank:DB1:description"].answer == "A painkiller made up for a test."
    indication = found["drugbank:DB1:indication"]
    assert indication.answer == "Mild pain. It also lowers a fever."  # no dose
    assert found["drugbank:DB1:food"].answer == "Avoid alcohol."
    assert [pair.unfit for pair in found.values()] == ["", "", "", "", "no_advice"]
    assert {pair.index for pair in found.values()} == {0, 1}


def test_medquad_reads_folders_of_xml_and_tables(tmp_path: Path) -> None:
    folder = tmp_path / "1_TEST_QA"
    folder.mkdir()
    (folder / "0001.xml").write_text(data_files.MEDQUAD)
    first, second = read("medquad", tmp_path)
    assert (first.question, first.row) == ("What is (are) Testitis?", "medquad:TEST:1-1")
    assert first.group == second.group == "focus:testitis"
    assert (second.question, second.answer) == ("How to treat Testitis?", "")
    table = [{"question": "What?", "answer": "That.", "question_focus": "Testitis"}]
    [pair] = read("medquad", data_files.write(tmp_path / "t.jsonl", table))
    assert (pair.question, pair.group) == ("What?", "focus:testitis")


def test_feedback_in_the_shapes_of_the_export(tmp_path: Path) -> None:
    prompt = [
        {"role": "system", "content": "old"}, {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "What helps?"},
    ]  # fmt: skip
    good = [{"role": "assistant", "content": "Rest."}]
    named = {"source": "feedback", "row": "feedback:3"}
    records: list[dict[str, Any]] = [
        {"prompt": prompt, "completion": good, **named},
        {"prompt": prompt, "chosen": good, "rejected": "Nothing.", **named},
        {"prompt": prompt, "completion": good, "label": False, **named},
    ]
    correction, preference, rating = read(
        "feedback", data_files.write(tmp_path / "a.jsonl", records)
    )
    assert correction.turns == (("user", "Hi"), ("assistant", "Hello"))
    assert (correction.question, correction.answer) == ("What helps?", "Rest.")
    assert correction.row == "feedback:3"  # as the database knows it
    assert (preference.answer, preference.rejected) == ("Rest.", "Nothing.")
    assert rating.label is False


def test_documents_are_text_files_and_tables(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# Fever\n")
    data_files.write(tmp_path / "a.jsonl", [{"id": "x", "text": "Cough."}])
    assert [(p.question, p.answer) for p in read("documents", tmp_path)] == [
        ("", "Cough."),
        ("", "# Fever\n"),
    ]


def test_our_own_replies_ship_and_set_no_dose() -> None:
    found = read("safety")
    assert len(found) == len({pair.row for pair in found}) > 80
    assert not any(re.search(r"\d\s?(?:mg|ml|tablet)", pair.answer) for pair in found)


def test_the_hub_is_read_by_id_and_revision(tmp_path: Path) -> None:
    """A folder stands for a repository here: `datasets` reads both in the same way."""
    data_files.write(tmp_path / "train.parquet", [data_files.pubmed(5), data_files.pubmed(6)])
    found = read("pubmedqa", at=Hub(str(tmp_path)))
    assert [pair.row for pair in found] == ["pubmedqa:pmid:5", "pubmedqa:pmid:6"]


def test_what_the_hub_does_not_give_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DatasetError, match=r"cannot be had from the Hub.*give its place"):
        read("pubmedqa", at=Hub(str(tmp_path / "nothing"), "abc"))


def test_a_share_is_the_same_every_time_and_part_of_a_larger_one() -> None:
    pairs = [Pair("q", "a", row=str(i)) for i in range(3_000)]

    def names(share: float) -> set[str]:
        return {pair.row for pair in sources.sample(pairs, share, seed=1)}

    assert names(0.1) == names(0.1)
    assert names(0.01) < names(0.1) < names(1)
    assert len(names(0.1)) == pytest.approx(300, rel=0.2)
    assert len(names(1)) == 3_000
    few = [Pair("q", "a", row=str(i)) for i in range(5)]
    assert len(list(sources.sample(few, 0.001, seed=1))) == 1


def test_a_name_that_is_not_there_gives_the_nearest() -> None:
    with pytest.raises(DatasetError, match="Did you mean medquad"):
        sources.get("medqad")


# --- what is wrong with files


HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "is empty"),
    "heading only": ("a.csv", b"Description,Patient,Doctor\n", "holds no rows"),
    "wrong columns": ("a.csv", b"x,y\n1,2\n", "has no column 'Description'"),
    "binary csv": ("a.csv", bytes(range(256)) * 9, "cannot be read|is not text"),
    "binary parquet": ("a.parquet", bytes(range(256)) * 9, "cannot be read"),
    "binary gzip": ("a.jsonl.gz", bytes(range(256)), "damaged or was cut off"),
    "latin-1": ("a.csv", "Description,Patient,Doctor\na,é,c\n".encode("latin-1"), "UTF-8"),
    "too few cells": ("a.csv", b"Description,Patient,Doctor\n1,2\n", "line 2"),
    "too many cells": ("a.csv", b"Description,Patient,Doctor\n1,2,3,4\n", "line 2"),
    "open quote": ("a.csv", b'Description,Patient,Doctor\n1,2,"3\n', "cannot be read"),
    "cut json": ("a.json", b'[{"Description": "a", "Patient', "cannot be read"),
    "cut jsonl": ("a.jsonl", b'{"Description": "a', "cannot be read"),
    "a list of numbers": ("a.json", b"[1, 2]", "entry 1 is not an object"),
    "a number": ("a.json", b"17", "neither a list nor an object"),
    "deep json": ("a.jsonl", b"[" * 100_000, "cannot be read"),
    "no kind": ("a.exe", b"MZ", "no kind that can be read"),
    "no zip": ("a.zip", b"PK nothing", "damaged or was cut off"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_one_sentence(name: str, tmp_path: Path) -> None:
    file, content, sentence = HOSTILE[name]
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=sentence) as raised:
        read("ai_medical_chatbot", path)
    assert "\n" not in str(raised.value)


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    path = data_files.write(tmp_path / "a.parquet", [data_files.dialogue("Why?")] * 50)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(DatasetError, match="cannot be read"):
        read("ai_medical_chatbot", path)


@pytest.mark.parametrize("name", ["a.zip", "a.jsonl.gz"])
def test_what_unpacks_to_far_more_is_left_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "UNPACKED_AT_LEAST", 1 << 20)
    path = data_files.write(tmp_path / name, [data_files.dialogue("a")] * 20_000)
    with pytest.raises(DatasetError, match="unpacks to more than 100 times its size"):
        read("ai_medical_chatbot", path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (data_files.LAUGHS, "XML entities"),
        (data_files.DRUGBANK[:900], "cut off"),
        ("", "is empty"),
        ("<a><b></a>", "damaged"),
        ("<other/>", "holds no rows"),
    ],
)
def test_hostile_xml_is_refused(content: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(content)
    with pytest.raises(DatasetError, match=sentence):
        read("drugbank", path)


_BYTES = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet='{}[]",:\\ntrue1e<>/&;drug\n', max_size=80).map(str.encode),
    st.tuples(st.integers(0, len(data_files.DRUGBANK)), st.binary(max_size=6)).map(
        lambda c: data_files.DRUGBANK[: c[0]].encode() + c[1] + data_files.DRUGBANK[c[0] :].encode()
    ),
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=_BYTES,
    name=st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.parquet", "a.xml", "a.gz"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for source in ("ai_medical_chatbot", "drugbank", "medquad", "pubmedqa", "feedback"):
        try:
            found: Any = read(source, path)
        except DatasetError:
            continue
        assert all(isinstance(pair.question, str) for pair in found)
