"""Roll-ups one after the other: what was given stands, and nothing hidden follows from both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from analytics.disclosure import PRESETS, Totals, attainable
from data.errors import DataError
from data.rollup.cells import DAYS, STUDENTS, Before, Month, released
from data.rollup.gate import days, gate_days, students, year
from data.rollup.made_district import MadeDistrict
from tests.data.rollup.conftest import SETTINGS, rolled

POLICY = PRESETS["restricted"]
MADE = MadeDistrict(students=2_400, schools=2, days=28, part=2_400, moves=0.1)
WEEK = ["2024-09-09", "2024-09-10", "2024-09-11", "2024-09-12", "2024-09-13"]
POSSIBLE = dict(zip(WEEK, (120.0, 200.0, 200.0, 200.0, 200.0), strict=True))
"""Monday is the cheapest day to hide."""


def one_week(absent: list[int]) -> Month:
    """A district of one school and one week, whose Thursday is to be hidden."""
    rows, index = [], []
    for kind, place in (("school", "A"), ("district", "one")):
        for date, units in zip(WEEK, absent, strict=True):
            index.append((kind, place, date))
            rows.append(("2024-09-09", POSSIBLE[date], float(units)))
    names = pd.MultiIndex.from_tuples(index, names=["kind", "place", "date"])
    dated = pd.DataFrame(rows, names, ["week", *DAYS])
    keys = [("school", "A", "all"), ("district", "one", "all")]
    table = pd.DataFrame(
        [[100, 100, 30, *[np.nan] * 7, 920.0, float(sum(absent))]] * 2,
        pd.MultiIndex.from_tuples(keys, names=["kind", "place", "group"]),
        [*STUDENTS, *DAYS],
    )
    return Month(table, dated, {"all": ""}, 2)


def widths(absent: list[int], hidden: set[str], until: int) -> pd.Series:
    """What an attacker makes of the school's hidden days, who kept the week up to a day."""
    value = np.array([*absent, sum(absent), sum(absent[:until])], dtype=float)
    sums = np.array([[1, 1, 1, 1, 1, -1, 0], [1.0] * until + [0.0] * (6 - until) + [-1]])
    marks = np.array([*(day in hidden for day in WEEK), False, False])
    totals = Totals(csr_array(sums), sums @ value)
    found = attainable(value, marks, totals, upper=200.0)
    return found["upper"] - found["lower"]


def test_a_week_that_was_given_while_it_went_on_gives_no_day_away() -> None:
    """Wednesday's release and Friday's together: a hidden day needs another after Wednesday."""
    absent = [34, 60, 62, 5, 64]
    month = one_week(absent)
    key = ("school", "A", "day")

    def hidden(before: Before) -> set[str]:
        found = gate_days(month, before, set(), POLICY)
        assert not found.disclosed
        assert ("school", "A", "week", "2024-09-09", "absent") in found.shown
        return {day for day in WEEK if (*key, day, "absent") in found.hidden}

    alone = hidden(Before())
    assert {WEEK[3]} < alone
    assert alone & set(WEEK[:3])
    assert widths(absent, alone, 3).max() < 10  # the attack: Monday's figure stands in Wednesday's
    given = {
        (kind, place, "day", day, name): float(value)
        for kind, place in (("school", "A"), ("district", "one"))
        for day, units in zip(WEEK[:3], absent, strict=False)
        for name, value in (("possible", POSSIBLE[day]), ("absent", units))
    }
    until = frozenset(
        (kind, place, "week", "2024-09-09", WEEK[2], name)
        for kind, place in (("school", "A"), ("district", "one"))
        for name in DAYS
    )
    together = hidden(Before(shown=given, until=until))
    assert not together & set(WEEK[:3])
    assert widths(absent, together, 3).min() >= 10


def stored(folder: Path, made: MadeDistrict = MADE) -> Path:
    made.write(folder)
    text = SETTINGS.replace('groups = ["sex", "low_income"]', "")
    (folder / "settings.toml").write_text(text.format(form="parquet"))
    return folder / "settings.toml"


def until(folder: Path, day: str) -> Path:
    """Records up to a day only, beside the others."""
    cut = folder / "cut"
    cut.mkdir(exist_ok=True)
    for path in sorted((folder / "attendance").iterdir()):
        table = pd.read_parquet(path)
        table[pd.to_datetime(table["date"]) <= day].to_parquet(cut / path.name)
    text = (folder / "settings.toml").read_text().replace('"attendance"', '"cut"')
    (folder / "early.toml").write_text(text)
    return folder / "early.toml"


def figures(folder: Path, name: str = "months") -> pd.DataFrame:
    table = pd.read_parquet(folder / f"{name}.parquet")
    keys = [each for each in ("month", "date", "kind", "place", "group") if each in table]
    return table.set_index(keys).drop(columns="district")


def test_a_correction_stops_nothing_and_a_month_that_was_given_stands(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    out = tmp_path / "out"
    rolled(until(tmp_path, "2024-09-30"), out)
    before = {name: figures(out, name) for name in ("months", "weeks", "days")}
    path = next((tmp_path / "attendance").iterdir())
    table = pd.read_parquet(path)
    early = pd.to_datetime(table["date"]).lt("2024-09-20")
    table.loc[early & table["school"].eq("S0001"), "absent"] = 1.0  # all put right since
    table.to_parquet(path)
    manifest = rolled(settings, out)
    assert manifest["kept"]["months"] == ["2024-09"]
    assert manifest["kept"]["figures_that_records_now_say_otherwise"] > 0
    for name, was in before.items():
        now = figures(out, name).reindex(was.index)
        pd.testing.assert_frame_equal(now, was, check_dtype=False)
    assert figures(out).loc["2024-10", "chronic"].notna().any()
    # The whole year again: everything stands, bands too.
    again = {name: figures(out, name) for name in ("months", "days")}
    bands = pd.read_parquet(out / "bands.parquet")
    rolled(settings, out)
    for name, was in again.items():
        pd.testing.assert_frame_equal(figures(out, name), was)
    pd.testing.assert_frame_equal(pd.read_parquet(out / "bands.parquet"), bands)


def test_weeks_that_went_on_are_remembered(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    out = tmp_path / "out"
    rolled(until(tmp_path, "2024-09-18"), out)  # a Wednesday
    given = figures(out, "days")
    rolled(until(tmp_path, "2024-10-02"), out)
    known = pd.read_parquet(out / "until.parquet")
    assert set(known["through"]) == {"2024-09-18"}
    assert {"2024-09-16"} < set(known["date"]) | {"2024-09-16", ""}
    now = figures(out, "days").reindex(given.index)
    pd.testing.assert_frame_equal(now, given)
    rolled(settings, out)
    assert set(pd.read_parquet(out / "until.parquet")["through"]) == {"2024-09-18", "2024-10-02"}


def month_of(rows: dict[str, list[float]]) -> Month:
    """A district and its one school, women and men: students and chronic."""
    index, values = [], []
    for kind, place in (("school", "A"), ("district", "one")):
        for group, (n, chronic) in rows.items():
            index.append((kind, place, group))
            values.append([n, n, chronic, *[np.nan] * 7, n * 40, chronic * 10])
    names = pd.MultiIndex.from_tuples(index, names=["kind", "place", "group"])
    table = pd.DataFrame(values, names, [*STUDENTS, *DAYS], dtype=float)
    return Month(table, one_week([60] * 5).days.iloc[:0], dict.fromkeys(rows, "sex"), 2)


def test_months_are_audited_together() -> None:
    """Students so far only become more: a month between two that are shown tells of itself."""
    rows = {"all": [100.0, 30.0], "f": [50.0, 15.0], "m": [50.0, 15.0]}
    months = {9: month_of(rows), 10: month_of(rows), 11: month_of(rows)}
    built = {number: students(month, Before()) for number, month in months.items()}
    chosen = {number: released(each, POLICY) for number, each in built.items()}
    secret = {("school", "A", "f", "students"), ("school", "A", "m", "students")}
    assert not secret & chosen[10].hidden
    # Somebody hides a month's students for a reason of that month alone.
    chosen[10] = replace(chosen[10], hidden=chosen[10].hidden | secret)
    found = released(year(built, chosen, None), POLICY)
    assert not found.disclosed
    for key in secret:
        assert (10, *key) in found.hidden
        assert (9, *key) in found.hidden or (11, *key) in found.hidden


def test_bands_of_several_years_stand_side_by_side(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    rolled(settings, tmp_path / "2024-25")
    late = replace(MADE, first=MADE.first.replace(year=2025), seed=3)
    (tmp_path / "now").mkdir()
    following = stored(tmp_path / "now", late)
    text = following.read_text().replace('"2024-25"', '"2025-26"\nearlier = ["../2024-25"]')
    following.write_text(text)
    rolled(following, tmp_path / "2025-26")
    table = pd.read_parquet(tmp_path / "2025-26" / "bands.parquet")
    assert table.groupby("school_year").size().to_dict() == {"2024-25": 3, "2025-26": 3}
    before = pd.read_parquet(tmp_path / "2024-25" / "bands.parquet")
    pd.testing.assert_frame_equal(table[table["school_year"].eq("2024-25")], before)
    with pytest.raises(DataError, match="another school year"):
        rolled(following, tmp_path / "2024-25")
    early = until(tmp_path / "now", "2025-09-12")
    rolled(early, tmp_path / "running")
    running = pd.read_parquet(tmp_path / "running" / "bands.parquet")
    assert set(running["school_year"]) == {"2024-25"}


def test_days_add_up_to_what_was_given() -> None:
    """The cells of a month hold what an earlier release gave of a part of it."""
    before = Before(until=frozenset({("school", "A", "month", "", WEEK[1], "absent")}))
    build = days(one_week([20] * 5), before, set())
    assert build.value(("school", "A", "until", "month", "", WEEK[1], "absent")) == 40
