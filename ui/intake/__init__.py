"""Add a place: files handed in, questions, checks, recipes, build."""
