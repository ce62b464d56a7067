"""Daily counts shared under an agreement: an attacker who keeps every update learns no hidden one.

The attacker is a linear program of its own: it knows all figures shown by any update, that schools
add up to the place on each day, and that nobody is absent who is not enrolled.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from data.errors import DataError
from data.in_year import store
from data.in_year.figures import InYear
from data.in_year.rollups import AT_EACH
from data.in_year.update import Wanted, update
from data.rollup.made_district import MadeDistrict
from data.rollup.written import EACH, MANIFEST
from tests.data.rollup.conftest import rolled

PLACE = """
slug = "held"
name = "Held County"
state = "New York"
state_fips = "36"
tract_vintage = 2020
default_year = "2025-26"
definition = "Absent on 10 % or more of the days enrolled."
recipes = ["nyc_tracts_2020"]

[in_year]
{in_year}
"""
RECIPE = """
id = "held_daily"
publisher = "Held County"
title = "Counts by day"
table = "daily"
url = "https://example.org/held.csv"
mirror = "held.csv"
vintage = "2025-26"
release = "restricted"
licence = "Shared under an agreement"
definition = "Students of the day, and those absent."
[format]
kind = "delimited"
[identifier]
pattern = "S[0-9]"
[columns.school_id]
column = "school"
[columns.date]
column = "date"
[columns.possible]
column = "students"
unit = "count"
[columns.absent]
column = "absent"
unit = "count"
"""
SIZES = [14, 60, 420, 510, 640]
DATES = [day.strftime("%Y-%m-%d") for day in pd.bdate_range("2025-09-03", periods=6)]
Cell = tuple[str, str]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    for name in ("places", "recipes", "files/days"):
        (folder / name).mkdir(parents=True)
    settings = 'feed = "held_daily"\nfolder = "days"'
    (folder / "places" / "held.toml").write_text(PLACE.format(in_year=settings), "utf-8")
    (folder / "recipes" / "held_daily.toml").write_text(RECIPE, "utf-8")
    return folder


def counts() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = [
        (f"S{at}", day, size, int(rng.binomial(size, 0.08)))
        for at, size in enumerate(SIZES)
        for day in DATES
    ]
    return pd.DataFrame(rows, columns=["school", "date", "students", "absent"])


def updated(own: Path, table: pd.DataFrame, name: str, until: str) -> InYear:
    table.to_csv(own / "files" / "days" / f"{name}.csv", index=False)
    now = datetime.fromisoformat(f"{until}T20:00").replace(tzinfo=UTC)
    found = update("held", Wanted(now, own=own), say=lambda _line: None).figures
    assert found is not None
    return found


def known(figures: InYear) -> dict[Cell, float]:
    shown = figures.days[figures.days["absent"].notna()]
    return {
        (place, day): float(absent)
        for place, day, absent in zip(
            shown["place_id"], shown["date"], shown["absent"], strict=True
        )
    }


def widths(shown: Mapping[Cell, float], sizes: Mapping[str, int]) -> dict[Cell, float]:
    """Give the width of what an attacker can say of each hidden count."""
    found = {}
    for day in DATES:
        hidden = [school for school in sizes if (school, day) not in shown]
        left = shown.get(("all", day))
        for at, school in enumerate(hidden):
            rest = None
            if left is not None:
                rest = left - sum(shown.get((each, day), 0.0) for each in sizes)
            ends = []
            for sign in (1, -1):
                goal = np.zeros(len(hidden))
                goal[at] = sign
                answer = linprog(
                    goal,
                    A_eq=None if rest is None else np.ones((1, len(hidden))),
                    b_eq=None if rest is None else [rest],
                    bounds=[(0, sizes[each]) for each in hidden],
                )
                assert answer.success
                ends.append(answer.fun)
            found[school, day] = -ends[1] - ends[0]
    return found


def test_every_update_by_itself_and_all_together_hide_the_same(own: Path, home: Path) -> None:
    table = counts()
    sizes = {f"S{at}": size for at, size in enumerate(SIZES)}
    together: dict[Cell, float] = {}
    hidden: set[Cell] = set()
    for number, until in enumerate((DATES[3], DATES[-1])):
        found = updated(own, table[table["date"].le(until)], f"edition-{number}", until)
        shown = known(found)
        assert min(value for value in shown.values()) >= 10
        assert not hidden & set(shown), "what was hidden once is shown later"
        secret = found.days["status"].eq("suppressed")
        hidden |= set(zip(found.days["place_id"][secret], found.days["date"][secret], strict=True))
        assert found.days.loc[secret, ["attended", "absent"]].isna().all(axis=None)
        together |= shown
    assert set(together) & {(place, day) for place in ("S3", "S4", "all") for day in DATES}
    truth = table.set_index(["school", "date"])["absent"]
    left = widths(together, sizes)
    assert {school for school, _ in left} >= {"S0", "S1"}
    small = {cell for cell, width in left.items() if width < min(10, sizes[cell[0]])}
    assert not small, truth.loc[sorted(small)]
    # The place is the sum of its schools: a total of the file would be one more equation.
    assert set(found.days["place_id"]) == {"all", *sizes}
    # Raw counts are kept nowhere.
    held = {path.name for path in home.rglob("*") if path.is_file()}
    tables = {"bands.parquet", "days.parquet", "months.parquet"}
    assert {name for name in held if not name.endswith(".lock")} == {
        "checked.json",
        "manifest.json",
        *tables,
    }


def test_two_updates_do_not_tell_a_correction_of_a_hidden_count(own: Path) -> None:
    table = counts()
    first = updated(own, table, "edition-0", DATES[-1])
    mended = table.copy()
    at = mended.index[mended["school"].eq("S1") & mended["date"].eq(DATES[3])][0]
    mended.loc[at, "absent"] += 1
    second = updated(own, mended, "edition-1", DATES[-1])
    cell = ("S1", DATES[3])
    assert cell not in known(first)
    assert cell not in known(second)
    both = known(first) | known(second)
    assert min(widths(both, {f"S{at}": size for at, size in enumerate(SIZES)}).values()) >= 10
    # Nor of one that is shown: what was given stands, here, in the place and beside later days.
    both = known(second)
    at = mended.index[mended["school"].eq("S4") & mended["date"].eq(DATES[3])][0]
    mended.loc[at, "absent"] += 1
    third = updated(own, mended, "edition-2", DATES[-1])
    assert ("S4", DATES[3]) in known(third)
    assert known(third) == both
    kept = [entry for entry in third.ledger if entry.action == "kept" and "given" in entry.reason]
    assert any(f"S4 {DATES[3]}" in entry.examples for entry in kept)


def test_nothing_makes_it_forget_what_it_hid(own: Path) -> None:
    table = counts()
    updated(own, table, "edition-0", DATES[-1])
    before = store.load("held")
    now = datetime.fromisoformat(f"{DATES[-1]}T21:00").replace(tzinfo=UTC)
    replayed = Wanted(now, own=own, as_of=now.date() - timedelta(2))
    with pytest.raises(DataError, match="would be forgotten"):
        update("held", replayed, say=lambda _line: None)
    table[table["school"].ne("S1")].to_csv(own / "files" / "days" / "edition-0.csv", index=False)
    with pytest.raises(DataError, match="would be forgotten"):
        update("held", Wanted(now, own=own, afresh=True), say=lambda _line: None)
    after = store.load("held")
    assert before is not None
    assert after is not None
    pd.testing.assert_frame_equal(after.days, before.days)
    assert "would be forgotten" in after.problem


def test_a_roll_up_comes_in_as_it_was_written(own: Path, tmp_path: Path) -> None:
    made = MadeDistrict(students=900, schools=3, days=40, seed=3)
    made.write(tmp_path / "records")
    settings = tmp_path / "records" / "rollup.toml"
    settings.write_text(ROLLUP, "utf-8")
    out = tmp_path / "rolled"
    rolled(settings, out)
    text = PLACE.format(in_year=f'rollups = ["{out.as_posix()}"]\nlag_days = 2')
    (own / "places" / "held.toml").write_text(text, "utf-8")
    wanted = Wanted(datetime(2025, 8, 1, tzinfo=UTC), own=own)
    whole = update("held", wanted, say=lambda _line: None).figures
    assert whole is not None
    months, days = pd.read_parquet(out / "months.parquet"), pd.read_parquet(out / "days.parquet")
    assert len(whole.months) == len(months)
    assert whole.months["chronic"].sum() == months["chronic"].sum()
    assert whole.days["absent"].sum() == pytest.approx(days["absent"][days["possible"].gt(0)].sum())
    assert whole.days["place_id"].nunique() == 4
    assert whole.days["enrolled"].eq(whole.days["possible"])[whole.days["possible"].notna()].all()
    assert (whole.promised_lag_days, whole.every) == (2, "day")
    assert whole.sources[0].release == "restricted"
    counted = json.loads((out / MANIFEST).read_text("utf-8"))[EACH]
    (told,) = [each for each in whole.ledger if each.reason == AT_EACH]
    assert told.rows == sum(len(own) for own in counted.values()) > 0
    # A replay in October has September's figures, no later month and no end of the year.
    until = datetime(2024, 10, 15, tzinfo=UTC)
    then = update("held", replace(wanted, as_of=until.date()), say=lambda _line: None).figures
    assert then is not None
    assert then.months["month"].unique().tolist() == ["2024-09"]
    assert then.days["date"].max() == "2024-10-15"
    assert then.bands.empty


ROLLUP = """
school_year = "2024-25"
district = "Millbrook"
minimum_days = 10
day_parts = 2
[attendance]
path = "attendance"
kind = "day"
student = "student"
school = "school"
date = "date"
absent = "absent"
[enrolment]
path = "enrolment.parquet"
first = "first"
last = "last"
groups = []
[calendar]
path = "calendar.parquet"
"""
