"""Students of several schools: a district beside its schools tells nothing of few of them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analytics.disclosure import PRESETS
from data.rollup.cells import STUDENTS, TIERS
from data.rollup.inputs import Opened
from data.rollup.overlap import FAMILIES, counted, of_few
from data.rollup.release import Given, release
from data.rollup.tables import long, measured, months_of, with_each
from data.rollup.written import Earlier

POLICY = PRESETS["restricted"]
SCHOOLS = ("A", "B", "C")
DISTRICTS = dict.fromkeys(SCHOOLS, "one")
GROUPS = ("all", "sex: female", "sex: male")
DAYS = 40
NO_DAYS = pd.DataFrame(columns=["kind", "place", "date", "enrolled", "absent"])


def opened() -> Opened:
    own = SimpleNamespace(
        districts=DISTRICTS, sizes=dict.fromkeys(SCHOOLS, 1), complete=False, broad=(),
        groups={"sex": "sex"}, rules=SimpleNamespace(parts=1),
    )  # fmt: skip
    return cast("Opened", own)


def rows(kind: str, place: str, sex: np.ndarray[Any, Any], absent: Any, possible: Any) -> Any:
    """Count students of a place as a part does."""
    tier = np.digitize(absent / possible, [0.05, 0.10, 0.20])
    table = pd.DataFrame({"kind": kind, "place": place, "month": 202410, "sex": sex, "tier": tier})
    table = table.assign(
        band=-1, students=1, enrolled=1, possible=np.asarray(possible), absent=absent
    )
    keys = ["kind", "place", "month", "sex", "tier", "band"]
    return table.groupby(keys, as_index=False).sum()


def district(seed: int, sizes: list[int], moved: int, link: int = 0) -> pd.DataFrame:
    """Draw the counts of three schools and their district in one month.

    The first `moved` students of a school are those of the next one, paired anew by `link`: schools
    stay as they are.
    """
    rng = np.random.default_rng(seed)
    own, people = [], []
    sex = rng.choice(["female", "male"], moved)
    for at, (school, size) in enumerate(zip(SCHOOLS, sizes, strict=True)):
        absent = rng.binomial(DAYS, rng.beta(1, 9, size))
        # Who moved stands first in A, last in B, in an order of girls and boys of its own.
        each = rng.choice(["female", "male"], size)
        each[:moved] = sex
        possible = np.full(size, DAYS)
        own.append(rows("school", school, each, absent, possible))
        people.append((at, each, absent, possible))
    order = np.arange(moved)
    for name in ("female", "male"):  # the same numbers of each, other persons
        here = np.flatnonzero(sex == name)
        order[here] = np.random.default_rng(link).permutation(here)
    (_, first, a, n), (_, _, b, m) = people[:2]
    both = (first[:moved], a[:moved] + b[:moved][order], n[:moved] + m[:moved])
    alone = [(s[moved * (at < 2) :], x[moved * (at < 2) :], y[moved * (at < 2) :])
             for at, s, x, y in people]  # fmt: skip
    whole = [np.concatenate(each) for each in zip(both, *alone, strict=True)]
    return pd.concat([*own, rows("district", "one", *whole)], ignore_index=True)


def given_out(counts: pd.DataFrame) -> Given:
    found = {"counts": counts, "days": NO_DAYS.copy()}
    return release(found, opened(), Earlier(), POLICY, lambda _: None)


def month_of(counts: pd.DataFrame) -> Any:
    table = measured(long(with_each(counts, DISTRICTS), {"sex": "sex"}))
    days = pd.DataFrame(
        columns=["month", "week", "possible", "absent"],
        index=pd.MultiIndex.from_arrays([[], [], []], names=["kind", "place", "date"]),
    )
    return next(months_of("one", table, days, opened()))[1]


@pytest.mark.parametrize("link", [1, 2, 3])
def test_nothing_that_is_given_depends_on_who_the_few_are(link: int) -> None:
    """Other students of two schools, the same schools: the release is the same to the bit."""
    first, second = (district(4, [220, 260, 240], 9, own) for own in (0, link))
    of_district = [
        each[each["kind"].eq("district")].reset_index(drop=True) for each in (first, second)
    ]
    assert not of_district[0].equals(of_district[1])
    one, other = given_out(first), given_out(second)
    assert one.figures == other.figures
    assert one.each == other.each == {"one": {"2024-10": ["enrolled", "so far"]}}
    every = [one.figures.get((202410, "school", name, "all", "students")) for name in SCHOOLS]
    assert one.figures[202410, "district", "one", "all", "students"] == sum(map(float, every))


def test_many_count_once() -> None:
    month = month_of(district(4, [2_500, 2_600, 2_400], 1_200))
    assert not of_few(month, POLICY)
    assert counted(month, ()) is month
    place = ("district", "one", "all")
    assert month.rows.loc[place, "students"] == 2_500 + 2_600 + 2_400 - 1_200
    assert counted(month, ["so far"]).rows.loc[place, "students"] == 7_500
    assert counted(month, ["so far"]).rows.loc[place, "enrolled"] == 6_300
    assert sum(map(len, FAMILIES.values())) == len(STUDENTS) + 2


def test_nobody_of_several_schools_needs_nothing() -> None:
    assert not of_few(month_of(district(5, [60, 80, 70], 0)), POLICY)


def test_days_of_few_at_two_schools_at_once_count_at_each() -> None:
    """Two students on one day are few; two dozen, half of them absent, are not."""

    def dated(few: float) -> Any:
        days = [
            ("school", "A", "2024-10-01", 100.0, 30.0),
            ("school", "B", "2024-10-01", 120.0, 40.0),
            ("district", "one", "2024-10-01", 220.0 - few, 70.0 - few / 2),
        ]
        names = ["kind", "place", "date", "possible", "absent"]
        table = pd.DataFrame(days, columns=names).set_index(names[:3])
        month = month_of(district(5, [60, 80, 70], 0))
        return replace(month, days=table.assign(week="2024-09-30"))

    assert of_few(dated(2.0), POLICY) == {"days"}
    assert not of_few(dated(24.0), POLICY)
    month = counted(dated(2.0), ["days"])
    assert month.days.loc[("district", "one", "2024-10-01"), "absent"] == 70.0


def test_what_was_counted_at_each_school_stays_so() -> None:
    """Counted once in a second release of the month, it would tell of the first one's few."""
    counts = district(4, [2_500, 2_600, 2_400], 1_200)
    before = Earlier(
        {(202410, "school", "A", "all", "enrolled"): 2_400.0}, "2024-10-11", frozenset(),
        "2024-25", {"one": {"2024-10": ["so far"]}},
    )  # fmt: skip
    found = {"counts": counts, "days": NO_DAYS.assign(date=[])}
    again = release(found, opened(), before, POLICY, lambda _: None)
    assert again.each == {"one": {"2024-10": ["so far"]}}
    assert again.figures[202410, "district", "one", "all", "students"] == 7_500


def ends(
    figures: dict[tuple[Any, ...], float], hidden: list[tuple[Any, ...]], less: pd.DataFrame
) -> dict[tuple[Any, ...], tuple[float, float]]:
    """What an attacker makes of hidden figures, who knows what schools come to less the district.

    Places add up by sex, schools to the district, tiers to students and chronic absence; nobody is
    chronically absent who is not a student.
    """
    at = {key: number for number, key in enumerate([*figures, *hidden])}
    known = np.array([*figures.values(), *[np.nan] * len(hidden)])
    equal, below = [], []

    def sum_of(plus: list[Any], minus: list[Any], value: float, into: list[Any]) -> None:
        if all(key in at for key in (*plus, *minus)):
            row = np.zeros(len(at))
            row[[at[key] for key in plus]] = 1
            row[[at[key] for key in minus]] = -1
            into.append((row, value))

    places = [("district", "one"), *(("school", name) for name in SCHOOLS)]
    for name in STUDENTS[:7]:
        for place in places:
            sum_of(
                [(*place, group, name) for group in GROUPS[1:]], [(*place, "all", name)], 0, equal
            )
        for group in GROUPS:
            each = [("school", school, group, name) for school in SCHOOLS]
            sum_of(each, [("district", "one", group, name)], less.loc[group, name], equal)
    for place in places:
        for group in GROUPS:
            row = (*place, group)
            tiers = [(*row, name) for name in TIERS]
            sum_of(tiers, [(*row, "students")], 0, equal)
            sum_of(tiers[2:], [(*row, "chronic")], 0, equal)
            sum_of([(*row, "chronic")], [(*row, "students")], 0, below)
    first = len(figures)

    def system(rows_: list[Any]) -> tuple[Any, Any]:
        matrix = np.array([row for row, _ in rows_])
        right = np.array([value for _, value in rows_])
        return matrix[:, first:], right - matrix[:, :first] @ known[:first]

    (same, to), (under, most) = system(equal), system(below)
    found = {}
    for number, key in enumerate(hidden):
        goal = np.eye(len(hidden))[number]
        both = [
            linprog(sign * goal, A_ub=under, b_ub=most, A_eq=same, b_eq=to, bounds=(0, None))
            for sign in (1, -1)
        ]
        assert not any(each.status not in (0, 3) for each in both)
        high = np.inf if both[1].status == 3 else -both[1].fun
        found[key] = (np.ceil(both[0].fun - 1e-6), np.floor(high + 1e-6))
    return found


@settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.integers(0, 10**6), st.lists(st.integers(20, 120), min_size=3, max_size=3),
       st.sampled_from([0, 2, 5, 9, 12]))  # fmt: skip
def test_no_hidden_figure_follows_from_a_district_and_its_schools(
    seed: int, sizes: list[int], moved: int
) -> None:
    """Whatever a reader knows of students of several schools besides."""
    counts = district(seed, sizes, min(moved, *sizes))
    given_ = given_out(counts)
    month = month_of(counts)
    month = counted(month, given_.each.get("one", {}).get("2024-10", []))
    schools = month.rows.xs("school", level="kind").groupby(level="group").sum()
    less = schools - month.rows.loc["district", "one"]
    measures = STUDENTS[:7]
    figures = {key[1:]: value for key, value in given_.figures.items() if key[-1] in measures}
    shown = {key: value for key, value in figures.items() if value is not None}
    hidden = [key for key, value in figures.items() if value is None]
    # What the district is less its schools is nothing, or a figure that the rules let be shown.
    for group in GROUPS:
        n = less.loc[group, "students"]
        for name in ("students", "chronic"):
            value = less.loc[group, name]
            assert n == value == 0 or (value > 9 and (name == "students" or n - value > 9))
    for key, (low, high) in ends(shown, hidden, less).items():
        whole = month.rows.loc[key[:3], "students"]
        assert high - low >= min(10, whole), (key, low, high)
