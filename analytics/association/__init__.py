"""How closely figures go together across schools: association, never cause.

`fit` models absence on all exposures at once, with the spatial error that neighbours share;
`rank_correlation` is the plain look at one pair.
"""

from analytics.association.collinearity import circularity, told_apart
from analytics.association.model import described, driver_model, fit, moe_sensitivity
from analytics.association.rank_correlation import RankCorrelation, rank_correlation
from analytics.association.result import Association, across_joins
from analytics.association.shapley import shapley_shares

__all__ = [
    "Association",
    "RankCorrelation",
    "across_joins",
    "circularity",
    "described",
    "driver_model",
    "fit",
    "moe_sensitivity",
    "rank_correlation",
    "shapley_shares",
    "told_apart",
]
