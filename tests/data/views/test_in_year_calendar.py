"""Daily attendance laid out: weights, days without schools, the gate, and the year before."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.early.calendar import to_date
from analytics.rates.between_schools import paired_change
from data.views.in_year import laid_year, least_students
from data.views.in_year_calendar import (
    calendar_view,
    same_day_units,
    same_day_view,
    weekday_view,
)

SIZES = {"A": 400, "B": 200, "C": 8, "D": 300}
PARTS = pd.DataFrame({"north": [1.0, 0, 0, 0.5], "south": [0.0, 1, 1, 0.5]}, list(SIZES))
PLACE = pd.Series(1.0, list(SIZES))


def made_days(year="2024-25", shift=0.0, count=40):
    """Days as the contract has them, attendance known by formula."""
    dates = pd.bdate_range(f"{year[:4]}-09-03", periods=count)
    rows = [
        {
            "place_id": school,
            "date": day.strftime("%Y-%m-%d"),
            "school_year": year,
            "enrolled": size,
            "attended": 0.9 + 0.01 * at + shift - 0.001 * (number % 5),
            "possible": np.nan,
            "absent": np.nan,
            "place_day": "open",
            "status": "reported",
        }
        for number, day in enumerate(dates)
        for at, (school, size) in enumerate(SIZES.items())
    ]
    return pd.DataFrame(rows).astype({"enrolled": "Int64"})


def test_a_place_is_weighted_by_its_students_and_small_schools_are_left_out():
    year = laid_year(made_days(), "2024-25", least=11)
    found = calendar_view(year, PLACE, least=11)
    assert (year.basis, year.unweighted) == ("students", 1)
    expected = (400 * 0.9 + 200 * 0.91 + 300 * 0.93) / 900
    assert found["attended"].iloc[0] == pytest.approx(expected)
    assert found["students"].unique().tolist() == [900]
    assert found["schools"].unique().tolist() == [3]
    assert found["day"].tolist() == list(range(1, 41))
    north = calendar_view(year, PARTS["north"], least=11)
    assert north["attended"].iloc[0] == pytest.approx((400 * 0.9 + 150 * 0.93) / 550)


def test_without_enrolment_schools_count_alike_and_it_is_said():
    days = made_days().assign(enrolled=pd.array([pd.NA] * 160, dtype="Int64"))
    year = laid_year(days, "2024-25", least=11)
    found = calendar_view(year, PLACE, least=1)
    assert year.basis == "schools"
    assert found["attended"].iloc[0] == pytest.approx(0.915)
    assert found["students"].isna().all()


def test_a_roll_up_is_counted_by_its_days():
    days = made_days()
    days["possible"] = days["enrolled"].astype(float)
    days["absent"] = days["place_id"].map({"A": 30.0, "B": 10.0, "C": 1.0, "D": 20.0})
    year = laid_year(days, "2024-25", least=11)
    assert year.basis == "days"
    assert calendar_view(year, PLACE, least=11)["attended"].iloc[0] == pytest.approx(1 - 60 / 900)


def test_a_day_of_few_schools_has_no_figure_and_a_small_unit_none_at_all():
    days = made_days()
    gone = days["date"].eq(days["date"].iloc[0]) & days["place_id"].isin(["A", "D"])
    days.loc[gone, "status"] = "missing"
    year = laid_year(days, "2024-25", least=11)
    found = calendar_view(year, PLACE, least=11)
    assert found["status"].iloc[:2].tolist() == ["missing", "reported"]
    assert np.isnan(found["attended"].iloc[0])
    small = calendar_view(laid_year(days, "2024-25", least=1), PLACE * [0, 0, 1, 0], least=11)
    assert set(small["status"]) == {"suppressed"}
    assert small["attended"].isna().all()
    few = calendar_view(year, PARTS["north"] * [0.05, 0, 0, 0], least=11)
    assert set(few["status"].iloc[1:]) == {
        "suppressed"
    }  # 20 students: more than 11, too few for a rate


def test_closed_days_and_days_to_come_are_not_looked_at():
    days = made_days()
    days.loc[days["date"].eq("2024-09-05"), "place_day"] = "closed"
    year = laid_year(days, "2024-25", least=11, through=date(2024, 9, 10))
    assert year.days.absent.index.strftime("%d").tolist() == ["03", "04", "06", "09", "10"]
    with pytest.raises(ValueError, match="no day of school in 2023-24"):
        laid_year(days, "2023-24", least=11)


def test_two_years_are_compared_at_the_same_day_on_the_same_schools():
    days = pd.concat([made_days("2023-24"), made_days("2024-25", shift=-0.02)])
    days = days[~(days["school_year"].eq("2023-24") & days["place_id"].eq("B"))]
    last, now = (laid_year(days, year, least=11) for year in ("2023-24", "2024-25"))
    found = same_day_view(last, now, PLACE)
    assert found["schools"].unique().tolist() == [2]
    assert found["students"].unique().tolist() == [700]
    np.testing.assert_allclose(found["change"], -0.02)
    np.testing.assert_allclose(found["now"] - found["last"], found["change"])
    assert ((found["low"] <= found["change"]) & (found["change"] <= found["high"])).all()
    units = same_day_units(last, now, PARTS, least=200)
    assert units["status"].to_dict() == {"north": "reported", "south": "suppressed"}
    assert units.loc["south", ["now", "change", "students"]].isna().all()
    assert units.loc["north", "change"] == pytest.approx(-0.02)


def test_the_interval_is_that_of_paired_schools():
    rng = np.random.default_rng(3)
    days = pd.concat([made_days("2023-24"), made_days("2024-25")])
    days["attended"] = (days["attended"] - 0.1 * rng.random(len(days))).clip(0, 1)
    last, now = (laid_year(days, year, least=1) for year in ("2023-24", "2024-25"))
    sums = [
        each.iloc[9]
        for year in (last, now)
        for each in (to_date(year.days).absent, to_date(year.days).possible)
    ]
    same = paired_change(*sums).same
    row = same_day_view(last, now, PLACE).loc[10]
    assert row[["change", "low", "high"]].tolist() == pytest.approx(
        [-same.value, -same.high, -same.low]
    )


def test_patterns_are_those_of_the_calendar():
    found = weekday_view(
        calendar_view(laid_year(made_days(), "2024-25", least=11), PLACE, least=11)
    )
    assert found.index.tolist() == ["Mondays", "Fridays", "before a break", "after a break"]


def test_the_fewest_students_are_those_of_the_policy(demo_protected):
    assert least_students(demo_protected) == 11
