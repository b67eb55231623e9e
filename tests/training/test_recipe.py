"""Recipes: every field explained, every mistake named, the shipped ones valid."""

from pathlib import Path

import pytest

from doctor_llama.errors import RecipeError
from training import recipe

SHIPPED = recipe.names()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_recipes_are_valid_and_say_what_they_are_for(name: str) -> None:
    loaded = recipe.load(name)
    assert loaded.about.endswith(".")
    assert recipe.parse(recipe.plain(loaded)) == loaded


def test_every_field_is_explained_in_a_sentence() -> None:
    for path, text, _ in recipe.explained():
        assert text.endswith("."), path
        assert len(text) > 15, path


def test_every_field_has_its_value_by_its_path() -> None:
    loaded = recipe.load("sft")
    for path, _, default in recipe.explained():
        if path not in ("kind", "about"):
            assert recipe.value(loaded, path) == default, path


def test_overrides_take_toml_values_and_bare_words() -> None:
    changed = recipe.load(
        "sft",
        ["adapter.rank=32", "base.model=embedded", 'adapter.targets=["q_proj"]', "rows.pack=false"],
    )
    assert changed.adapter.rank == 32
    assert changed.base.model == "embedded"
    assert changed.adapter.targets == ("q_proj",)
    assert changed.rows.pack is False


def test_one_other_field_is_another_fingerprint() -> None:
    one = recipe.load("sft")
    assert one.fingerprint == recipe.load("sft").fingerprint
    assert one.fingerprint != recipe.change(one, ["seed=1"]).fingerprint


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("adapter.rnk=3", "has no field adapter.rnk. Did you mean adapter.rank?"),
        ("adapter.rank=0", "adapter.rank (0) is not valid: Input should be greater than"),
        ("adapter.rank=many", "adapter.rank ('many') is not valid"),
        ("seed.x=1", "seed is one value and has no fields"),
        ("adapter.rank", "--set takes field=value"),
        ("kind=sfft", "kind ('sfft') is not valid"),
        ("batch.tokens=512", "batch.tokens (512) is less than rows.longest (1024)"),
        ("preference.weights=[1.0]", "preference.weights needs one weight for each"),
    ],
)
def test_mistakes_are_named(override: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as error:
        recipe.load("sft", ["seed=0", override])
    assert sentence in str(error.value)


def test_an_unknown_recipe_is_told_which_there_are() -> None:
    with pytest.raises(RecipeError, match=r"one of: .*sft"):
        recipe.load("stf")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "mine.toml"
    broken.write_text("kind = ", "utf-8")
    with pytest.raises(RecipeError, match=r"mine.toml cannot be read"):
        recipe.load(broken)


def test_a_sweep_needs_values_to_try() -> None:
    with pytest.raises(RecipeError, match="values to try"):
        recipe.parse({"kind": "sweep"})
