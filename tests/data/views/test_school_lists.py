"""Lists of schools: filters that a place offers, and an order that asks who needs help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from data.views.school_lists import areas_of_schools, chosen, offered, to_help

TRACTS = pd.DataFrame(
    {
        "name": ["Tract 1, Bronx", "Tract 2, Queens", "Tract 3, Queens"],
        "county": ["36005", "36081", "36081"],
        "county_name": ["Bronx", "Queens", "Queens"],
        "neighbourhood": ["Melrose", "Corona", ""],
    },
    pd.Index(["a", "b", "c"], name="geoid"),
)
SCHOOLS = pd.DataFrame(
    {
        "name": ["One", "Two", "Three", "Four", "Five"],
        "geoid": ["a", "b", "c", "", "b"],
        "district": ["District 10", "District 2", "District 2", "District 2", ""],
        "school_type": ["Charter", "", "Charter", "Regular", "Regular"],
        "enrolled": [100.0, 200.0, 300.0, 100.0, np.nan],
        "chronic_absent": [40.0, 50.0, 60.0, 45.0, np.nan],
        "expected": [25.0, 50.0, 90.0, 40.0, np.nan],
        "rate": [0.4, 0.25, 0.2, 0.45, np.nan],
        "low": [0.3, 0.2, 0.15, 0.3, np.nan],
        "high": [0.5, 0.3, 0.25, 0.6, np.nan],
        "shown": [True, True, True, True, False],
    },
    pd.Index(list("vwxyz"), name="school_id"),
)


def test_places_and_types_are_offered_where_there_are_several() -> None:
    places, types = offered(SCHOOLS, TRACTS)
    assert places == ("Bronx", "Queens", "District 2", "District 10")
    assert types == ("Charter", "Regular")
    alike = SCHOOLS.assign(district="City schools", school_type="")
    assert offered(alike, TRACTS) == (("Bronx", "Queens"), ())
    one_county = TRACTS.assign(name=["1", "2", "3"], county="36005", county_name="")
    assert offered(alike, one_county)[0] == ("Corona", "Melrose")
    assert areas_of_schools(SCHOOLS, TRACTS).tolist() == ["Bronx", "Queens", "Queens", "", "Queens"]


@pytest.mark.parametrize(
    ("within", "kind", "kept"),
    [
        ("", "", "vwxyz"),
        ("Queens", "", "wxz"),
        ("District 2", "", "wxy"),
        ("", "Charter", "vx"),
        ("Queens", "Charter", "x"),
        ("Bronx", "Regular", ""),
    ],
)
def test_filters_keep_what_they_name(within: str, kind: str, kept: str) -> None:
    assert list(chosen(SCHOOLS, TRACTS, within, kind).index) == list(kept)


def test_schools_rank_by_students_beyond_what_their_level_expects() -> None:
    found = to_help(SCHOOLS, "excess")
    assert found.index.tolist() == ["v", "y", "w", "x", "z"]
    assert found["excess"].tolist()[:4] == [15, 5, 0, -30]
    assert found.loc["v", ["excess_low", "excess_high"]].tolist() == [5, 25]
    assert found.loc["w", ["excess_low", "excess_high"]].tolist() == [-10, 10]
    assert found["rank"].tolist() == [1, 2, 3, 4, pd.NA]


def test_by_rate_none_below_expected_stands_before_one_above() -> None:
    found = to_help(SCHOOLS.assign(expected=[45.0, 40.0, 90.0, 30.0, np.nan]), "rate")
    assert found.index.tolist() == ["y", "w", "v", "x", "z"]  # v: 40 %, fewer than expected
