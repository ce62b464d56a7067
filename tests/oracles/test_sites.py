"""Sites against published optima and another solver."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import shortest_path

from analytics.sites import Limits, Pairs, least_sites, maximal_coverage, p_centre, p_median

pytestmark = pytest.mark.oracle
EXACT = Limits(gap=1e-9, seconds=120)


def read(folder):
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["pmed1", "pmed5", "pmed10"])
def test_p_median_of_the_or_library(oracles, name):
    """Beasley JE (1985) Eur J Oper Res 21:270-273; a later edge replaces an earlier one."""
    case = read(oracles / "pmedian_orlib")["cases"][name]
    edges = pd.read_csv(oracles / "pmedian_orlib" / f"{name}_edges.csv")
    way = np.full((case["n"], case["n"]), np.inf)
    for u, v, cost in edges.itertuples(index=False):
        way[u - 1, v - 1] = way[v - 1, u - 1] = cost
    distance = shortest_path(np.where(np.isinf(way), 0.0, way), directed=False)
    nodes = pd.RangeIndex(case["n"])
    row, column = (pd.Series(each.ravel()) for each in np.indices(distance.shape))
    pairs = Pairs.of(pd.Series(1.0, nodes), nodes, (row, column, pd.Series(distance.ravel())))
    found = p_median(pairs, case["p"], limits=EXACT)
    assert found.value == pytest.approx(case["optimum"], abs=1e-6)
    assert found.bound == pytest.approx(case["optimum"], abs=1e-3)
    assert len(found.chosen) == case["p"]
    assert found.status == "within the gap"


@pytest.fixture(scope="module")
def san_francisco(oracles):
    table = pd.read_csv(oracles / "location_sf_spopt" / "cost_long.csv")
    demand = table.groupby("DestinationName")["demand"].first().astype(float)
    stores = pd.Index(table["name"].unique())
    assert len(stores) == 16
    return Pairs.of(demand, stores, (table["DestinationName"], table["name"], table["distance"]))


def test_stores_of_san_francisco(oracles, san_francisco):
    expected = read(oracles / "location_sf_spopt")
    median = p_median(san_francisco, 4, limits=EXACT)
    assert median.value == pytest.approx(expected["p_median_p4"]["obj"], rel=1e-9)
    assert set(median.chosen) == set(expected["p_median_p4"]["open"])
    mean = median.value / san_francisco.students.sum()
    assert mean == pytest.approx(expected["published"]["p_median mean_dist"], rel=1e-9)

    covered = maximal_coverage(san_francisco, 4, within=5000.0, limits=EXACT)
    assert covered.value == pytest.approx(expected["mclp_p4_5000m"]["obj"])
    assert int(covered.served["site"].isna().sum()) == expected["published"]["mclp n_uncovered"]

    fewest = least_sites(san_francisco, within=5000.0, limits=EXACT)
    assert fewest.value == expected["lscp_5000m"]["obj"]
    assert fewest.served["site"].notna().all()

    centre = p_centre(san_francisco, 4, limits=EXACT)
    assert centre.value == pytest.approx(expected["p_center_p4"]["obj"], rel=1e-9)
    assert centre.gap == 0
