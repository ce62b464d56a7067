"""Who first: the same figures as on other pages, and nothing of units that may not be shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.panel import Panel
from data.views.groups import group_excess
from data.views.joins import joined, offered
from data.views.neighbourhoods import neighbourhoods
from data.views.priorities import (
    criteria_view,
    excess,
    funnel_view,
    persistence,
    priority_view,
    school_condition,
)
from data.views.school_lists import to_help
from data.views.schools_and_tracts import school_view, tract_view
from data.views.units import UNITS, unit_parts
from geo.weights.weights import Weights

FIGURES = ["enrolled", "rate", "chronic_absent", "excess", "excess_se", "excess_low"]
FIGURES += ["excess_high", "expected", "shrunken", "p_top", "rank", "rank_low", "rank_high"]


@pytest.fixture(scope="module")
def shares(demo_protected: Panel) -> pd.DataFrame:
    return joined(demo_protected, demo_protected.parameters["catchment"]["method"]).table


@pytest.fixture(scope="module")
def schools(demo_protected: Panel) -> pd.DataFrame:
    return school_view(demo_protected, demo_protected.area.default_year, "all")


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_ranked_or_says_why_not(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame, unit: str
) -> None:
    table = priority_view(schools, unit_parts(demo_protected, unit, shares), k=5).table
    assert table["year"].eq(demo_protected.area.default_year).all()
    shown = table["status"].eq("reported")
    assert table.loc[~shown, FIGURES].isna().all(axis=None)
    assert table.loc[~shown, "reason"].ne("").all()
    if shown.sum() >= 3:
        assert table.loc[shown, "enrolled"].notna().all()
        known = table["rank"].notna()
        assert table.loc[known, "p_top"].sum() == pytest.approx(min(5, known.sum()), abs=1e-6)
        assert table["rank"].dropna().is_monotonic_increasing
        assert known.iloc[: known.sum()].all()  # those without a rank stand last


def test_schools_have_the_figures_of_their_page(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame
) -> None:
    table = priority_view(schools, unit_parts(demo_protected, "school", shares)).table
    page = to_help(schools[schools["shown"]], "excess")
    assert set(table.index[table["status"].eq("reported")]) == set(page.index)
    for name in ("enrolled", "rate", "expected", "excess", "excess_low", "excess_high"):
        np.testing.assert_allclose(table.loc[page.index, name], page[name], atol=1e-9)


def test_neighbourhoods_have_the_figures_of_groups(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame
) -> None:
    units = neighbourhoods(demo_protected.tracts)
    tracts = tract_view(demo_protected, schools, shares)
    near = Weights.queen(demo_protected.tracts).subset(tracts.index[tracts["shown"]])
    groups = group_excess(units, schools, shares, near)
    table = priority_view(schools, unit_parts(demo_protected, "neighbourhood", shares)).table
    shown = table.index[table["status"].eq("reported")]
    for name in ("expected", "excess", "excess_se", "excess_low", "excess_high"):
        np.testing.assert_allclose(table.loc[shown, name], groups.loc[shown, name], rtol=1e-9)


def test_a_stricter_reference_leaves_more_students_beyond_it(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame
) -> None:
    parts = unit_parts(demo_protected, "district", shares)
    parts = parts.loc[:, parts.sum() > 1].reindex(schools.index).fillna(0.0)
    strict, loose, quarter = (excess(schools, parts, each) for each in (0.1, 0.3, "quarter"))
    enrolled = parts.T @ schools["enrolled"].fillna(0.0)
    np.testing.assert_allclose(strict["excess"] - loose["excess"], 0.2 * enrolled)
    assert (quarter["excess"] > excess(schools, parts, "place")["excess"]).all()
    for unknown in ("best", 1):
        with pytest.raises(ValueError, match="or a target"):
            excess(schools, parts, unknown)


def test_a_hidden_school_has_no_rank(demo_protected: Panel, shares: pd.DataFrame) -> None:
    few = demo_protected.absence["school_id"].eq("HC0001")
    panel = replace(
        demo_protected,
        absence=demo_protected.absence.assign(
            enrolled=demo_protected.absence["enrolled"].mask(few, 12),
            chronic_absent=demo_protected.absence["chronic_absent"].mask(few, 12),
        ),
    )
    schools = school_view(panel, panel.area.default_year, "all")
    table = priority_view(schools, unit_parts(panel, "school", shares)).table
    assert table.loc["HC0001", FIGURES].isna().all()
    assert table.loc["HC0001", "reason"] == "Q1"


def test_criteria_of_a_place(
    demo_protected: Panel, shares: pd.DataFrame, schools: pd.DataFrame
) -> None:
    year = demo_protected.area.default_year
    parts = unit_parts(demo_protected, "neighbourhood", shares)
    lasting = persistence(demo_protected, "all", parts, until=year)
    assert lasting["years"].max() == 2  # 2018-19 and 2021-22: the years between were unusual
    known = lasting["years"] > 0
    assert (lasting["years_above"] <= lasting["years"]).all()
    assert lasting.loc[known, "persistence"].between(0, 1).all()
    homeless = school_condition(demo_protected, "temporary_housing", parts, until=year)
    rows = demo_protected.school_drivers
    rows = rows[rows["school_year"].eq(year) & rows["status"].eq("reported")]
    whole = school_condition(
        demo_protected, "temporary_housing", unit_parts(demo_protected, "place", shares), until=year
    )
    latest = rows["numerator"].sum() / rows["denominator"].sum()
    assert whole.iloc[0] == pytest.approx(latest, abs=0.005)
    methods = {
        name: priority_view(
            schools, unit_parts(demo_protected, "neighbourhood", joined(demo_protected, name).table)
        )
        for name in offered(demo_protected)
    }
    assert len(methods) > 1
    weights = pd.Series({"excess": 2.0, "persistence": 1.0, "temporary_housing": 1.0, "rate": 0.0})
    more = lasting[["persistence"]].join(homeless)
    found = criteria_view(methods, more, weights, k=5)
    assert list(found.parts.columns) == ["excess", "persistence", "temporary_housing"]
    ranked = found.table["rank"].notna()
    assert ranked.sum() > 5
    np.testing.assert_allclose(found.parts[ranked].sum(axis=1), found.table.loc[ranked, "score"])
    assert found.table["top_share"].sum() == pytest.approx(5, abs=0.2)
    assert found.table.loc[~ranked, "score"].isna().all()
    with pytest.raises(ValueError, match="no criterion"):
        criteria_view(methods, more, pd.Series({"income": 1.0}))


def test_the_funnel_is_of_schools_that_may_be_shown(schools: pd.DataFrame) -> None:
    table = funnel_view(schools)
    assert set(table.index) == set(schools.index[schools["shown"]])
    outside = table["outside"].ne("")
    assert (outside == ~table["rate"].between(table["low"], table["high"])).all()
    assert outside.mean() < 0.2


def test_new_york_city_pays_to_be_targeted(nyc_protected: Panel) -> None:
    """A tenth of the neighbourhoods hold four tenths of the students beyond expectation."""
    schools = school_view(nyc_protected, nyc_protected.area.default_year, "all")
    shares = joined(nyc_protected, nyc_protected.parameters["catchment"]["method"]).table
    found = priority_view(schools, unit_parts(nyc_protected, "neighbourhood", shares))
    row = found.concentration.loc[0.1]
    assert row["places"] == 20
    assert row["students"] < 0.16
    assert 0.35 < row["low"] < row["share"] < row["high"] < 0.5
    first = found.table.iloc[:10]
    assert first["p_top"].min() > 0.6
    assert (first["shrunken"] < first["excess"]).all()
