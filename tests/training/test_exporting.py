"""Evaluating and exporting as real processes: the table, the report, the card, the Hub, a merge."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard, constants

from doctor_llama import cards, embedded, settings
from doctor_llama.cli import exporting
from doctor_llama.engine.local import bundle, importing, merging
from doctor_llama.errors import ExportError, SettingsError
from doctor_llama.schema import Adapter
from tests.command import process, run
from tests.training import hub
from training import evaluate as evaluation
from training.evals import sets, topics
from training.evaluate import Setup

DEMO = {"DOCTOR_LLAMA_MODEL": "embedded", "DOCTOR_LLAMA_THREADS": "1", "OMP_NUM_THREADS": "1"}


@pytest.mark.timeout(240)  # two processes that load torch, on a machine that may be busy
def test_from_an_adapter_to_its_report_and_its_card(tmp_path: Path) -> None:
    run("adapters", "import", str(embedded.ADAPTER), "--name", "mine", "--promote", **DEMO)
    other = shutil.copytree(embedded.ADAPTER, tmp_path / "other")
    report = tmp_path / "report"
    asked = ("evaluate", "1", str(other), "base", "--against", "active", "--limit", "2")
    done = process(*asked, "--no-speed", "--out", str(report), **DEMO)
    assert done.returncode == 0, done.stderr
    head = next(line for line in done.stdout.splitlines() if line.startswith("metric"))
    assert head.split()[1:4] == ["mine", "other", "base"]
    assert "No clinician has reviewed" in done.stdout
    assert "mine: topics, 2 items" in done.stderr
    assert (report / "report.png").read_bytes().startswith(b"\x89PNG")
    assert "| topics.exact | 1 (0.3424–1) |" in (report / "report.md").read_text("utf-8")
    told = json.loads((report / "report.json").read_text("utf-8"))
    assert told["against"] == "mine"
    rows = [json.loads(line) for line in (report / "rows.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) == 3 * 4 * 2
    assert {"adapter", "set", "id", "marks", "answer", "wanted"} <= rows[0].keys()
    out = tmp_path / "out"
    assert run("adapters", "export", "mine", str(out), "--card", **DEMO).returncode == 0
    text = (out / "README.md").read_text("utf-8")
    front = front_matter(text)
    assert (front["license"], front["library_name"]) == ("apache-2.0", "peft")
    assert "| topics.exact | 1 | 0.3424–1 | 2 |" in text
    assert "An AI, not a doctor" in text
    assert "Not reviewed by a clinician" in text


def test_an_export_goes_to_the_hub_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("adapters", "import", str(embedded.ADAPTER), "--name", "mine", **DEMO)
    out, asked = tmp_path / "out", ("adapters", "export", "mine")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)  # read once, at the first import
    with hub.running() as there:
        monkeypatch.setattr(constants, "ENDPOINT", there.address)
        pushed = run(*asked, str(out), "--push", "me/llama", HF_TOKEN="good", **DEMO)
        assert pushed.returncode == 0, pushed.stderr
        assert there.created[0]["visibility"] == "private"
        assert there.files == {path.name: path.read_bytes() for path in out.iterdir()}
        again = str(tmp_path / "again")
        refused = run(*asked, again, "--push", "me/llama", HF_TOKEN="bad", **DEMO)
    assert "Is the token allowed to write there?" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    for path in out.iterdir():
        assert str(tmp_path).encode() not in path.read_bytes(), path
    back = run("adapters", "import", str(out), "--name", "again", **DEMO)
    assert back.returncode == 0, back.stderr


def test_a_push_without_a_token_or_a_network_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SettingsError, match="set HF_TOKEN"):
        exporting.require_pushable(settings.load(), "me/llama")
    with pytest.raises(ExportError, match="OWNER/NAME"):
        exporting.require_pushable(settings.load(), "llama")
    with pytest.raises(ExportError, match="cannot be reached"):
        exporting.push_folder(tmp_path, "me/llama", token="good", private=True)


def test_a_merged_model_answers_as_the_adapter_did(tmp_path: Path) -> None:
    merging.merge(str(embedded.BASE), embedded.ADAPTER, tmp_path / "merged")
    assert not list((tmp_path / "merged").glob("*.bin"))
    tasks = sets.limited([topics.wordings()], 25)
    apart = evaluation.evaluate(
        {"x": embedded.ADAPTER}, embedded.BASE, tasks, setup=Setup(threads=1, weights="nf4"),
        timed=False,
    )  # fmt: skip
    merged = evaluation.evaluate(
        {"x": None}, tmp_path / "merged", tasks, setup=Setup(threads=1, weights="bf16"),
        timed=False,
    )  # fmt: skip
    one, other = (r.results["x"] for r in (apart, merged))
    metric = "wordings.perplexity"
    assert other.metrics[metric].value == pytest.approx(one.metrics[metric].value, rel=1e-3)
    same = sum(a.answer == b.answer for a, b in zip(one.rows, other.rows, strict=True))
    assert same >= 24


@pytest.mark.parametrize("kind", ["nf4", "4bit", "fp4"])
def test_nothing_is_merged_into_four_bits(kind: str) -> None:
    with pytest.raises(ExportError, match="not merged into 4 bits"):
        merging.require(kind)


def test_a_merge_into_something_unknown_is_refused() -> None:
    with pytest.raises(ExportError, match="takes bf16, not int8"):
        merging.require("int8")


def front_matter(text: str) -> dict[str, Any]:
    found: dict[str, Any] = ModelCard(text).data.to_dict()  # type: ignore[no-untyped-call]
    return found


def adapter(**columns: Any) -> Adapter:
    return Adapter(
        name="mine",
        sha256="a" * 64,
        base_model="meta-llama/Llama-3.2-3B-Instruct",
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
        **{"metrics": {}, "lineage": {}, **columns},
    )


def test_a_card_names_no_place_of_this_machine() -> None:
    lineage = {
        "source": "/home/me/adapters/x",
        "data": {"path": "C:\\data", "hash": "ab" * 16},
        "start": "older",
        "files": ["~/x", "./y", "../z", "file:///q"],
    }
    text = cards.card(adapter(lineage=lineage), cards.Facts(16, ["q_proj", "v_proj"]))
    for place in ("/home", "C:\\", "~/", "./y", "../z", "file:"):
        assert place not in text
    assert "start: older" in text
    assert f"hash `{'ab' * 16}`" in text


def test_a_card_without_scores_says_so_and_names_the_licence_of_llama() -> None:
    text = cards.card(adapter(), cards.Facts(16, ["q_proj"]))
    front = front_matter(text)
    assert front["license"] == "llama3.2"
    assert front["base_model"] == "meta-llama/Llama-3.2-3B-Instruct"
    assert "It was not evaluated." in text


def test_a_bundle_with_a_card_is_still_whole(tmp_path: Path) -> None:
    made = importing.take(str(embedded.ADAPTER), tmp_path, base=str(embedded.BASE))
    copy = Path(shutil.copytree(made.folder, tmp_path / "copy"))
    (copy / bundle.CARD).write_text("a card", "utf-8")
    assert bundle.verify(copy).sha256 == made.sha256
