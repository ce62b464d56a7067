"""Local statistics of one map: where high or low values stand together."""

from analytics.local.statistics import (
    gi,
    gi_star,
    local_moran,
    local_moran_rate,
)

__all__ = [
    "gi",
    "gi_star",
    "local_moran",
    "local_moran_rate",
]
