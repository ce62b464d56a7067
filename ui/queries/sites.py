"""Who serves where and where sites would be, kept by the view; what is handed in is not shared."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import pandas as pd
import streamlit as st

from data.store.provenance import LedgerEntry
from data.views.serving import Demand, Serving, demand_view, serving_view
from data.views.site_search import COVERAGE, Ground, Question, candidates, centre_is_solved
from data.views.sites import SitePlan, site_view
from ui import queries
from ui.languages import text
from ui.queries.cache import kept
from ui.queries.long_work import result, result_for_one
from ui.queries.stored import Place
from ui.selection import Selection

STATE, TIMES = "own_points", "own_times"


@dataclass(frozen=True, eq=False)
class HandedIn:
    """A table of points or travel times of this session; the key names the file and the place."""

    key: str
    table: pd.DataFrame
    ledger: tuple[LedgerEntry, ...]


def added(selection: Selection) -> HandedIn | None:
    """Give the points that this session handed in for the place."""
    return _of_place(STATE, selection)


def times(selection: Selection) -> HandedIn | None:
    """Give the travel times that this session handed in for the place."""
    return _of_place(TIMES, selection)


def _of_place(state: str, selection: Selection) -> HandedIn | None:
    own: HandedIn | None = st.session_state.get(state)
    return own if own is not None and own.key.startswith(f"{selection.area} ") else None


def places_of_times(selection: Selection) -> set[str]:
    """Give the ids that travel times may lead to: schools, services and points handed in."""
    panel, own = queries.panel(selection), added(selection)
    more = set() if own is None else set(map(str, own.table.index))
    return {*map(str, panel.schools.index), *map(str, panel.providers.index), *more}


def kinds(selection: Selection) -> tuple[str, ...]:
    """Kinds of service that can be asked about: those of the place, then those handed in."""
    known, own = queries.choices(selection.area).services, added(selection)
    more = () if own is None else tuple(sorted(set(own.table["kind"]) - set(known)))
    return (*known, *more)


def demand(selection: Selection) -> Demand:
    """Students above the reference at their likely homes, see `data.views.serving.demand_view`."""
    return _demand(queries.place(selection.area), *_view(selection))


def serving(selection: Selection) -> Serving:
    """Count whom the chosen kind of service reaches, see `data.views.serving.serving_view`."""
    key, own = queries.place(selection.area), added(selection)
    view = (*_view(selection), selection.service, selection.site_reach)
    return _serving(key, *view) if own is None else _served(key, *view, own.table)


def question(
    selection: Selection, capacity: float = 0.0, budget: float = 0.0, minutes: float = 0.0
) -> Question:
    """Put the choices of the selection as a question of sites."""
    return Question(
        service=selection.service,
        count=selection.site_count,
        km=selection.site_reach,
        goal=selection.site_question or COVERAGE,
        among=selection.site_among,
        floor=_floor(selection),
        condition=selection.driver if _floor(selection) else "",
        fixed=tuple(filter(None, selection.fixed.split(","))),
        capacity=capacity,
        budget=budget,
        minutes=minutes,
    )


def centre_is_offered(selection: Selection) -> bool:
    """Whether the shortest longest way is searched for in this place."""
    return centre_is_solved(_ground(selection), question(selection))


def has_candidates(selection: Selection) -> bool:
    """Whether there is a place where a site may be."""
    return len(candidates(_ground(selection), question(selection))) > 0


def plan(selection: Selection, asked: Question) -> SitePlan:
    """Find where sites would be, with a bar that can be stopped; kept for all who ask the same.

    What rests on points handed in is kept for this session alone.

    Raises
    ------
    ValueError
        The question has no answer here; see `data.views.sites.site_view`.
    """
    own, ways = added(selection), times(selection) if asked.minutes else None
    key: tuple[Hashable, ...] = (
        *("sites", queries.place(selection.area), *_view(selection)),
        *(asked, "" if own is None else own.key, "" if ways is None else ways.key),
    )
    # How good a plan is hangs on the time there was: the next process looks again.
    for_all = partial(result, stored=False)
    give = for_all if own is None and ways is None else result_for_one
    return give(
        key,
        text("Looking for sites"),
        lambda bar: site_view(_ground(selection), asked, progress=bar),
    )


def _floor(selection: Selection) -> float:
    """Least part of the hardest fifth: only the question of most students has one."""
    asked = not selection.site_question and bool(selection.driver)
    return selection.site_floor if asked else 0.0


def _ground(selection: Selection) -> Ground:
    own, ways = added(selection), times(selection)
    return Ground(
        queries.panel(selection),
        queries.schools(selection),
        queries.shares(selection),
        demand(selection),
        None if own is None else own.table,
        None if ways is None else ways.table,
    )


def _view(selection: Selection) -> tuple[str, str, str]:
    return selection.year, selection.level, selection.catchment


@kept("students above the reference")
def _demand(key: Place, year: str, level: str, catchment: str) -> Demand:
    view = Selection(key.slug, year, level=level, catchment=catchment)
    return demand_view(queries.panel_of(key), queries.schools(view), queries.shares(view))


@kept("who serves where")
def _serving(key: Place, year: str, level: str, catchment: str, kind: str, km: float) -> Serving:
    return _served(key, year, level, catchment, kind, km, None)


def _served(
    key: Place,
    year: str,
    level: str,
    catchment: str,
    kind: str,
    km: float,
    more: gpd.GeoDataFrame | None,
) -> Serving:
    view = Selection(key.slug, year, level=level, catchment=catchment)
    return serving_view(
        queries.panel_of(key),
        queries.schools(view),
        queries.shares(view),
        demand(view),
        kind,
        km=km,
        added=more,
    )
