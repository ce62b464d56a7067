"""On New York City: what each range promises of the next year, counted on pairs of usual years."""

from __future__ import annotations

from collections import deque

import numpy as np
import pandas as pd
import pytest

from data.views.groups import grouped
from data.views.hot_spots import MapView, find_by_test
from data.views.joins import joined
from data.views.schools_and_tracts import school_view, totals, tract_view, trend_view
from data.views.years import comparable_pairs, dispersion, run_of
from geo.weights.weights import Weights

pytestmark = pytest.mark.mirror

BAND = (0.90, 0.97)
SHIFT = 0.02
"""A place that moves by more between two years leaves the ranges of its parts behind."""
SIZES = (8, 25, 77)
STILL = 1.0
"""Schools differ lastingly: in a single still pair all next figures may lie inside."""


@pytest.fixture(scope="module")
def pairs(nyc_protected):
    return comparable_pairs(nyc_protected)


@pytest.fixture(scope="module")
def years(nyc_protected, pairs):
    """Schools, tracts and shares of each year of a pair."""
    join = joined(nyc_protected, "gravity")
    found = {}
    for year in sorted({year for pair in pairs for year in pair}):
        schools = school_view(nyc_protected, year, "all")
        shares = join.shares(schools.index)
        found[year] = schools, tract_view(nyc_protected, schools, shares), shares
    return found


def held(before: pd.DataFrame, after: pd.DataFrame, shift: float = 0.0) -> pd.Series:
    """Whether the rate of a year, less what the whole place moved, lies in the range before."""
    both = before.join(after["rate"].rename("next"), how="inner")
    both = both[["low", "high", "next"]].dropna()
    return both["next"].sub(shift).between(both["low"], both["high"])


def place_rate(schools: pd.DataFrame) -> float:
    sums = totals(schools)
    return sums.chronic_absent / sums.enrolled


def blocks(weights: Weights, size: int, seed: int) -> pd.Series:
    """Cut a map into groups of touching tracts of one size; what is left over is in none."""
    matrix, free = weights.sparse.tocsr(), np.ones(weights.n, dtype=bool)
    block = pd.Series(np.nan, index=weights.ids, dtype="object")
    for start in np.random.default_rng(seed).permutation(weights.n):
        queue, members = deque([start]), []
        while queue and len(members) < size:
            at = queue.popleft()
            if free[at]:
                free[at] = False
                members.append(at)
                queue.extend(matrix.indices[matrix.indptr[at] : matrix.indptr[at + 1]])
        if len(members) == size:
            block.iloc[members] = weights.ids[members].min()
    return block.astype("str").where(block.notna())


def test_a_pair_is_two_usual_years_of_one_definition(nyc_protected, pairs):
    assert ("2017-18", "2018-19") in pairs
    unusual = set(nyc_protected.area.unusual_years)
    assert not unusual & {year for pair in pairs for year in pair}
    breaks = {item.school_year for item in nyc_protected.area.breaks}
    assert not breaks & {later for _, later in pairs}
    assert run_of(pairs, "2018-19") == (("2017-18", "2018-19"),)


def test_schools_hold_their_next_year(pairs, years):
    every = []
    for before, after in pairs:
        schools, later = years[before][0], years[after][0]
        schools, later = (table[table["shown"]] for table in (schools, later))
        moved = place_rate(later) - place_rate(schools)
        inside = held(schools, later)
        every.append(inside)
        if abs(moved) < SHIFT:
            assert BAND[0] <= inside.mean() <= BAND[1], (before, after)
        else:
            assert held(schools, later, moved).mean() >= 0.85
    assert BAND[0] <= pd.concat(every).mean() <= BAND[1]


def test_chance_among_students_alone_does_not(nyc_protected):
    assert 2.0 <= dispersion(nyc_protected, "2018-19").place <= 2.3


def test_tracts_hold_their_next_year(pairs, years):
    every = []
    for before, after in pairs:
        tables = [years[year][1] for year in (before, after)]
        every.append(held(*(table[table["shown"]] for table in tables)))
    share = pd.concat(every).mean()
    assert share >= BAND[0]
    assert share <= (
        0.98 if len(pairs) > 2 else 1
    )  # schools differ lastingly: wide in a still year


@pytest.mark.parametrize("size", SIZES)
def test_groups_hold_their_next_year(nyc_protected, pairs, years, size):
    tracts = nyc_protected.tracts.to_crs(nyc_protected.area.crs)
    touching = Weights.queen(tracts)
    ids = blocks(touching, size, seed=size)
    every = []
    for before, after in pairs:
        found = []
        for year in (before, after):
            schools, table, shares = years[year]
            _, groups = grouped(table.assign(flagged=1, of=1), ids, schools, shares, touching)
            found.append(groups.set_index("cluster"))
        every.append(held(*found))
    share = pd.concat(every).mean()
    error = np.sqrt(share * (1 - share) / len(pd.concat(every)))
    assert share + 3 * error >= BAND[0]
    assert share - 3 * error <= (BAND[1] if len(pairs) > 2 else STILL)


def test_hot_groups_hold_their_next_year_less_what_the_city_moved(
    nyc_protected, pairs, years, replicates
):
    touching = Weights.queen(nyc_protected.tracts.to_crs(nyc_protected.area.crs))
    every = []
    for before, after in pairs[: replicates(1, len(pairs))]:
        (schools, table, shares), later = years[before], years[after]
        view = MapView(schools, table, touching, "ratio", 0.05)
        spots = find_by_test(view, shares, touching, statistic="gi_star", null="schools")
        assert len(spots.groups)
        flagged = later[1].assign(flagged=1, of=1)
        _, then = grouped(flagged, spots.tracts["cluster"], later[0], later[2], touching)
        moved = place_rate(later[0]) - place_rate(schools)
        groups = (spots.groups.set_index("cluster"), then.set_index("cluster"))
        every.append(held(*groups, moved))
    inside = pd.concat(every)
    error = np.sqrt(0.05 * 0.95 / len(inside))
    assert inside.mean() + 3 * error >= BAND[0]


def test_the_city_changes_by_its_schools_not_by_chance(nyc_protected):
    row = trend_view(nyc_protected, "all").set_index("school_year").loc["2018-19"]
    assert row["since"] == "2017-18"
    assert 100 * row["paired"] == pytest.approx(-0.16, abs=0.01)
    assert 100 * row["paired_low"] == pytest.approx(-0.35, abs=0.01)
    assert 100 * row["paired_high"] == pytest.approx(0.03, abs=0.01)
    assert 100 * row["composition"] == pytest.approx(-0.09, abs=0.01)
    assert row["same_schools"] == 1517


def test_unusual_years_are_neither_base_nor_end_of_a_change(nyc_protected):
    trend = trend_view(nyc_protected, "all")
    unusual = trend["is_unusual"]
    assert unusual.any()
    assert trend.loc[unusual, ["since", "paired", "composition"]].isna().all(axis=None)
    assert not set(trend["since"].dropna()) & set(trend.loc[unusual, "school_year"])
    assert not {"low", "high"} & set(trend.columns)
