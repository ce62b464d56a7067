"""Recipes: how one publisher's file becomes one of our tables. Data, not code."""

from data.recipe.checks import FOLDER, load_recipe, parse_recipe, to_toml
from data.recipe.parts import Column, Filter, Format, Identifier, Measure, Override, Points, Tokens
from data.recipe.recipe import Recipe

__all__ = [
    "FOLDER",
    "Column",
    "Filter",
    "Format",
    "Identifier",
    "Measure",
    "Override",
    "Points",
    "Recipe",
    "Tokens",
    "load_recipe",
    "parse_recipe",
    "to_toml",
]
