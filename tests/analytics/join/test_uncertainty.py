"""The interval of a tract's rate when the join itself is in doubt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.join.uncertainty import (
    FLOW_CV,
    combine,
    scale_factors,
    tract_intervals,
    within_join,
)
from analytics.rates.intervals import wilson
from data.demo.planted import REFERENCE_YEAR, YEARS
from data.demo.truth import build_world
from geo.catchment import build_catchment
from geo.join.gravity import fit_gravity

RATES = st.floats(0, 1)
SIZES = st.floats(1, 1e5)
JOINS = st.integers(1, 6).flatmap(
    lambda m: st.tuples(
        st.lists(RATES, min_size=m, max_size=m), st.lists(SIZES, min_size=m, max_size=m)
    )
)


@given(JOINS)
def test_interval_holds_the_point_and_stays_inside(join: tuple[list[float], list[float]]) -> None:
    rates, sizes = join
    low, high = combine([rates], [sizes])
    assert 0 <= low[0] <= rates[0] <= high[0] <= 1


@given(JOINS)
def test_other_joins_never_narrow_the_interval(join: tuple[list[float], list[float]]) -> None:
    rates, sizes = join
    low, high = combine([rates], [sizes])
    low_alone, high_alone = combine([rates[:1]], [sizes[:1]])
    assert low[0] <= low_alone[0] + 1e-12  # what sums in another order leave
    assert high[0] >= high_alone[0] - 1e-12


@given(st.integers(0, 400), st.integers(1, 400), st.integers(1, 8), st.floats(0.5, 0.99))
def test_joins_that_agree_give_wilson(x: int, n: int, joins: int, level: float) -> None:
    x = min(x, n)
    low, high = combine([[x / n] * joins], [[float(n)] * joins], level=level)
    assert np.allclose([low[0], high[0]], wilson(x, n, level), rtol=1e-9, atol=1e-12)


@given(
    st.floats(0.05, 0.95), st.floats(5, 1e4), st.integers(1, 5), st.floats(0, 1), st.floats(0, 1)
)
def test_interval_grows_with_the_spread_of_the_joins(
    rate: float, size: float, pairs: int, part: float, whole: float
) -> None:
    room = min(rate, 1 - rate) * whole
    near, wide = (
        combine([[rate, *[rate - step, rate + step] * pairs]], [[size] * (2 * pairs + 1)])
        for step in (part * room, room)
    )
    assert wide[0][0] <= near[0][0] + 1e-9
    assert wide[1][0] >= near[1][0] - 1e-9


@given(st.lists(st.floats(0, 0.3), min_size=2, max_size=10), st.floats(0.31, 0.69))
def test_a_second_writing_of_the_rules_agrees(steps: list[float], rate: float) -> None:
    """Rubin's T and degrees of freedom, and Wilson's quadratic solved by numpy."""
    size, m = 300.0, len(steps)
    rates = np.array([rate, *(rate + s for s in steps)])
    within = np.mean(rates * (1 - rates) / size)
    between = np.sum((rates[1:] - rate) ** 2) / m
    r = (1 + 1 / m) * between / within
    freedom = (m - 1) * (1 + 1 / r) ** 2 if r > 1e-12 else np.inf
    t = stats.t.ppf(0.975, freedom) if freedom < 1e12 else stats.norm.ppf(0.975)
    worth = size / (1 + r)
    # (rate - p)^2 = t^2 p (1 - p) / worth
    roots = np.sort(np.roots([1 + t**2 / worth, -2 * rate - t**2 / worth, rate**2]).real)
    low, high = combine([rates], [np.full(m + 1, size)])
    assert np.allclose([low[0], high[0]], roots, rtol=1e-6)


def test_more_spread_widens_and_fewer_redraws_widen() -> None:
    wide, narrow, few = (
        combine([rates], [[200.0] * len(rates)])
        for rates in ([0.3, 0.2, 0.4] * 4, [0.3, 0.28, 0.32] * 4, [0.3, 0.2, 0.4])
    )
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
    assert few[1] - few[0] > wide[1] - wide[0]


def test_a_join_that_stands_apart_is_not_thought_the_better() -> None:
    """Others agree among themselves but not with the join shown: the interval reaches them."""
    low, _high = combine([[0.5, *[0.2] * 10]], [[2000.0] * 11])
    assert low[0] < 0.2


def test_joins_without_students_do_not_count() -> None:
    nan = float("nan")
    with_gap = combine([[0.3, nan, 0.35]], [[200.0, nan, 200.0]])
    without = combine([[0.3, 0.35]], [[200.0, 200.0]])
    assert np.allclose(with_gap, without)
    low, high = combine([[nan, 0.3]], [[nan, 200.0]])
    assert np.isnan(low[0])
    assert np.isnan(high[0])


def test_all_or_none_in_every_join_but_not_the_same_tells_nothing() -> None:
    low, high = combine([[0.0, 1.0]], [[50.0, 50.0]])
    assert (low[0], high[0]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("rates", "sizes", "level"),
    [
        ([[0.5]], [[10.0, 10.0]], 0.95),
        ([0.5], [10.0], 0.95),
        ([[1.5]], [[10.0]], 0.95),
        ([[0.5]], [[0.0]], 0.95),
        ([[0.5]], [[float("nan")]], 0.95),
        ([[0.5]], [[10.0]], 1.0),
    ],
)
def test_impossible_input_is_refused(rates: object, sizes: object, level: float) -> None:
    with pytest.raises(ValueError, match=r"rate|table|level|known"):
        combine(rates, sizes, level=level)


def test_scales_are_centred_on_the_estimate_and_spread_as_said() -> None:
    factors = scale_factors(2001, 0.5)
    assert np.isclose(np.median(factors), 1)
    assert np.isclose(np.log(factors).std(), 0.5, rtol=0.01)
    assert (np.diff(factors) > 0).all()
    assert scale_factors(5, 0).tolist() == [1.0] * 5
    with pytest.raises(ValueError, match="draw"):
        scale_factors(0)


def one_tract(shares: list[float], x: list[float], n: list[float]) -> pd.DataFrame:
    ids = [f"s{i}" for i in range(len(x))]
    table = pd.DataFrame({"school_id": ids, "geoid": "t", "share": shares})
    events, totals = pd.Series(x, index=ids), pd.Series(n, index=ids)
    return within_join(events, totals, table, geoids=["t"])


def test_schools_that_do_not_differ_leave_chance_alone() -> None:
    """The rate of a school is counted over all its students, wherever they live."""
    found = one_tract([0.5, 0.5], [20, 30], [100, 150])
    assert np.allclose(found.iloc[0], [0.2, 250])
    assert np.allclose(one_tract([0.5, 0.5], [0, 0], [100, 150]).iloc[0], [0, 250])


def test_schools_that_differ_cost_sample_size_as_a_ratio_of_clusters_does() -> None:
    """Cochran's variance of a ratio, written out."""
    shares, x, n = np.array([0.2, 0.5, 0.9]), np.array([10, 60, 30]), np.array([100, 120, 200])
    a, r = shares * n, x / n
    p = (a * r).sum() / a.sum()
    chance = p * (1 - p) * (a**2 / n).sum()
    apart = np.maximum((r - p) ** 2 - p * (1 - p) / n, 0)
    variance = (chance + ((a + (FLOW_CV * a) ** 2) * apart).sum()) / a.sum() ** 2
    found = one_tract(shares.tolist(), x.tolist(), n.tolist()).iloc[0]
    assert np.allclose(found, [p, p * (1 - p) / variance])


def test_doubt_may_differ_by_school_and_falls_back_to_the_default() -> None:
    ids = ["s0", "s1"]
    table = pd.DataFrame({"school_id": ids, "geoid": "t", "share": [0.5, 0.5]})
    x, n = pd.Series([10.0, 60], index=ids), pd.Series([100.0, 120], index=ids)

    def size(doubt: object) -> float:
        return float(within_join(x, n, table, geoids=["t"], flow_cv=doubt)["size"].iloc[0])

    assert size(pd.Series({"s1": 0.2, "s0": 0.2})) == pytest.approx(size(0.2))
    assert size(pd.Series({"s0": np.nan})) == pytest.approx(size(FLOW_CV))
    assert size(0.9) < size(pd.Series({"s0": 0.1, "s1": 0.9})) < size(0.1)


def test_a_school_with_an_unknown_count_takes_no_part() -> None:
    known = one_tract([0.5], [20], [100])
    both = one_tract([0.5, 0.5], [20, np.nan], [100, 400])
    assert np.allclose(known, both)


def test_negative_doubt_is_refused() -> None:
    table = pd.DataFrame({"school_id": ["s"], "geoid": ["t"], "share": [1.0]})
    one = pd.Series([1.0], index=["s"])
    with pytest.raises(ValueError, match="flow_cv"):
        within_join(one, one, table, geoids=["t"], flow_cv=-1)
    with pytest.raises(ValueError, match="join"):
        tract_intervals(one, one, [], geoids=["t"])


def test_intervals_cover_the_truth_of_counties_that_gravity_did_not_make() -> None:
    """Homes are known in the fictional county; the rate sought is that of schools attended."""
    covered, plain = [], []
    for seed in (11, 12):
        world = build_world(seed)
        schools, homes = world.schools.table, world.schools.homes
        at = YEARS.index(REFERENCE_YEAR)
        x = pd.Series(world.absence.chronic[:, at].astype(float), index=schools.index)
        n = pd.Series(world.absence.enrolled[:, at].astype(float), index=schools.index)
        tracts = world.county.tracts.assign(children=world.children)
        located = schools[schools.geometry.notna()].assign(enrolled=n)
        joins = [
            build_catchment("gravity", located, tracts),
            *(
                fit_gravity(located, tracts, scale_km=float(factor)).table
                for factor in scale_factors(8)
            ),
        ]
        found = tract_intervals(x, n, joins, geoids=tracts.index)
        students = homes.sum(axis=0)
        true = (homes * (x / n).to_numpy()[:, None]).sum(axis=0) / np.maximum(students, 1)
        tested = (students >= 50) & found["rate"].notna().to_numpy()
        inside = (found["low"] <= true) & (true <= found["high"])
        covered.append(inside[tested].mean())
        plain.append(_wilson_alone(x, n, joins[0], tracts.index, true)[tested].mean())
    assert 0.90 <= np.mean(covered) <= 0.99
    assert np.mean(plain) < np.mean(covered)


def _wilson_alone(x, n, join, geoids, true):
    alone = tract_intervals(x, n, [join], geoids=geoids, flow_cv=0)
    return (alone["low"] <= true) & (true <= alone["high"])
