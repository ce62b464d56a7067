"""Relations that hold for every map and every weights matrix."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analytics import local, smoothing
from analytics.local.area_permutation import AreaPermutation
from analytics.local.significance import unsettled
from geo.weights.weights import Weights

quick = settings(max_examples=25)
EVERY = [local.gi, local.gi_star, local.local_moran]


@st.composite
def links(draw, least=3, most=14):
    """Weights of any shape: binary or general, with islands and several components."""
    m = draw(st.integers(least, most))
    linked = draw(hnp.arrays(bool, (m, m)))
    general = draw(st.booleans())
    size = hnp.arrays(np.float64, (m, m), elements=st.floats(0.1, 5)) if general else st.just(1.0)
    matrix = np.where(linked, draw(size), 0.0)
    np.fill_diagonal(matrix, 0.0)
    return Weights(matrix, [f"t{i}" for i in range(m)])


def maps(weights):
    """Values far enough apart for a relative tolerance to mean something."""
    return hnp.arrays(np.float64, weights.n, elements=st.integers(-500, 500).map(lambda v: v / 8))


@st.composite
def cases(draw):
    weights = draw(links())
    return weights, draw(maps(weights))


@pytest.mark.parametrize("statistic", EVERY)
@quick
@given(case=cases(), scale=st.floats(0.01, 100), shift=st.floats(-1e3, 1e3))
def test_scale_and_shift_of_the_values_do_not_matter(statistic, case, scale, shift):
    weights, values = case
    assume(np.ptp(values) > 0)
    one, other = (statistic(v, weights) for v in (values, values * scale + shift))
    assert other["state"].tolist() == one["state"].tolist()
    np.testing.assert_allclose(other["z"], one["z"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("statistic", EVERY)
@quick
@given(case=cases(), data=st.data())
def test_order_of_areas_does_not_matter(statistic, case, data):
    weights, values = case
    order = data.draw(st.permutations(range(weights.n)))
    one = statistic(values, weights)
    other = statistic(values[order], weights.subset(weights.ids[order]))
    pd.testing.assert_index_equal(other.index, one.index[order])
    np.testing.assert_allclose(other["z"], one["z"].iloc[order], rtol=1e-7, atol=1e-7)
    assert other["state"].tolist() == one["state"].iloc[order].tolist()


@pytest.mark.parametrize("statistic", EVERY)
@quick
@given(case=cases(), draws=st.integers(1, 40), more=st.integers(0, 500), data=st.data())
def test_a_state_or_a_number_for_every_area(statistic, case, draws, more, data):
    weights, values = case
    missing = data.draw(hnp.arrays(bool, weights.n))
    values = np.where(missing, np.nan, values)
    found = statistic(values, weights, null="areas", draws=draws, max_draws=draws + more)
    tested = (found["state"] == "tested").to_numpy()
    assert (found["p_sim"].notna() == tested).all()
    assert (found["draws"].notna() == tested).all()
    assert (found.loc[missing, "state"] == "no value").all()
    assert found.loc[~tested & (found["state"] != "island"), "z"].isna().all()
    used = found[tested]
    assert used["draws"].between(draws, draws + more).all()
    assert ((used["p_sim"] > 0) & (used["p_sim"] <= 1) & (used["q"] >= used["p_sim"] - 1e-12)).all()


@quick
@given(case=cases(), draws=st.integers(1, 60), seed=st.integers(0, 99))
def test_every_draw_lies_on_one_side_or_both(case, draws, seed):
    weights, values = case
    rng = np.random.default_rng(seed)
    permutation = AreaPermutation.prepare(values, weights.sparse)
    lesser, greater = permutation.counts(np.arange(weights.n), draws, rng)
    assert (lesser + greater >= draws).all()
    assert (np.maximum(lesser, greater) <= draws).all()
    assert (np.minimum(lesser, greater) >= 0).all()
    alone = weights.cardinalities.to_numpy() == 0
    assert (lesser[alone] == draws).all()


@quick
@given(case=cases(), seed=st.integers(0, 99))
def test_some_areas_alone_are_counted_as_all_together_would_be(case, seed):
    weights, values = case
    prepared = AreaPermutation.prepare(values, weights.sparse)
    deepest = np.argmax(prepared.neighbours)
    every = prepared.counts(np.arange(weights.n), 50, np.random.default_rng(seed))
    some = prepared.counts(np.array([deepest]), 50, np.random.default_rng(seed))
    assert [side[deepest] for side in every] == [side[0] for side in some]


@quick
@given(case=cases())
def test_quadrant_tells_the_sign_of_local_moran(case):
    weights, values = case
    found = local.local_moran(values, weights)
    tested = found[found["state"] == "tested"]
    clear = tested["local_i"].abs() > 1e-9
    agrees = tested["quadrant"].isin(["HH", "LL"])
    assert ((tested["local_i"] > 0) == agrees)[clear].all()
    assert (found.loc[found["state"] != "tested", "quadrant"] == "none").all()


@quick
@given(weights=links(), data=st.data())
def test_spatial_smoothing_lies_between_the_rate_and_its_neighbourhood(weights, data):
    n = data.draw(hnp.arrays(np.int64, weights.n, elements=st.integers(0, 300)))
    x = np.array([data.draw(st.integers(0, int(most))) for most in n])
    found = smoothing.spatial_empirical_bayes(x, n, weights)
    around = (weights.sparse.toarray() > 0) + np.eye(weights.n)
    students = around @ n
    pooled = np.divide(around @ x, students, out=np.full(weights.n, np.nan), where=students > 0)
    crude = np.where(n > 0, x / np.maximum(n, 1), pooled)
    empty = students == 0
    assert np.isnan(found[empty]).all()
    kept = ~empty
    assert (found[kept] >= np.minimum(crude, pooled)[kept] - 1e-12).all()
    assert (found[kept] <= np.maximum(crude, pooled)[kept] + 1e-12).all()


@quick
@given(
    tails=hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 99)),
    alpha=st.floats(0.01, 0.5),
)
def test_more_draws_of_the_same_share_never_open_a_decision(tails, alpha):
    every = np.ones(tails.shape, dtype=bool)
    some = unsettled(tails, 99 - tails, 99, alpha, every)
    many = unsettled(tails * 400, (99 - tails) * 400, 39_600, alpha, every)
    assert many.sum() <= some.sum()
