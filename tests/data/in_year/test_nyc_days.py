"""New York City's real days: every row of two years is there, and days without school are told."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.in_year import store
from data.in_year.figures import InYear
from tests.in_year_replay import also_in, replay, store_of


@pytest.fixture(scope="module")
def replayed(test_home: Path, nyc_path: Path, mirror: Path) -> InYear:
    assert nyc_path.is_dir()
    replay("nyc", test_home, mirror, date(2016, 8, 1))
    with store_of(test_home):
        found = store.load("nyc")
    assert found is not None
    return found


def test_no_row_is_lost(replayed: InYear) -> None:
    days = replayed.days
    assert days.groupby("school_year").size().to_dict() == {"2013-14": 289_063, "2015-16": 272_824}
    assert days["place_id"].eq("all").groupby(days["school_year"]).sum().to_dict() == {
        "2013-14": 220,
        "2015-16": 182,
    }
    missing = days[days["status"].eq("missing")]
    submitted = missing["reason"].str.startswith("Not submitted")
    assert submitted.groupby(missing["school_year"]).sum().to_dict() == {
        "2013-14": 10_287,
        "2015-16": 6_045,
    }
    assert (~submitted).groupby(missing["school_year"]).sum().to_dict() == {
        "2013-14": 39,
        "2015-16": 11,
    }


def test_school_days_are_told_from_holidays(replayed: InYear) -> None:
    days = replayed.days
    held = days[days["place_day"].eq("open")].groupby("school_year")["date"].unique()
    assert held.map(len).to_dict() == {"2013-14": 180, "2015-16": 169}
    closed = set(days["date"]) - {day for each in held for day in each}
    assert {"2014-06-05", "2016-02-17", "2016-06-09", "2016-06-14"} <= closed


def test_enrolment_of_the_year_is_known_for_most(replayed: InYear) -> None:
    schools = replayed.days[replayed.days["place_id"].ne("all")]
    known = schools["enrolled"].notna().groupby(schools["school_year"]).mean()
    assert known.between(0.90, 0.95).all()
    # Weighted by it, schools come to the city's own figure of each day, within its rounding and
    # the schools whose students are not known.
    held = schools[schools["place_day"].eq("open") & schools["attended"].notna()]
    held = held[held["enrolled"].notna()]
    weight = held["enrolled"].astype("float64")
    own = (held["attended"] * weight).groupby(held["date"]).sum() / weight.groupby(
        held["date"]
    ).sum()
    city = replayed.days[replayed.days["place_id"].eq("all")].set_index("date")["attended"]
    off = (own - city.reindex(own.index)).abs()
    assert off.median() < 0.005


def test_a_day_in_october_knows_nothing_of_november(
    replayed: InYear, test_home: Path, tmp_path: Path, mirror: Path
) -> None:
    also_in(test_home, tmp_path)
    until = date(2015, 10, 15)
    replay("nyc", tmp_path, mirror, until)
    with store_of(tmp_path):
        found = store.load("nyc")
    assert found is not None
    assert found.as_of == until
    kept = replayed.days[replayed.days["date"].le(until.isoformat())].reset_index(drop=True)
    columns = ["place_id", "date", "attended", "status"]
    pd.testing.assert_frame_equal(found.days[columns], kept[columns])
