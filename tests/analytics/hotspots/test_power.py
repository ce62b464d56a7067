"""Groups tested as groups, and planted hot spots: alpha where nothing is, more found where more is.

Shares over maps have a Monte Carlo error of sqrt(p (1 - p) / maps), told where it decides.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import connected_components
from scipy.stats import binom

from analytics.hotspots.group_test import group_test, heaviest_groups
from analytics.hotspots.power import power, sizes_of
from analytics.hotspots.test import hot_spots
from geo.weights.weights import Weights

SIDE = 14
ALPHA = 0.05


class CancelledError(Exception):
    """Stops the work from within a progress callback."""


PLAIN = pytest.mark.parametrize("county", ["plain"], indirect=True)


@pytest.fixture(scope="module")
def county(request):
    """196 tracts on a grid, 120 schools of two levels that share them by distance.

    In the county "size" small schools stand in the west and have higher rates.
    """
    rng = np.random.default_rng(11)
    cells = np.array([(r, c) for r in range(SIDE) for c in range(SIDE)], dtype=float)
    places = rng.uniform(0, SIDE - 1, (120, 2))
    level = np.where(np.arange(120) < 90, "elementary", "high")
    distance = np.linalg.norm(places[:, None] - cells, axis=2)
    reach = np.exp(-distance / np.where(level == "high", 1.5, 0.8)[:, None])
    reach[reach < 1e-2] = 0
    n = rng.integers(40, 900, 120)
    p = np.full(120, 0.25)
    if request.param == "size":
        n = np.exp(rng.normal(5.2 + 0.12 * places[:, 1], 0.4)).astype(int) + 20
        p = 1 / (1 + np.exp(1.1 + 0.5 * (np.log(n) - np.log(n).mean())))
    index = pd.Index([f"s{i}" for i in range(120)])
    return {
        "x": pd.Series(rng.binomial(n, rng.beta(p * 30, (1 - p) * 30)), index=index),
        "n": pd.Series(n, index=index),
        "share": reach / reach.sum(axis=1, keepdims=True),
        "weights": Weights.distance_band(cells, 1.5),
        "strata": pd.Series(level, index=index),
    }


def looks(county, most=9_999):
    """Look for hot tracts one by one, and for groups of them, in made-up counts."""

    def look(events, seed):
        place = {**county, "x": events}
        single = hot_spots(**place, measure="ratio", draws=999, max_draws=most, seed=seed)
        tested = group_test(**place, draws=399, seed=seed)
        areas, passing = tested.areas, tested.areas["group_p"] <= ALPHA
        return {
            "tracts": single["hot"],
            "groups": passing & (areas["above"] > 0),
            "either side": passing,
            "whole": pd.Series(tested.whole_p <= ALPHA, areas.index),
        }

    return look


def test_the_heaviest_group_is_that_of_a_search_map_by_map():
    rng = np.random.default_rng(3)
    first, second = np.triu_indices(30, 1)
    chosen = rng.random(first.size) < 0.08
    first, second = first[chosen], second[chosen]
    excess = rng.normal(size=(30, 150)).clip(min=0).round(3)
    touching = np.zeros((30, 30))
    touching[first, second] = 1
    expected = []
    for draw in excess.T:
        over = np.flatnonzero(draw)
        labels = connected_components(touching[np.ix_(over, over)], directed=False)[1]
        expected.append(np.bincount(labels, draw[over]).max())
    assert heaviest_groups(excess, first, second) == pytest.approx(expected)


def passes_where_nothing_is(place, maps, most=9_999):
    """Hot tracts, groups and the whole map: each passes in alpha of maps at most."""
    look = looks(place, most)
    table = power(**place, look=look, sizes=[9], odds=[1], replicates=maps, seed=5)
    passing = table.set_index("analysis")["any"]
    highest = binom.ppf(0.999, maps, ALPHA) / maps  # three Monte Carlo errors above alpha
    assert passing["either side"] <= highest
    assert passing["tracts"] <= highest
    assert passing["whole"] <= highest
    assert passing["groups"] <= passing["either side"]


@pytest.mark.parametrize("county", ["plain", "size"], indirect=True)
def test_a_group_passes_where_nothing_is_in_at_most_alpha_of_maps(county, replicates):
    passes_where_nothing_is(county, replicates(80, 1_000))


@pytest.mark.slow
@pytest.mark.parametrize("place", ["demo", pytest.param("nyc", marks=pytest.mark.mirror)])
def test_so_it_does_on_real_geography(request, replicates, place):
    """Draws go on to 99,999 where a decision is open, as on screen."""
    panel = request.getfixturevalue(f"{place}_panel")
    rows = panel.absence
    last = rows["school_year"].eq(panel.area.default_year)
    rows = rows[last & rows["student_group"].eq("all") & rows["grade"].eq("all")]
    rows = rows.set_index("school_id")
    schools = panel.schools.reindex(rows.index)
    given = {
        "x": rows["chronic_absent"],
        "n": rows["enrolled"],
        "share": panel.catchment,
        "weights": Weights.queen(panel.tracts),
        "strata": schools["level"],
        "types": schools["school_type"],
    }
    passes_where_nothing_is(given, replicates(2 if place == "nyc" else 15, 100), 99_999)


@PLAIN
def test_more_is_found_where_more_is_planted_and_groups_find_more_than_tracts(county, replicates):
    maps = replicates(25, 200)
    sizes, odds = [9, 50], [1.3, 4.0]
    table = power(**county, look=looks(county), sizes=sizes, odds=odds, replicates=maps, seed=7)
    found = table.set_index(["analysis", "areas", "odds"])["found"]
    error = 2 * np.sqrt(0.5 / maps)  # two standard errors of a difference of two shares, at most
    groups = found["groups"]
    # Strong and large: .73 in 200 maps (error .03), two in three within three errors.
    assert groups[50, 4.0] >= 2 / 3 - 3 * np.sqrt(2 / 9 / maps)
    for size in sizes:
        assert groups[size, 4.0] >= groups[size, 1.3] - error
    for ratio in odds:
        assert groups[50, ratio] >= groups[9, ratio] - error
    assert groups[50, 4.0] >= found["tracts", 50, 4.0] + error  # broad, seen as a whole
    assert found["whole", 50, 4.0] >= groups[50, 4.0] - error


@PLAIN
def test_a_large_strong_patch_is_recovered_without_much_around_it(county, replicates):
    options = {"sizes": [50], "odds": [6.0], "replicates": replicates(10, 100), "seed": 2}
    row = power(**county, look=looks(county), **options).set_index("analysis").loc["groups"]
    assert row["precision"] > 0.9
    assert 0.2 < row["recall"] < 1
    assert row["found_low"] <= row["found"] <= row["found_high"]
    assert row["maps"] == options["replicates"]


@PLAIN
def test_places_repeat_with_the_seed_and_can_be_stopped(county):
    hot = pd.Series(True, county["weights"].ids)
    seen = []

    def look(events, seed):
        seen.append((events.sum(), seed))
        return {"all": hot}

    def stop(done, _wanted):
        if done == 2:
            raise CancelledError

    options = {"sizes": [4], "odds": [1.0, 2.0], "seed": 1}
    table = power(**county, look=look, replicates=1, **options)
    assert table[["found", "recall", "any"]].eq(1).all(axis=None)
    assert table["precision"].tolist() == pytest.approx([4 / 196] * 2)
    assert seen[0][0] < seen[1][0]
    assert seen[0][1] == seen[1][1]
    first = list(seen)
    with pytest.raises(CancelledError):
        power(**county, look=look, replicates=2, progress=stop, **options)
    assert seen[2:] == first


def test_small_places_have_patches_too():
    assert sizes_of(10) == (3, 5, 9)
    line = Weights.from_edges("abcd", "ab", "ba")
    x, n = pd.Series([4.0, 3, 5, 2]), pd.Series([10.0] * 4)
    table = power(x, n, np.eye(4), line, lambda *_: {"none": pd.Series(dtype=bool)}, seed=1)
    assert table["areas"].unique().tolist() == [2]  # no part of the place is larger
    assert table["found"].eq(0).all()
    assert table[["recall", "precision"]].isna().all(axis=None)


def test_a_map_without_spread_has_no_group():
    line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    result = group_test([5] * 4, [10] * 4, np.eye(4), line, draws=19, seed=1)
    assert result.groups.empty
    assert np.isnan(result.whole_p)
    assert result.areas["group_p"].isna().all()
    with pytest.raises(ValueError, match="areas"):
        group_test([5, 1, 2, 3], [10] * 4, np.eye(4), line, null="areas", draws=19, seed=1)
