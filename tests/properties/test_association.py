"""Relations of the driver model's parts that hold for every input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytics.association import fit, shapley_shares
from analytics.association.collinearity import condition_number, variance_inflation
from analytics.association.patterns import graph_basis, point_basis
from analytics.drivers.bivariate import bivariate_classes
from analytics.drivers.outliers import doing_better
from analytics.drivers.profile import driver_profile
from analytics.quasi_likelihood import quasi_binomial
from geo.weights.weights import Weights

SEEDS = st.integers(0, 10_000)


@settings(max_examples=15)
@given(SEEDS, st.integers(30, 60), st.integers(1, 3))
def test_an_interval_holds_its_effect_and_its_p(seed, n, k):
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(rng.normal(size=(n, k))).add_prefix("d")
    total = rng.integers(0, 50, n)
    weights = Weights.knn(rng.uniform(size=(n, 2)), 4)
    found = fit((rng.binomial(total, 0.3), total), x, weights=weights)
    if found.state != "estimated":
        assert found.effects["effect"].isna().all()
        return
    table = found.effects
    assert (table["low"] < table["effect"]).all()
    assert (table["effect"] < table["high"]).all()
    excludes = (table["low"] > 0) | (table["high"] < 0)
    assert (excludes == (table["p"] < 0.05)).all()
    assert (table["q"] >= table["p"] - 1e-12).all()
    assert table["vif"].ge(1 - 1e-9).all()
    assert table["partial_r2"].between(0, 1).all()


@settings(max_examples=25)
@given(SEEDS, st.integers(6, 40))
def test_patterns_are_orthonormal_and_begin_with_a_constant(seed, n):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(size=(n, 2))
    linked = Weights.knn(xy, 3).sparse.tocsc()
    for basis in (point_basis(xy), graph_basis(linked)):
        inner = basis.vectors.T @ basis.vectors
        np.testing.assert_allclose(inner, np.eye(len(inner)), atol=1e-6)
        assert (np.diff(basis.frequency) >= -1e-9).all()
        assert basis.blocks(5).max() <= 4


@settings(max_examples=30)
@given(SEEDS, st.integers(2, 5))
def test_variance_inflation_is_the_diagonal_of_the_inverse_correlation(seed, k):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(40, k)) @ rng.normal(size=(k, k))
    constant = np.ones((40, 1))
    expected = np.diag(np.linalg.inv(np.corrcoef(x, rowvar=False)))
    np.testing.assert_allclose(variance_inflation(x, constant), expected, rtol=1e-5)
    assert condition_number(x, constant) >= 1


@settings(max_examples=25)
@given(SEEDS)
def test_shares_sum_to_one_and_the_order_of_exposures_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(rng.normal(size=(40, 4)), columns=list("abcd"))
    y = x.sum(axis=1) + rng.normal(size=40)
    themes = {"a": "one", "b": "two", "c": "one", "d": "three"}
    found = shapley_shares(y, x, themes=themes, draws=3)
    turned = shapley_shares(y, x[list("dcba")], themes=themes, draws=3)
    assert found["share"].sum() == pytest.approx(1)
    assert found["r2"].ge(-1e-9).all()
    np.testing.assert_allclose(found["r2"], turned["r2"].reindex(found.index), rtol=1e-6)


@settings(max_examples=25)
@given(SEEDS)
def test_a_quasi_binomial_model_keeps_the_total(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 60, 30).astype(float)
    x = rng.binomial(n.astype(int), 0.4).astype(float)
    columns = np.column_stack([np.ones(30), rng.normal(size=30)])
    found = quasi_binomial(x, n, columns)
    assume(found.state == "fitted")
    assert (n * found.fitted).sum() == pytest.approx(x.sum(), rel=1e-8, abs=1e-8)


@settings(max_examples=25)
@given(SEEDS)
def test_every_school_comes_back_once(seed):
    rng = np.random.default_rng(seed)
    n = pd.Series(rng.integers(0, 80, 50))
    x = pd.Series(rng.binomial(n, 0.3))
    found = doing_better((x, n), pd.DataFrame({"a": rng.normal(size=50)}))
    assert found.index.sort_values().tolist() == list(range(50))
    shown = found[found["state"] == "compared"]
    assert (shown["low"] <= shown["predicted"]).all()
    assert (shown["predicted"] <= shown["high"]).all()


@settings(max_examples=25)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=30), SEEDS)
def test_classes_never_crash_and_follow_the_order(values, seed):
    absence = pd.Series(values, dtype=float)
    driver = pd.Series(np.random.default_rng(seed).normal(size=len(values)))
    areas = bivariate_classes(absence, driver).areas
    rank = areas["absence_class"].map({"low": 0, "middle": 1, "high": 2})
    ordered = rank[absence.sort_values().index].dropna()
    assert ordered.is_monotonic_increasing
    assert areas["absence_class"].eq("no value").equals(absence.isna())


@settings(max_examples=15)
@given(SEEDS)
def test_percentiles_lie_between_0_and_100(seed):
    rng = np.random.default_rng(seed)
    values = pd.DataFrame(rng.uniform(size=(30, 2)), columns=["a", "b"])
    clusters = pd.Series(rng.choice([1.0, np.nan], 30))
    found = driver_profile(values, values * rng.uniform(), values["a"] * 0 + 1, clusters, draws=20)
    known = found[found["state"] == "profiled"]
    for name in ("percentile", "percentile_low", "percentile_high"):
        assert known[name].between(-1e-6, 100 + 1e-6).all()
