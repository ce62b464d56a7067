"""Figures turned back into counts: what they hold besides the rows that are shown.

Each figure of a place, of a unit or a year is solved for the counts behind it. What is left when
the shown schools are taken off would be hidden students: it must be nothing, for every figure.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from analytics.goals import halving
from data.panel import Panel
from data.store.policies import policies
from data.store.protected import protect_panel
from data.views.disparities import unit_gap_view
from data.views.goals import goal_history, goal_view, grid_view
from data.views.joins import joined
from data.views.priorities import QUARTER, funnel_view, persistence, priority_view
from data.views.schools_and_tracts import (
    school_history,
    school_view,
    totals,
    tract_view,
    trend_view,
)
from data.views.serving import demand_view, serving_view
from data.views.units import UNITS, unit_parts
from tests.restricted_places import restricted

Left = tuple[str, pd.Series]
"""What a figure is, and what is left of it by unit."""


@pytest.fixture(scope="module")
def raw(demo_panel: Panel) -> Panel:
    return restricted(demo_panel)


@pytest.fixture(scope="module")
def shown(raw: Panel) -> Panel:
    """By a strict policy, so that there is much to be found."""
    return protect_panel(raw, policies("15"))


def off(figure: pd.Series, parts: pd.DataFrame, known: pd.Series) -> pd.Series:
    """Take the shown schools off a figure."""
    own = parts.T @ known.reindex(parts.index).fillna(0.0)
    return (figure - own.reindex(figure.index)).dropna()


def priorities(view: Panel, schools: pd.DataFrame, parts: pd.DataFrame) -> Iterator[Left]:
    """Observed less expected, rates, ranks and chances."""
    x, n = schools["chronic_absent"], schools["enrolled"]
    for reference in ("place", QUARTER, 0.2):
        found = priority_view(schools, parts, reference=reference)
        table = found.table
        yield "rate x students", off(table["rate"] * table["enrolled"], parts, x)
        yield "excess + expected", off(table["excess"] + table["expected"], parts, x)
        yield "students", off(table["enrolled"], parts, n)
        assert table.loc[table["rate"].isna(), ["excess", "expected"]].isna().all(axis=None)
        ranked = [name for name in ("rank", "p_top", "shrunken") if name in table]
        assert table.loc[table["rate"].isna(), ranked].isna().all(axis=None)
        if len(found.concentration):
            assert found.concentration["places"].max() <= table["rate"].notna().sum()
    years = persistence(view, "all", parts, until=view.area.default_year)
    assert (years["years"] <= view.absence["school_year"].nunique()).all()


def goals(view: Panel, parts: pd.DataFrame) -> Iterator[Left]:
    """Past years, needs and the grid of status and change."""
    history = goal_history(view, "all", parts)
    for year in (year for year in _usual(view) if _number(year) in history.rate.columns):
        number, known = _number(year), _shown(view, year, "chronic_absent")
        count = history.rate[number] * history.enrolled[number]
        yield "past rate x students", off(count, parts, known)
    table = goal_view(history, lambda rate, year: halving(rate, year))
    need = table["students"] / (table["rate"] - table["goal"])
    last = _usual(view)[-1]
    yield "need over the way to go", off(need, parts, _shown(view, last, "enrolled"))
    hidden = table["rate"].isna()
    assert table.loc[hidden, ["students", "chance", "middle", "low", "high"]].isna().all(axis=None)
    assert grid_view(history).loc[hidden].isna().any(axis=1).all()


def _usual(view: Panel) -> list[str]:
    years = sorted(view.absence["school_year"].unique())
    return [year for year in years if year not in view.area.unusual_years]


def _number(year: str) -> int:
    """Year in which a school year begins."""
    return int(year[:4])


def _shown(view: Panel, year: str, name: str) -> pd.Series:
    """What the counted schools of a year show."""
    rows = view.absence[view.absence["student_group"].eq("all") & view.absence["grade"].eq("all")]
    own = rows[rows["school_year"].eq(year) & rows["chronic_absent"].notna()]
    return own.set_index("school_id")[name].astype(float)


def gaps(schools: pd.DataFrame, parts: pd.DataFrame) -> Iterator[Left]:
    """Units against the rest of the place: the rest is solved for too."""
    table = unit_gap_view(schools, parts)
    x, n = schools["chronic_absent"], schools["enrolled"]
    yield "rate of the unit", off(table["rate"] * table["enrolled"], parts, x)
    rest = (table["rate"] - table["difference"]) * (n.sum() - table["enrolled"])
    yield "rate of the rest", (rest + table["rate"] * table["enrolled"] - x.sum()).dropna()


def figures(view: Panel, unit: str) -> Iterator[Left]:
    shares = joined(view, view.parameters["catchment"]["method"]).table
    schools = school_view(view, view.area.default_year, "all")
    parts = unit_parts(view, unit, shares)
    yield from priorities(view, schools, parts)
    yield from goals(view, parts)
    if unit not in ("place", "school"):
        inside = parts.reindex(schools.index).fillna(0.0)
        yield from gaps(schools, inside.loc[:, inside.gt(0).any()])


@pytest.mark.parametrize("unit", UNITS)
def test_figures_of_units_hold_shown_schools_and_nothing_else(shown: Panel, unit: str) -> None:
    names = set()
    for name, left in figures(shown, unit):
        np.testing.assert_allclose(left, 0.0, atol=1e-4, err_msg=name)
        names.add(name) if len(left) else None
    assert len(names) >= 3


def test_no_school_that_is_hidden_has_a_figure_anywhere(raw: Panel, shown: Panel) -> None:
    """Rank, chance, funnel, forecast, need, history, reach: by school, by year."""
    shares = joined(shown, shown.parameters["catchment"]["method"]).table
    year = shown.area.default_year
    schools = school_view(shown, year, "all")
    hidden = schools.index[schools["chronic_absent"].isna()]
    known = raw.absence[raw.absence["school_year"].eq(year)].set_index("school_id")
    assert known.loc[hidden, "chronic_absent"].notna().sum() >= 3
    assert not funnel_view(schools).index.isin(hidden).any()
    parts = unit_parts(shown, "school", shares)
    table = priority_view(schools, parts).table
    assert table.reindex(hidden)[["rate", "excess", "rank", "p_top"]].isna().all(axis=None)
    last = _usual(shown)[-1]
    gone = shown.schools.index.difference(_shown(shown, last, "chronic_absent").index)
    goal = goal_view(goal_history(shown, "all", parts), lambda rate, at: halving(rate, at))
    assert goal.reindex(gone)[["rate", "goal", "students", "chance"]].isna().all(axis=None)
    for school in hidden:
        own = school_history(shown, school).set_index("school_year")
        assert own.loc[year, ["chronic_absent", "rate", "low", "high"]].isna().all()
    demand = demand_view(shown, schools, shares, draws=20)
    kind = shown.services[0]
    reach = serving_view(shown, schools, shares, demand, kind, km=2.0)
    near = reach.schools.reindex(hidden)
    assert near.loc[near["enrolled"].isna(), ["within", "without"]].fillna(0).eq(0).all(axis=None)
    everyone = schools["enrolled"].sum()
    assert reach.total["students"] <= everyone + 1e-6


def test_totals_years_and_filters_differ_by_shown_schools_alone(shown: Panel) -> None:
    trend = trend_view(shown, "all").set_index("school_year")
    for year in trend.index:
        views = {level: school_view(shown, year, level) for level in ("all", *shown.levels)}
        sums = {level: totals(view) for level, view in views.items()}
        rest = sums["all"].chronic_absent - sum(
            sums[level].chronic_absent for level in shown.levels
        )
        assert rest == 0
        assert trend.loc[year, "rate"] * trend.loc[year, "enrolled"] == pytest.approx(
            views["all"]["chronic_absent"].sum()
        )


def test_tracts_give_back_the_shown_schools_alone(shown: Panel) -> None:
    """Rates, ratios and smoothed rates of tracts; the smoothed ones by their own two constants."""
    shares = joined(shown, shown.parameters["catchment"]["method"]).table
    schools = school_view(shown, shown.area.default_year, "all")
    tracts = tract_view(shown, schools, shares)
    parts = unit_parts(shown, "tract", shares)
    x = schools["chronic_absent"]
    # By the enrolments of all years, and of this one, other tracts may stand for few schools.
    both = tracts["rate"].notna() & parts.gt(0).any().reindex(tracts.index)
    assert both.sum() > 100
    for figure in (
        tracts["rate"] * tracts["enrolled"],
        tracts["ratio"] * tracts["expected"],
        tracts["chronic_absent"],
    ):
        np.testing.assert_allclose(off(figure, parts, x).loc[both], 0, atol=1e-6)
    gone = tracts["reason"].eq("P5")
    assert gone.any()
    assert (
        tracts.loc[gone, ["rate", "eb_rate", "ratio", "ratio_low", "ratio_high"]]
        .isna()
        .all(axis=None)
    )


def test_the_attack_finds_what_is_not_protected(raw: Panel, shown: Panel) -> None:
    """The same sums of true counts, with the shown schools taken off, give hidden counts away."""
    year = raw.area.default_year
    truth = school_view(raw, year, "all")["chronic_absent"]
    known = school_view(shown, year, "all")["chronic_absent"]
    hidden = known.index[known.isna() & truth.notna()]
    recovered = 0
    for level in raw.levels:
        own = hidden[raw.schools.loc[hidden, "level"].eq(level)]
        here = raw.schools.index[raw.schools["level"].eq(level)]
        left = truth.reindex(here).sum() - known.reindex(here).sum()
        recovered += int(len(own) > 0 and left == truth[own].sum() > 0)
    assert recovered > 0
