"""Sites: against every possible plan, and keeping every rule."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.sites import (
    Limits,
    Pairs,
    Rules,
    least_sites,
    marginal_benefit,
    maximal_coverage,
    p_centre,
    p_median,
)
from analytics.sites.relaxation import relax

EXACT = Limits(gap=1e-9, seconds=60)
quick = settings(max_examples=12, deadline=None)
POINTS, CANDIDATES, WITHIN = 14, 7, 3.0


def world(seed, points=POINTS, candidates=CANDIDATES):
    """Points and candidates in a square of 10 by 10, with all distances."""
    rng = np.random.default_rng(seed)
    home, at = rng.uniform(0, 10, (points, 2)), rng.uniform(0, 10, (candidates, 2))
    way = np.linalg.norm(home[:, None] - at, axis=2)
    demand = pd.Series(rng.integers(0, 60, points).astype(float), [f"t{i}" for i in range(points)])
    sites = pd.Index([f"s{j}" for j in range(candidates)])
    row, column = np.indices(way.shape)
    pairs = (
        pd.Series(demand.index[row.ravel()]),
        pd.Series(sites[column.ravel()]),
        pd.Series(way.ravel()),
    )
    return Pairs.of(demand, sites, pairs), way


def every_plan(way, k, existing=()):
    """Distance to the nearest open site in every plan of up to k new sites."""
    free = [j for j in range(way.shape[1]) if j not in existing]
    for count in range(min(k, len(free)) + 1):
        for new in combinations(free, count):
            opened = [*existing, *new]
            if opened:
                yield new, way[:, opened].min(axis=1)


@quick
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_no_plan_is_better(seed, k):
    pairs, way = world(seed)
    d = pairs.students
    plans = list(every_plan(way, k))
    covered = maximal_coverage(pairs, k, within=WITHIN, limits=EXACT)
    assert covered.value == pytest.approx(max(d @ (near <= WITHIN) for _, near in plans))
    median = p_median(pairs, k, limits=EXACT)
    assert median.value == pytest.approx(min(d @ near for _, near in plans), abs=1e-6)
    centre = p_centre(pairs, k, limits=EXACT)
    assert centre.value == pytest.approx(min(near.max() for _, near in plans))
    for found in (covered, median, centre):
        assert len(found.chosen) <= k
        assert found.gap == pytest.approx(0, abs=1e-6)


@quick
@given(st.integers(0, 10_000), st.integers(1, 4), st.booleans())
def test_the_relaxation_bounds_every_plan(seed, k, one_open):
    """Also with pairs left out, and whatever it leaves to the solver."""
    pairs, way = world(seed)
    near = way <= 6.0
    cells = near[pairs.row, pairs.column]
    few = replace(
        pairs, row=pairs.row[cells], column=pairs.column[cells], distance=pairs.distance[cells]
    )
    existing = [2] if one_open else []
    far = pairs.students * 7.0
    short = np.where(near, way, 7.0)
    plans = list(every_plan(short, k, existing))
    costs = [pairs.students @ np.minimum(cost, 7.0) for _, cost in plans]
    found = relax(few, k, few.opened([f"s{j}" for j in existing]), far, EXACT)
    assert found.bound <= min(costs) + 1e-6
    assert found.value >= min(costs) - 1e-6
    assert found.value == pytest.approx(pairs.students @ short[:, found.opened].min(axis=1))
    assert found.opened.sum() <= k + len(existing)
    best = [new for (new, _), cost in zip(plans, costs, strict=True) if cost < found.value - 1e-6]
    for new in best:
        opened = np.isin(np.arange(CANDIDATES), [*new, *existing])
        assert not (opened & found.out).any()
        assert (opened | ~found.sure).all()
    solved = p_median(
        few, k, beyond=7.0, rules=Rules(existing=[f"s{j}" for j in existing]), limits=EXACT
    )
    assert solved.value == pytest.approx(min(costs), abs=1e-6)


def test_a_large_place_is_solved_to_the_gap_that_is_stated():
    pairs, way = world(3, 400, 120)
    found = p_median(pairs, 12, limits=Limits(gap=0.02, seconds=60))
    exact = p_median(pairs, 12, limits=EXACT)
    assert found.status == "within the gap"
    assert found.gap <= 0.02
    assert found.bound <= exact.value + 1e-6 <= found.value + 2e-6
    opened = pairs.candidates.isin(found.chosen)
    assert found.value == pytest.approx(pairs.students @ way[:, opened].min(axis=1))
    assert exact.gap <= 1e-6


@quick
@given(st.integers(0, 10_000))
def test_existing_sites_stay_and_budgets_hold(seed):
    pairs, way = world(seed)
    rng = np.random.default_rng(seed)
    cost = pd.Series(rng.integers(1, 9, CANDIDATES).astype(float), pairs.candidates)
    rules = Rules(existing=["s2"], cost=cost, budget=10.0)
    affordable = [
        (new, near)
        for new, near in every_plan(way, 3, (2,))
        if sum(cost.iloc[j] for j in new) <= 10
    ]
    covered = maximal_coverage(pairs, 3, within=WITHIN, rules=rules, limits=EXACT)
    best = max(pairs.students @ (near <= WITHIN) for _, near in affordable)
    assert covered.value == pytest.approx(best)
    median = p_median(pairs, 3, rules=rules, limits=EXACT)
    assert median.value == pytest.approx(
        min(pairs.students @ near for _, near in affordable), abs=1e-6
    )
    for found in (covered, median, p_centre(pairs, 3, rules=rules, limits=EXACT)):
        assert "s2" not in found.chosen
        assert cost[found.chosen].sum() <= 10
        served = found.served["distance"].to_numpy()
        assert (served[way[:, 2] <= WITHIN] <= way[way[:, 2] <= WITHIN, 2] + 1e-12).all()


@quick
@given(st.integers(0, 10_000))
def test_the_floor_counts_all_who_are_within_reach(seed):
    pairs, way = world(seed)
    hard = pd.Series(np.arange(POINTS) < 5, pairs.demand.index)
    kept = [
        pairs.students @ (near <= WITHIN)
        for _, near in every_plan(way, 2)
        if pairs.students[:5] @ (near[:5] <= WITHIN)
        >= 0.5 * (pairs.students @ (near <= WITHIN)) - 1e-9
    ]
    rules = Rules(hard=hard, floor=0.5)
    found = maximal_coverage(pairs, 2, within=WITHIN, rules=rules, limits=EXACT)
    assert found.value == pytest.approx(max(kept, default=0.0))
    reached = found.served["students"]
    assert reached[hard].sum() >= 0.5 * reached.sum() - 1e-6
    free = maximal_coverage(pairs, 2, within=WITHIN, limits=EXACT)
    assert found.value <= free.value + 1e-6


@quick
@given(st.integers(0, 10_000), st.integers(5, 200))
def test_no_site_takes_more_than_it_holds(seed, room):
    pairs, _ = world(seed)
    rules = Rules(capacity=pd.Series(float(room), pairs.candidates))
    found = maximal_coverage(pairs, 2, within=WITHIN, rules=rules, limits=EXACT)
    free = maximal_coverage(pairs, 2, within=WITHIN, limits=EXACT)
    assert found.value <= min(2 * room, free.value) + 1e-6
    assert (found.served["students"] <= pairs.students + 1e-6).all()
    assert found.served["students"].sum() == pytest.approx(found.value)
    wide = Rules(capacity=pd.Series(1e5, pairs.candidates))
    same = maximal_coverage(pairs, 2, within=WITHIN, rules=wide, limits=EXACT)
    assert same.value == pytest.approx(free.value, abs=1e-3)


def test_capacity_and_floor_together():
    """Twelve places, half of them for students of hard points."""
    demand = pd.Series([10.0, 10.0], ["hard", "easy"])
    near = (pd.Series(["hard", "easy"]), pd.Series(["a", "a"]), pd.Series([2.0, 1.0]))
    pairs = Pairs.of(demand, pd.Index(["a"]), near)
    rules = Rules(
        capacity=pd.Series({"a": 12.0}), hard=pd.Series({"hard": True, "easy": False}), floor=0.5
    )
    found = maximal_coverage(pairs, 1, within=3.0, rules=rules, limits=EXACT)
    assert found.served["students"].tolist() == pytest.approx([6, 6])
    free = maximal_coverage(pairs, 1, within=3.0, rules=replace(rules, floor=0.0), limits=EXACT)
    assert free.served["students"].tolist() == pytest.approx([2, 10])  # the nearer first


def test_the_gap_is_true_also_when_distances_are_rounded():
    pairs, way = world(5, 60, 20)
    exact = p_median(pairs, 4, limits=EXACT)
    rounded = p_median(pairs, 4, step=0.5, limits=EXACT)
    assert rounded.bound <= exact.value + 1e-9 <= rounded.value + 2e-9
    assert rounded.gap >= (rounded.value - exact.value) / rounded.value
    assert exact.value == pytest.approx(
        min(pairs.students @ near for _, near in every_plan(way, 4)), abs=1e-6
    )


def test_points_that_no_site_is_near_to():
    pairs, _ = world(3)
    few = Pairs.of(
        pairs.demand,
        pairs.candidates,
        tuple(
            pd.Series(each)[pairs.distance < 4]
            for each in (
                pairs.demand.index[pairs.row],
                pairs.candidates[pairs.column],
                pairs.distance,
            )
        ),
    )
    found = p_median(few, 1, beyond=9.0, limits=EXACT)
    by_hand = [
        pairs.students @ np.where(way < 4, way, 9.0)
        for way in (
            np.array(
                [pairs.distance[(pairs.row == i) & (pairs.column == j)][0] for i in range(POINTS)]
            )
            for j in range(CANDIDATES)
        )
    ]
    assert found.value == pytest.approx(min(by_hand))
    for none in (
        p_median(few, 1, limits=EXACT),
        least_sites(few, within=0.001, limits=EXACT),
        p_centre(few, 1, limits=EXACT),
    ):
        assert none.status == "no plan keeps the rules"
        assert none.chosen.empty
        assert np.isnan(none.value)
        assert none.served["students"].sum() == 0
    with pytest.raises(ValueError, match="shorter way"):
        p_median(few, 1, beyond=1.0)


def test_as_few_sites_as_reach_everyone():
    pairs, way = world(8)
    found = least_sites(pairs, within=5.0, limits=EXACT)
    k = int(found.value)
    assert any((near <= 5).all() for _, near in every_plan(way, k))
    assert not any((near <= 5).all() for _, near in every_plan(way, k - 1))
    assert found.served["distance"].max() <= 5
    one_open = least_sites(pairs, within=5.0, rules=Rules(existing=[found.chosen[0]]), limits=EXACT)
    assert one_open.value == k - 1


def test_each_further_site_adds_no_more_than_by_the_gap():
    pairs, _ = world(2, 40, 12)

    def solve(pairs, k):
        return maximal_coverage(pairs, k, within=2.0, limits=EXACT)

    table = marginal_benefit(pairs, solve, [1, 2, 4])
    assert table["value"].is_monotonic_increasing
    assert table.loc[4, "adds"] == pytest.approx((table["value"][4] - table["value"][2]) / 2)
    assert np.isnan(table.loc[1, "adds"])


def test_what_does_not_fit_is_refused():
    pairs, _ = world(1)
    one = (pd.Series(["t0"]), pd.Series(["s0"]), pd.Series([1.0]))
    for wrong, words in (
        ((pd.Series(["x"]), *one[1:]), "not there"),
        ((*one[:2], pd.Series([-1.0])), "below 0"),
        (tuple(pd.concat([each, each]) for each in one), "twice"),
    ):
        with pytest.raises(ValueError, match=words):
            Pairs.of(pairs.demand, pairs.candidates, wrong)
    limited = Rules(capacity=pd.Series(1.0, pairs.candidates))
    for question in (p_median, p_centre):
        with pytest.raises(ValueError, match="maximal coverage"):
            question(pairs, 1, rules=limited)
        with pytest.raises(ValueError, match="0 new sites"):
            question(pairs, 0)
    for rules, words in (
        (Rules(existing=["nowhere"]), "not among the candidates"),
        (Rules(budget=3.0), "needs the cost"),
        (Rules(budget=3.0, cost=pd.Series({"s0": 1.0})), "cost of a candidate"),
        (Rules(floor=0.5), "which demand points are hard"),
        (Rules(floor=0.5, hard=pd.Series({"t0": True})), "mark each"),
        (Rules(floor=2.0), "between 0 and 1"),
        (Rules(capacity=pd.Series({"s0": 1.0})), "capacity of a candidate"),
    ):
        with pytest.raises(ValueError, match=words):
            maximal_coverage(pairs, 1, within=1.0, rules=rules)
