"""Maximal coverage when the time is short."""

import numpy as np
import pandas as pd

from analytics.sites import Limits, Pairs, Rules, maximal_coverage


def test_a_search_without_time_opens_sites_one_after_the_other():
    rng = np.random.default_rng(5)
    points, candidates = rng.uniform(0, 10, (400, 2)), rng.uniform(0, 10, (200, 2))
    way = np.hypot(*(points[:, None] - candidates[None]).T).T
    row, column = np.nonzero(way <= 1.5)
    demand = pd.Series(rng.uniform(0, 50, 400))
    near = (pd.Series(row), pd.Series(column), pd.Series(way[row, column]))
    pairs = Pairs.of(demand, pd.RangeIndex(200), near)
    rules = Rules(existing=[0, 1, 2])
    hurried = maximal_coverage(
        pairs, 8, within=1.5, rules=rules, limits=Limits(gap=0.0, seconds=1e-3)
    )
    there = maximal_coverage(pairs, 1, within=1.5, rules=rules).value
    best = maximal_coverage(pairs, 8, within=1.5, rules=rules, limits=Limits(gap=0.0, seconds=60))
    assert there < hurried.value <= best.value + 1e-6
    assert hurried.value >= (1 - np.exp(-1)) * best.value
    assert hurried.bound >= best.value - 1e-6
    assert len(hurried.chosen) <= 8
