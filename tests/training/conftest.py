"""A tiny base with Llama 3.2's dated template, and recipes that are quick on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.engine import tiny
from tests.training import samples
from training import kinds, recipe
from training.recipe import Recipe

torch.set_num_threads(1)

MakeRecipe = Callable[..., Recipe]

QUICK: dict[str, Any] = {
    "base": {"dtype": "float32"},
    "rows": {"longest": 448},
    "adapter": {"rank": 4, "alpha": 8},
    "batch": {"tokens": 512, "step_tokens": 512},
    "optimizer": {"learning_rate": 5e-3, "steps": 4, "warmup": 0.0},
    "run": {"tracker": "none", "checkpoints": 2, "log_every": 1, "patience": 0},
}


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.folder(tmp_path_factory.mktemp("dataset"))


@pytest.fixture
def make_recipe(base: Path) -> MakeRecipe:
    """A recipe for the tiny base, with fields changed as `--set` changes them."""
    kinds.quiet()

    def make(*overrides: str, kind: str = "sft") -> Recipe:
        quick = recipe.parse({"kind": kind} | QUICK)
        return recipe.change(quick, [f"base.model={base}", *overrides])

    return make
