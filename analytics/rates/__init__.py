"""Rates, their intervals, what would be expected, and whether they may be shown."""

from analytics.rates.intervals import (
    clopper_pearson,
    crude_rate,
    expected,
    rate_difference,
    standardized_ratio,
    stratum_codes,
    wilson,
)
from analytics.rates.reliability import Reliability, reliability

__all__ = [
    "Reliability",
    "clopper_pearson",
    "crude_rate",
    "expected",
    "rate_difference",
    "reliability",
    "standardized_ratio",
    "stratum_codes",
    "wilson",
]
