"""How unlike groups and places are: gaps, and measures of inequality with their errors."""

from analytics.disparities.concentration_index import ConcentrationIndex, concentration_index
from analytics.disparities.gaps import (
    IndexOfDisparity,
    compare_groups,
    gap_trend,
    index_of_disparity,
    rate_ratio,
)
from analytics.disparities.gini_theil import Theil, gini, theil
from analytics.disparities.slope import SlopeIndex, slope_index

__all__ = [
    "ConcentrationIndex",
    "IndexOfDisparity",
    "SlopeIndex",
    "Theil",
    "compare_groups",
    "concentration_index",
    "gap_trend",
    "gini",
    "index_of_disparity",
    "rate_ratio",
    "slope_index",
    "theil",
]
