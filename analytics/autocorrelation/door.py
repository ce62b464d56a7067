"""Global spatial autocorrelation: one number for a whole map, with its test.

Everything here shuffles areas. For maps made from shared schools that null is wrong (neighbours
share schools, so the map is alike by construction): read it as a description of the map, and test
with `analytics.hotspots.test`.
"""

from analytics.autocorrelation.geary import geary
from analytics.autocorrelation.general_g import getis_ord_g
from analytics.autocorrelation.global_test import GlobalTest
from analytics.autocorrelation.join_counts import JoinCounts, join_counts
from analytics.autocorrelation.lee import bivariate_lee, lee
from analytics.autocorrelation.moran import moran, moran_rate, moran_scatter

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
