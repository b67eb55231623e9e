"""Supervised fine-tuning on a real 4-bit model: what it learns, writes, resumes and refuses."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from doctor_llama.engine.local import importing, lora
from doctor_llama.errors import DatasetError, StoppedError, TrainingError
from tests.training import samples
from tests.training.conftest import MakeRecipe
from training import sft
from training.progress import Report
from training.runs import TrainResult

FILES = {
    "adapter_config.json",
    "adapter_model.safetensors",
    "chat_template.jinja",
    "tokenizer.json",
    "tokenizer_config.json",
    "training.json",
}


def losses(result: TrainResult) -> list[float]:
    return [entry["loss"] for entry in result.metrics["history"] if "loss" in entry]


def same_weights(one: Path, other: Path) -> bool:
    first, second = load_file(one / lora.WEIGHTS), load_file(other / lora.WEIGHTS)
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


def test_it_learns_and_leaves_a_plain_adapter(
    make_recipe: MakeRecipe, dataset: Path, base: Path, tmp_path: Path
) -> None:
    reports: list[Report] = []
    recipe = make_recipe("optimizer.steps=8", "optimizer.learning_rate=0.02")
    result = sft.train(recipe, dataset, tmp_path / "run", progress=reports.append)
    curve = losses(result)
    assert curve[-1] < 0.9 * curve[0]
    assert {path.name for path in result.adapter.iterdir()} == FILES
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "adapter", "metrics.json", "run.json",
    }  # fmt: skip
    assert str(tmp_path) not in (result.adapter / "adapter_config.json").read_text("utf-8")
    taken = importing.take(str(result.adapter), tmp_path / "registry", base=str(base))
    assert taken.manifest.rank == 4
    assert [report.step for report in reports] == list(range(1, 9))
    assert reports[-1].steps == 8
    assert reports[-1].seconds_left == 0
    assert json.dumps(reports[-1].plain())


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    runs = {
        name: sft.train(make_recipe(*changes, "optimizer.steps=2"), dataset, tmp_path / name)
        for name, changes in {"one": (), "two": (), "other": ("seed=1",)}.items()
    }
    assert same_weights(runs["one"].adapter, runs["two"].adapter)
    assert not same_weights(runs["one"].adapter, runs["other"].adapter)


def test_a_stopped_run_goes_on_to_the_very_same_end(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    recipe = make_recipe("adapter.dropout=0.1")
    straight = sft.train(recipe, dataset, tmp_path / "straight")
    seen: list[int] = []
    with pytest.raises(StoppedError, match="stopped at step 3 of 4"):
        sft.train(
            recipe,
            dataset,
            tmp_path / "cut",
            progress=lambda report: seen.append(report.step),
            stop=lambda: len(seen) == 3,
        )
    resumed = sft.train(recipe, dataset, tmp_path / "cut")
    assert losses(resumed) == losses(straight)
    assert same_weights(resumed.adapter, straight.adapter)
    again = sft.train(recipe, dataset, tmp_path / "cut")
    assert again.metrics["held_out_loss"] == resumed.metrics["held_out_loss"]


def test_a_folder_holds_one_run(make_recipe: MakeRecipe, dataset: Path, tmp_path: Path) -> None:
    sft.train(make_recipe("optimizer.steps=1"), dataset, tmp_path / "run")
    with pytest.raises(TrainingError, match="holds another run: its recipe differs"):
        sft.train(make_recipe("optimizer.steps=2"), dataset, tmp_path / "run")


def test_an_adapter_is_trained_further(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    recipe = make_recipe("optimizer.steps=6")
    first = sft.train(recipe, dataset, tmp_path / "first")
    # another rank in the recipe: the adapter keeps its own
    further = make_recipe("optimizer.steps=2", "adapter.rank=8")
    second = sft.train(further, dataset, tmp_path / "second", start=first.adapter)
    assert losses(second)[0] < losses(first)[1]
    config = json.loads((second.adapter / "adapter_config.json").read_text("utf-8"))
    assert config["r"] == 4
    assert not same_weights(first.adapter, second.adapter)


def test_a_data_set_of_another_kind_is_refused(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no train.parquet"):
        sft.train(make_recipe(), tmp_path, tmp_path / "run")
    samples.write(tmp_path / "train.parquet", [{"text": "some text"}])
    with pytest.raises(DatasetError, match="has no column 'prompt'"):
        sft.train(make_recipe(), tmp_path, tmp_path / "run")
