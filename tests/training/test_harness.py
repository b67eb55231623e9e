"""lm-evaluation-harness on the same choices: it reads our tasks and comes to our accuracy."""

import importlib.util
import json
from pathlib import Path

import pytest

from doctor_llama import embedded
from doctor_llama.errors import EvaluationError
from training import evaluate as evaluation
from training.evals import Example, Task, Way, ask, choosing, harness, sets, topics
from training.evaluate import Setup

installed = importlib.util.find_spec("lm_eval") is not None
with_it = pytest.mark.skipif(
    not installed, reason="lm-evaluation-harness is not installed (the extra `harness`)"
)


def letters() -> Task:
    """The topics' choices with letters, which the model was never taught: not all are right."""
    examples = []
    for example in topics.choices().examples[::10]:
        listed = "\n".join(f"{'ABCD'[n]}. {text}" for n, text in enumerate(example.options))
        asked = ask(f"{example.turns[0].content}\n{listed}")
        examples.append(Example(example.id, asked, options=tuple("ABCD"), gold=example.gold))
    return Task(
        name="letters",
        examples=tuple(examples),
        way=Way.CHOOSE,
        measures=lambda found: {"accuracy": choosing.accuracy(found)},
        marks=choosing.marks(choosing.by_letter),
    )


def test_tasks_are_files_that_name_each_other(tmp_path: Path) -> None:
    names = harness.write([*sets.load(sets.Chosen.SMALL), letters()], tmp_path)
    assert names == ["doctor_llama_choices", "doctor_llama_letters"]
    long, short = ((tmp_path / f"{name}.yaml").read_text("utf-8") for name in names)
    assert "metric: acc_norm" in long
    assert "metric: acc\n" in short
    assert json.dumps(str(tmp_path / "doctor_llama_letters.jsonl")) in short
    rows = (tmp_path / "doctor_llama_letters.jsonl").read_text("utf-8").splitlines()
    assert json.loads(rows[0])["options"] == ["A", "B", "C", "D"]
    with pytest.raises(EvaluationError, match="None of these sets is a choice"):
        harness.write([topics.plain()], tmp_path)


@pytest.mark.skipif(installed, reason="lm-evaluation-harness is installed")
def test_without_the_extra_one_sentence_says_so() -> None:
    with pytest.raises(EvaluationError, match="is not installed: pip install"):
        harness.require()


@with_it
@pytest.mark.filterwarnings("ignore")
def test_it_comes_to_our_accuracy(tmp_path: Path) -> None:
    task = letters()
    names = harness.write([task], tmp_path)
    theirs = harness.run(embedded.BASE, embedded.ADAPTER, names, tmp_path)
    ours = evaluation.evaluate(
        {"x": embedded.ADAPTER}, embedded.BASE, [task], setup=Setup(threads=1, weights="nf4"),
        timed=False,
    ).results["x"].metrics["letters.accuracy"]  # fmt: skip
    assert theirs["doctor_llama_letters"] == pytest.approx(ours.value)
    assert 0 < ours.value < 1
