"""Profiles of many groups at once: those of one group each, and calibrated where nothing is."""

import numpy as np
import pandas as pd
import pytest

from analytics.drivers.profile import driver_profile
from analytics.drivers.random_groups import Profiles, profiles_of
from geo.weights.patches import random_patches
from geo.weights.weights import Weights

SIDE, DRIVERS = 20, 9
CELLS = np.array([(r, c) for r in range(SIDE) for c in range(SIDE)], dtype=float)
APART = np.linalg.norm(CELLS[:, None] - CELLS, axis=2)
SMOOTH = np.linalg.cholesky(np.exp(-APART / 4) + 1e-9 * np.eye(len(CELLS)))
SIDES = {"above comparable places": 1, "below comparable places": -1}


def made_place(seed):
    """Conditions alike in places that lie near, with survey error, and nothing else in common."""
    rng = np.random.default_rng(seed)
    true = 0.3 + 0.05 * (SMOOTH @ rng.normal(size=(len(CELLS), DRIVERS)))
    moe = rng.uniform(0.02, 0.08, true.shape)
    names = [f"d{i}" for i in range(DRIVERS)]
    values = pd.DataFrame(true + moe / 1.645 * rng.normal(size=true.shape), columns=names)
    return values, pd.DataFrame(moe, columns=names), pd.Series(rng.integers(50, 900, len(CELLS)))


@pytest.fixture(scope="module")
def grid():
    return Weights.distance_band(CELLS, 1.5)


def in_rank_too(table):
    """The rule of the page: above and below also in rank."""
    side = table["conclusion"].map(SIDES).fillna(0)
    alike = ((side > 0) & ~(table["percentile_low"] > 50)) | (
        (side < 0) & ~(table["percentile_high"] < 50)
    )
    return side.mask(alike, 0)


def test_many_groups_at_once_are_compared_as_one_is(grid):
    values, moe, children = made_place(1)
    rng = np.random.default_rng(2)
    values = values.mask(rng.random(values.shape) < 0.05)
    moe.loc[values.index[rng.random(len(values)) < 0.03], "d1"] = np.nan
    strata = pd.Series(rng.integers(0, 3, len(values)))
    outside = rng.random(len(values)) < 0.9
    members = random_patches(grid, 25, 40, seed=4)
    fast = profiles_of(members, values, moe, children, outside=outside, comparable=strata)
    sides = []
    for row, inside in enumerate(members):
        kept = inside | outside
        cluster = pd.Series(np.where(inside, "g", None), dtype=object)[kept]
        one = driver_profile(
            values[kept], moe[kept], children[kept], cluster, comparable=strata[kept], draws=1000
        )
        one = one.droplevel("cluster").reindex(values.columns)
        np.testing.assert_allclose(
            fast.difference[row], one["difference"].astype(float), atol=1e-12
        )
        sides.append(in_rank_too(one))
    sides = np.array(sides)
    assert (sides == fast.side).mean() >= 0.97
    assert abs((sides != 0).mean() - (fast.side != 0).mean()) < 0.02  # neither the stricter
    assert (fast.side != 0).mean() > 0.2


def test_counts_and_distances_are_on_the_harder_side():
    found = Profiles(
        np.array([[0.2, -0.1], [0.1, 0.3]]), np.array([[1, -1], [0, 1]]), pd.Index(["a", "b"])
    )
    assert found.as_many([1, -1], 2).tolist() == [True, False]
    assert found.as_many([1, 1], 1).tolist() == [True, True]
    assert found.as_many([0, 0], 1).tolist() == [False, False]
    assert found.as_far([0.15, -0.05]).tolist() == [[True, True], [False, False]]
    assert found.as_far([0.1, 0.3]).tolist() == [[True, False], [True, True]]


def test_a_driver_without_figures_lies_nowhere(grid):
    values, moe, children = made_place(3)
    members = random_patches(grid, 9, 5, seed=1)
    found = profiles_of(
        members, values.assign(d0=np.nan), moe.assign(d1=np.nan), children,
        outside=np.ones(len(values), dtype=bool),
    )  # fmt: skip
    assert np.isnan(found.difference[:, 0]).all()
    assert not found.side[:, :2].any()
    with pytest.raises(ValueError, match="different indexes"):
        profiles_of(members, values, moe, children[::-1], outside=children > 0)


def test_as_many_is_calibrated_where_conditions_are_smooth_and_apart_from_absence(grid, replicates):
    """Groups picked by a smooth figure of their own have as many as random groups do.

    The share of random groups with as many is then at most a in a part a of places: .1 and .2 are
    held, within 3 Monte Carlo errors. Survey error alone would promise next to none of them.
    """
    shares, apart = [], []
    runs = replicates(60, 1000)
    for seed in range(runs):
        values, moe, children = made_place(seed)
        rng = np.random.default_rng([seed, 1])
        absence = SMOOTH @ rng.normal(size=len(CELLS))
        patches = random_patches(grid, 30, 200, seed=seed)
        picked = random_patches(grid, 30, 40, seed=seed + 10_000)
        group = picked[np.argmax(picked @ absence)]
        members = np.vstack([group, patches])
        found = profiles_of(members, values, moe, children, outside=np.ones(len(CELLS), dtype=bool))
        count = int((found.side[0] == 1).sum())
        shares.append(found.as_many(np.ones(DRIVERS), count)[1:].mean())
        apart.append(count)
    for level in (0.1, 0.2, 0.5):
        error = np.sqrt(level * (1 - level) / runs)
        assert np.mean(np.array(shares) <= level) <= level + 3 * error
    # ... and not because nothing is ever called rare
    assert np.mean(np.array(shares) <= 0.5) >= 0.3 - 3 * np.sqrt(0.25 / runs)
    # beyond its own error a group has about a third of conditions "harder" though nothing is
    assert np.mean(apart) > 0.2 * DRIVERS
