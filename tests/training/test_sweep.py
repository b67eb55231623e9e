"""Sweeps: a grid in order, a table and a picture at the end, nothing run twice."""

import json
from pathlib import Path

import pytest

from doctor_llama.errors import RecipeError
from tests.training.conftest import QUICK
from training import recipe, sweep
from training.recipe import Kind


def test_a_grid_is_run_and_the_best_is_named(base: Path, dataset: Path, tmp_path: Path) -> None:
    grid = {"adapter.rank": [2, 4], "optimizer.learning_rate": [1e-6, 2e-2]}
    chosen = recipe.parse({"kind": "sweep", "sweep": {"grid": grid}} | QUICK)
    chosen = recipe.change(chosen, [f"base.model={base}", "optimizer.steps=3"])
    result = sweep.train(chosen, dataset, tmp_path / "sweep")
    ranked = json.loads((tmp_path / "sweep" / "sweep.json").read_text("utf-8"))
    assert ranked["judged_by"] == "held_out_loss"
    assert [run["optimizer.learning_rate"] for run in ranked["runs"]][:2] == [2e-2, 2e-2]
    assert result.metrics["best"] == ranked["runs"][0]["run"]
    assert (tmp_path / "sweep" / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "sweep" / "sweep.md").read_text("utf-8").count("\n") == 6
    before = (tmp_path / "sweep" / "runs" / "000" / "metrics.json").stat().st_mtime_ns
    sweep.train(chosen, dataset, tmp_path / "sweep")
    assert (tmp_path / "sweep" / "runs" / "000" / "metrics.json").stat().st_mtime_ns == before


def test_the_shipped_sweep_is_a_dozen_runs_on_the_base_that_is_set() -> None:
    chosen = recipe.load("sweep", ["base.model=embedded"])
    planned = list(sweep.trials(chosen))
    assert len(planned) == 12
    assert {trial.recipe.kind for trial in planned} == {Kind.SFT}
    assert {trial.recipe.base.model for trial in planned} == {"embedded"}
    assert len({trial.recipe.fingerprint for trial in planned}) == 12


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("sweep.most=4", "The grid has 12 combinations"),
        ("sweep.recipe=sweep", "is itself a sweep"),
        ('sweep.grid={"adapter.rnk"=[1]}', "Did you mean adapter.rank"),
    ],
)
def test_a_grid_that_cannot_be_run_is_named(override: str, sentence: str) -> None:
    with pytest.raises(RecipeError, match=sentence):
        list(sweep.trials(recipe.load("sweep", [override])))
