"""New York City's real days: forecasts of years held out, storms, and no weekday by chance."""

from datetime import date

import pandas as pd
import pytest

from analytics.early.forecast import back_test
from data.views.in_year import LaidYear, laid_year, least_students
from data.views.in_year_calendar import calendar_view, same_day_units, weekday_view
from data.views.in_year_forecast import _absent_to, forecast_view, from_days
from data.views.in_year_movers import moved_by_unit, movers_view
from data.views.in_year_waves import waves_view
from data.views.units import counted, unit_parts

YEARS = ("2013-14", "2015-16")
pytestmark = pytest.mark.mirror


@pytest.fixture(scope="module")
def days(mirror, nyc_protected):
    """Both years as the contract has them; schools weighted by the students of the year."""
    _, enrolled = counted(nyc_protected, "all", nyc_protected.schools.index)
    parts = []
    for year in YEARS:
        name = f"nyc/nyc_daily_attendance/nyc_daily_attendance_{year}_tidy.csv.gz"
        raw = pd.read_csv(mirror / name, dtype=str, usecols=["ATTN_DATE_YMD", "DBN", "ATTN_PCT"])
        raw["attended"] = pd.to_numeric(raw["ATTN_PCT"], errors="coerce") / 100
        raw = raw[raw["DBN"].ne("TOTAL") & raw["attended"].gt(0)]
        raw = raw[raw.groupby("ATTN_DATE_YMD")["DBN"].transform("size").gt(800)]
        raw = raw.drop_duplicates(["ATTN_DATE_YMD", "DBN"])
        stamp = pd.to_datetime(raw["ATTN_DATE_YMD"]).dt.strftime("%Y-%m-%d")
        parts.append(
            pd.DataFrame(
                {
                    "place_id": raw["DBN"],
                    "date": stamp,
                    "school_year": year,
                    "enrolled": raw["DBN"].map(enrolled[year]).round().astype("Int64"),
                    "attended": raw["attended"],
                    "possible": float("nan"),
                    "absent": float("nan"),
                    "place_day": "open",
                    "status": "reported",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def years(days, nyc_protected) -> dict[str, LaidYear]:
    least = least_students(nyc_protected)
    return {year: laid_year(days, year, least=least) for year in YEARS}


@pytest.fixture(scope="module")
def neighbourhood_parts(nyc_protected):
    return unit_parts(nyc_protected, "neighbourhood", nyc_protected.catchment)


@pytest.mark.parametrize("day", [20, 60, 100])
def test_each_year_forecasts_the_other_within_its_intervals(years, nyc_protected, day):
    """Cross-fitted: only two years have days. 90 % intervals; measured 89 to 95 %."""
    x, n = counted(nyc_protected, "all", nyc_protected.schools.index)
    rate = pd.DataFrame({year: _absent_to(laid, day) for year, laid in years.items()})
    level = nyc_protected.schools["level"]
    found = back_test(rate, x[list(YEARS)], n[list(YEARS)], strata=level)
    assert found.table["schools"].gt(1300).all()
    assert found.table["inside"].between(0.85, 0.96).all()
    assert 0.88 <= found.inside <= 0.95
    assert found.table["error"].max() < 0.07


def test_the_product_refuses_for_one_year_is_not_two(years, nyc_protected):
    given = from_days(nyc_protected, years["2015-16"], {"2013-14": years["2013-14"]})
    found = forecast_view(given, least=least_students(nyc_protected))
    assert (found.state, found.years, found.missing_years) == ("too few years", ("2013-14",), 1)
    assert found.table["middle"].isna().all()


def test_no_weekday_is_named_in_either_year_and_storms_are_seen(years, nyc_protected):
    place = pd.Series(1.0, nyc_protected.schools.index)
    calendars = {year: calendar_view(laid, place, least=11) for year, laid in years.items()}
    for found in calendars.values():
        assert found["status"].eq("reported").all()
        assert not weekday_view(found)["stated"].any()
    lowest = calendars["2013-14"]["attended"].nsmallest(2)
    assert lowest.index.strftime("%Y-%m-%d").tolist() == ["2014-02-13", "2014-01-22"]
    assert calendars["2015-16"]["students"].median() > 900_000


def test_boroughs_are_compared_on_the_same_schools(years, nyc_protected):
    borough = pd.get_dummies(nyc_protected.schools.index.to_series().str[2], dtype=float)
    found = same_day_units(*(years[year] for year in YEARS), borough, least=11)
    assert found["status"].eq("reported").all()
    assert found["change"].between(0, 0.01).all()
    assert found.loc["Q", "low"] > 0  # Queens: +.8 points


def test_the_blizzard_of_2016_is_found_where_streets_stayed_full_of_snow(days, neighbourhood_parts):
    """Central Queens was ploughed last (25 January 2016); only days up to then are known."""
    year = laid_year(days, "2015-16", least=11, through=date(2016, 1, 25))
    found = waves_view(year, neighbourhood_parts, least=11)
    assert pd.Timestamp("2016-01-25") in found.place_days
    storm = found.table[found.table["last"].eq("2016-01-25")]
    assert storm["place_unusual"].all()
    assert {"Woodhaven", "Glendale", "Middle Village"} <= set(storm["unit"])
    assert found.latest.loc["Woodhaven", "alarm"]


def test_a_second_storm_is_not_hidden_by_the_first(years, nyc_protected):
    place = pd.DataFrame({"place": 1.0}, nyc_protected.schools.index)
    found = waves_view(years["2013-14"], place, least=11)
    assert {"2014-01-22", "2014-02-13"} <= set(found.place_days.strftime("%Y-%m-%d"))
    assert found.by_chance < 1 < found.alarms


def test_movers_are_a_part_of_all_schools_and_counted_once(years, neighbourhood_parts):
    found = movers_view(*(years[year] for year in YEARS), least=11)
    assert 0.1 < found["moved"].mean() < 0.5
    assert (found["shrunken"].abs().diff().dropna() <= 0).all()
    counts = moved_by_unit(found, neighbourhood_parts)
    assert counts[["up", "down"]].sum().sum() <= found["moved"].sum()
    assert (counts["schools"] >= counts["up"] + counts["down"]).all()
