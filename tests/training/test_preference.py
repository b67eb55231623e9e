"""DPO, KTO and the reward model move a held-out margin the right way, and refuse what teaches none.

The pairs are made by rule, so what is right is known.
"""

import json
from pathlib import Path

import pytest
from datasets import Dataset

from doctor_llama.engine.local import importing
from doctor_llama.errors import AdapterError, DatasetError, RecipeError
from tests.training import samples
from tests.training.conftest import MakeRecipe
from training import kinds, preference, reward, sft
from training.recipe import Kind

FEW = ("batch.rows=4", "batch.step_rows=8", "optimizer.steps=6", "optimizer.learning_rate=1e-2")


def test_dpo_moves_the_margin_and_the_chosen_answers_do_not_become_unlikelier(
    make_recipe: MakeRecipe, base: Path, tmp_path: Path
) -> None:
    data = samples.pairs(tmp_path / "pairs")
    recipe = make_recipe(*FEW, kind="dpo")
    result = preference.train(recipe, data, tmp_path / "run")
    before = next(e for e in result.metrics["history"] if "eval_logps/chosen" in e)
    assert result.metrics["rewards/margins"] > 0.1
    assert result.metrics["rewards/accuracies"] >= 0.7
    assert result.metrics["logps/chosen"] >= before["eval_logps/chosen"]
    # the frozen reference stays out of what is written, and the registry takes it
    assert not [path for path in result.adapter.rglob("*") if "ref" in path.name]
    importing.take(str(result.adapter), tmp_path / "registry", base=str(base))


def test_dpo_goes_on_from_an_adapter_with_that_adapter_as_its_reference(
    make_recipe: MakeRecipe, dataset: Path, tmp_path: Path
) -> None:
    first = sft.train(make_recipe("optimizer.steps=2"), dataset, tmp_path / "sft")
    data = samples.pairs(tmp_path / "pairs", rows=8, held_out=4)
    recipe = make_recipe(*FEW[:2], "optimizer.steps=1", "optimizer.learning_rate=1e-9", kind="dpo")
    result = preference.train(recipe, data, tmp_path / "run", start=first.adapter)
    # nothing has moved yet, so policy and reference agree
    assert abs(result.metrics["rewards/margins"]) < 1e-4
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["start"]


def test_kto_moves_the_margin(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    data = samples.thumbs(tmp_path / "thumbs")
    recipe = make_recipe(*FEW, kind="kto")
    result = kinds.train(Kind.KTO, recipe, data, tmp_path / "run", progress=lambda _: None)
    assert result.metrics["rewards/margins"] > 0.1


@pytest.mark.parametrize("ups", [0.0, 0.1, 1.0])
def test_kto_is_refused_where_one_thumb_is_too_rare(
    make_recipe: MakeRecipe, tmp_path: Path, ups: float
) -> None:
    data = samples.thumbs(tmp_path / "thumbs", ups=ups)
    with pytest.raises(DatasetError, match="KTO needs both thumbs"):
        preference.train(make_recipe(*FEW, kind="kto"), data, tmp_path / "run")


def test_kto_weighs_the_rarer_thumb_more(make_recipe: MakeRecipe) -> None:
    part = Dataset.from_dict({"label": [True] * 3 + [False] * 9})
    weights = preference.balance(make_recipe(kind="kto"), part)
    assert weights == {"desirable_weight": 3.0, "undesirable_weight": 1.0}


def test_kto_rows_alternate_and_each_has_a_neighbours_answer(make_recipe: MakeRecipe) -> None:
    part = Dataset.from_dict(
        {"label": [True] * 6 + [False] * 6, "completion_ids": [[n] for n in range(12)]}
    )
    spread = preference.alternating(part, 4, 0)
    for start in range(0, 12, 4):
        assert sum(spread["label"][start : start + 4]) == 2
    for own, other in zip(spread["completion_ids"], spread["KL_completion_ids"], strict=True):
        assert own != other


def test_kto_with_one_row_in_a_pass_is_refused(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    recipe = make_recipe("batch.rows=1", kind="kto")
    with pytest.raises(RecipeError, match=r"batch.rows must be 2 or more"):
        preference.train(recipe, samples.thumbs(tmp_path / "thumbs"), tmp_path / "run")


def test_too_long_pairs_are_dropped_not_cut(make_recipe: MakeRecipe, tmp_path: Path) -> None:
    data = samples.pairs(tmp_path / "pairs", rows=4, held_out=2)
    recipe = make_recipe("rows.longest=16", "batch.tokens=64", "batch.rows=2", kind="dpo")
    with pytest.raises(DatasetError, match=r"as short as rows.longest"):
        preference.train(recipe, data, tmp_path / "run")


def test_the_reward_model_ranks_held_out_pairs(
    make_recipe: MakeRecipe, base: Path, tmp_path: Path
) -> None:
    data = samples.pairs(tmp_path / "pairs", held_out=16)
    result = reward.train(make_recipe(*FEW, kind="reward"), data, tmp_path / "run")
    assert result.metrics["accuracy"] >= 0.7
    with pytest.raises(AdapterError, match="replaces whole modules"):
        importing.take(str(result.adapter), tmp_path / "registry", base=str(base))
