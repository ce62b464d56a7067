"""Who first: students beyond a reference, how sure an order is, and whether targeting pays."""

from analytics.priorities.concentration import share_of_excess
from analytics.priorities.criteria import CriteriaList, weighted_list
from analytics.priorities.ranks import excess_draws, ranks
from analytics.priorities.reference import best_quarter, beyond_reference

__all__ = [
    "CriteriaList",
    "best_quarter",
    "beyond_reference",
    "excess_draws",
    "ranks",
    "share_of_excess",
    "weighted_list",
]
