"""Relations that hold whatever the data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import false_discovery_control

from analytics import disclosure, local, rates, smoothing
from analytics.hotspots import test as hotspots
from analytics.local.significance import benjamini_hochberg
from analytics.rates import tract_rates
from data.store.policies import policy_names, read_policy
from geo.weights.weights import Weights

POLICIES = {**disclosure.PRESETS, **{name: read_policy(name) for name in policy_names()}}
quick = settings(max_examples=60, deadline=None)


@st.composite
def school_counts(draw, least=2, most=30):
    n = draw(hnp.arrays(np.int64, st.integers(least, most), elements=st.integers(1, 3000)))
    part = draw(hnp.arrays(np.float64, len(n), elements=st.floats(0, 1)))
    index = [f"s{i}" for i in range(len(n))]
    return pd.Series((part * n).astype(np.int64), index=index), pd.Series(n, index=index)


def ring(size):
    ids = list(range(size))
    after = [(i + 1) % size for i in ids]
    return Weights.from_edges(ids, ids + after, after + ids)


distinct = hnp.arrays(
    np.float64, st.integers(6, 25), elements=st.integers(-1000, 1000).map(float)
).filter(lambda v: np.ptp(v) > 0)


@quick
@given(school_counts())
def test_wilson_lies_in_the_unit_interval_and_holds_the_rate(counts):
    x, n = counts
    rate = rates.crude_rate(x, n)
    for interval in (rates.wilson, rates.clopper_pearson):
        low, high = interval(x, n)
        assert ((low >= 0) & (low <= rate) & (rate <= high) & (high <= 1)).all()
        assert low.index.equals(x.index)


@quick
@given(st.integers(1, 2000), st.floats(0, 1), st.floats(0.5, 0.98))
def test_wilson_rises_with_the_count_and_widens_with_the_level(n, part, level):
    x = int(part * (n - 1))
    low, high = rates.wilson(x, n, level)
    low_more, high_more = rates.wilson(x + 1, n, level)
    assert low < low_more or low == 0 == x
    assert high < high_more or x + 1 == n
    wider = rates.wilson(x, n, level + 0.01)
    assert wider[0] <= low
    assert wider[1] >= high


@quick
@given(school_counts())
def test_empirical_bayes_lies_between_crude_and_pooled_rate(counts):
    x, n = counts
    smooth, crude, pooled = (
        smoothing.empirical_bayes(x, n),
        rates.crude_rate(x, n),
        x.sum() / n.sum(),
    )
    slack = 1e-12
    assert (smooth >= np.minimum(crude, pooled) - slack).all()
    assert (smooth <= np.maximum(crude, pooled) + slack).all()
    assert ((smooth >= 0) & (smooth <= 1)).all()
    assert smooth.index.equals(x.index)


@quick
@given(school_counts(), st.data())
def test_expected_counts_add_up_to_the_observed_in_each_stratum(counts, data):
    x, n = counts
    strata = pd.Series(
        data.draw(st.lists(st.sampled_from("abc"), min_size=len(x), max_size=len(x)))
    )
    strata.index = x.index
    expected = rates.expected(x, n, strata)
    np.testing.assert_allclose(
        expected.groupby(strata).sum(), x.groupby(strata).sum(), rtol=1e-9, atol=1e-9
    )


@quick
@given(distinct, st.floats(0.01, 100), st.floats(-1e3, 1e3))
def test_gi_star_does_not_change_with_scale_and_shift(values, scale, shift):
    weights = ring(len(values))
    z = local.gi_star(values, weights)["z"]
    moved = local.gi_star(values * scale + shift, weights)["z"]
    np.testing.assert_allclose(moved, z, atol=1e-5)
    np.testing.assert_allclose(local.gi_star(-values, weights)["z"], -z, atol=1e-9)


@quick
@given(distinct, st.integers(1, 60), st.integers(0, 99))
def test_permutation_p_lies_above_zero_and_index_comes_back(values, draws, seed):
    series = pd.Series(values, index=np.arange(len(values))[::-1])
    found = local.gi_star(series, ring(len(values)), null="areas", draws=draws, seed=seed)
    p = found["p_sim"].dropna()
    assert ((p >= min(1, 2 / (draws + 1))) & (p <= 1)).all()
    assert (found["q"].dropna() >= p - 1e-12).all()
    assert found.index.equals(series.index)


@st.composite
def catchments(draw, schools, tracts):
    raw = draw(hnp.arrays(np.float64, (schools, tracts), elements=st.floats(0, 1)))
    raw[:, 0] += 0.01
    return raw / raw.sum(axis=1, keepdims=True)


@quick
@given(school_counts(), st.integers(2, 8), st.data())
def test_allocation_conserves_students_and_events(counts, tracts, data):
    x, n = counts
    share = data.draw(catchments(len(x), tracts))
    table = tract_rates.allocate(x, n, share, geoids=[f"t{i}" for i in range(tracts)])
    assert table["enrolled"].sum() == pytest.approx(n.sum(), rel=1e-9)
    assert table["chronic_absent"].sum() == pytest.approx(x.sum(), rel=1e-9, abs=1e-9)
    some = table[table["enrolled"] > 1e-6]
    assert (some["rate"].between(some["low"], some["high"])).all()
    assert (some["effective_schools"] >= 1 - 1e-9).all()
    assert (some["effective_n"] >= some["enrolled"] * (1 - 1e-9)).all()
    assert (some["largest_share"] >= 1 / some["effective_schools"] - 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(
    school_counts(least=4, most=12), st.integers(0, 99), st.sampled_from(["crude", "ratio", "eb"])
)
def test_school_null_gives_probabilities_for_every_area(counts, seed, measure):
    x, n = counts
    weights = ring(len(x))
    found = hotspots.gi_star_schools(
        x, n, np.eye(len(x)), weights, draws=19, seed=seed, measure=measure
    )
    p = found["p_sim"].dropna()
    assert ((p >= 0.1) & (p <= 1)).all()
    assert set(found["hot_class"]) <= set(hotspots.CLASSES)
    assert found.index.equals(weights.ids)
    assert (found["p_sim"].isna() == (found["hot_class"] == "not shown")).all()


rows = st.lists(
    st.tuples(st.integers(1, 3000), st.integers(0, 3000), st.sampled_from("rsmu")),
    min_size=1,
    max_size=30,
)
WORDS = {"r": "reported", "s": "suppressed", "m": "missing", "u": "unreliable"}


def absence_table(cases):
    status = [WORDS[kind] for *_, kind in cases]
    open_row = np.isin(status, ["reported", "unreliable"])
    enrolled = pd.array([n for n, *_ in cases], dtype="Int64")
    count = pd.array([x % (n + 1) for n, x, _ in cases], dtype="Int64")
    count[~open_row] = pd.NA
    table = pd.DataFrame({"enrolled": enrolled, "chronic_absent": count, "status": status})
    table["lower"], table["upper"] = table["chronic_absent"], table["chronic_absent"]
    return table.assign(reason=np.where(open_row, "", "by the publisher"), note="kept")


@quick
@given(rows, st.sampled_from(sorted(POLICIES)))
def test_protection_is_idempotent_and_keeps_the_shape(cases, name):
    table, policy = absence_table(cases), POLICIES[name]
    before = table.copy()
    once = disclosure.protect(table, policy)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(disclosure.protect(once, policy), once)
    assert once.index.equals(table.index)
    assert list(once.columns) == list(table.columns)
    hidden = once["status"].isin(["suppressed", "missing"])
    assert once.loc[hidden, "chronic_absent"].isna().all()
    shown = once[~hidden]
    assert (shown["chronic_absent"] == table.loc[shown.index, "chronic_absent"]).all()
    assert (once.loc[once["status"] == "reported", "reason"] == "").all()
    assert (once.loc[once["status"] != "reported", "reason"] != "").all() or "u" in {
        kind for *_, kind in cases
    }


@quick
@given(
    hnp.arrays(np.float64, st.integers(1, 40), elements=st.integers(1, 50).map(lambda i: i / 50))
)
def test_false_discovery_adjustment_is_that_of_scipy_with_ties_too(p):
    q = benjamini_hochberg(p, np.ones(len(p), dtype=bool))
    np.testing.assert_allclose(q, false_discovery_control(p), rtol=1e-12)
    assert (q >= p - 1e-15).all()
