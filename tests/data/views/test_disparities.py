"""Disparities of a place: as on other pages, groups refused, trends within a definition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.rates.between_schools import difference
from data.panel import Panel
from data.views.disparities import (
    EASIEST,
    HARDEST,
    fifth_of_tracts,
    fifth_parts,
    fifth_view,
    gap_by_year,
    group_gap_by_year,
    group_view,
    unit_gap_view,
)
from data.views.joins import joined
from data.views.schools_and_tracts import driver_view, school_view
from data.views.units import unit_parts


@pytest.fixture(scope="module")
def shares(demo_protected: Panel) -> pd.DataFrame:
    return joined(demo_protected, demo_protected.parameters["catchment"]["method"]).table


@pytest.fixture(scope="module")
def schools(demo_protected: Panel) -> pd.DataFrame:
    return school_view(demo_protected, demo_protected.area.default_year, "all")


@pytest.fixture(scope="module")
def grouped(demo_protected: Panel) -> Panel:
    """The demo with two groups: one with half as much absence again, and one of very few."""
    own = demo_protected.absence
    numbers = ["enrolled", "chronic_absent"]
    groups = []
    for name, part, times in (("newcomers", 0.2, 1.5), ("few", 0.001, 1.0)):
        scale = {"enrolled": part, "chronic_absent": part * times}
        counts = {
            each: (own[each].astype("Float64") * scale[each]).round().astype("Int64")
            for each in numbers
        }
        groups.append(own.assign(student_group=name, **counts))
    return replace(demo_protected, absence=pd.concat([own, *groups], ignore_index=True))


def test_groups_stand_beside_all_students(grouped: Panel) -> None:
    year = grouped.area.default_year
    table = group_view(grouped, year, "all")
    assert table.index.tolist() == ["all", "few", "newcomers"]
    assert table.loc["newcomers", "ratio"] == pytest.approx(1.5, abs=0.03)
    low, high = table.loc["newcomers", ["difference_low", "difference_high"]]
    assert low < table.loc["newcomers", "difference"] < high
    assert table.loc["few", "status"] == "unreliable"
    assert table.loc["few", ["rate", "enrolled", "ratio", "difference"]].isna().all()
    assert table["year"].eq(year).all()
    elementary = group_view(grouped, year, "elementary")
    assert elementary.loc["all", "schools"] < table.loc["all", "schools"]
    with pytest.raises(ValueError, match="no group"):
        group_view(grouped, year, "all", reference="nobody")


def test_the_gap_of_a_group_is_followed_as_that_of_parts_is(grouped: Panel) -> None:
    years, trend = group_gap_by_year(grouped, "all", "newcomers")
    assert not {*years.index} & {*grouped.area.unusual_years}
    known = years["difference"].notna()
    for year in years.index[known]:
        table = group_view(grouped, year, "all")
        assert years.loc[year, "difference"] == pytest.approx(table.loc["newcomers", "difference"])
    assert known.sum() >= 3
    enough = (known & years["definition"].eq(years["definition"].max())).sum() >= 3
    assert np.isnan(trend.value) != enough
    few, _ = group_gap_by_year(grouped, "all", "few")
    for year in few.index:  # what may not be shown has no gap
        hidden = group_view(grouped, year, "all").loc["few", "status"] == "unreliable"
        assert np.isnan(few.loc[year, "difference"]) == hidden
    assert few["difference"].isna().any()


def test_a_place_without_groups_has_one_row(demo_protected: Panel) -> None:
    assert group_view(demo_protected, demo_protected.area.default_year, "all").index.tolist() == [
        "all"
    ]


@pytest.mark.parametrize("unit", ["level", "district", "neighbourhood"])
def test_units_beside_the_rest(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame, unit: str
) -> None:
    parts = unit_parts(demo_protected, unit, shares)
    table = unit_gap_view(schools, parts)
    shown = table["rate"].notna()
    assert shown.any()
    name = table.index[shown][0]
    w = parts.loc[schools.index, name]
    x, n = schools["chronic_absent"], schools["enrolled"]
    by_hand = difference(x, n, w, 1 - w)
    row = table.loc[name]
    assert row["difference"] == pytest.approx(by_hand.value)
    assert row["difference_low"] == pytest.approx(by_hand.low)
    rest = x.sum() - (x * w).sum(), n.sum() - (n * w).sum()
    assert row["ratio"] == pytest.approx(row["rate"] / (rest[0] / rest[1]))
    assert table.loc[~shown, ["low", "difference", "ratio"]].isna().all(axis=None)


def test_fifths_hold_as_many_children_each(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame
) -> None:
    driver = driver_view(demo_protected, "poverty_150")
    children = demo_protected.tracts["children"]
    fifths = fifth_of_tracts(driver, children)
    held = children.groupby(fifths).sum() / children[fifths.notna()].sum()
    assert held.index.tolist() == [f"Fifth {number}" for number in range(1, 6)]
    assert held.between(0.17, 0.23).all()
    value = driver["value"].astype(float).groupby(fifths)
    assert (value.max().to_numpy()[:-1] <= value.min().to_numpy()[1:]).all()
    turned = fifth_of_tracts(driver, children, harder=-1)
    assert (turned[fifths.eq(HARDEST)].dropna() == EASIEST).mean() > 0.9
    found = fifth_view(schools, fifth_parts(demo_protected, fifths, shares))
    rate = found.table["rate"]
    assert found.gap.value == pytest.approx(rate[HARDEST] - rate[EASIEST])
    assert np.exp(found.log_ratio.value) == pytest.approx(rate[HARDEST] / rate[EASIEST])
    assert found.slope.state == "estimated"
    assert np.sign(found.slope.sii) == np.sign(found.gap.value)
    assert found.concentration is not None
    assert np.sign(found.concentration.value) == np.sign(found.slope.sii)
    assert found.disparity is not None
    assert found.disparity.groups == 4
    assert 0.9 < found.covered <= 1


def test_a_withheld_fifth_has_no_figure_and_no_index(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame
) -> None:
    driver = driver_view(demo_protected, "poverty_150")
    fifths = fifth_of_tracts(driver, demo_protected.tracts["children"])
    parts = fifth_parts(demo_protected, fifths, shares)
    parts[HARDEST] *= 0.001
    found = fifth_view(schools, parts)
    assert found.table.loc[HARDEST, "status"] == "unreliable"
    assert found.table.loc[HARDEST, ["rate", "low", "ratio", "enrolled"]].isna().all()
    assert found.slope.state == "a group is withheld"
    assert np.isnan([found.gap.value, found.slope.sii, found.log_ratio.value]).all()
    assert found.concentration is None
    assert found.disparity is None
    none = fifth_view(schools, parts.drop(columns=HARDEST))
    assert none.table.loc[HARDEST, "status"] == "missing"
    assert none.concentration is None


def test_gaps_are_followed_within_one_definition(nyc_protected: Panel) -> None:
    """New York City: the gap between fifths of poverty is about 8 points since 2021-22."""
    shares = joined(nyc_protected, nyc_protected.parameters["catchment"]["method"]).table
    driver = driver_view(nyc_protected, "poverty_150")
    fifths = fifth_of_tracts(driver, nyc_protected.tracts["children"])
    parts = fifth_parts(nyc_protected, fifths, shares)
    years, trend = gap_by_year(nyc_protected, "all", parts[HARDEST], parts[EASIEST])
    assert "2019-20" not in years.index
    assert years["definition"].is_monotonic_increasing
    last = years[years["definition"].eq(years["definition"].max())]
    assert last.index.tolist() == ["2021-22", "2022-23", "2023-24", "2024-25"]
    assert last["difference"].between(0.06, 0.11).all()
    assert trend.low < 0 < trend.high  # four years are few
    slope = np.polyfit(range(4), last["difference"], 1)[0]
    assert trend.value == pytest.approx(slope, abs=0.002)
    year = nyc_protected.area.default_year
    found = fifth_view(school_view(nyc_protected, year, "all"), parts)
    assert found.gap.value == pytest.approx(last.loc[year, "difference"])


def test_two_years_of_a_definition_show_no_trend(
    demo_protected: Panel, shares: pd.DataFrame
) -> None:
    parts = unit_parts(demo_protected, "district", shares)
    _, trend = gap_by_year(demo_protected, "all", parts.iloc[:, 0], parts.iloc[:, 1])
    assert np.isnan([trend.value, trend.low, trend.high]).all()
