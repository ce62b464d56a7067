"""Who serves where, and sites: against truth counted by hand, rules kept, the gate."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.sites import Limits, Pairs, Sites
from analytics.sites.rules import STOPPED
from data.assemble.panel import make_panel
from data.panel import Panel
from data.store.protected import protect_panel
from data.views.joins import joined
from data.views.schools_and_tracts import school_view
from data.views.serving import Demand, demand_view, serving_view
from data.views.site_search import ADDED, CENTRE, MEDIAN, Ground, Layout, Question, candidates
from data.views.sites import site_view
from tests.small_places import SOURCE, SmallPlace

KM = 0.3
EXACT = Limits(gap=1e-9, seconds=60)
SERVICES = {"p1": "S001", "p2": "S003", "p3": "S003"}
"""Each stands in the tract of a school."""


def place() -> tuple[Panel, pd.DataFrame, pd.DataFrame]:
    """Twelve schools in twelve of twenty tracts, all students in the tract of the building."""
    tables = SmallPlace("served").tables()
    at = tables.schools.geometry[list(SERVICES.values())].to_numpy()
    providers = gpd.GeoDataFrame(
        {
            "name": [f"Service {name}" for name in SERVICES],
            "kind": "mental_health",
            "supply": np.nan,
            "address": "",
            "source": SOURCE,
            "vintage": "2018-19",
        },
        index=pd.Index(list(SERVICES), name="provider_id"),
        geometry=at,
        crs=4326,
    )
    served = pd.DataFrame({"provider_id": ["p1"], "school_id": ["S002"]})
    panel = protect_panel(make_panel(replace(tables, providers=providers, served=served)))
    shares = panel.schools[["geoid"]].reset_index().assign(share=1.0)
    return panel, school_view(panel, "2018-19", "all"), shares


PANEL, SCHOOLS, SHARES = place()
TRACTS = SCHOOLS["geoid"]


def demand(students: dict[str, float], draws: int = 3) -> Demand:
    """Demand that was made up: the same in every draw."""
    figures = pd.Series(students).reindex(sorted(TRACTS)).fillna(0.0)
    drawn = pd.DataFrame(dict.fromkeys(range(draws), figures))
    return Demand(pd.DataFrame(index=drawn.index), drawn, "2018-19")


NUMBERS = {tract: float(10 * (at + 1)) for at, tract in enumerate(TRACTS)}
GROUND = Ground(PANEL, SCHOOLS, SHARES, demand(NUMBERS))


def test_reach_gap_and_double_cover_are_those_counted_by_hand() -> None:
    found = serving_view(PANEL, SCHOOLS, SHARES, GROUND.demand, "mental_health", km=KM)
    n = SCHOOLS["enrolled"]
    assert PANEL.services == ("mental_health",)
    assert (found.providers, found.unplaced, found.sources) == (3, 0, (SOURCE,))
    total = found.total
    assert total["students"] == pytest.approx(n.sum())
    assert total["within"] == pytest.approx(n[["S001", "S003"]].sum())
    assert total["in_house"] == n["S002"]
    assert total["double"] == n["S003"]
    assert total["without"] == pytest.approx(n.drop(["S001", "S002", "S003"]).sum())
    assert total["above_within"] == NUMBERS[TRACTS["S001"]] + NUMBERS[TRACTS["S003"]]
    assert found.tracts[TRACTS["S003"]] == 2
    areas = found.areas
    assert areas["status"].eq("reported").all()
    assert areas["students"].sum() == pytest.approx(n.sum())
    mine = PANEL.tracts.loc[TRACTS["S003"], "neighbourhood"]
    assert areas.loc[mine, "double"] == n["S003"]
    schools = found.schools
    assert schools["services_here"].to_dict() == {
        name: int(name == "S002") for name in SCHOOLS.index
    }
    assert schools.loc["S003", ["services_near", "within", "without"]].tolist() == [2, n["S003"], 0]
    assert schools.loc["S002", ["services_near", "within", "without"]].tolist() == [0, 0, 0]


def test_what_is_handed_in_counts_for_this_reader() -> None:
    added = gpd.GeoDataFrame(
        {"name": "Mine", "kind": "mental_health", "address": "", "source": "own", "vintage": "now"},
        index=["x"],
        geometry=[PANEL.schools.geometry["S005"]],
        crs=4326,
    )
    figures = [
        serving_view(PANEL, SCHOOLS, SHARES, GROUND.demand, "mental_health", km=KM, added=more)
        for more in (None, added)
    ]
    gained = figures[1].total["within"] - figures[0].total["within"]
    assert gained == SCHOOLS.loc["S005", "enrolled"]


def test_neighbourhoods_and_schools_that_may_not_be_shown_have_no_figure() -> None:
    few = SCHOOLS.copy()
    quarter = PANEL.tracts.loc[TRACTS, "neighbourhood"].eq("Quarter 0").to_numpy()
    assert quarter.sum() >= 2
    few.loc[quarter, ["enrolled", "chronic_absent"]] = [6.0, 2.0]
    few.loc[quarter, "shown"] = False
    found = serving_view(PANEL, few, SHARES, GROUND.demand, "mental_health", km=KM)
    plan = site_view(replace(GROUND, schools=few), Question(count=2, km=KM), redrawn=1)
    figures = ["students", "within", "in_house", "without", "double", "above", "above_within"]
    for table, names in ((found.areas, figures), (plan.areas, ["students", "before", "after"])):
        assert table.loc["Quarter 0", "status"] == "unreliable"
        assert table.loc["Quarter 0", "reason"] != ""
        assert table.loc["Quarter 0", names].isna().all()
        assert table.drop("Quarter 0")[names].notna().all(axis=None)
    assert (
        found.schools.loc[few.index[quarter], ["enrolled", "within", "without"]]
        .isna()
        .all(axis=None)
    )


def test_the_best_sites_of_a_small_place_are_those_with_most_students() -> None:
    question = Question(service="mental_health", count=3, km=KM)
    plan = site_view(GROUND, question, limits=EXACT, redrawn=3)
    assert plan.new.index.tolist() == ["S012", "S011", "S010"]
    assert plan.new["number"].tolist() == [1, 2, 3]
    assert plan.new["students"].tolist() == [120, 110, 100]
    assert plan.new["again"].eq(1).all()
    assert (plan.redrawn, plan.found.gap) == (3, 0)
    assert plan.total["before"] == NUMBERS[TRACTS["S001"]] + NUMBERS[TRACTS["S003"]]
    assert plan.total["after"] == plan.total["before"] + 330
    assert plan.total["after_low"] == plan.total["after_high"] == pytest.approx(370 / 780)
    assert plan.areas[["students", "before", "after"]].sum().tolist() == [780, 40, 370]
    assert plan.tracts["state"].value_counts().to_dict() == {
        "none": 8,
        "not": 7,
        "new": 3,
        "before": 2,
    }
    assert plan.steps["reached"].tolist() == pytest.approx([160 / 780, 270 / 780, 370 / 780])
    assert plan.there.index.tolist() == list(SERVICES)


@pytest.mark.parametrize("value", [float("nan"), 10.0])
def test_a_search_out_of_time_is_no_step_that_adds_nothing(
    monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    solve = Layout.solve

    def hurried(layout: Layout, pairs: Pairs, count: int, limits: Limits) -> Sites:
        found = solve(layout, pairs, count, limits)
        if count != 2:
            return found
        return replace(found, chosen=found.chosen[:0], value=value, status=STOPPED)

    monkeypatch.setattr(Layout, "solve", hurried)
    question = Question(service="mental_health", count=3, km=KM)
    steps = site_view(GROUND, question, limits=EXACT, redrawn=0).steps
    assert steps.index.tolist() == [1, 3]
    assert steps["reached"].is_monotonic_increasing


def test_fixed_schools_stay_open_and_are_not_counted_as_new() -> None:
    plan = site_view(GROUND, Question(count=2, km=KM, fixed=("S012", "S001")), limits=EXACT)
    assert plan.new.index.tolist() == ["S011", "S010"]
    assert set(plan.there.index) == {"S012", "S001"}
    assert plan.total["before"] == 130


def test_candidates_of_one_point_are_one() -> None:
    schools = PANEL.schools.copy()
    schools.loc["S002", "geometry"] = schools.geometry["S001"]
    both = candidates(replace(GROUND, panel=replace(PANEL, schools=schools)), Question())
    assert len(both) == 11
    assert both.loc["S001", "members"] == ("S001", "S002")


def test_capacity_cost_and_points_handed_in() -> None:
    names = ["S012", "S011", "S010"]
    added = gpd.GeoDataFrame(
        {"name": names, "supply": [50.0, 500.0, 500.0], "cost": [1.0, 9.0, 3.0], "kind": "other"},
        index=names,
        geometry=PANEL.schools.geometry[names].to_numpy(),
        crs=4326,
    )
    ground = replace(GROUND, added=added)
    cheap = Question(count=3, km=KM, among=ADDED, budget=4.0)
    assert set(site_view(ground, cheap, limits=EXACT).new.index) == {"S012", "S010"}
    small = Question(count=3, km=KM, among=ADDED, capacity=500.0)
    assert site_view(ground, small, limits=EXACT).total["served"] == pytest.approx(50 + 110 + 100)
    dear = Question(count=2, km=KM, among=ADDED, budget=0.5)
    plan = site_view(ground, dear, limits=EXACT)
    assert (len(plan.new), plan.total["after"]) == (0, 0)
    with pytest.raises(ValueError, match="no points were handed in"):
        site_view(GROUND, cheap)


@pytest.mark.parametrize("goal", [MEDIAN, CENTRE])
def test_short_ways_are_found_by_trying_every_plan(goal: str) -> None:
    plan = site_view(GROUND, Question(count=2, km=KM, goal=goal), limits=EXACT, redrawn=0)
    points = candidates(GROUND, Question()).to_crs(PANEL.area.crs)
    homes = PANEL.tracts.to_crs(PANEL.area.crs).geometry.representative_point()
    homes = homes[GROUND.demand.draws.index]
    there, here = (np.column_stack([each.x, each.y]) / 1000 for each in (points.geometry, homes))
    ways = np.hypot(*(here[:, None] - there).transpose(2, 0, 1))
    weight = GROUND.demand.students.to_numpy()
    best = min(
        float(weight @ near) if goal == MEDIAN else float(near.max())
        for near in (ways[:, list(pair)].min(axis=1) for pair in combinations(range(12), 2))
    )
    assert plan.found.value == pytest.approx(best, rel=1e-6)
    assert plan.redrawn == 0


def test_questions_without_an_answer_are_refused() -> None:
    empty = Demand(GROUND.demand.table, pd.DataFrame(), "2018-19")
    with pytest.raises(ValueError, match="too few areas"):
        site_view(replace(GROUND, demand=empty), Question())
    with pytest.raises(ValueError, match="give 1 or more"):
        site_view(GROUND, Question(count=0))
    with pytest.raises(ValueError, match="goal 'best'"):
        site_view(GROUND, Question(goal="best"))
    with pytest.raises(ValueError, match="no place for a site"):
        site_view(GROUND, Question(among="pharmacy"))


@settings(max_examples=25, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 90), min_size=12, max_size=12),
    floor=st.sampled_from([0.0, 0.2, 0.5]),
    count=st.integers(1, 5),
    fixed=st.sets(st.sampled_from([f"S{at:03d}" for at in range(1, 13)]), max_size=3),
    km=st.sampled_from([0.3, 1.2, 2.5]),
)
def test_rules_are_kept_and_more_is_never_less(
    numbers: list[int], floor: float, count: int, fixed: set[str], km: float
) -> None:
    made = demand(dict(zip(TRACTS, map(float, numbers), strict=True)), draws=2)
    question = Question(
        "mental_health", count, km, floor=floor, condition="poverty_150", fixed=tuple(sorted(fixed))
    )
    plan = site_view(replace(GROUND, demand=made), question, limits=EXACT, redrawn=1)
    assert len(plan.new) <= count
    assert not fixed & set(plan.new.index)
    assert set(plan.there.index) >= fixed
    if plan.found.status != "no plan keeps the rules":
        assert plan.total["after"] >= plan.total["before"]
        if floor and plan.total["after"] > 0:
            assert plan.total["hard_after"] >= floor - 1e-6
        free = replace(question, floor=0.0)
        best = site_view(replace(GROUND, demand=made), free, limits=EXACT, redrawn=0)
        assert best.total["after"] >= plan.total["after"] - 1e-6


@settings(max_examples=25, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 90), min_size=12, max_size=12),
    floor=st.sampled_from([0.0, 0.2, 0.5]),
    count=st.integers(1, 3),
    fixed=st.sets(st.sampled_from([f"S{at:03d}" for at in range(1, 13)]), max_size=2),
    km=st.sampled_from([0.3, 1.2]),
)
def test_no_plan_reaches_more_of_all_that_can_be_made(
    numbers: list[int], floor: float, count: int, fixed: set[str], km: float
) -> None:
    made = demand(dict(zip(TRACTS, map(float, numbers), strict=True)), draws=1)
    question = Question("", count, km, floor=floor, condition="poverty_150", fixed=tuple(fixed))
    ground = replace(GROUND, demand=made)
    layout = Layout(ground, question)
    weight, hard = made.students.to_numpy(), layout.hard.to_numpy()
    near = np.hypot(*(layout.homes[:, None] - layout.at).transpose(2, 0, 1)) <= km
    old = [layout.every.get_loc(each) for each in layout.fixed]
    free = [at for at in range(len(layout.every)) if at not in old]
    best = -1.0
    for size in range(count + 1):
        for chosen in combinations(free, size):
            reached = weight * near[:, [*old, *chosen]].any(axis=1)
            if reached[hard].sum() >= floor * reached.sum() - 1e-9:
                best = max(best, float(reached.sum()))
    plan = site_view(ground, question, limits=EXACT, redrawn=0)
    if best < 0:
        assert plan.found.status == "no plan keeps the rules"
    else:
        assert plan.total["after"] == pytest.approx(best, abs=1e-6)


def test_the_demand_of_the_demo_is_drawn_and_never_below_none(demo_protected: Panel) -> None:
    shares = joined(demo_protected, demo_protected.parameters["catchment"]["method"]).table
    schools = school_view(demo_protected, demo_protected.area.default_year, "all")
    made = demand_view(demo_protected, schools, shares)
    assert (made.draws >= 0).all(axis=None)
    assert made.draws.shape[1] == 200
    assert made.table.loc[made.draws.index, "status"].eq("reported").all()
    assert made.draws.std(axis=1).gt(0).any()
    total = schools["chronic_absent"].sum()
    assert 0 < made.students.sum() < total


@pytest.mark.mirror
def test_new_york_city_has_ten_sites_in_a_few_seconds(nyc_protected: Panel) -> None:
    panel = nyc_protected
    shares = joined(panel, panel.parameters["catchment"]["method"]).table
    schools = school_view(panel, panel.area.default_year, "all")
    ground = Ground(panel, schools, shares, demand_view(panel, schools, shares))
    plan = site_view(ground, Question("school_clinic", 10, 1.0), redrawn=2)
    assert len(plan.new) == 10
    assert plan.found.gap <= 0.01
    assert plan.found.seconds < 20
    assert plan.redrawn == 2
    assert 0.3 < plan.total["before"] / plan.total["students"] < 0.7
    assert plan.total["before_low"] < plan.total["before_high"]
    assert plan.total["after"] > plan.total["before"]
    served = serving_view(panel, schools, shares, ground.demand, "school_clinic", km=1.0)
    assert (served.providers, served.unplaced) == (134, 4)
    assert (served.schools["services_here"] > 0).sum() == len(
        set(
            panel.served.merge(
                panel.providers["kind"].rename("kind"), left_on="provider_id", right_index=True
            ).query("kind == 'school_clinic'")["school_id"]
        )
        & set(schools.index)
    )
    assert served.total["without"] < served.total["students"] - served.total["within"]


def times_of(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["geoid", "provider_id", "minutes"])


def test_sites_go_by_the_times_handed_in_where_minutes_are_asked() -> None:
    first, second, last = (TRACTS[name] for name in ("S001", "S002", "S012"))
    # By foot all are far; a bus leads from three tracts to S005, and to S007 from one.
    times = times_of(
        (first, "S005", 10.0), (second, "S005", 19.0), (last, "S005", 25.0), (last, "S007", 5.0)
    )
    ground = replace(GROUND, times=times)
    one = site_view(ground, Question(count=1, minutes=20.0), limits=EXACT)
    assert one.new.index.tolist() == ["S007"]  # 120 students against 10 + 20
    two = site_view(ground, Question(count=2, minutes=20.0), limits=EXACT)
    assert set(two.new.index) == {"S005", "S007"}
    assert two.total["after"] == 10 + 20 + 120
    assert two.tracts.loc[second, "way_after"] == 19.0
    assert np.isinf(two.tracts.loc[TRACTS["S003"], "way_after"])  # not listed: no way
    wide = site_view(ground, Question(count=1, minutes=30.0), limits=EXACT)
    assert wide.new.index.tolist() == ["S005"]
    assert wide.total["after"] == 150


def test_minutes_without_times_or_without_a_way_are_refused() -> None:
    with pytest.raises(ValueError, match="no travel times"):
        site_view(GROUND, Question(count=1, minutes=20.0))
    nowhere = replace(GROUND, times=times_of((TRACTS["S001"], "elsewhere", 5.0)))
    with pytest.raises(ValueError, match="leads to a place"):
        site_view(nowhere, Question(count=1, minutes=20.0))
