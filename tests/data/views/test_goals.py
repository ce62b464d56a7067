"""Goals of units: from the protected counts, no bolder than they are, back-tested."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.goals import calibration, halving, path
from analytics.rates.between_schools import paired_change
from data.panel import Panel
from data.views.goals import History, back_test, goal_history, goal_view, grid_view, path_view
from data.views.joins import joined
from data.views.schools_and_tracts import school_view, tract_view
from data.views.units import UNITS, sums, unit_parts


def shares_of(panel: Panel) -> pd.DataFrame:
    return joined(panel, panel.parameters["catchment"]["method"]).table


def history_of(panel: Panel, unit: str, until: str | None = None) -> History:
    return goal_history(panel, "all", unit_parts(panel, unit, shares_of(panel)), until=until)


@pytest.fixture(scope="module")
def districts(demo_protected: Panel) -> History:
    return history_of(demo_protected, "district")


@pytest.mark.parametrize("unit", UNITS)
def test_parts_hand_out_no_school_twice(demo_protected: Panel, unit: str) -> None:
    parts = unit_parts(demo_protected, unit, shares_of(demo_protected))
    assert parts.index.equals(demo_protected.schools.index)
    assert (parts >= 0).all(axis=None)
    assert (parts.sum(axis=1) <= 1 + 1e-9).all()
    assert parts.sum(axis=1).max() == pytest.approx(1)
    assert parts.columns.is_monotonic_increasing
    with pytest.raises(ValueError, match="use one of"):
        unit_parts(demo_protected, "planet", shares_of(demo_protected))


def test_sums_are_those_of_other_pages(demo_protected: Panel) -> None:
    year = demo_protected.area.default_year
    schools, shares = school_view(demo_protected, year, "all"), shares_of(demo_protected)
    x, n = (
        schools[name].reindex(demo_protected.schools.index)
        for name in ("chronic_absent", "enrolled")
    )
    tracts = tract_view(demo_protected, schools, shares[shares["school_id"].isin(schools.index)])
    found = sums(unit_parts(demo_protected, "tract", shares), x, n).reindex(tracts.index)
    assert found["status"].tolist() == tracts["status"].tolist()
    shown = tracts["shown"]
    assert 0 < shown.sum() < len(shown)
    np.testing.assert_allclose(found["rate"][shown], tracts["rate"][shown])
    assert found.loc[~shown, ["rate", "chronic_absent", "enrolled"]].isna().all(axis=None)
    district = sums(unit_parts(demo_protected, "district", shares), x, n)
    by_hand = schools.groupby("district")[["chronic_absent", "enrolled"]].sum()
    np.testing.assert_allclose(
        district["rate"], by_hand["chronic_absent"] / by_hand["enrolled"], rtol=1e-12
    )


def test_a_history_holds_usual_years_and_the_noise_between_schools(
    demo_protected: Panel, districts: History
) -> None:
    assert districts.rate.columns.tolist() == [2018, 2021, 2022, 2023]
    assert districts.definition.tolist() == [0, 0, 1, 1]
    assert districts.pair == ("2022-23", "2023-24")
    name = districts.rate.index[0]
    own = demo_protected.schools.index[demo_protected.schools["district"] == name]
    years = [
        school_view(demo_protected, year, "all").loc[lambda t: t.index.isin(own)]
        for year in districts.pair
    ]
    counts = [year[column] for year in years for column in ("chronic_absent", "enrolled")]
    change = paired_change(*counts).same
    row = districts.change.loc[name]
    assert row["change"] == pytest.approx(change.value)
    assert row["change_low"] == pytest.approx(change.low)
    # One pair of neighbouring years of one definition: its error alone is the noise.
    np.testing.assert_allclose(districts.noise.loc[name], change.se / np.sqrt(2))
    early = history_of(demo_protected, "district", until="2021-22")
    assert early.rate.columns.tolist() == [2018, 2021]
    assert early.pair is None
    assert early.change["change"].isna().all()


def test_units_are_held_against_their_own_goal(districts: History) -> None:
    table = goal_view(districts, halving)
    assert (table["goal"] == table["base_rate"] / 2).all()
    assert table["goal_year"].eq(2028).all()
    assert table["path"].tolist() == pytest.approx(table["rate"].tolist())
    needed = (table["rate"] - table["goal"]) * table["enrolled"]
    np.testing.assert_allclose(table["students"], needed, atol=1e-5)
    np.testing.assert_allclose(table["students_a_year"] * 5, needed, atol=1e-5)
    wide = table["high"] - table["low"]
    assert (wide > 0.05).all()
    for row in table.itertuples():
        sure = row.high <= row.goal or row.low > row.goal
        assert (row.progress == "too early to say") == (not sure)
    california = goal_view(districts, lambda _rate, year: path({year: 0.2, 2029: 0.125}), base=2022)
    assert california["goal"].eq(0.125).all()
    assert california["base_year"].eq(2022).all()
    over = goal_view(districts, lambda rate, _year: path({2018: rate, 2022: rate / 2}))
    assert over["goal"].notna().all()
    assert over[["chance", "students"]].isna().all(axis=None)
    assert over["progress"].eq("not known").all()
    with pytest.raises(ValueError, match="usual year"):
        goal_view(districts, halving, base=2020)


def test_the_path_of_one_unit_joins_past_and_future(districts: History) -> None:
    name = districts.rate.index[0]
    way = halving(float(districts.rate.loc[name, 2023]), 2023)
    table = path_view(districts, name, way)
    assert table.index.tolist() == [2018, 2021, 2022, 2023, 2024, 2025, 2026, 2027, 2028]
    assert table.loc[:2022, "path"].isna().all()
    assert table.loc[2024:, "rate"].isna().all()
    assert (np.diff((table["high"] - table["low"]).loc[2024:]) > 0).all()
    assert table.loc[2028, "chance"] == pytest.approx(
        goal_view(districts, halving).loc[name, "chance"]
    )
    assert "middle" not in path_view(districts, name, halving(0.4, 2010))


def test_the_grid_says_which_cells_are_sure(districts: History) -> None:
    table = grid_view(districts)
    assert set(table["status_class"]) <= {"very high", "high", "medium", "low", "very low"}
    assert not table.loc[
        table["change_low"].lt(-0.005) & table["change_high"].gt(0.005), "sure"
    ].any()


def test_a_unit_that_may_not_be_shown_has_no_goal(demo_protected: Panel) -> None:
    few = demo_protected.absence.assign(
        enrolled=demo_protected.absence["enrolled"].where(
            demo_protected.absence["school_id"].ne("HC0001"), 12
        ),
        chronic_absent=demo_protected.absence["chronic_absent"].where(
            demo_protected.absence["school_id"].ne("HC0001"), 5
        ),
    )
    history = history_of(replace(demo_protected, absence=few), "school")
    row = goal_view(history, halving).loc["HC0001"]
    assert row["status"] == "unreliable"
    assert row["reason"] == "Q1"
    figures = ["rate", "enrolled", "goal", "low", "high", "chance", "students"]
    assert row[figures].isna().all()
    assert row["progress"] == "not known"
    assert grid_view(history).loc["HC0001", ["status_class", "change_class"]].tolist() == ["", ""]


def test_what_is_held_out_is_not_looked_at(nyc_protected: Panel) -> None:
    """Later years changed beyond recognition do not move a forecast."""
    later = nyc_protected.absence["school_year"] > "2021-22"
    changed = nyc_protected.absence.assign(
        chronic_absent=nyc_protected.absence["chronic_absent"].where(~later, 1)
    )
    one, other = (
        history_of(panel, "district", until="2021-22")
        for panel in (nyc_protected, replace(nyc_protected, absence=changed))
    )
    pd.testing.assert_frame_equal(one.rate, other.rate)
    pd.testing.assert_frame_equal(one.noise, other.noise)


@pytest.mark.parametrize("unit", ["district", "neighbourhood"])
def test_new_york_city_2022_to_2024_by_the_years_before(nyc_protected: Panel, unit: str) -> None:
    """Fitted on 2013-14 to 2021-22. `python -m bench.goals` prints the whole calibration.

    All units fell together by 4 points in the first year: it is one outcome, not 199.
    """
    past = history_of(nyc_protected, unit, until="2021-22")
    assert past.rate.columns.tolist() == [2013, 2014, 2015, 2016, 2017, 2018, 2021]
    table = back_test(past, history_of(nyc_protected, unit), halving)
    inside = table["rate"].between(table["low"], table["high"]).groupby(table["ahead"]).mean()
    assert inside.index.tolist() == [1, 2, 3]
    assert inside[1] > 0.8
    assert inside[2:].min() > 0.95
    found = calibration(table["chance"], table["met"])
    assert found.brier <= found.of_base_rate + 0.002
    for row in found.table[found.table["places"] >= 50].itertuples():
        assert row.low - 0.02 <= row.chance <= row.high + 0.02, row
