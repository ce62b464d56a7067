"""Neighbourhoods add up their tracts, and say no more than groups of tracts do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.hotspots.consensus.groups import excess_students
from analytics.rates.between_schools import paired_change
from analytics.rates.intervals import expected
from data.views.groups import gathered, grouped
from data.views.neighbourhoods import (
    areas_of,
    changes,
    counties,
    driver_by_neighbourhood,
    neighbourhood_view,
    neighbourhoods,
    serving,
    unsure_part,
)
from data.views.schools_and_tracts import area_view
from geo.weights.weights import Weights

GEOIDS = pd.Index([f"9900100{n}00" for n in range(1, 7)], name="geoid")
UNITS = pd.Series(["Bay", "Bay", "Hill", "Hill", "Hill", np.nan], GEOIDS, dtype="str")
SCHOOLS = pd.Index([f"s{n}" for n in range(8)], name="school_id")
LINE = Weights.from_edges(GEOIDS, [*GEOIDS[:-1], *GEOIDS[1:]], [*GEOIDS[1:], *GEOIDS[:-1]])


def a_year(absent: list[float], students: float = 200.0) -> pd.DataFrame:
    """School view of one year, all schools of one level."""
    x, n = pd.Series(absent, SCHOOLS, dtype=float), pd.Series(students, SCHOOLS)
    return pd.DataFrame(
        {
            "name": [f"School {n}" for n in range(8)],
            "level": "high",
            "chronic_absent": x,
            "enrolled": n.where(x.notna()),
            "expected": expected(x, n, pd.Series("high", SCHOOLS)),
        }
    )


NOW = a_year([90, 80, 70, 60, 40, 30, 20, 10])
SHARES = pd.DataFrame(
    {
        "school_id": [*SCHOOLS, "s0", "s4", "s7"],
        "geoid": [*GEOIDS[[0, 0, 1, 1, 2, 3, 4, 5]], GEOIDS[2], GEOIDS[5], GEOIDS[0]],
        "share": [0.5, 1, 1, 1, 0.75, 1, 1, 0.9, 0.5, 0.25, 0.1],
    }
)
TRACTS = pd.DataFrame(
    {"name": "a tract", "county": "99001", "neighbourhood": UNITS.fillna("")}, GEOIDS
).assign(children=[300.0, 400.0, 200.0, 300.0, np.nan, 100.0])


@pytest.fixture(scope="module")
def tracts() -> pd.DataFrame:
    hoped = gathered(SHARES, pd.Series(GEOIDS, GEOIDS))
    hoped["students"] = hoped["share"] * hoped["school_id"].map(NOW["expected"])
    return area_view(TRACTS, NOW, SHARES, hoped.groupby("geoid")["students"].sum())


@pytest.fixture(scope="module")
def table(tracts: pd.DataFrame) -> pd.DataFrame:
    return neighbourhood_view(tracts, UNITS, NOW, SHARES, LINE)


def test_counts_are_sums_of_tracts(tracts: pd.DataFrame, table: pd.DataFrame) -> None:
    assert table.index.tolist() == ["Bay", "Hill"]
    assert table["tracts"].tolist() == [2, 3]
    assert table["children"].tolist() == [700, 500]
    # Half of s0's 90, all of s1, s2, s3, and a tenth of s7.
    assert table.loc["Bay", "chronic_absent"] == pytest.approx(45 + 80 + 70 + 60 + 1)
    assert table.loc["Bay", "enrolled"] == pytest.approx(100 + 600 + 20)
    assert table.loc["Bay", "schools"] == 5
    for name in ("chronic_absent", "enrolled"):
        sums = tracts[name].groupby(UNITS).sum()
        np.testing.assert_allclose(table[name], sums.reindex(table.index))
    assert table.loc["Bay", "coverage"] == pytest.approx(720 / 700)


def test_ranges_and_excess_are_those_of_a_group_of_the_same_tracts(
    tracts: pd.DataFrame, table: pd.DataFrame
) -> None:
    """One place, two ways to come to it: as a hot group and as a neighbourhood."""
    as_group = tracts.assign(flagged=1, of=1)
    _, groups = grouped(as_group, UNITS, NOW, SHARES, LINE)
    groups = groups.set_index("cluster").loc[["Bay", "Hill"]]
    same = ["enrolled", "chronic_absent", "rate", "low", "high", "ratio", "ratio_low", "ratio_high"]
    same += ["expected", "excess", "excess_low", "excess_high"]
    same += ["shrunken", "shrunken_low", "shrunken_high", "coverage"]
    pd.testing.assert_frame_equal(
        table[same].astype(float), groups[same].astype(float), check_names=False
    )


def test_expected_leaves_the_neighbourhood_itself_out(table: pd.DataFrame) -> None:
    parts = pd.DataFrame({"Bay": [0.5, 1, 1, 1, 0, 0, 0, 0.1]}, SCHOOLS)
    own = excess_students(NOW["chronic_absent"], NOW["enrolled"], parts, NOW["level"]).loc["Bay"]
    outside = (1 - parts["Bay"]) * 200
    rate = ((1 - parts["Bay"]) * NOW["chronic_absent"]).sum() / outside.sum()
    assert table.loc["Bay", "expected"] == pytest.approx(720 * rate) == own["expected"]
    assert table.loc["Bay", "excess"] == pytest.approx(256 - 720 * rate)
    assert table.loc["Bay", "shown"]


def test_a_neighbourhood_without_students_or_with_few_is_not_shown() -> None:
    units = UNITS.mask(UNITS.index == GEOIDS[5], "Park")
    few = a_year([2, 80, 70, 60, 40, 30, 20, 1]).assign(
        enrolled=lambda t: t["enrolled"].mask(t.index == "s7", 8.0)
    )
    shares = SHARES[SHARES["geoid"].ne(GEOIDS[5]) | SHARES["school_id"].eq("s7")]
    base = TRACTS.assign(shown=True)
    table = neighbourhood_view(base, units, few, shares, LINE)
    assert not table.loc["Park", "shown"]
    assert table.loc["Park", "status"] == "unreliable"
    none = neighbourhood_view(base, units, few, SHARES[SHARES["geoid"] != GEOIDS[5]], LINE)
    assert none.loc["Park", ["shown", "status", "reason"]].tolist() == [
        False,
        "missing",
        "no students",
    ]


def test_a_change_is_paired_by_school_weighted_by_its_part() -> None:
    before = a_year([80, 80, 60, 60, 40, np.nan, 20, 10])
    found = changes(UNITS, (before, SHARES), (NOW, SHARES))
    part = pd.Series([0.5, 1, 1, 1, 0, 0, 0, 0.1], SCHOOLS)
    wanted = paired_change(
        *(each[name] * part for each in (before, NOW) for name in ("chronic_absent", "enrolled"))
    )
    bay = found.loc["Bay"]
    assert bay["before"] == pytest.approx((40 + 80 + 60 + 60 + 1) / 720)
    assert bay["change"] == pytest.approx(15 / 720) == wanted.same.value
    assert (bay["change_low"], bay["change_high"]) == (wanted.same.low, wanted.same.high)
    assert bay["same_schools"] == 5
    assert found.loc["Hill", "same_schools"] == 3  # s0, s4, s6: s5 was not known before
    nobody = a_year([np.nan] * 8)
    assert changes(UNITS, (nobody, SHARES), (NOW, SHARES)).isna().all(axis=None)


def test_schools_that_serve_a_neighbourhood_have_their_students_there() -> None:
    own = serving("Hill", UNITS, NOW, SHARES)
    assert own["students_here"].to_dict() == {"s5": 200, "s6": 200, "s4": 150, "s0": 100}
    assert own.index.tolist() == ["s5", "s6", "s4", "s0"]
    assert serving("Moor", UNITS, NOW, SHARES).empty


def test_a_driver_is_the_mean_over_children_with_its_margin() -> None:
    driver = pd.DataFrame(
        {
            "value": [0.2, 0.4, 0.1, 0.3, 0.9, 0.5],
            "moe": [0.06, 0.08, np.nan, 0.1, 0.1, 0.1],
            "status": "reported",
            "unit": "fraction",
            "source": "census",
            "vintage": "2018-2022",
        },
        GEOIDS,
    )
    found = driver_by_neighbourhood(driver, UNITS, TRACTS["children"])
    assert found.loc["Bay", "value"] == pytest.approx((300 * 0.2 + 400 * 0.4) / 700)
    margin = np.hypot(3 / 7 * 0.06, 4 / 7 * 0.08)
    assert found.loc["Bay", "moe"] == pytest.approx(margin)
    assert found.loc["Bay", "cv"] == pytest.approx(margin / 1.645 / (220 / 700))
    assert found.loc["Bay", ["reliability", "tracts", "unit"]].tolist() == ["high", 2, "fraction"]
    # No child is known to live in the fifth tract; two fifths of Hill's have no margin.
    assert found.loc["Hill", "value"] == pytest.approx(0.22)
    assert np.isnan(found.loc["Hill", "moe"])
    assert found.loc["Hill", "reliability"] == "undefined"
    lacking = driver.assign(status="missing")
    none = driver_by_neighbourhood(lacking, UNITS, TRACTS["children"])
    assert none["status"].eq("missing").all()
    assert none["value"].isna().all()


def test_counties_stand_in_for_neighbourhoods_and_take_their_number_where_nothing_names_them() -> (
    None
):
    tracts = pd.DataFrame(
        {
            "county": ["36005", "36005", "36061", "36061"],
            "county_name": ["Bronx", "Bronx", "", ""],
            "neighbourhood": "",
        },
        GEOIDS[:4],
    )
    assert neighbourhoods(tracts).tolist() == ["Bronx", "Bronx", "County 36061", "County 36061"]
    assert areas_of(tracts) == {"Bronx": "county", "County 36061": "county"}
    named = tracts.assign(neighbourhood=["Bay", "", "Hill", "Hill"])
    assert neighbourhoods(named).dropna().tolist() == ["Bay", "Hill", "Hill"]
    assert areas_of(named) == {
        "Bronx": "county",
        "Bay": "neighbourhood",
        "Hill": "neighbourhood",
    }
    assert counties(named).tolist()[0] == "Bronx"


def test_a_part_of_the_figures_is_unsure() -> None:
    driver = pd.DataFrame(
        {
            "value": [0.1, 0.2, 0.3, 0.4, np.nan],
            "status": ["reported", "reported", "reported", "missing", "reported"],
            "reliability": ["low", "high", "undefined", "low", "low"],
        }
    )
    assert unsure_part(driver) == pytest.approx(1 / 3)
    assert unsure_part(driver[:0]) == 1
