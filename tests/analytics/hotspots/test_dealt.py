"""Ranges of tracts under dealt schools: those of the deals themselves, and what they promise."""

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.tract_map import dealt_range, school_residuals


def world(rng, schools=120, tracts=60, slope=0.0):
    """Schools of two levels, a rate that falls with size by `slope`, and shares of near tracts."""
    n = np.rint(rng.lognormal(6, 0.5, schools))
    codes = np.arange(schools) % 2
    odds = np.array([-1.4, -0.6])[codes] - slope * (np.log(n) - 6) + rng.normal(0, 0.5, schools)
    x = rng.binomial(n.astype(int), 1 / (1 + np.exp(-odds))).astype(float)
    apart = np.abs(np.sort(rng.uniform(0, 60, schools))[:, None] - np.arange(tracts))
    share = np.where(apart < 4, np.exp(-apart), 0.0)
    return x, n, codes, share / share.sum(axis=1, keepdims=True)


def deals(x, n, codes, share, rng, maps):
    """Deal residuals within levels, the total of each level held, and sum them by tract."""
    found = school_residuals(x, n, codes)
    drawn = np.tile(found.expected[:, None], maps)
    for code in np.unique(codes):
        here = np.flatnonzero(codes == code)
        own = rng.permuted(np.tile(found.z[here], (maps, 1)), axis=1).T * found.scale[here, None]
        part = found.scale[here] ** 2 / (found.scale[here] ** 2).sum()
        drawn[here] += own - part[:, None] * own.sum(axis=0)
    return drawn, share.T @ drawn


def ranges(x, n, codes, share):
    ids = pd.Index([f"t{i}" for i in range(share.shape[1])])
    return dealt_range(pd.Series(x), pd.Series(n), codes, share, ids)


@pytest.mark.parametrize("slope", [0.0, 0.4])
def test_range_is_that_of_the_deals(slope):
    rng = np.random.default_rng(1)
    x, n, codes, share = world(rng, slope=slope)
    _, tracts = deals(x, n, codes, share, rng, 4000)
    found = ranges(x, n, codes, share)
    spread = tracts.std(axis=1)
    error = spread / np.sqrt(4000)
    centre = (found["low"] + found["high"]).to_numpy() / 2
    assert (np.abs(centre - tracts.mean(axis=1)) < 4.5 * error).all()
    half = (found["high"] - found["low"]).to_numpy() / 2 / 1.959964
    np.testing.assert_allclose(half, spread, rtol=0.06)


@pytest.mark.parametrize("slope", [0.0, 0.4])
def test_in_dealt_places_about_nineteen_of_twenty_tracts_lie_inside(slope, replicates):
    """Each world is dealt once more and judged by what can be known of it: its own counts."""
    rng = np.random.default_rng(2)
    inside = []
    for _ in range(replicates(40, 400)):
        x, n, codes, share = world(rng, slope=slope)
        schools, tracts = deals(x, n, codes, share, rng, 1)
        dealt = np.clip(np.rint(schools[:, 0]), 0, n)
        found = ranges(dealt, n, codes, share)
        seen = share.T @ dealt
        inside.append(((found["low"] <= seen) & (seen <= found["high"])).mean())
        assert np.abs(seen - tracts[:, 0]).max() < 60
    error = np.std(inside, ddof=1) / np.sqrt(len(inside))
    assert 0.93 - 3 * error <= np.mean(inside) <= 0.97 + 3 * error, (np.mean(inside), error)


def test_one_school_or_no_spread_has_no_range_and_unknown_counts_take_no_part():
    flat = ranges(np.array([20.0, 40.0]), np.array([100.0, 200.0]), [0, 0], np.eye(2))
    assert flat.to_numpy().tolist() == [[20.0, 20.0], [40.0, 40.0]]
    alone = ranges(np.array([20.0, 50.0]), np.array([100.0, 200.0]), [0, 1], np.eye(2))
    assert alone.to_numpy().tolist() == [[20.0, 20.0], [50.0, 50.0]]
    rng = np.random.default_rng(3)
    x, n, codes, share = world(rng)
    x[:3] = np.nan
    with_unknown, without = ranges(x, n, codes, share), ranges(x[3:], n[3:], codes[3:], share[3:])
    pd.testing.assert_frame_equal(with_unknown, without)
