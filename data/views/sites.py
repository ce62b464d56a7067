"""Sites and teams: where new ones would reach most of the students above the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from analytics.inputs import Progress
from analytics.sites import Limits, Sites, marginal_benefit
from analytics.sites.rules import NONE
from data.views.neighbourhoods import neighbourhoods
from data.views.site_search import (
    CENTRE,
    COVERAGE,
    LIMITS,
    QUICK,
    REDRAWN,
    STEP,
    Ground,
    Layout,
    Question,
    Told,
)
from data.views.units import sums, unit_parts

MIDDLE = (0.05, 0.95)
RUNNERS_UP = 5


@dataclass(frozen=True, eq=False)
class SitePlan:
    """Where sites would be, and what they would change.

    Attributes
    ----------
    question : Question
    found : Sites
        Plan with its gap, bound, state and seconds; sites named as in `new`.
    new : DataFrame
        Index id, most students first: number, name, longitude, latitude, `students` (above the
        reference, that come within reach by it), `again` (share of redraws that choose it).
    others : DataFrame
        Candidates not in the plan that redraws choose most often: name, again.
    there : DataFrame
        Sites already there: name, longitude, latitude.
    tracts : DataFrame
        Index `geoid`, all of the place: `students` above the reference, `state` ("before", "new",
        "not" reached, "none" for no figure), `way_before, way_after` (km or minutes).
    areas : DataFrame
        Index neighbourhood: students, before, after (reached), status, reason.
    total : Series
        students, before, after, `served` (of those reached, by capacity and goal);
        `before_low, before_high, after_low, after_high`, shares over the draws;
        `hard_after`, part of those reached who live in the hardest fifth; `way_before, way_after`,
        mean way of a student who has one; NaN without a condition, or a site.
    steps : DataFrame
        `analytics.sites.marginal_benefit` with `reached`, a share, by number of new sites.
    redrawn : int
        Redraws behind `again`; 0 where the number of students plays no part, and where there is no
        plan.
    year : str
        School year.
    """

    question: Question
    found: Sites = field(repr=False)
    new: pd.DataFrame = field(repr=False)
    others: pd.DataFrame = field(repr=False)
    there: pd.DataFrame = field(repr=False)
    tracts: pd.DataFrame = field(repr=False)
    areas: pd.DataFrame = field(repr=False)
    total: pd.Series = field(repr=False)
    steps: pd.DataFrame = field(repr=False)
    redrawn: int
    year: str


def site_view(
    ground: Ground,
    question: Question,
    *,
    limits: Limits = LIMITS,
    redrawn: int = REDRAWN,
    progress: Progress | None = None,
) -> SitePlan:
    """Choose sites, and say how sure each is.

    Parameters
    ----------
    ground : Ground
    question : Question
    limits : Limits
        Gap and time of the search.
    redrawn : int
        Redraws of the demand at most; none is begun after `BUDGET_SECONDS`.
    progress : callable, optional
        Takes steps done and wanted.

    Returns
    -------
    SitePlan
        Without new sites where no plan keeps the rules.

    Raises
    ------
    ValueError
        Too few tracts with a figure, no candidate, an unknown goal, a rule that the goal does not
        have, or a place too large for the goal.
    """
    if question.count < 1:
        raise ValueError(f"{question.count} new sites; give 1 or more")
    layout, numbers = Layout(ground, question), _numbers(question.count)
    told = Told(progress, len(numbers) + redrawn)
    steps: dict[int, Sites] = {}
    for number in numbers:
        own = STEP if question.goal == COVERAGE else QUICK
        own = limits if number == question.count else own
        steps[number] = layout.solve(layout.pairs, number, own)
        told.step()
    found = steps[question.count]
    unmoved = found.status == NONE or question.goal == CENTRE
    again, times = layout.again(0 if unmoved else redrawn, told)
    tracts, total = _tracts(layout, found), _total(layout, found)
    new = _sites(layout, found, again)
    chosen = layout.ids.isin(found.chosen)
    often = new[~chosen & new["again"].gt(0)].sort_values("again", ascending=False, kind="stable")
    listed = new[chosen].sort_values("students", ascending=False, kind="stable")
    listed.insert(0, "number", range(1, len(listed) + 1))
    return SitePlan(
        question=question,
        found=found,
        new=listed,
        others=often[["name", "again"]].head(RUNNERS_UP),
        there=_there(layout),
        tracts=tracts,
        areas=_areas(ground, tracts),
        total=total,
        steps=_curve(layout, steps),
        redrawn=times,
        year=ground.demand.year,
    )


def _numbers(count: int) -> list[int]:
    """Choose numbers of new sites for the curve, the one asked last."""
    return sorted({max(round(count * part), 1) for part in (0.1, 0.25, 0.5, 0.75, 1.0)})


def _opened(layout: Layout, found: Sites) -> list[str]:
    return [*layout.fixed, *found.chosen]


def _curve(layout: Layout, steps: Mapping[int, Sites]) -> pd.DataFrame:
    """Say what each number of new sites reaches, and what the last of them add.

    A search that ran out of time with no plan, or with one that fewer sites beat, is no step: it
    would look as if its sites added nothing.
    """
    better = 1 if layout.question.goal == COVERAGE else -1
    best, kept = -np.inf, {}
    for number, each in steps.items():
        if better * each.value >= best:
            kept[number], best = each, better * each.value
    steps = kept
    value = marginal_benefit(layout.pairs, lambda _, number: steps[number], sorted(steps))
    reached = {number: _share(layout, _opened(layout, each)) for number, each in steps.items()}
    return value.assign(reached=pd.Series(reached))


def _share(layout: Layout, opened: list[str]) -> float:
    near = layout.ways(opened)[0] <= layout.question.reach
    return float(layout.students[near].sum() / max(float(layout.students.sum()), 1e-12))


def _tracts(layout: Layout, found: Sites) -> pd.DataFrame:
    """Say of every tract what was within reach and what comes into it."""
    reach, before = layout.question.reach, layout.ways(layout.fixed)[0]
    after = layout.ways(_opened(layout, found))[0]
    state = np.where(before <= reach, "before", np.where(after <= reach, "new", "not"))
    table = {"students": layout.students, "state": state, "way_before": before, "way_after": after}
    every = pd.DataFrame(table).reindex(layout.ground.panel.tracts.index)
    return every.assign(state=every["state"].fillna("none"))


def _sites(layout: Layout, found: Sites, again: pd.Series) -> pd.DataFrame:
    """Describe every candidate: name, point, students it brings within reach, redraws."""
    own = layout.candidates.to_crs(4326)
    more = own["members"].map(len) - 1
    way, nearest = layout.ways(_opened(layout, found))
    reach = layout.question.reach
    gained = (way <= reach) & (layout.ways(layout.fixed)[0] > reach)
    students = layout.students[gained].groupby(nearest[gained]).sum()
    return pd.DataFrame(
        {
            "name": own["name"].where(more.eq(0), own["name"] + " (+" + more.astype(str) + ")"),
            "longitude": own.geometry.x,
            "latitude": own.geometry.y,
            "students": students.reindex(layout.ids).fillna(0.0).to_numpy(),
            "again": again.reindex(layout.ids).to_numpy(),
        },
        index=own.index,
    )


def _areas(ground: Ground, tracts: pd.DataFrame) -> pd.DataFrame:
    """Sum up by neighbourhood, as far as each may be shown."""
    names, students = neighbourhoods(ground.panel.tracts), tracts["students"]
    parts = unit_parts(ground.panel, "neighbourhood", ground.shares)
    parts = parts.reindex(ground.schools.index).fillna(0.0)
    gate = sums(parts, ground.schools["chronic_absent"], ground.schools["enrolled"])
    figures = {
        "students": students,
        "before": students.where(tracts["state"].eq("before"), 0.0),
        "after": students.where(tracts["state"].isin(["before", "new"]), 0.0),
    }
    table = pd.DataFrame({name: each.groupby(names).sum() for name, each in figures.items()})
    table = table.reindex(gate.index).where(gate["status"].eq("reported"), np.nan, axis=0)
    return table.join(gate[["status", "reason"]]).rename_axis("neighbourhood")


def _total(layout: Layout, found: Sites) -> pd.Series:
    """Sum up, with what the draws leave open for a plan that stays as it is."""
    reach, students = layout.question.reach, layout.students
    draws = layout.ground.demand.draws
    told = {"students": float(students.sum()), "served": float(found.served["students"].sum())}
    weight = students + (0.0 if students.sum() > 0 else 1.0)
    near = students.index[:0].to_series()
    for name, opened in (("before", layout.fixed), ("after", _opened(layout, found))):
        way = layout.ways(opened)[0]
        near = students[way <= reach]
        told[name] = float(near.sum())
        part = draws.loc[near.index].sum() / draws.sum()
        told[f"{name}_low"], told[f"{name}_high"] = part.quantile(list(MIDDLE)).to_list()
        known = np.isfinite(way) & (weight > 0).to_numpy()
        mean = np.average(way[known], weights=weight[known]) if known.any() else np.nan
        told[f"way_{name}"] = float(mean)
    hard = float(near[layout.hard.reindex(near.index)].sum())
    known = layout.question.condition and near.sum() > 0
    told["hard_after"] = hard / float(near.sum()) if known else np.nan
    return pd.Series(told)


def _there(layout: Layout) -> pd.DataFrame:
    """List the sites that are there, fixed schools last."""
    fixed = layout.candidates[layout.candidates.index.isin(layout.question.fixed)]
    both = pd.concat([each[["name", "geometry"]].to_crs(4326) for each in (layout.there, fixed)])
    at = gpd.GeoSeries(both["geometry"])
    return pd.DataFrame({"name": both["name"], "longitude": at.x, "latitude": at.y}, both.index)
