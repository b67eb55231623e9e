"""The embedded model with its adapter, with a damaged one, and bare: what an evaluation finds."""

import dataclasses
import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from doctor_llama import embedded
from doctor_llama.engine.local import tokens
from doctor_llama.engine.local.loading import load
from doctor_llama.engine.local.weights import Weights
from doctor_llama.errors import EvaluationError
from training import evaluate as evaluation
from training.evals import Task, topics
from training.evaluate import Report, Setup

SETUP = Setup(threads=1, weights="nf4", concurrency=8)


def part(task: Task, count: int) -> Task:
    """Every so many examples of a set, over all of its topics."""
    step = len(task.examples) // count
    return dataclasses.replace(task, examples=task.examples[::step][:count])


TASKS = [part(topics.wordings(), 30), part(topics.choices(), 12)]


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The good adapter with noise in its weights."""
    folder = tmp_path_factory.mktemp("adapters") / "damaged"
    shutil.copytree(embedded.ADAPTER, folder)
    weights = load_file(folder / "adapter_model.safetensors")
    noise = torch.Generator().manual_seed(3)
    for name, tensor in weights.items():
        weights[name] = tensor + 0.2 * torch.randn(tensor.shape, generator=noise).to(tensor.dtype)
    save_file(weights, folder / "adapter_model.safetensors")
    return folder


@pytest.fixture(scope="module")
def report(damaged: Path) -> Report:
    adapters = {
        "damaged": damaged,
        "bare": None,
        "twin": embedded.ADAPTER,
        "good": embedded.ADAPTER,
    }
    return evaluation.evaluate(adapters, embedded.BASE, TASKS, setup=SETUP, timed=False)


def test_finds_the_damage(report: Report) -> None:
    for metric in ("exact", "perplexity", "bleu", "chrf", "rougeL"):
        found = report.comparison("damaged", f"wordings.{metric}")
        assert found.verdict == "worse", metric
    lost = report.comparison("damaged", "wordings.exact").lost
    before = report.results["good"].marks("wordings", "right")
    after = report.results["damaged"].marks("wordings", "right")
    assert lost == sum(before[i] > after[i] for i in before)
    assert lost > 10


def test_sees_no_difference_between_an_adapter_and_itself(report: Report) -> None:
    for comparison in report.comparisons:
        if comparison.one == "twin":
            assert (comparison.difference, comparison.verdict) == (0.0, "same")
    assert report.results["twin"].rows == report.results["good"].rows


def test_the_good_adapter_answers_right(report: Report) -> None:
    metrics = report.results["good"].metrics
    assert metrics["wordings.exact"].value >= 0.9
    assert metrics["choices.accuracy"].value >= 0.9
    assert 1.0 <= metrics["wordings.perplexity"].value < 1.1
    assert metrics["wordings.ended"].value == 1.0
    for name, score in metrics.items():
        assert score.low <= score.value <= score.high, name


def test_a_second_run_gives_the_same_bits(report: Report, damaged: Path) -> None:
    again = evaluation.evaluate(
        {"damaged": damaged}, embedded.BASE, TASKS, setup=SETUP, timed=False
    )
    assert again.results["damaged"].rows == report.results["damaged"].rows
    ours, theirs = (without_speed(r) for r in (again, report))
    assert ours == theirs


def without_speed(report: Report) -> str:
    metrics = report.results["damaged"].metrics
    kept = {k: dataclasses.asdict(v) for k, v in metrics.items() if not k.startswith("speed.")}
    return json.dumps(kept)


def test_perplexity_is_that_of_one_plain_pass_over_each_answer(report: Report) -> None:
    exact = dataclasses.replace(SETUP, dtype=torch.float32)
    task = dataclasses.replace(TASKS[0], examples=TASKS[0].examples[:8])
    found = evaluation.evaluate(
        {"good": embedded.ADAPTER}, embedded.BASE, [task], setup=exact, timed=False
    )
    score = found.results["good"].metrics["wordings.perplexity"]
    assert score.value == pytest.approx(naive(task), rel=1e-5)


@torch.no_grad()
def naive(task: Task) -> float:
    loaded: Any = load(
        str(embedded.BASE), str(embedded.ADAPTER), dtype=torch.float32, weights=Weights.NF4
    )
    lost = count = 0.0
    for example in task.examples:
        prompt = tokens.encode(loaded.tokenizer, example.conversation)
        answer = loaded.tokenizer.encode(example.reference, add_special_tokens=False)
        ids = [*prompt, *answer, loaded.tokenizer.eos_token_id]
        logits = loaded.model(torch.tensor([ids]), use_cache=False).logits[0]
        for at in range(len(prompt), len(ids)):
            lost -= float(logits[at - 1].log_softmax(-1)[ids[at]])
            count += 1
    return math.exp(lost / count)


def test_one_by_one_and_together_give_the_same_answers_in_fp32() -> None:
    task = dataclasses.replace(TASKS[0], examples=TASKS[0].examples[:8])
    rows = []
    for many in (1, 8):
        setup = dataclasses.replace(SETUP, dtype=torch.float32, concurrency=many)
        found = evaluation.evaluate(
            {"good": embedded.ADAPTER}, embedded.BASE, [task], setup=setup, timed=False
        )
        rows.append(found.results["good"].rows)
    assert [r.answer for r in rows[0]] == [r.answer for r in rows[1]]


def test_the_report_is_plain_json(report: Report) -> None:
    told = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert told["against"] == "good"
    assert told["about"]["sets"]["wordings"]["items"] == 30
    assert {c["one"] for c in told["comparisons"]} == {"damaged", "bare", "twin"}


def test_refuses_what_makes_no_sense() -> None:
    with pytest.raises(EvaluationError, match="no adapter"):
        evaluation.evaluate({}, embedded.BASE, TASKS)
    with pytest.raises(EvaluationError, match="not among"):
        evaluation.evaluate({"a": None}, embedded.BASE, TASKS, against="b")
    with pytest.raises(EvaluationError, match="empty"):
        evaluation.evaluate(
            {"a": None}, embedded.BASE, [dataclasses.replace(TASKS[0], examples=())]
        )
