"""A question of sites laid out over a place: candidates, pairs, rules, and the search."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from analytics.inputs import Floats, Progress
from analytics.sites import Limits, Pairs, Rules, Sites, maximal_coverage, p_centre, p_median
from data.panel import Panel
from data.recipe.measures import measure
from data.views.disparities import HARDEST, fifth_of_tracts
from data.views.schools_and_tracts import driver_view, points
from data.views.serving import Demand, homes, kilometres, services

LOWER = "lower is harder"
COVERAGE, MEDIAN, CENTRE = "coverage", "median", "centre"
SCHOOLS, ADDED = "", "added"
FAR_KM = 6.0
"""Ways beyond this, or beyond three times the reach, all count as this long in the median."""
CENTRE_PAIRS = 60_000
"""Pairs of tract and candidate up to which the shortest longest way is searched for."""
LIMITS = Limits(gap=0.01, seconds=20.0)
QUICK = Limits(gap=0.02, seconds=5.0)
STEP = Limits(gap=0.002, seconds=5.0)
"""Of the curve: what one site more adds is itself but a few percent."""
REDRAWN = 20
BUDGET_SECONDS = 30.0
"""Seconds after which no other redraw of the demand is begun."""


@dataclass(frozen=True)
class Question:
    """What is asked: scalars only, so that it can be a key and a link.

    Attributes
    ----------
    service : str
        Kind of provider that is there already, all open; "" for none.
    count : int
        New sites.
    km : float
        Reach in a straight line.
    goal : str
        "coverage", most students within reach; "median", shortest ways in total; "centre", the
        shortest longest way.
    among : str
        Candidates: "" for schools, a kind of provider, or "added" for those handed in.
    floor : float
        Least part of the students reached who live in the hardest fifth of `condition`.
    condition : str
        Measure of the social drivers; "" for none.
    fixed : tuple of str
        Schools that are sites already, and are not counted as new.
    capacity : float
        Students that a site can serve; 0 for no limit.
    budget : float
        Costs of new sites at most, where candidates have a cost; 0 for no limit.
    minutes : float
        Reach by the travel times handed in, in place of `km`; 0 for straight lines.
    """

    service: str = ""
    count: int = 10
    km: float = 1.0
    goal: str = COVERAGE
    among: str = SCHOOLS
    floor: float = 0.0
    condition: str = ""
    fixed: tuple[str, ...] = ()
    capacity: float = 0.0
    budget: float = 0.0
    minutes: float = 0.0

    @property
    def reach(self) -> float:
        """Give the reach in the unit of the ways: minutes by the times handed in, else km."""
        return self.minutes or self.km


@dataclass(frozen=True, eq=False)
class Ground:
    """What a place brings to the question.

    Attributes
    ----------
    panel : Panel
        Protected panel.
    schools, shares : DataFrame
        `school_view` and the join.
    demand : Demand
        `demand_view` of them.
    added : GeoDataFrame or None
        Points that were handed in: as providers, with `supply` (students served) and `cost`.
    times : DataFrame or None
        Travel times that were handed in: geoid, provider_id (of a school, service or point handed
        in), minutes. A pair that is not listed cannot be travelled.
    """

    panel: Panel
    schools: pd.DataFrame
    shares: pd.DataFrame
    demand: Demand
    added: gpd.GeoDataFrame | None = None
    times: pd.DataFrame | None = None


def candidates(ground: Ground, question: Question) -> gpd.GeoDataFrame:
    """Give the places where a site may be, one of those that share a point.

    Returns
    -------
    GeoDataFrame
        Index id, fixed schools first: `name` (with how many more stand there), `members` (ids),
        `supply` and `cost` where handed in.
    """
    if question.among == ADDED:
        table = _added(ground)
        table = table[["name", "supply", "cost", "geometry"]]
    elif question.among == SCHOOLS:
        table = points(ground.panel)[["name", "geometry"]]
        first = table.index.isin(question.fixed)
        table = gpd.GeoDataFrame(pd.concat([table[first], table[~first]]))
    else:
        table = services(ground.panel, question.among, ground.added)[["name", "geometry"]]
    if question.among != SCHOOLS and question.fixed:
        fixed = points(ground.panel)[["name", "geometry"]]
        fixed = fixed[fixed.index.isin(question.fixed)]
        table = gpd.GeoDataFrame(pd.concat([fixed, table]))
    flat = table.geometry.to_crs(ground.panel.area.crs)
    place = pd.Series(list(zip(flat.x.round(0), flat.y.round(0), strict=True)), table.index)
    members = place.index.to_series().groupby(place).agg(tuple)
    return gpd.GeoDataFrame(table.assign(members=place.map(members))[~place.duplicated()])


def centre_is_solved(ground: Ground, question: Question) -> bool:
    """Say whether the shortest longest way is searched for in a place of this size."""
    return len(ground.demand.draws) * len(candidates(ground, question)) <= CENTRE_PAIRS


@dataclass
class Told:
    """Steps done, for the bar."""

    progress: Progress | None
    wanted: int
    done: int = 0

    def step(self) -> None:
        """Tell of one step more."""
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.wanted)


class Layout:
    """One question over one place."""

    def __init__(self, ground: Ground, question: Question) -> None:
        self.ground, self.question = ground, question
        self.students = ground.demand.students
        if self.students.empty:
            raise ValueError("too few areas have a figure")
        panel = ground.panel
        row = panel.tracts.index.get_indexer(self.students.index)
        self.homes = homes(panel)[row]
        self.there = self._there()
        self.candidates = candidates(ground, question)
        if not len(self.candidates):
            raise ValueError("no place for a site")
        if question.goal == CENTRE and not centre_is_solved(ground, question):
            raise ValueError("the place is too large for the shortest longest way")
        known = self.candidates.index.isin(question.fixed)
        self.ids = pd.Index([f"new {each}" for each in self.candidates.index])
        old = pd.Index([f"there {each}" for each in self.there.index])
        self.every = old.append(self.ids)
        self.fixed = [*old, *self.ids[known]]
        at = [kilometres(each.geometry, panel.area.crs) for each in (self.there, self.candidates)]
        self.at = np.concatenate([each for each in at if len(each)])
        self.times = self._times() if question.minutes else None
        self.hard = self._hard()
        self.pairs = self._pairs()
        self.rules = self._rules()

    def _there(self) -> gpd.GeoDataFrame:
        """Give the sites of the service that are there, one of those that share a point."""
        if not self.question.service:
            return services(self.ground.panel, "").iloc[:0]
        sites = services(self.ground.panel, self.question.service, self.ground.added)
        return gpd.GeoDataFrame(sites[~sites.index.duplicated()])

    def _times(self) -> pd.DataFrame:
        """Give minutes by tract and site, the shortest where several stand at one point."""
        if self.ground.times is None:
            raise ValueError("no travel times were handed in")
        named = {each: f"there {each}" for each in self.there.index}
        for first, members in self.candidates["members"].items():
            named |= {each: f"new {first}" for each in members if each not in named}
        table = self.ground.times.assign(site=self.ground.times["provider_id"].map(named))
        table = table[table["geoid"].isin(self.students.index)].dropna(subset=["site"])
        if table.empty:
            raise ValueError("no travel time leads to a place where a site is or may be")
        return table.groupby(["geoid", "site"], as_index=False)["minutes"].min()

    def _pairs(self) -> Pairs:
        if self.times is not None:
            listed = self.times[self.times["minutes"] <= self._far()]
            cells = (listed["geoid"], listed["site"], listed["minutes"])
            return Pairs.of(self.students, self.every, cells)
        near = cKDTree(self.homes).sparse_distance_matrix(
            cKDTree(self.at), self._far(), output_type="coo_matrix"
        )
        cells = (
            pd.Series(self.students.index[near.row]),
            pd.Series(self.every[near.col]),
            pd.Series(near.data),
        )
        return Pairs.of(self.students, self.every, cells)

    def _far(self) -> float:
        """Give the longest way that matters."""
        if self.question.goal == COVERAGE:
            return self.question.reach
        if self.times is not None:
            longest = float(self.times["minutes"].max())
            return (
                min(longest, 3 * self.question.reach) if self.question.goal == MEDIAN else longest
            )
        if self.question.goal == MEDIAN:
            return max(FAR_KM, 3 * self.question.km)
        ends = np.concatenate([self.homes, self.at])
        return float(np.hypot(*np.ptp(ends, axis=0))) + 1.0

    def _hard(self) -> pd.Series:
        """Mark the tracts of the hardest fifth of the condition."""
        none = pd.Series(False, self.students.index)
        if not self.question.condition:
            return none
        panel = self.ground.panel
        harder = -1 if measure(self.question.condition).direction == LOWER else 1
        driver = driver_view(panel, self.question.condition)
        fifths = fifth_of_tracts(driver, panel.tracts["children"], harder=harder)
        return fifths.reindex(none.index).eq(HARDEST)

    def _rules(self) -> Rules:
        rules, table, question = Rules(existing=self.fixed), self.candidates, self.question
        if question.floor > 0:
            rules = replace(rules, hard=self.hard, floor=question.floor)
        if question.capacity > 0:
            room = pd.Series(question.capacity, self.every)
            if "supply" in table:
                own = pd.Series(table["supply"].to_numpy(float), self.ids).dropna()
                room[own.index] = own
            rules = replace(rules, capacity=room)
        if question.budget > 0 and "cost" in table:
            cost = pd.Series(table["cost"].to_numpy(float), self.ids)
            if cost.drop(self.fixed, errors="ignore").isna().any():
                raise ValueError("a budget needs the cost of each candidate")
            rules = replace(rules, cost=cost.reindex(self.every), budget=question.budget)
        return rules

    def solve(self, pairs: Pairs, count: int, limits: Limits) -> Sites:
        """Answer the question for some demand and number of new sites."""
        goal, rules = self.question.goal, self.rules
        if goal == COVERAGE:
            within = self.question.reach
            return maximal_coverage(pairs, count, within=within, rules=rules, limits=limits)
        if goal == MEDIAN:
            return p_median(pairs, count, beyond=self._far(), rules=rules, limits=limits)
        if goal == CENTRE:
            return p_centre(pairs, count, rules=rules, limits=limits)
        raise ValueError(f"goal {goal!r}; use {COVERAGE!r}, {MEDIAN!r} or {CENTRE!r}")

    def again(self, redrawn: int, told: Told) -> tuple[pd.Series, int]:
        """Choose again for redraws of the demand, as many as there is time for.

        Returns
        -------
        (Series, int)
            Share of the redraws that choose each site, and their number.
        """
        total, times = pd.Series(0.0, self.every), 0
        draws, start = self.ground.demand.draws, time.perf_counter()
        for name in draws.columns[:redrawn]:
            if time.perf_counter() - start > BUDGET_SECONDS:
                break
            pairs = replace(self.pairs, demand=draws[name])
            total[self.solve(pairs, self.question.count, QUICK).chosen] += 1
            times += 1
            told.step()
        return total / max(times, 1), times

    def ways(self, opened: list[str]) -> tuple[Floats, NDArray[np.object_]]:
        """Give each tract with a figure its way to the nearest open site, however far, and which.

        Infinite where none is open.
        """
        if not opened:
            nobody = np.full(len(self.homes), "", dtype=object)
            return np.full(len(self.homes), np.inf), nobody
        if self.times is not None:
            return self._by_time(opened)
        way, site = cKDTree(self.at[self.every.get_indexer(pd.Index(opened))]).query(self.homes)
        return np.asarray(way), np.array(opened, dtype=object)[site]

    def _by_time(self, opened: list[str]) -> tuple[Floats, NDArray[np.object_]]:
        """Give each tract its shortest time to an open site; infinite where none is listed."""
        assert self.times is not None  # noqa: S101 - asked for by minutes only
        known = self.times[self.times["site"].isin(opened)].sort_values(["minutes", "site"])
        first = known.drop_duplicates("geoid").set_index("geoid").reindex(self.students.index)
        way = first["minutes"].fillna(np.inf).to_numpy(float)
        return way, first["site"].fillna("").to_numpy(object)


def _added(ground: Ground) -> gpd.GeoDataFrame:
    """Give the points handed in that have a place."""
    if ground.added is None:
        raise ValueError("no points were handed in")
    table = ground.added[ground.added.geometry.notna()]
    return table.assign(**{name: np.nan for name in ("supply", "cost") if name not in table})
