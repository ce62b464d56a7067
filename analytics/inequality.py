"""Measures of inequality under one name for scripts; they live in `analytics.disparities`."""

from analytics.disparities import (
    concentration_index,
    gini,
    index_of_disparity,
    rate_ratio,
    slope_index,
    theil,
)

__all__ = [
    "concentration_index",
    "gini",
    "index_of_disparity",
    "rate_ratio",
    "slope_index",
    "theil",
]
