"""What may and may not be said of a cluster's drivers."""

import time

import numpy as np
import pandas as pd
import pytest

from analytics.drivers.profile import CANNOT, driver_profile

SAID = ["above comparable places", "below comparable places"]


def tracts(n=200, drivers=3, seed=0, noise=0.02):
    rng = np.random.default_rng(seed)
    index = [f"t{i:03d}" for i in range(n)]
    names = [f"d{j}" for j in range(drivers)]
    values = pd.DataFrame(rng.uniform(0.1, 0.3, (n, drivers)), index=index, columns=names)
    moe = values * 0 + 1.645 * noise
    children = pd.Series(rng.integers(50, 500, n).astype(float), index=index)
    clusters = pd.Series([*(["north"] * 8), *(["south"] * 5), *([None] * (n - 13))], index=index)
    return values, moe, children, clusters


def test_the_value_of_a_cluster_is_its_children_s_and_its_margin_the_handbook_s():
    values, moe, children, clusters = tracts()
    found = driver_profile(values, moe, children, clusters).loc[("north", "d0")]
    weight = (children / children[:8].sum())[:8]
    assert found["value"] == pytest.approx((weight * values["d0"][:8]).sum())
    assert found["moe"] == pytest.approx(np.sqrt(((weight * moe["d0"][:8]) ** 2).sum()))
    assert found["low"] == pytest.approx(found["value"] - found["moe"], rel=1e-3)


def test_what_stands_out_beyond_its_own_error_comes_first():
    values, moe, children, clusters = tracts()
    values.iloc[:8, 2] = 0.6
    values.iloc[:8, 1] = 0.9
    moe.iloc[:8, 1] = 3.0
    found = driver_profile(values, moe, children, clusters).loc["north"]
    assert found.index[0] == "d2"
    assert found.loc["d2", "conclusion"] == "above comparable places"
    assert found.loc["d2", "percentile"] == pytest.approx(100)
    assert found.loc["d1", "conclusion"] == CANNOT
    assert found.loc["d1", "reliability"] == "low"
    assert found.loc["d1", "stands_out"] == 0


def test_a_cluster_is_compared_with_its_own_stratum_only():
    values, moe, children, clusters = tracts()
    stratum = pd.Series(["urban"] * 100 + ["rural"] * 100, index=values.index)
    values.loc[stratum == "rural", "d0"] += 0.6
    near = driver_profile(values, moe, children, clusters, comparable=stratum)
    anyone = driver_profile(values, moe, children, clusters)
    assert near.loc[("north", "d0"), "comparable"] == pytest.approx(values["d0"][13:100].mean())
    assert near.loc[("north", "d0"), "compared"] == 87
    assert abs(near.loc[("north", "d0"), "difference"]) < 0.05
    assert anyone.loc[("north", "d0"), "conclusion"] == "below comparable places"
    alone = pd.Series(["here"] * 8 + ["there"] * 192, index=values.index)
    lonely = driver_profile(values, moe, children, clusters, comparable=alone).loc["north"]
    assert lonely["state"].eq("no comparable tracts").all()
    assert lonely["conclusion"].eq(CANNOT).all()
    assert lonely["value"].notna().all()


def test_percentiles_carry_their_uncertainty():
    values, moe, children, clusters = tracts(noise=0.0)
    sure = driver_profile(values, moe, children, clusters)
    assert (sure["percentile_low"] == sure["percentile_high"]).all()
    loose = driver_profile(values, moe + 0.1, children, clusters)
    assert (loose["percentile_high"] - loose["percentile_low"]).gt(1).all()
    between = loose["percentile"].between(loose["percentile_low"], loose["percentile_high"])
    assert between.all()


def test_missing_values_margins_and_clusters_are_states_and_not_numbers():
    values, moe, children, clusters = tracts()
    values.iloc[:8, 0] = np.nan
    moe.iloc[2:4, 1] = np.nan
    found = driver_profile(values, moe, children, clusters).loc["north"]
    assert found.loc["d0", "state"] == "no value"
    assert np.isnan(found.loc["d0", "value"])
    assert found.loc["d1", "reliability"] == "no margin"
    assert found.loc["d1", "conclusion"] == CANNOT
    assert driver_profile(values, moe, children, clusters.where(clusters == "none")).empty
    nobody = driver_profile(values, moe, children * 0, clusters)
    assert nobody.loc[("south", "d1"), "value"] == pytest.approx(values["d1"][8:13].mean())
    without = driver_profile(values, None, children, clusters)
    assert without["conclusion"].eq(CANNOT).all()
    assert without[[c for c in without if c.endswith(("low", "high"))]].isna().all(axis=None)
    assert without.loc["south", "percentile"].between(0, 100).all()


def test_a_mean_has_a_margin_while_tracts_without_one_carry_a_tenth_of_it_at_most():
    values, moe, children, clusters = tracts(drivers=1)
    children[:8] = [10, 15, 15, 15, 15, 10, 10, 10]
    whole = driver_profile(values, moe, children, clusters).loc[("north", "d0")]
    moe.iloc[0, 0] = np.nan
    part = driver_profile(values, moe, children, clusters).loc[("north", "d0")]
    left = children[1:8] / children[1:8].sum()
    assert part["moe"] == pytest.approx(np.sqrt(((left * moe["d0"][1:8]) ** 2).sum()))
    assert part["moe"] > whole["moe"]
    assert part["value"] == whole["value"]
    assert part["reliability"] == "high"
    moe.iloc[5, 0] = np.nan
    unknown = driver_profile(values, moe, children, clusters).loc[("north", "d0")]
    assert np.isnan(unknown["moe"])
    assert (unknown["reliability"], unknown["conclusion"]) == ("no margin", CANNOT)


def test_comparable_tracts_without_margins_are_not_taken_as_exact():
    values, moe, children, clusters = tracts(drivers=1)
    values.iloc[:8, 0] = 0.6
    moe.iloc[13:31, 0] = np.nan  # 18 of 187
    few = driver_profile(values, moe, children, clusters).loc[("north", "d0")]
    assert few["conclusion"] == "above comparable places"
    moe.iloc[31, 0] = np.nan
    many = driver_profile(values, moe, children, clusters).loc[("north", "d0")]
    assert many["moe"] == few["moe"]
    assert many["conclusion"] == CANNOT
    assert many[["difference_low", "difference_high", "percentile_low"]].isna().all()
    assert many["percentile"] == few["percentile"]
    assert many["stands_out"] == 0


def test_comparable_tracts_that_differ_by_error_alone_rank_nobody():
    rng = np.random.default_rng(4)
    values, moe, children, clusters = tracts(drivers=1)
    values[:] = 0.2 + 0.02 * rng.normal(size=values.shape)
    found = driver_profile(values, moe * 1.3, children, clusters)
    assert found["percentile_low"].to_numpy() == pytest.approx(0)
    assert found["percentile_high"].to_numpy() == pytest.approx(100)


@pytest.mark.slow
@pytest.mark.parametrize("place", [-1.2, 0.0, 1.2, 2.0])
def test_percentile_intervals_hold_the_true_percentile_and_lean_to_no_side(place, replicates):
    """Errors as large as the differences between tracts, which flatten published percentiles."""
    runs, below, above = replicates(20, 80), [], []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        values, moe, children, clusters = tracts(n=213, drivers=10, noise=0.03)
        clusters = clusters.where(clusters == "north")
        true = 0.3 + 0.03 * rng.normal(size=values.shape)
        true[:8] = 0.3 + 0.03 * (place + 0.3 * rng.normal(size=(8, 10)))
        values[:] = true + 0.03 * rng.normal(size=values.shape)
        own = (children[:8] / children[:8].sum()).to_numpy() @ true[:8]
        truth = pd.Series(100 * (true[8:] < own).mean(axis=0), index=values.columns)
        found = driver_profile(values, moe, children, clusters, seed=seed).loc["north"]
        below += found["percentile_low"].gt(truth.reindex(found.index)).tolist()
        above += found["percentile_high"].lt(truth.reindex(found.index)).tolist()
    assert np.mean(below) + np.mean(above) <= 0.16 + 3 * np.sqrt(0.1 / len(below))
    assert max(np.mean(below), np.mean(above)) <= 0.12 + 3 * np.sqrt(0.1 / len(below))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v, m, c: (v, m, c[::-1]), "different indexes"),
        (lambda v, m, c: (v, m[::-1], c), "different indexes"),
        (lambda v, m, c: (v, -m, c), "negative"),
        (lambda v, m, c: (v, m, -c), "negative"),
        (lambda v, m, c: (v, m[["d0"]], c), "no margin column"),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(change, message):
    values, moe, children, clusters = tracts()
    with pytest.raises(ValueError, match=message):
        driver_profile(*change(values, moe, children), clusters)


@pytest.mark.slow
def test_chance_stands_out_no_more_often_than_stated(replicates):
    runs, wrong = replicates(40, 400), []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        values, moe, children, clusters = tracts(n=120, drivers=1, seed=seed)
        values[:] = 0.2 + 0.02 * rng.normal(size=values.shape)
        found = driver_profile(values, moe, children, clusters, draws=2, seed=seed)
        wrong += found["conclusion"].isin(SAID).tolist()
    assert np.mean(wrong) <= 0.1 + 3 * np.sqrt(0.09 / len(wrong))


def test_the_profile_of_a_city_is_quick():
    values, moe, children, clusters = tracts(n=2300, drivers=15)
    clusters = clusters.where(clusters == "north")
    driver_profile(values, moe, children, clusters)
    start = time.process_time()
    driver_profile(values, moe, children, clusters)
    assert time.process_time() - start <= 0.3
