"""Paths, forecasts and needs of goals, named for scripts; they live in `analytics.goals`."""

from analytics.goals import forecast, halving, need, path, progress

__all__ = ["forecast", "halving", "need", "path", "progress"]
