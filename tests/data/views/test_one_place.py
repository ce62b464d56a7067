"""One place alone: a series is made of years in a row that were counted alike, and of no others."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from data.views.one_place import alone
from data.views.programmes import Member, Programme, listed

SCHOOLS = ("HC0001", "HC0002", "HC0003")
BEGAN = 2019
RATES = {year: 0.30 - 0.002 * (year - 2011) for year in range(2011, 2024)}
FELL = 0.06


def panel_of(panel, years=RATES, unusual=(), breaks=()):
    """Give the demo with three schools of 1,000 students in made-up years; -6 points from 2019."""
    row = panel.absence[
        panel.absence["student_group"].eq("all")
        & panel.absence["grade"].eq("all")
        & panel.absence["status"].eq("reported")
    ].iloc[0]
    rows = []
    for school in SCHOOLS:
        for year, rate in years.items():
            count = round(1_000 * (rate - FELL * (year >= BEGAN))) + (year % 3 - 1)
            name = f"{year}-{(year + 1) % 100:02d}"
            own = {"school_id": school, "school_year": name, "chronic_absent": count}
            rows.append({**row, **own, "enrolled": 1_000})
    absence = pd.DataFrame(rows).astype(panel.absence.dtypes.to_dict())
    changed = [replace(panel.area.breaks[0], school_year=year) for year in breaks]
    area = replace(panel.area, unusual_years=tuple(unusual), breaks=tuple(changed))
    return replace(panel, absence=absence, area=area)


def series(panel, ended=0):
    members = tuple(Member(BEGAN, ended, school) for school in SCHOOLS)
    return alone(panel, "all", listed(panel, Programme(members)))


def test_a_planted_step_is_found_in_years_in_a_row(demo_protected) -> None:
    found = series(panel_of(demo_protected))
    assert found.state == "fitted"
    assert found.low < -FELL < found.high
    assert found.effect == pytest.approx(-FELL, abs=0.01)


def test_more_than_five_years_before_are_taken_and_fewer_than_six_are_too_few(demo_protected):
    short = {year: rate for year, rate in RATES.items() if year >= BEGAN - 5}
    assert series(panel_of(demo_protected, short)) is None
    assert series(panel_of(demo_protected, {BEGAN - 6: 0.3, **short})) is not None


def test_no_series_across_unusual_years_or_a_change_of_counting(demo_protected) -> None:
    assert series(panel_of(demo_protected, unusual=("2017-18",))) is None
    assert series(panel_of(demo_protected, breaks=("2016-17",))) is None
    # Before the six years that it takes, both do no harm.
    assert series(panel_of(demo_protected, unusual=("2012-13",))) is not None
    assert series(panel_of(demo_protected, breaks=("2013-14",))) is not None


def test_years_after_the_end_are_no_years_with_it(demo_protected) -> None:
    panel = panel_of(demo_protected)
    assert series(panel, ended=2020) is None  # two years with it
    assert series(panel, ended=2021) is not None


def test_a_start_outside_the_years_gives_none(demo_protected) -> None:
    before = {year: rate for year, rate in RATES.items() if year < BEGAN}
    assert series(panel_of(demo_protected, before)) is None
    after = {year: rate for year, rate in RATES.items() if year >= BEGAN}
    assert series(panel_of(demo_protected, after)) is None
