"""PubMedQA, MedQA and a built data set: small files made here, and real rows where they lie."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doctor_llama import embedded
from doctor_llama.errors import DatasetError, EvaluationError
from training import evaluate as evaluation
from training.evals import Outcome, Task, sets
from training.evaluate import Setup
from training.sources import pubmedqa

SHARED = Path(__file__).parents[3] / "shared" / "data"
beside = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the samples of real data sets are not beside this checkout"
)


def hub_row(pmid: int, decision: str) -> dict[str, Any]:
    return {
        "pubid": pmid,
        "question": f"Does rest help against condition {pmid}?",
        "context": {"contexts": ["Ninety people rested.", "Half of them felt better."]},
        "long_answer": "It seems so.",
        "final_decision": decision,
    }


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return str(path)


def one(name: str, place: str) -> Task:
    found = sets.load(sets.Chosen.SMALL, places={name: place})
    return next(task for task in found if task.name == name)


def answered(task: Task, always: int) -> dict[str, float]:
    outcomes = []
    for example in task.examples:
        logs = tuple(float(n == always) for n in range(len(example.options)))
        outcomes.append(Outcome(example, option_logs=logs, option_tokens=(1,) * len(logs)))
    return {name: measure.whole for name, measure in task.measures(outcomes).items()}


def test_pubmedqa_takes_the_official_test_questions_only(tmp_path: Path) -> None:
    official = sorted(pubmedqa.TEST_IDS)[:3]
    rows = [hub_row(pmid, "yes") for pmid in official] + [hub_row(7, "no"), hub_row(8, "")]
    task = one("pubmedqa", write(tmp_path / "x.jsonl", rows))
    assert [e.id for e in task.examples] == [f"pmid:{pmid}" for pmid in official]
    assert task.about == "PubMedQA, 3 of the 500 official test questions"


def test_pubmedqa_scores_always_yes_as_what_it_is(tmp_path: Path) -> None:
    decisions = ["yes"] * 5 + ["no"] * 3 + ["maybe"] * 2
    rows = [hub_row(n, decision) for n, decision in enumerate(decisions, 1)]
    task = one("pubmedqa", write(tmp_path / "x.jsonl", rows))
    assert "it may have been trained on" in task.about
    found = answered(task, always=0)
    assert found["accuracy"] == found["always_yes"] == 0.5
    assert found["macro_f1"] == pytest.approx((2 * 5 / 15) / 3)


def test_pubmedqa_in_the_layout_of_its_repository(tmp_path: Path) -> None:
    rows = {
        "1": {
            "QUESTION": "Does it help?",
            "CONTEXTS": ["It was tried."],
            "final_decision": "maybe",
            "LONG_ANSWER": "Perhaps.",
        }
    }
    path = tmp_path / "ori_pqal.json"
    path.write_text(json.dumps(rows), "utf-8")
    (example,) = one("pubmedqa", str(path)).examples
    assert (example.id, example.options[example.gold]) == ("pmid:1", "Maybe")
    assert "It was tried." in example.turns[0].content


def test_medqa_reads_a_right_option_by_letter_or_by_text(tmp_path: Path) -> None:
    options = {"A": "rest", "B": "ice", "C": "heat", "D": "none of them"}
    rows = [
        {"question": "Which?", "options": options, "answer_idx": "B", "answer": "ice"},
        {"question": "Which?", "options": options, "answer": "heat"},
        {"question": "Which?", "options": options, "answer": "something else"},
    ]
    task = one("medqa", write(tmp_path / "x.jsonl", rows))
    assert [e.options[e.gold] for e in task.examples] == ["B", "C"]
    assert "B. ice" in task.examples[0].turns[0].content
    assert answered(task, always=1)["accuracy"] == 0.5


def data_set(folder: Path, rows: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "test.parquet")
    return folder


def test_the_test_part_of_a_data_set_is_a_set_for_each_source(tmp_path: Path) -> None:
    def row(source: str, n: int) -> dict[str, Any]:
        asked = [{"role": "user", "content": f"Question {n}?"}]
        told = [{"role": "assistant", "content": "Rest and see a doctor."}]
        return {"prompt": asked, "completion": told, "source": source, "row": f"{source}:{n}"}

    folder = data_set(tmp_path / "mine", [row("a", 1), row("b", 2), row("a", 3)])
    found = sets.load(sets.Chosen.SMALL, data=folder)
    mine = {t.name: [e.id for e in t.examples] for t in found if t.name.startswith("test_")}
    assert mine == {"test_a": ["a:1", "a:3"], "test_b": ["b:2"]}


def test_wrong_places_are_one_sentence(tmp_path: Path) -> None:
    small = sets.Chosen.SMALL
    with pytest.raises(EvaluationError, match="no set with a place"):
        sets.load(small, places={"drugbank": "x"})
    with pytest.raises(EvaluationError, match="There is nothing at"):
        sets.load(small, places={"medqa": "nowhere.jsonl"})
    with pytest.raises(DatasetError, match="no column 'options'"):
        sets.load(small, places={"medqa": write(tmp_path / "x.jsonl", [{"question": "?"}])})
    with pytest.raises(EvaluationError, match="no question of PubMedQA with a decision"):
        place = write(tmp_path / "y.jsonl", [hub_row(1, "")])
        sets.load(small, places={"pubmedqa": place})
    with pytest.raises(EvaluationError, match="is not as medqa has them"):
        odd = [{"question": "?", "options": ["rest", "ice"], "answer": "ice"}]
        sets.load(small, places={"medqa": write(tmp_path / "z.jsonl", odd)})
    with pytest.raises(EvaluationError, match="is no data set"):
        sets.load(small, data=tmp_path)
    texts = data_set(tmp_path / "texts", [{"text": "x", "source": "a", "row": "1"}])
    with pytest.raises(EvaluationError, match="for another training"):
        sets.load(small, data=texts)


@beside
def test_real_rows_of_the_public_sets_are_read_and_scored_by_the_engine() -> None:
    places = {
        "pubmedqa": str(SHARED / "pubmedqa" / "pqa_labeled.jsonl"),
        "medqa": str(SHARED / "medqa" / "medqa_4options_sample40.jsonl"),
    }
    tasks = [t for t in sets.load(sets.Chosen.FULL, places=places) if t.name in places]
    assert [len(t.examples) > 30 for t in tasks] == [True, True]
    for task in tasks:
        always = answered(task, always=0)["accuracy"]
        assert always == sum(e.gold == 0 for e in task.examples) / len(task.examples)
    found = evaluation.evaluate(
        {"base": None},
        embedded.BASE,
        sets.limited(tasks, 6),
        setup=Setup(threads=1, weights="nf4", context_length=2048),
        timed=False,
    )
    metrics = found.results["base"].metrics
    assert 0 <= metrics["medqa.accuracy"].value <= 1
    assert metrics["pubmedqa.accuracy"].n == 6
    assert all(row.answer for row in found.results["base"].rows)


@beside
def test_real_rows_in_the_layout_of_the_repository() -> None:
    task = one("pubmedqa", str(SHARED / "pubmedqa" / "ori_pqal_sample50.json"))
    assert task.examples
    assert {e.options[e.gold] for e in task.examples} <= {"Yes", "No", "Maybe"}
