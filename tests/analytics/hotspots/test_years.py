"""Emerging patterns: the rules cell by cell, the exact trend test, and what few years allow."""

from itertools import permutations, product
from math import factorial

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

from analytics.hotspots.consensus.years import PATTERNS, emerging, mann_kendall

YEARS = ["2016-17", "2017-18", "2018-19", "2021-22", "2022-23", "2023-24"]


def flags(*rows, years=None):
    cells = [[{"h": True, ".": False, "?": None}[c] for c in row] for row in rows]
    columns = years or YEARS[-len(rows[0]) :]
    return pd.DataFrame(cells, index=list(rows), columns=columns, dtype="boolean")


@pytest.mark.parametrize(
    ("row", "pattern"),
    [
        ("..h", "new"),
        (".....h", "new"),
        ("?..h", "new"),
        ("hhh", "persistent"),
        ("h.h", "persistent"),
        ("..hhhh", "persistent"),
        ("hh.h.h", "persistent"),
        ("h..h", "sporadic"),  # half is not most
        ("..hh", "sporadic"),
        ("h.h.h.", "fading"),
        ("hh.", "fading"),
        ("h..", "sporadic"),
        (".h....", "sporadic"),
        ("hhhhh.", "fading"),
        ("...", "never"),
        ("hh", "too few years"),
        ("?h?h", "too few years"),
        ("hhh?", "last year unknown"),
        ("????", "too few years"),
    ],
)
def test_each_pattern_follows_its_rule(row, pattern):
    found = emerging(flags(row)).iloc[0]
    assert found["pattern"] == pattern
    assert found["trend"] == "not asked"
    assert found["hot_years"] == row.count("h")


def test_every_history_has_one_pattern():
    rows = ["".join(history) for history in product("h.?", repeat=4)]
    found = emerging(flags(*rows))
    assert found.index.tolist() == rows
    assert found["pattern"].isin(PATTERNS).all()


def test_trend_of_a_persistent_spot_intensifies_or_fades():
    table = flags(*["h" * 6] * 3, "......").set_axis(list("abce"))
    z = pd.DataFrame(
        [range(6), range(6, 0, -1), [3, 1, 4, 1, 5, 2], range(6)],
        index=list("abce"),
        columns=YEARS,
        dtype=float,
    )
    found = emerging(table, z)
    assert found["pattern"].tolist() == ["intensifying", "fading", "persistent", "never"]
    assert found["trend"].tolist()[:2] == ["rising", "falling"]
    assert found.loc["a", ["trend_p", "smallest_p"]].tolist() == pytest.approx([2 / 720] * 2)
    assert found["trend_q"].isna().tolist() == [False, False, False, True]
    again = emerging(table, z.sample(frac=1, random_state=1)[YEARS[::-1]])
    pd.testing.assert_frame_equal(found, again)


@pytest.mark.parametrize("years", [3, 4])
def test_three_or_four_years_can_never_show_a_trend(years):
    table = flags("h" * years)
    z = pd.DataFrame([np.arange(years) * 100.0], index=table.index, columns=table.columns)
    found = emerging(table, z).iloc[0]
    assert found["trend"] == "too few years for a trend"
    assert found["pattern"] == "persistent"
    assert found["smallest_p"] == pytest.approx({3: 1 / 3, 4: 1 / 12}[years])
    assert emerging(table, z, alpha=0.35).iloc[0]["trend"] == "rising"


def test_five_years_show_only_a_perfect_trend():
    orders = list(permutations(range(5)))
    z = pd.DataFrame(orders, columns=YEARS[-5:], dtype=float)
    trends = emerging(z == z, z)["trend"]
    shown = [order for order, trend in zip(orders, trends, strict=True) if "no" not in trend]
    near = [order for order in orders if abs(_s(order)) >= 8]
    assert sorted(shown) == [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0)]
    assert len(near) == 10  # S = 8: p = 10/120 = 0.083 stays open


def _s(order):
    return sum(np.sign(b - a) for i, a in enumerate(order) for b in order[i + 1 :])


def test_equal_values_are_said_to_be_the_reason():
    table = flags("hhhhhh")
    z = pd.DataFrame([[1.0, 1, 1, 1, 1, 2]], index=table.index, columns=table.columns)
    assert emerging(table, z).iloc[0]["trend"] == "too many equal values"


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 4, 5, 6], [2, 2, 1, 5, 5, 5], [3, 1, 1, 2, 3, 3], [1, 1, 1, 1], [4, 2, 9]]
)
def test_mann_kendall_is_the_distribution_over_all_orders(values):
    every = np.array([_s(order) for order in permutations(values)])
    found = mann_kendall(pd.DataFrame([values], dtype=float)).iloc[0]
    assert found["s"] == every[0]
    assert found["p"] == pytest.approx((np.abs(every) >= abs(every[0])).mean(), rel=1e-12)
    highest = np.abs(every).max()
    assert found["smallest_p"] == pytest.approx((np.abs(every) == highest).mean(), rel=1e-12)
    expected = kendalltau(range(len(values)), values)
    np.testing.assert_allclose(found["tau"], expected.statistic, rtol=1e-12)


@pytest.mark.parametrize("years", range(2, 11))
def test_mann_kendall_is_the_exact_test_of_scipy_without_ties(years):
    rng = np.random.default_rng(years)
    table = pd.DataFrame([rng.permutation(years) for _ in range(20)], dtype=float)
    found = mann_kendall(table)
    for row, p in zip(table.to_numpy(), found["p"], strict=True):
        assert p == pytest.approx(kendalltau(range(years), row, method="exact").pvalue, rel=1e-10)
    np.testing.assert_allclose(found["smallest_p"], min(1, 2 / factorial(years)))


def test_unknown_years_leave_the_trend_of_the_others():
    holed = pd.DataFrame([[1.0, np.nan, 2.0, 3.0], [np.nan] * 4, [5.0, np.nan, np.nan, np.nan]])
    found = mann_kendall(holed)
    assert found["years"].tolist() == [3, 0, 1]
    assert found["p"].tolist() == pytest.approx([1 / 3, 1, 1])
    assert found["tau"].isna().tolist() == [False, True, True]
    table = flags("h?hh")
    gone = pd.DataFrame([[1.0, np.nan, 2.0, 3.0]], index=table.index, columns=table.columns)
    found = emerging(table, gone).iloc[0]
    assert found["years"] == 3


def test_unusual_years_are_left_out_unless_wanted():
    years = ["2018-19", "2019-20", "2020-21", "2021-22", "2022-23"]
    table = flags("hhhh.", years=years)
    found = emerging(table).iloc[0]
    assert (found["years"], found["hot_years"]) == (3, 2)
    assert emerging(table, leave_out=()).iloc[0]["hot_years"] == 4


def test_bad_input_is_named():
    table = flags("hhh", "...")
    z = pd.DataFrame(1.0, index=table.index, columns=table.columns)
    for message, call in {
        "column 'rate' is no year": lambda: emerging(table.assign(rate=True)),
        "are the same year; keep one": lambda: emerging(table.assign(**{"2023": True})),
        "z lacks 1 years of the flags, the first '2023-24'": lambda: emerging(table, z.iloc[:, :2]),
        "z lacks 1 areas of the flags, the first 'hhh'": lambda: emerging(table, z.iloc[1:]),
        "1 rows of hot repeat an area, the first 'hhh'": lambda: emerging(
            pd.concat([table, table.iloc[:1]])
        ),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()


def test_empty_tables_come_back_empty_and_without_years_nothing_is_said():
    empty = emerging(flags("hhh").iloc[:0])
    assert len(empty) == 0
    z = pd.DataFrame(index=["a"], columns=[])
    none = emerging(pd.DataFrame(index=["a"], columns=[]), z)
    assert none.loc["a", "pattern"] == "too few years"
    assert none.loc["a", "trend"] == "too few years for a trend"
    areas = emerging(flags("hhh").iloc[:0], pd.DataFrame(columns=YEARS, dtype=float))
    assert len(areas) == 0
