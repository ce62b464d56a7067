"""How closely figures go together across schools: association, never cause."""

from analytics.association.fitted import (
    Association,
    RankCorrelation,
    circularity,
    described,
    fit,
    lm_tests,
    moe_sensitivity,
    ols,
    rank_correlation,
    redrawn_within,
    shapley_shares,
    spatial_error_ml,
    spatial_lag_ml,
)

__all__ = [
    "Association",
    "RankCorrelation",
    "circularity",
    "described",
    "fit",
    "lm_tests",
    "moe_sensitivity",
    "ols",
    "rank_correlation",
    "redrawn_within",
    "shapley_shares",
    "spatial_error_ml",
    "spatial_lag_ml",
]
