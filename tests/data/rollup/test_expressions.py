"""Counts against the same counts in plain Python; definitions at their boundaries."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.rollup import expressions, presence
from data.rollup.made_district import MadeDistrict
from data.rollup.presence import Inputs
from data.rollup.sheets import Rules
from tests.data.rollup.counting import ONE, as_inputs, inputs_of, truth

COLUMNS = ("grade", "sex", "low_income")
RULES = Rules(groups=COLUMNS)
SMALL = MadeDistrict(students=400, schools=5, days=55, part=200, moves=0.15, late=0.2)


@pytest.fixture(scope="module")
def run() -> Any:
    connection = ibis.duckdb.connect()
    return lambda expression: connection.to_pyarrow(expression).to_pandas()


def by_place(inputs: Inputs, rules: Rules, run: Any) -> pd.DataFrame:
    """Counts of schools and of the one district, where movers count once."""
    school = run(expressions.school_counts(inputs, rules))
    stayers = school[school["mover"] == 0].assign(place=ONE)
    return pd.concat([school, stayers, run(expressions.mover_counts(inputs, rules))])


def summed(table: pd.DataFrame, keys: list[str], value: str) -> Counter[Any]:
    sums = table.groupby(keys)[value].sum()
    return Counter({key: int(value) for key, value in sums.items() if value})


def held_against_truth(made: MadeDistrict, inputs: Inputs, rules: Rules, run: Any) -> None:
    expected = truth(made, rules)
    table = by_place(inputs, rules, run).assign(all="all")
    for column in ("all", *rules.groups):
        keys = ["place", "month", column]
        for value in ("enrolled", "possible", "absent"):
            wanted = {
                (place, month, group): count
                for (place, month, of, group), count in expected[value].items()
                if of == column and count
            }
            assert summed(table, keys, value) == wanted
        wanted = {
            (place, month, group, *cell): count
            for (place, month, of, group, *cell), count in expected["counts"].items()
            if of == column
        }
        assert summed(table, [*keys, "tier", "band"], "students") == wanted
    day = run(expressions.school_days(inputs, rules))
    every = pd.concat(
        [
            day,
            day[day["mover"] == 0].assign(place=ONE),
            run(expressions.mover_totals(inputs, rules)),
        ]
    )
    every["date"] = pd.to_datetime(every["date"]).dt.date
    for value, name in (("enrolled", "day_enrolled"), ("absent", "day_absent")):
        wanted = Counter({key: count for key, count in expected[name].items() if count})
        assert summed(every, ["place", "date"], value) == wanted


def test_every_count_is_that_of_plain_python(run: Any) -> None:
    held_against_truth(SMALL, inputs_of(SMALL), RULES, run)


def test_without_repeats_the_short_way_gives_the_same(run: Any) -> None:
    held_against_truth(SMALL, inputs_of(SMALL), replace(RULES, repeats=False), run)


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    days=st.integers(1, 60),
    moves=st.sampled_from([0.0, 0.5, 1.0]),
    late=st.sampled_from([0.0, 0.6]),
    half=st.sampled_from([0.0, 1.0]),
    minimum=st.sampled_from([1, 10, 31]),
)
def test_any_calendar_moves_and_half_days(
    run: Any, seed: int, days: int, moves: float, late: float, half: float, minimum: int
) -> None:
    made = MadeDistrict(60, 3, days, seed, date(2024, 8, 26), moves, late, half, part=60)
    held_against_truth(made, inputs_of(made), replace(RULES, minimum_days=minimum), run)


def one_student(offered: int, missed: list[float], parts: int = 2) -> Inputs:
    """One student, school days in a row, and the part that was missed of the first ones."""
    dates = [date(2024, 9, 2) + timedelta(days=each) for each in range(offered)]
    units = [round(each * parts) for each in missed] + [0] * (offered - len(missed))
    return as_inputs(
        {
            "attendance": pd.DataFrame(
                {"student": "s", "school": "A", "date": dates, "units": units}
            ),
            "enrolment": pd.DataFrame(
                {"student": ["s"], "school": "A", "first": dates[:1], "last": dates[-1:]}
            ),
            "calendar": pd.DataFrame({"school": "A", "date": dates}),
            "schools": pd.DataFrame({"school": ["A"], "district": ONE}),
        }
    )


@pytest.mark.parametrize(
    ("offered", "missed", "tier"),
    [
        (10, [1], 2),  # exactly 10 %
        (20, [1, 1], 2),
        (30, [1, 1, 1], 2),
        (30, [1, 1, 0.5], 1),
        (10, [0.5], 1),  # exactly 5 %
        (20, [0.5], 0),
        (10, [1, 1], 3),  # exactly 20 %
        (10, [1, 0.5], 2),
        (9, [1] * 9, -1),  # too few days of enrolment
        (10, [], 0),
    ],
)
def test_definition_at_its_boundaries(
    run: Any, offered: int, missed: list[float], tier: int
) -> None:
    table = run(expressions.school_counts(one_student(offered, missed), Rules()))
    assert table.sort_values("month")["tier"].tolist()[-1] == tier
    assert table["possible"].sum() == 2 * offered
    assert table["absent"].sum() == 2 * sum(missed)


@pytest.mark.parametrize(
    ("missed", "band"), [([1], 0), ([1, 0.5], 0), ([1, 1], 1), ([1] * 4, 1), ([1] * 4 + [0.5], 2)]
)
def test_bands_of_the_first_month(run: Any, missed: list[float], band: int) -> None:
    assert run(expressions.school_counts(one_student(20, missed), Rules()))["band"].tolist() == [
        band
    ]


def test_a_record_twice_counts_once_and_two_records_that_differ_are_said(run: Any) -> None:
    inputs = one_student(10, [1])
    table = ibis.duckdb.connect().execute(inputs.attendance)
    table["date"] = pd.to_datetime(table["date"]).dt.date
    other = table.iloc[1:2].assign(units=1)
    several = pd.concat([table, table.iloc[:2], other])
    schema = inputs.attendance.schema()
    again = replace(inputs, attendance=ibis.memtable(several, schema=schema))
    said = run(presence.account(again, Rules())).iloc[0]
    wanted = {"records": 13, "copies": 3, "conflicts": 1, "absences": 2}
    assert said[said > 0].to_dict() == wanted
    for most, absent in ((True, 3), (False, 2)):
        counts = run(expressions.school_counts(again, Rules(most=most)))
        assert counts["absent"].sum() == absent


def test_no_record_outside_of_enrolment_is_lost_silently(run: Any) -> None:
    dates = [date(2024, 9, 2) + timedelta(days=each) for each in range(20)]
    spells = pd.DataFrame(
        {"student": "s", "school": "A", "first": [dates[3], dates[12]], "last": dates[8:17:8]}
    )
    away = pd.DataFrame({"student": ["s"] * 20 + ["t"] * 2, "school": "A"})
    away = away.assign(date=[*dates, *dates[:2]], units=[2] * 12 + [0] * 9 + [1])
    made = as_inputs(
        {
            "attendance": away,
            "enrolment": spells,
            "calendar": pd.DataFrame({"school": "A", "date": dates}),
            "schools": pd.DataFrame({"school": ["A"], "district": ONE}),
        }
    )
    said = run(presence.account(made, Rules())).iloc[0].to_dict()
    assert said["records"] == 22
    assert said["before_first"] == 3
    assert said["between_spells"] == 3
    assert said["after_last"] == 3
    assert said["never_enrolled"] == 2
    assert said["absences"] == 13
    assert said["absences_outside"] == 3 + 3 + 1
    counts = run(expressions.school_counts(made, Rules()))
    assert counts["possible"].sum() == 2 * 11
    assert counts["absent"].sum() == 2 * 6


@pytest.mark.parametrize(("rule", "days"), [("half", 2), ("any", 3), ("all", 1)])
def test_periods_make_a_day_by_the_rule(run: Any, rule: str, days: int) -> None:
    inputs = one_student(10, [])
    dates = [date(2024, 9, 2) + timedelta(days=each) for each in range(3)]
    missed = {0: (2, 2, 2, 2), 1: (2, 2, 0, 0), 2: (2, 0, 0, 0)}
    rows = [
        {"student": "s", "school": "A", "date": dates[day], "period": period, "units": units}
        for day, periods in missed.items()
        for period, units in enumerate(periods)
    ]
    table = pd.DataFrame([*rows, rows[0]])
    schema = {"student": "string", "school": "string", "date": "date", "period": "int64"}
    made = ibis.memtable(table, schema=ibis.schema({**schema, "units": "int64"}))
    counts = run(expressions.school_counts(replace(inputs, attendance=made), Rules(day_rule=rule)))
    assert counts["absent"].sum() == 2 * days


def test_present_at_one_of_two_schools_is_present_in_the_district(run: Any) -> None:
    dates = [date(2024, 9, 2) + timedelta(days=each) for each in range(12)]
    both = pd.DataFrame({"student": "s", "school": ["A", "B"]})
    inputs = as_inputs(
        {
            "attendance": pd.DataFrame(
                {"student": "s", "school": ["A", "A", "B"], "date": [dates[0], dates[1], dates[1]]}
            ).assign(units=2),
            "enrolment": both.assign(first=dates[0], last=dates[-1]),
            "calendar": pd.DataFrame({"school": np.repeat(["A", "B"], 12), "date": dates * 2}),
            "schools": pd.DataFrame({"school": ["A", "B"], "district": ONE}),
        }
    )
    table = (
        by_place(inputs, Rules(), run).groupby("place")[["students", "possible", "absent"]].sum()
    )
    assert table.loc["A"].tolist() == [1, 24, 4]
    assert table.loc["B"].tolist() == [1, 24, 2]
    assert table.loc[ONE].tolist() == [1, 24, 2]
