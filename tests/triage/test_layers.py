"""The gate alone, the model alone, both: counted by hand on a few messages, through the command."""

import json
from pathlib import Path

import pytest

from tests.command import run

ROWS = (
    ("My father has crushing chest pain and cannot breathe", "emergency"),  # the gate finds it
    ("My uncle turned a strange colour [[label 0.8]]", "emergency"),  # the model does
    ("My aunt is not herself [[label 0.3]]", "crisis"),  # a low threshold does
    ("What helps against a cold? [[label 0.6]]", "routine"),  # a false alarm of the model
    ("What is asthma?", "routine"),
    ("How is hay fever treated? [[label error]]", "routine"),  # not read
)
SCRIPTED = {"DOCTOR_LLAMA_MODEL": "scripted"}


@pytest.fixture
def file(tmp_path: Path) -> str:
    lines = [json.dumps({"text": text, "label": label, "lang": "en"}) for text, label in ROWS]
    path = tmp_path / "messages.jsonl"
    path.write_text("\n".join(lines))
    return str(path)


def test_each_layer_and_both_at_several_thresholds(file: str) -> None:
    done = run("bench", "triage", file, "--model", "--json", "--threshold", "0.7", **SCRIPTED)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["name"], told["threshold"]) == ("scripted (none on none)", 0.7)
    assert told["failed"] == 1

    def hits(layer: str, kind: str) -> float:
        share = told[layer][kind]
        return float(round(share["value"] * share["n"]))

    assert [hits(layer, "recall_all") for layer in ("gate", "model", "both")] == [1, 1, 2]
    assert [hits(layer, "false_alarm_all") for layer in ("gate", "model", "both")] == [0, 0, 0]
    assert told["both"]["recall"] == {"en": round(2 / 3, 16)}
    assert told["both"]["labels"]["emergency"]["by_language"]["en"]["recall"]["value"] == 1.0
    assert told["both"]["p50_ms"] > told["gate"]["p50_ms"]
    at = {row["threshold"]: row for row in told["thresholds"]}
    found = [round(at[t]["both"]["recall"]["value"] * 3) for t in (0.2, 0.5, 0.7, 0.9)]
    false = [round(at[t]["both"]["false_alarm"]["value"] * 3) for t in (0.2, 0.5, 0.7, 0.9)]
    assert (found, false) == ([3, 2, 2, 1], [1, 1, 0, 0])


def test_the_threshold_is_that_of_the_settings_and_it_is_printed(file: str) -> None:
    setting = {"DOCTOR_LLAMA_TRIAGE_MODEL_THRESHOLD": "0.25"}
    done = run("bench", "triage", file, "--model", **SCRIPTED, **setting)
    assert done.returncode == 0, done.stderr
    for words in ("the gate alone", "alone, from 0.25 on", "both together", "other thresholds"):
        assert words in done.stdout
    assert "1 could not be read" in done.stdout
    assert "false alarms: 1" in done.stdout


def test_without_a_model_it_is_the_gate_alone(file: str) -> None:
    told = json.loads(run("bench", "triage", file, "--json").stdout)
    assert {"n", "recall", "false_alarm", "p99_ms", "confusion"} <= set(told)
    assert told["n"] == len(ROWS)
    assert "the gate" in run("bench", "triage", file).stdout
