"""What pages ask of neighbourhoods: their figures, schools and conditions, kept by the view."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from data.views import neighbourhoods as views
from data.views.districts import areas_in
from data.views.ranking import ranked
from ui import queries
from ui.queries.cache import kept
from ui.queries.hotspots import weights_of
from ui.queries.stored import Place
from ui.selection import NEIGHBOURHOOD, Selection


def units(selection: Selection, kind: str = "neighbourhood") -> pd.Series:
    """Neighbourhood (or county) of each tract, missing where it has none."""
    tracts = queries.panel(selection).tracts
    return views.counties(tracts) if kind == "county" else views.neighbourhoods(tracts)


def areas(selection: Selection) -> dict[str, str]:
    """Give the kind of each area with a name, see `data.views.districts.areas_in`."""
    return areas_in(queries.panel(selection))


def table(selection: Selection, kind: str = "neighbourhood") -> pd.DataFrame:
    """Neighbourhoods (or counties) of the view, see `data.views.neighbourhoods.neighbourhood_view`.

    Returns
    -------
    DataFrame
        With `since`, the usual year before ("" where there is none to compare with), `compared`,
        that year or why there is none, and the columns of `data.views.neighbourhoods.changes`.
    """
    key = queries.place(selection.area)
    return _table(key, selection.year, selection.level, selection.catchment, kind)


def ranks(selection: Selection) -> pd.DataFrame:
    """Neighbourhoods in order, by the view's `rank`: see `data.views.ranking.ranked`."""
    key = queries.place(selection.area)
    by = selection.rank or "excess"
    return _ranks(key, selection.year, selection.level, selection.catchment, by)


def focused(selection: Selection) -> str:
    """Name of the neighbourhood or county in focus; "" when there is none."""
    name = selection.focus.removeprefix(NEIGHBOURHOOD)
    return name if selection.focus.startswith(NEIGHBOURHOOD) else ""


def row(selection: Selection, name: str) -> pd.Series:
    """Figures of one neighbourhood or county."""
    return table(selection, areas(selection)[name]).loc[name]


def members(selection: Selection, name: str) -> pd.Index:
    """Tracts of a neighbourhood or county."""
    own = units(selection, areas(selection)[name])
    return own.index[own == name]


def schools(selection: Selection, name: str) -> pd.DataFrame:
    """Schools that serve a neighbourhood or county, most students from there first."""
    own = units(selection, areas(selection)[name])
    return views.serving(name, own, queries.schools(selection), queries.shares(selection))


@kept("neighbourhoods")
def _table(key: Place, year: str, level: str, catchment: str, kind: str) -> pd.DataFrame:
    view = Selection(key.slug, year, level=level, catchment=catchment)
    own, now = units(view, kind), (queries.schools(view), queries.shares(view))
    tracts = queries.tracts(view)
    restricted = queries.panel_of(key).restricted
    near = weights_of(key, "queen")
    found = views.neighbourhood_view(tracts, own, *now, near, restricted=restricted)
    trend = queries.trend(view).set_index("school_year").loc[year]
    since = trend["since"] if pd.notna(trend["since"]) else ""
    found = found.assign(since=since, compared=trend["compared"])
    if not since:
        return found.assign(**dict.fromkeys(views.CHANGES, float("nan")))
    then = replace(view, year=since)
    before = (queries.schools(then), queries.shares(then))
    return found.join(views.changes(own, before, now).where(found["reason"].ne("P5")))


@kept("ranks of neighbourhoods")
def _ranks(key: Place, year: str, level: str, catchment: str, by: str) -> pd.DataFrame:
    return ranked(_table(key, year, level, catchment, "neighbourhood"), by)
