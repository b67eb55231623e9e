"""Recipes of data sets that ship, a TOML file each; `training.recipe_data` has the fields."""
