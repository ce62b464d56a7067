"""Where sites should be, under one name for scripts; it lives in `analytics.sites`."""

from analytics.sites import (
    Limits,
    Pairs,
    Rules,
    least_sites,
    maximal_coverage,
    p_centre,
    p_median,
)

__all__ = [
    "Limits",
    "Pairs",
    "Rules",
    "least_sites",
    "maximal_coverage",
    "p_centre",
    "p_median",
]
