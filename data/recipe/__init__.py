"""Recipes: how one publisher's file becomes one of our tables. Data, not code."""

from data.recipe.recipe import (
    FOLDER,
    Column,
    Filter,
    Format,
    Identifier,
    Measure,
    Override,
    Points,
    Recipe,
    Tokens,
    load_recipe,
    parse_recipe,
    to_toml,
)

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
