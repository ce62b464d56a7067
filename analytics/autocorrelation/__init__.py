"""Global spatial autocorrelation: one number for a whole map, with its test."""

from analytics.autocorrelation.door import (
    GlobalTest,
    JoinCounts,
    bivariate_lee,
    geary,
    getis_ord_g,
    join_counts,
    lee,
    moran,
    moran_rate,
    moran_scatter,
)

__all__ = [
    "GlobalTest",
    "JoinCounts",
    "bivariate_lee",
    "geary",
    "getis_ord_g",
    "join_counts",
    "lee",
    "moran",
    "moran_rate",
    "moran_scatter",
]
