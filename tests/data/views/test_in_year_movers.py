"""Movers and waves of a made place: what was planted comes out, small schools do not."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from data.views.in_year import laid_year
from data.views.in_year_movers import group_change_view, moved_by_unit, movers_view
from data.views.in_year_waves import series_view, waves_view

SCHOOLS = [f"S{each:02d}" for each in range(48)]
PARTS = pd.get_dummies(pd.Series([f"N{each % 6}" for each in range(48)], SCHOOLS), dtype=float)


def made_days(year, seed, *, moved=(), wave=None, count=80):
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range(f"{year[:4]}-09-03", periods=count)
    size = np.full(48, 400)
    size[5] = 8
    odds = -2.6 + 0.1 * rng.normal(size=(count, 1)) + 0.08 * rng.normal(size=(count, 48))
    odds[:, list(moved)] += 0.6
    if wave is not None:
        odds[wave : wave + 5, ::6] += 0.9
    absent = rng.binomial(size, expit(odds))
    return pd.DataFrame(
        {
            "place_id": np.tile(SCHOOLS, count),
            "date": np.repeat(dates.strftime("%Y-%m-%d"), 48),
            "school_year": year,
            "enrolled": pd.array(np.tile(size, count), dtype="Int64"),
            "attended": (1 - absent / size).ravel(),
            "possible": np.nan,
            "absent": np.nan,
            "place_day": "open",
            "status": "reported",
        }
    )


def laid(days):
    return laid_year(days, days["school_year"].iloc[0], least=11)


def test_planted_movers_are_named_and_small_schools_are_not():
    last, now = laid(made_days("2023-24", 1)), laid(made_days("2024-25", 2, moved=(3, 5, 10)))
    found = movers_view(last, now, least=11)
    assert sorted(found.index[:2]) == ["S03", "S10"]
    assert found.loc[["S03", "S10"], "moved"].all()
    assert found["moved"].sum() <= 4  # one in twenty of those named may be false
    assert found.loc["S03", "shrunken"] < -0.02
    assert "S05" not in found.index
    counts = moved_by_unit(found, PARTS)
    assert counts.loc[["N3", "N4"], "down"].tolist() == [1, 1]
    assert counts["schools"].sum() == 47


def test_where_no_enrolment_is_known_schools_are_alike():
    none = pd.array([pd.NA] * 48 * 80, dtype="Int64")
    last = laid(made_days("2023-24", 1).assign(enrolled=none))
    now = laid(made_days("2024-25", 2, moved=(3, 10)).assign(enrolled=none))
    found = movers_view(last, now, least=11)
    assert sorted(found.index[:2]) == ["S03", "S10"]
    assert found["students"].isna().all()


def test_the_first_weeks_have_no_movers():
    last, now = laid(made_days("2023-24", 1)), laid(made_days("2024-25", 2, count=20))
    assert movers_view(last, now, least=11).empty


def test_a_planted_wave_is_found_in_its_neighbourhood():
    found = waves_view(laid(made_days("2024-25", 3, wave=60)), PARTS, least=11)
    assert found.state == "looked"
    assert found.table["unit"].iloc[0] == "N0"
    row = found.table.iloc[0]
    assert row["extra"] > 300
    assert row["absent"] > row["high"] > row["expected"]
    assert found.by_chance == pytest.approx(0.001 * 2 * 6 * 60)
    line = series_view(laid(made_days("2024-25", 3, wave=60)), PARTS["N0"])
    assert line["alarm"].iloc[60:65].any()
    assert {"c1", "c2", "c3"} <= set(line)


def test_without_enrolment_or_a_past_nothing_is_looked_for():
    days = made_days("2024-25", 4)
    unknown = laid(days.assign(enrolled=pd.array([pd.NA] * len(days), dtype="Int64")))
    assert waves_view(unknown, PARTS, least=11).state == "no enrolment"
    early = laid(made_days("2024-25", 4, count=15))
    found = waves_view(early, PARTS, least=11)
    assert (found.state, found.alarms, found.by_chance) == ("too few days", 0, 0.0)


def test_groups_are_compared_on_the_months_and_schools_of_both_years():
    rows = [
        (year, f"{int(year[:4]) + (month < '08')}-{month}", "school", school, group, 1000.0, absent)
        for year, more in (("2023-24", 0), ("2024-25", 10))
        for month in ("09", "10", "11")
        for school, own in (("A", 60.0), ("B", 80.0), ("C", 70.0))
        for group, absent in (("all", own + more), ("sex: female", own - more))
        if not (year == "2023-24" and month == "11")
    ]
    columns = ["school_year", "month", "kind", "place", "group", "possible", "absent"]
    months = pd.DataFrame(rows, columns=columns)
    months.loc[months["place"].eq("C") & months["school_year"].eq("2023-24"), "absent"] = np.nan
    found = group_change_view(months, "2023-24", "2024-25")
    assert found["schools"].tolist() == [2, 2]
    assert found["months"].tolist() == [2, 2]
    assert found["change"].to_dict() == pytest.approx({"all": -0.01, "sex: female": 0.01})
    assert found.loc["all", "last"] == pytest.approx(0.93)
