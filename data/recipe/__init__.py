"""Recipes: how one publisher's file becomes one of our tables. Data, not code."""
