"""By which recipe a run is trained. Loads nothing heavy."""

from dataclasses import replace
from pathlib import Path

from training import recipe
from training.recipe import Recipe
from training.refresh import order

RECIPES = {True: "refresh-embedded", False: "refresh"}  # by whether it is the demonstration


def of(folder: Path) -> Recipe:
    """The recipe that the order names, on the order's base. Raises `RecipeError`."""
    asked = order.read(folder)
    name = RECIPES[asked.demo] if asked.recipe == "auto" else asked.recipe
    chosen = recipe.load(name)
    base = replace(chosen.base, model="embedded" if asked.demo else asked.base)
    return replace(chosen, base=base, seed=asked.seed)
