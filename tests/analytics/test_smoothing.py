"""Empirical Bayes at its limits."""

import numpy as np
import pandas as pd
import pytest

from analytics.smoothing import (
    empirical_bayes,
    smoothed_maps,
    spatial_empirical_bayes,
    standardized_maps,
    standardized_rates,
)
from geo.weights.weights import Weights

LINE = Weights.from_edges("abcdi", "abbccd", "bacbdc")


def test_equal_rates_stay_and_no_spread_means_full_shrinkage():
    assert empirical_bayes([2, 20, 4], [10, 100, 20]).tolist() == pytest.approx([0.2] * 3)
    assert empirical_bayes([2, 3], [10, 10]).tolist() == pytest.approx([0.25, 0.25])


def test_unknown_and_empty_rows():
    x = pd.Series([0, None, 40, 25], index=list("abcd"), dtype="Int64")
    smooth = empirical_bayes(x, pd.Series([0, 10, 100, 100], index=list("abcd")))
    assert np.isnan(smooth["b"])
    assert smooth["a"] == pytest.approx(65 / 200)  # nothing of its own: the pooled rate
    assert np.isnan(empirical_bayes([None], [5])).all()
    assert empirical_bayes([0, 0], [10, 20]).tolist() == [0, 0]


def by_hand(x, n, neighbourhoods):
    """Marshall's equations one area at a time."""
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    mean = np.array([x[near].sum() / n[near].sum() for near in neighbourhoods])
    out = []
    for i, near in enumerate(neighbourhoods):
        spread = (n[near] * (x[near] / n[near] - mean[near]) ** 2).sum() / n[near].sum()
        a = max(0.0, spread - mean[i] / n[near].mean())
        weight = a / (a + mean[i] / n[i]) if a > 0 else 0.0
        out.append(mean[i] + weight * (x[i] / n[i] - mean[i]))
    return out


def test_spatial_smoothing_follows_marshall_in_each_neighbourhood():
    x, n = [5, 40, 60, 3, 7], [100, 120, 300, 40, 50]
    near = [[0, 1], [0, 1, 2], [1, 2, 3], [2, 3], [4]]
    found = spatial_empirical_bayes(x, n, LINE)
    np.testing.assert_allclose(found, by_hand(x, n, near), rtol=1e-12)
    assert found[4] == pytest.approx(7 / 50)
    for same in (LINE.with_self(), LINE.row_standardized(), LINE.with_self().row_standardized()):
        again = spatial_empirical_bayes(x, n, same)
        np.testing.assert_allclose(again, found)


def test_spatial_smoothing_of_unknown_and_empty_areas():
    x = pd.Series([5, None, 60, 0, 0], index=list("abcdi"), dtype="Int64")
    n = pd.Series([100, 120, 300, 0, 0], index=list("abcdi"))
    found = spatial_empirical_bayes(x, n, LINE)
    assert found[["b", "i"]].isna().all()
    assert found[["a", "c"]].tolist() == pytest.approx([0.05, 0.2])
    assert found["d"] == pytest.approx(0.2)  # the rate of its only neighbour
    order = list("dacb")
    pd.testing.assert_series_equal(
        spatial_empirical_bayes(x[order], n[order], LINE), found[order], check_names=False
    )
    assert spatial_empirical_bayes([0] * 5, [9] * 5, LINE).tolist() == [0.0] * 5
    with pytest.raises(ValueError, match="5 areas"):
        spatial_empirical_bayes([1], [2], LINE)
    with pytest.raises(ValueError, match="not an area"):
        spatial_empirical_bayes(x.rename({"a": "z"}), n.rename({"a": "z"}), LINE)


def test_standardised_rates_have_no_number_without_a_denominator():
    found = standardized_rates([1, 2, 0, None], [10, 5, 0, 9])
    assert np.isnan(found).tolist() == [False, False, True, True]
    assert standardized_rates([0, 0], [5, 9]).tolist() == [0.0, 0.0]
    assert np.isnan(standardized_rates([0], [0])).all()
    assert standardized_rates([3, 3], [10, 10]).tolist() == [0.0, 0.0]


def test_many_maps_at_once_are_smoothed_and_standardised_as_one_is():
    rng = np.random.default_rng(7)
    n = rng.integers(20, 900, 40).astype(float)
    x = rng.binomial(n[:, None].astype(int), rng.beta(3, 9, (40, 5))).astype(float)
    for many, one in ((smoothed_maps, empirical_bayes), (standardized_maps, standardized_rates)):
        together = many(x, n)
        for column in range(5):
            np.testing.assert_allclose(together[:, column], one(x[:, column], n), rtol=1e-12)
    assert (standardized_maps(np.zeros((3, 2)), np.ones(3)) == 0).all()
