"""`doctor-llama data …` as a person meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doctor_llama import cli
from doctor_llama.cli import data as _commands  # noqa: F401 - it adds them
from doctor_llama.errors import DatasetError
from tests.training import data_files


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(cli.app, ["data", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_list_names_every_source_and_recipe() -> None:
    assert "recipe chat:" in run("list")
    listed = json.loads(run("list", "--json"))
    names = [source["name"] for source in listed["sources"]]
    assert {"ai_medical_chatbot", "pubmedqa", "medqa", "drugbank", "medquad"} <= set(names)
    assert all(source["licence"] for source in listed["sources"])


def test_recipes_are_explained_and_shown() -> None:
    said = run("recipes")
    assert "sources.NAME.share" in said
    assert "cleaning.shortest_answer" in said
    assert "[sources.safety]" in run("recipes", "chat")


def test_inspect_writes_a_line_for_each_row(tmp_path: Path) -> None:
    records = [
        data_files.dialogue("I have a mild headache every evening. What helps?"),
        data_files.dialogue("I have a mild headache every evening. What helps?"),
        data_files.dialogue(".", "Give more details."),
    ]
    path = data_files.write(tmp_path / "a.csv", records)
    said = run(
        "inspect", "ai_medical_chatbot", "--path", path,
        "--rows", tmp_path / "rows.jsonl", "--report", tmp_path / "report",
    )  # fmt: skip
    assert "3 rows: 1 kept, 0 set aside, 2 dropped." in said
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [(line["row"], line["action"]) for line in lines] == [
        (0, "keep"), (1, "drop"), (2, "drop")
    ]  # fmt: skip
    assert lines[1]["rules"] == ["exact_dup"]
    assert {"p_short", "stub"} <= set(lines[2]["rules"])
    report = (tmp_path / "report" / "report.md").read_text()
    assert "| exact_dup |" in report
    assert "headache" not in report  # figures only
    assert (tmp_path / "report" / "tokens.png").read_bytes().startswith(b"\x89PNG")


def test_inspect_says_of_a_drug_what_became_of_its_questions(tmp_path: Path) -> None:
    (tmp_path / "db.xml").write_text(data_files.DRUGBANK)
    run("inspect", "drugbank", "--path", tmp_path / "db.xml", "--rows", tmp_path / "rows.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [(line["row"], line["action"]) for line in lines] == [(0, "keep"), (1, "drop")]
    assert lines[1]["rules"] == ["no_advice"]


def test_inspect_against_an_evaluation_set(tmp_path: Path) -> None:
    question = (
        "Which of these many words are the ones that nobody should ever have been taught here?"
    )
    path = data_files.write(tmp_path / "a.jsonl", [data_files.dialogue(question)])
    secret = data_files.write(tmp_path / "eval.jsonl", [{"text": question}])
    found = json.loads(
        run("inspect", "ai_medical_chatbot", "--path", path, "--against", secret, "--json")
    )
    assert found["rules"]["contaminated"]["took_out"] == 1


def test_build_makes_a_folder_of_a_source_or_a_recipe(tmp_path: Path) -> None:
    assert "train" in run("build", "safety", "--out", tmp_path / "a")
    (tmp_path / "mine.toml").write_text('about = "Mine."\n[sources.safety]\nshare = 0.5\n')
    said = run("build", tmp_path / "mine.toml", "--out", tmp_path / "b", "--set", "split.test=0.2")
    assert "report.md" in said
    assert "# Mine." in (tmp_path / "b" / "report.md").read_text()


def test_a_path_goes_with_one_source(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        cli.app, ["data", "build", "chat", "--path", "x", "--out", str(tmp_path / "a")]
    )
    assert done.exit_code == 2
    assert "--set sources.NAME.path" in done.output


def test_errors_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nothing at"):
        run("inspect", "medqa", "--path", tmp_path / "nothing.csv")
