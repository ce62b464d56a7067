"""The scan against SaTScan's own output and R SpatialEpi."""

import json
from math import floor

import numpy as np
import pandas as pd
import pytest

from analytics.rates.intervals import expected as expected_cases
from analytics.scan import circular_scan

pytestmark = pytest.mark.oracle


def read(oracles, name):
    folder = oracles / name
    data = pd.read_csv(folder / "data.csv").set_index("id")
    return data, json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def near(p, published, draws):
    """Two Monte Carlo p-values, of 999 published draws and of ours."""
    spread = np.sqrt(published * (1 - published) * (1 / 999 + 1 / draws))
    return abs(p - published) <= 3 * spread + 1 / 1000


def test_new_york_leukaemia_gives_the_clusters_of_satscan(oracles):
    data, expected = read(oracles, "scan_satscan_ny")
    found = circular_scan(
        *(data[c] for c in ("cases", "population", "x_lon", "y_lat")), draws=999, seed=1
    )
    for cluster, case in zip(found, expected["cartesian_50pct"]["clusters"], strict=False):
        assert set(cluster.ids) == set(case["ids"])
        assert (cluster.cases, cluster.population) == (case["cases"], case["population"])
        assert cluster.llr == pytest.approx(case["llr"], abs=5.0001e-7)
        assert cluster.expected == pytest.approx(case["expected"], abs=0.005)
        assert cluster.relative_risk == pytest.approx(case["rr"], abs=0.005)
        # Of circles that hold one set, SaTScan names the first and we the smallest.
        assert cluster.radius <= float(case["coords_radius"].split("/")[1]) + 5e-3
        assert near(cluster.p, float(case["p"]), cluster.draws)
    assert found[len(expected["cartesian_50pct"]["clusters"])].llr < 3.2


def check(found, case, names=None):
    """Compare the likeliest cluster and the significant secondary ones with SpatialEpi's."""
    first, *others = found
    assert list(first.ids) == case["ids"]
    assert first.llr == pytest.approx(case["llr"], rel=1e-8)
    assert first.cases == case["cases"]
    assert first.expected == pytest.approx(case["expected"], rel=1e-8)
    assert first.cases / first.expected == pytest.approx(case["smr"], rel=1e-8)
    assert near(first.p, case["p"], first.draws)
    for cluster, other in zip(others, case["secondary"], strict=False):
        wanted = [other["names"]] if isinstance(other["names"], str) else other["names"]
        assert {names[i] for i in cluster.ids} == set(wanted)
        assert cluster.llr == pytest.approx(other["llr"], rel=1e-8)
        assert cluster.expected == pytest.approx(other["expected"], rel=1e-8)
        assert near(cluster.p, other["p"], cluster.draws)
    # SpatialEpi lists secondary clusters up to the first that is not significant.
    assert others[len(case["secondary"])].p > 0.05


@pytest.mark.parametrize("secondary", ["no overlap", "any circle"])
def test_pennsylvania_lung_cancer_adjusted_for_age_sex_and_race(oracles, secondary):
    data, expected = read(oracles, "scan_pennLC")
    strata = pd.read_csv(oracles / "scan_pennLC" / "strata.csv")
    # Empty strata expect nobody.
    cells = strata.assign(cell=strata["race"] + strata["gender"] + strata["age"])
    cells["expected"] = expected_cases(cells["cases"], cells["population"], cells["cell"])
    adjusted = cells.groupby("county")["expected"].sum().loc[data["county"]].set_axis(data.index)
    np.testing.assert_allclose(adjusted, data["expected"], rtol=1e-9)
    found = circular_scan(
        *(data[c] for c in ("cases", "population", "x_km", "y_km")),
        expected=adjusted,
        secondary=secondary,
        draws=999,
        seed=1,
    )
    check(found, expected["poisson_age_adjusted"], data["county"])


def test_pennsylvania_lung_cancer_under_the_bernoulli_model(oracles):
    data, expected = read(oracles, "scan_pennLC")
    columns = (data[c] for c in ("cases", "population", "x_km", "y_km"))
    found = circular_scan(*columns, model="bernoulli", draws=999, seed=1)
    check(found, expected["binomial_kulldorff1997"], data["county"])


@pytest.mark.parametrize(("model", "name"), [("poisson", "poisson"), ("bernoulli", "binomial")])
def test_north_carolina_sids_of_kulldorff_1997(oracles, model, name):
    data, expected = read(oracles, "scan_nc_sids")
    columns = (data[c] for c in ("cases", "births", "x", "y"))
    found = circular_scan(*columns, model=model, draws=999, seed=1)
    check(found, expected[f"{name}_74_84"], data["name"])


def spatialepi_poisson(c, e, cases, expected):
    """Ratio with both totals cut to whole numbers, as SpatialEpi 1.2 holds them in `int`."""
    total, whole = floor(cases), floor(expected)
    risk, rest = c / e, (total - c) / (whole - e)
    return c * np.log(risk / rest) + total * np.log(rest) + total * np.log(whole / total)


def spatialepi_binomial(c, n, cases, population):
    """Ratio with the total of cases cut to a whole number."""
    total, whole = floor(cases), floor(population)

    def log_likelihood(x, m):
        return x * np.log(x / m) + (m - x) * np.log(1 - x / m)

    inside_and_outside = log_likelihood(c, n) + log_likelihood(total - c, whole - n)
    return inside_and_outside - log_likelihood(total, whole)


def test_spatialepi_differs_only_by_cutting_totals_poisson(oracles):
    data, expected = read(oracles, "scan_nc_sids")
    case = expected["poisson_74_78"]
    columns = (data[c] for c in ("cases74", "births74", "x", "y"))
    found = circular_scan(*columns, draws=999, seed=1, secondary="any circle")
    total = data["cases74"].sum()
    for cluster, other in zip(found, [case, *case["secondary"]], strict=False):
        assert cluster.cases == other["cases"]
        assert cluster.expected == pytest.approx(other["expected"], rel=1e-8)
        # Its expected cases sum to 667 but for rounding, and are cut to 666.
        cut = spatialepi_poisson(cluster.cases, cluster.expected, total, total - 1e-9)
        assert cut == pytest.approx(other["llr"], rel=1e-8)
        exact = spatialepi_poisson(cluster.cases, cluster.expected, total, total)
        assert cluster.llr == pytest.approx(exact, rel=1e-10)
        assert near(cluster.p, other["p"], cluster.draws)
    assert set(found[0].ids) == set(case["ids"])


def test_spatialepi_differs_only_by_cutting_totals_binomial(oracles):
    data, expected = read(oracles, "scan_NYleukemia_SpatialEpi")
    case = expected["binomial"]
    found = circular_scan(
        *(data[c] for c in ("cases", "population", "x_km", "y_km")),
        model="bernoulli",
        max_share=0.15,
        secondary="any circle",
        draws=999,
        seed=1,
    )
    total, people = data["cases"].sum(), data["population"].sum()  # 591.999789 is cut to 591
    for cluster, other in zip(found, [case, *case["secondary"]], strict=False):
        assert {str(data["tract"][i]) for i in cluster.ids} == set(other["names"])
        assert cluster.expected == pytest.approx(other["expected"], rel=1e-8)
        cut = spatialepi_binomial(cluster.cases, cluster.population, total, people)
        assert cut == pytest.approx(other["llr"], rel=1e-8)
        assert near(cluster.p, other["p"], cluster.draws)
