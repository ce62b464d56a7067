"""Where sites and teams should be: k locations among candidates, solved to a stated gap."""

from analytics.sites.coverage import least_sites, maximal_coverage
from analytics.sites.distance import p_centre, p_median
from analytics.sites.marginal import marginal_benefit
from analytics.sites.rules import Limits, Pairs, Rules, Sites

__all__ = [
    "Limits",
    "Pairs",
    "Rules",
    "Sites",
    "least_sites",
    "marginal_benefit",
    "maximal_coverage",
    "p_centre",
    "p_median",
]
