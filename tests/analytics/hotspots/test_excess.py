"""What a place adds: against the formula by hand, and planted where the truth is known."""

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from analytics.hotspots.consensus.groups import (
    LEAST_SPREAD,
    contiguous_groups,
    excess_students,
    place_spread,
    shrunken_excess,
)
from analytics.hotspots.test import hot_spots
from analytics.hotspots.tract_map import overdispersion
from geo.weights.patches import random_patches
from geo.weights.weights import Weights

SIDE, SCHOOLS, RHO = 18, 220, 0.025


def test_a_group_is_compared_with_the_same_levels_outside_it():
    schools = list("abcdefg")
    x = pd.Series([40.0, 30, 20, 10, 60, 9, np.nan], schools)
    n = pd.Series([100.0, 90, 80, 70, 120, 50, 40], schools)
    w = np.array([1.0, 0.5, 0, 0, 0.25, 0, 1.0])
    level = pd.Series(["k8", "k8", "k8", "k8", "high", "high", "k8"], schools)
    found = excess_students(x, n, pd.DataFrame({"g": w}, schools), level).loc["g"]
    k8 = (0.5 * 30 + 20 + 10) / (0.5 * 90 + 80 + 70)
    high = (0.75 * 60 + 9) / (0.75 * 120 + 50)
    expected = k8 * (100 + 45) + high * 30
    assert found["expected"] == pytest.approx(expected)
    assert found["excess"] == pytest.approx(40 + 15 + 15 - expected)
    variance = 0.0
    for rows, p in ((schools[:4], k8), (schools[4:6], high)):
        part = pd.Series(w, schools)[rows].to_numpy()
        size, rho = n[rows].to_numpy(), overdispersion(x[rows].to_numpy(), n[rows].to_numpy())
        c = part - (1 - part) * (part @ size) / ((1 - part) @ size)
        variance += (c**2 * size * p * (1 - p) * (1 + (size - 1) * rho)).sum()
    assert found["excess_se"] == pytest.approx(np.sqrt(variance))
    assert found["excess_high"] - found["excess"] == pytest.approx(1.959964 * np.sqrt(variance))


def test_a_hotter_group_does_not_hide_itself_in_what_is_expected():
    n = pd.Series(100.0, range(10))
    x = pd.Series([60.0] * 5 + [20.0] * 5, range(10))
    group = pd.DataFrame({"g": [1.0] * 5 + [0.0] * 5})
    assert excess_students(x, n, group).loc["g", "excess"] == pytest.approx(200)


def test_nothing_is_said_where_nothing_can_be_compared():
    n, x = pd.Series([100.0, 100.0]), pd.Series([30.0, 20.0])
    parts = pd.DataFrame({"all": [1.0, 1.0], "none": [0.0, 0.0]})
    assert excess_students(x, n, parts).isna().all(axis=None)
    assert (
        shrunken_excess(excess_students(x, n, parts), pd.Series(0.1, parts.columns))
        .isna()
        .all(axis=None)
    )
    assert place_spread(excess_students(x, n, parts)) == LEAST_SPREAD
    assert excess_students(x, n, parts.iloc[:, :0]).empty
    with pytest.raises(ValueError, match="outside 0 to 1"):
        excess_students(x, n, parts * 2)
    with pytest.raises(ValueError, match="different indexes"):
        excess_students(x, n, parts.iloc[::-1])


@pytest.mark.parametrize(
    ("value", "se", "scale"), [(0.3, 0.1, 0.1), (0.1, 0.2, 0.02), (1.2, 0.1, 0.2)]
)
def test_the_shrunken_figure_is_the_posterior_mean(value, se, scale):
    """A second opinion by adaptive quadrature."""

    def density(t):
        return stats.t.pdf(t / scale, 3) * stats.norm.pdf(value, t, se)

    ends = (value - 12 * se, value + 12 * se)
    whole = integrate.quad(density, *ends, limit=500, points=[0.0])[0]
    mean = integrate.quad(lambda t: t * density(t), *ends, limit=500, points=[0.0])[0] / whole
    groups = pd.DataFrame({"expected": [200.0], "excess": [200 * value], "excess_se": [200 * se]})
    found = shrunken_excess(groups, pd.Series([scale])).iloc[0]
    assert found["shrunken"] == pytest.approx(200 * mean, rel=0.01, abs=0.05)
    below = integrate.quad(density, ends[0], found["shrunken_low"] / 200, limit=500)[0] / whole
    assert below == pytest.approx(0.025, abs=0.003)


def test_an_excess_over_nothing_stands_as_it_is():
    groups = pd.DataFrame({"expected": [0.0, 0.0], "excess": [0.0, 3.0], "excess_se": [0.0, 1.0]})
    found = shrunken_excess(groups, pd.Series([0.1, 0.1]))
    assert found.to_numpy().tolist() == [[0.0] * 3, [3.0] * 3]


@lru_cache(maxsize=1)
def county():
    """324 tracts and 220 schools of two levels and very unequal size that share them."""
    rng = np.random.default_rng(5)
    cells = np.array([(r, c) for r in range(SIDE) for c in range(SIDE)], dtype=float)
    places = rng.uniform(0, SIDE - 1, (SCHOOLS, 2))
    level = np.where(np.arange(SCHOOLS) < 0.7 * SCHOOLS, "elementary", "high")
    distance = np.linalg.norm(places[:, None] - cells, axis=2)
    reach = np.exp(-distance / np.where(level == "high", 1.5, 0.8)[:, None])
    reach[reach < 1e-2] = 0
    n = np.exp(rng.normal(6, 0.8, SCHOOLS)).astype(int) + 20
    index = pd.Index([f"s{i}" for i in range(SCHOOLS)])
    share = reach / reach.sum(axis=1, keepdims=True)
    touching = Weights.distance_band(cells, 1.5)
    return pd.Series(n, index), share, touching, pd.Series(level, index)


def planted(seed):
    """Counts of schools, and students that a patch adds: children in it have more odds."""
    n, share, touching, level = county()
    rng = np.random.default_rng(seed)
    size, odds = (16, 24, 40)[seed % 3], (1.7, 2.0, 2.4)[(seed // 3) % 3]
    patch = random_patches(touching, size, 1, seed=seed)[0]
    mean, k = np.where(level == "high", 0.35, 0.25), (1 - RHO) / RHO
    p = rng.beta(mean * k, (1 - mean) * k)
    more = odds * p / (1 - p + odds * p)
    q = p + (more - p) * (share @ patch)
    return pd.Series(rng.binomial(n, q), n.index).astype(float), n.to_numpy() * (q - p)


def found_groups(seed):
    """Groups that the hot-spot test finds: what they seem to add, and what they do."""
    n, share, touching, level = county()
    x, added = planted(seed)
    hot = hot_spots(
        x, n, share, touching, strata=level, measure="ratio", draws=199, max_draws=1999, seed=seed
    )["hot"]
    ids = contiguous_groups(hot, touching)
    inside = pd.get_dummies(ids.dropna(), dtype=float).reindex(ids.index, fill_value=0.0)
    parts = pd.DataFrame((share @ inside.to_numpy()).clip(0, 1), n.index, inside.columns)
    groups = excess_students(x, n, parts, level)
    spread = []
    for name in inside:
        patches = random_patches(touching, int(inside[name].sum()), 200, seed=seed)
        elsewhere = pd.DataFrame((share @ patches.T.astype(float)).clip(0, 1), n.index)
        spread.append(place_spread(excess_students(x, n, elsewhere, level)))
    table = groups.join(shrunken_excess(groups, pd.Series(spread, groups.index, dtype=float)))
    return table.assign(truth=parts.T.to_numpy() @ added, seed=seed)


def overstatement(table, column):
    """Ratio of sums over all groups found, with its Monte Carlo error from whole maps."""
    maps = table.groupby("seed")[[column, "truth"]].sum()
    ratio = maps[column].sum() / maps["truth"].sum()
    apart = maps[column] - ratio * maps["truth"]
    return ratio, np.sqrt((apart**2).sum()) / maps["truth"].sum()


def test_ranges_hold_what_a_place_adds_and_the_winners_curse_is_taken_out(replicates):
    """Groups are those the hot-spot test finds, so the picking is part of the simulation."""
    found = [found_groups(seed) for seed in range(replicates(72, 1800))]
    table = pd.concat([each for each in found if len(each)])
    for prefix in ("excess", "shrunken"):
        held = table["truth"].between(table[f"{prefix}_low"], table[f"{prefix}_high"])
        error = np.sqrt(held.mean() * (1 - held.mean()) / len(held))
        assert held.mean() + 3 * error >= 0.85, (prefix, held.mean(), error)
    raw, raw_error = overstatement(table, "excess")
    ratio, error = overstatement(table, "shrunken")
    assert ratio - 3 * error < 1.1, (ratio, error)
    assert ratio + 3 * error > 0.85, (ratio, error)
    assert ratio < raw
    weak = table[table["seed"] // 3 % 3 == 0]
    if len(weak) > 30:  # where power is low the curse is worst
        raw, raw_error = overstatement(weak, "excess")
        ratio, error = overstatement(weak, "shrunken")
        assert raw - 2 * raw_error > 1.05, (raw, raw_error)
        assert ratio - 3 * error < 1.1, (ratio, error)
