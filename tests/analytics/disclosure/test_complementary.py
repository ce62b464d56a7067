"""Complementary suppression: nothing hidden can be worked out from what adds up."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure import PRESETS, PublicTotals, attainable, audit, protect, release
from data.store.policies import read_policy

RESTRICTED = PRESETS["restricted"]
SIZES = (6, 14, 25, 40, 90, 400)


def counted(rows):
    keys = ["school_id", "school_year", "student_group", "grade", "enrolled", "chronic_absent"]
    table = pd.DataFrame(rows, columns=keys).astype({keys[4]: "Int64", keys[5]: "Int64"})
    count = table["chronic_absent"]
    return table.assign(lower=count, upper=count, status="reported", reason="")


def random_schools(number, seed, grades=3, groups=False):
    """Schools of a few grades with many small counts; each is a release of its own."""
    rng = np.random.default_rng(seed)
    rows = []
    for school in range(number):
        n = rng.choice(SIZES, grades)
        x = rng.binomial(n, rng.choice([0.03, 0.15, 0.4, 0.97]))
        name = f"s{school:05d}"
        rows += [(name, "2023-24", "all", str(at), n[at], x[at]) for at in range(grades)]
        rows.append((name, "2023-24", "all", "all", n.sum(), x.sum()))
        if groups:
            m = rng.integers(0, n.sum() + 1)
            y = rng.hypergeometric(x.sum(), n.sum() - x.sum(), m)
            rows.append((name, "2023-24", "Female", "all", m, y))
            rows.append((name, "2023-24", "Male", "all", n.sum() - m, x.sum() - y))
    return counted(rows)


def naive(table):
    """Hide by the rules of one count alone, as if nothing added up."""
    alone = table.drop(columns=["school_id", "school_year", "student_group", "grade"])
    return protect(alone, RESTRICTED).assign(**{key: table[key] for key in list(table)[:4]})


def test_random_releases_disclose_nothing(replicates):
    number = replicates(1000, 10_000)
    hidden = secondary = 0
    for seed in range(number // 250):
        table = random_schools(250, seed)
        shown = protect(table, RESTRICTED)
        found = audit(shown, PublicTotals.of(table))
        assert found.passed, found.disclosed[:3]
        hidden += found.hidden
        secondary += int((shown["status"].eq("suppressed") & naive(table)["reason"].eq("")).sum())
        assert not audit(naive(table), PublicTotals.of(table)).passed
        assert (shown["enrolled"].dropna() == table["enrolled"][shown["enrolled"].notna()]).all()
    assert hidden > 2 * number
    assert secondary > number / 5


def test_a_reader_who_only_adds_up_grades_is_kept_out_too():
    """The plain program over one sum a school, apart from the gate's own account of the cells."""
    table = random_schools(120, 77)
    shown = protect(table, RESTRICTED)
    counts = table["chronic_absent"].astype(float)
    sums = np.kron(np.eye(120), [1.0, 1.0, 1.0, -1.0])
    hidden = shown["chronic_absent"].isna()
    most = shown["enrolled"].astype("Float64").fillna(np.inf).astype(float)
    found = attainable(counts, hidden, sums, upper=most)
    assert len(found) > 200
    assert (found["upper"] - found["lower"]).min() >= 9


@pytest.mark.parametrize("seed", range(3))
def test_groups_and_grades_of_a_school_hide_each_other(seed):
    table = random_schools(40, seed, grades=2, groups=True)
    shown = protect(table, RESTRICTED)
    assert audit(shown, PublicTotals.of(table)).passed
    assert not audit(naive(table), PublicTotals.of(table)).passed
    assert shown["status"].ne("suppressed").any()


def test_all_but_a_few_students_in_a_group_give_the_few_away():
    """100 students of whom 95 are in a group: what is known of both is known of the other five."""
    table = counted(
        [
            ("A", "2023-24", "all", "all", 100, 32),
            ("A", "2023-24", "Low income", "all", 95, 30),
            ("B", "2023-24", "all", "all", 300, 90),
            ("B", "2023-24", "Low income", "all", 150, 60),
        ]
    )
    shown = protect(table, RESTRICTED)
    assert shown["status"].tolist() == ["reported", "suppressed", "reported", "reported"]
    assert shown["reason"].tolist()[1] == "P3"
    assert audit(shown, PublicTotals.of(table)).passed


def district(seed=0, small=(3, 5)):
    """Twelve schools of two districts, some with few absent students."""
    rng = np.random.default_rng(seed)
    n = rng.integers(200, 600, 12)
    x = rng.binomial(n, 0.25)
    x[[0, 7]] = small
    rows = [(f"s{at:02d}", "2023-24", "all", "all", n[at], x[at]) for at in range(12)]
    schools = pd.DataFrame(
        {"level": ["primary", "high"] * 6, "district": ["North"] * 6 + ["South"] * 6},
        index=[row[0] for row in rows],
    )
    return counted(rows), schools


def test_totals_of_places_do_not_give_a_lone_school_away():
    table, schools = district()
    alone = protect(table, RESTRICTED)
    assert alone["status"].eq("suppressed").sum() == 2
    assert not audit(alone, PublicTotals.of(table, schools)).passed
    made = release(table, RESTRICTED, schools=schools)
    known = PublicTotals.of(table, schools, withheld=made.withheld)
    found = audit(made.table, known)
    assert found.passed
    assert found.withheld == len(made.withheld) < found.totals / 4
    assert 2 < made.table["status"].eq("suppressed").sum() <= 6
    assert made.table["enrolled"].notna().all()
    assert set(made.table["reason"]) == {"", "P3"}, "who is small and who stands beside is not told"


def test_what_is_told_does_not_depend_on_what_is_hidden():
    """Hidden small counts drawn anew, with every total as it was: the same table to the bit."""
    grades = [
        counted(
            [
                ("A", "2023-24", "all", "1", 60, a),
                ("A", "2023-24", "all", "2", 80, b),
                ("A", "2023-24", "all", "3", 90, 31),
                ("A", "2023-24", "all", "all", 230, 40),
            ]
        )
        for a, b in ((0, 9), (4, 5), (9, 0))
    ]
    shown = [protect(table, RESTRICTED) for table in grades]
    assert shown[0]["status"].eq("suppressed").sum() >= 2
    for other in shown[1:]:
        pd.testing.assert_frame_equal(other, shown[0])


def test_the_same_table_gives_the_same_pattern():
    table = random_schools(60, 5)
    first, again = protect(table, RESTRICTED), protect(table.copy(), RESTRICTED)
    pd.testing.assert_frame_equal(first, again)
    stricter = protect(table, RESTRICTED.tighten(read_policy("20")))
    assert audit(
        stricter, PublicTotals.of(table), policy=RESTRICTED.tighten(read_policy("20"))
    ).passed
    assert stricter["status"].eq("suppressed").sum() > first["status"].eq("suppressed").sum()


def test_a_figure_that_an_earlier_release_gave_hides_nothing():
    table, schools = district()
    before = release(table, RESTRICTED, schools=schools).table
    beside = before["reason"].eq("P3") & table["chronic_absent"].gt(9)
    assert beside.any()
    released = pd.DataFrame({"enrolled": False, "chronic_absent": beside})
    made = release(table, RESTRICTED, schools=schools, released=released)
    known = PublicTotals.of(table, schools, withheld=made.withheld)
    assert not made.table.loc[beside, "status"].eq("suppressed").any()
    assert audit(made.table, known, released=released).passed
    late = audit(before, PublicTotals.of(table, schools), released=released)
    assert not late.passed
    assert late.already == beside.sum()


def test_places_are_named_and_values_are_not():
    table, schools = district(small=(3, 5))
    found = audit(protect(table, RESTRICTED), PublicTotals.of(table, schools))
    assert found.disclosed == ("school s00, 2023-24, absent", "school s07, 2023-24, absent")
    assert "disclosed" not in repr(found)


def test_totals_of_another_table_are_refused():
    table, _ = district()
    with pytest.raises(ValueError, match="totals of 12 rows for 11 rows"):
        audit(table.iloc[1:], PublicTotals.of(table))
