"""Rates, their intervals, what would be expected, and whether they may be shown."""

from analytics.rates.standardized import (
    Reliability,
    clopper_pearson,
    crude_rate,
    expected,
    korn_graubard,
    presentation,
    rate_difference,
    reliability,
    reliability_count,
    standardized_ratio,
    stratum_codes,
    wilson,
)

__all__ = [
    "Reliability",
    "clopper_pearson",
    "crude_rate",
    "expected",
    "korn_graubard",
    "presentation",
    "rate_difference",
    "reliability",
    "reliability_count",
    "standardized_ratio",
    "stratum_codes",
    "wilson",
]
