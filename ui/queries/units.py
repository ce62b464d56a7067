"""What priorities and goals are listed of: neighbourhoods, groups, districts, tracts, schools."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from data.views import units as views
from data.views.districts import areas_in, by_district
from data.views.groups import gathered
from data.views.neighbourhoods import counties, neighbourhoods
from geo.shares import share_matrix
from ui import queries
from ui.queries import hotspots
from ui.queries.cache import kept
from ui.queries.stored import Place
from ui.selection import LISTS, NEIGHBOURHOOD, Selection

GROUP = "group"
LEAST = 3
"""An order, or a list of goals, needs so many."""


def offered(selection: Selection) -> Mapping[str, str]:
    """Words of what can be listed here; the first, which is the usual one, has the key ""."""
    names = here(selection)
    return {"" if name == names[0] else name: LISTS[name] for name in names}


def unit_of(selection: Selection) -> str:
    """Resolve what the view lists: a key of `ui.selection.LISTS`."""
    names = here(selection)
    return selection.list_of if selection.list_of in names else names[0]


def here(selection: Selection) -> tuple[str, ...]:
    """List what the place can be divided into, the usual first: keys of `LISTS`."""
    return _here(queries.place(selection.area))


def parts(selection: Selection, unit: str) -> pd.DataFrame:
    """Part of each school's students in each unit, see `data.views.units.unit_parts`.

    Groups are those of the view's hot spots; a unit is then the id of its group.
    """
    if unit != GROUP:
        return views.unit_parts(queries.panel(selection), unit, queries.join(selection).table)
    clusters = hotspots.found(selection).tracts["cluster"]
    own = gathered(queries.join(selection).table, clusters)
    names, schools = pd.Index(sorted(clusters.dropna().unique())), queries.panel(selection).schools
    laid = share_matrix(own, schools.index, names).toarray()
    table = pd.DataFrame(laid, schools.index, names).rename_axis(columns=GROUP)
    return views.without_dominated(queries.panel(selection), table)


def names(selection: Selection, unit: str, ids: pd.Index) -> pd.Series:
    """Name each unit as people say it."""
    if unit == GROUP:
        groups = hotspots.found(selection).groups
        return pd.Series(groups["name"].to_numpy(), groups["cluster"]).reindex(ids)
    if unit not in ("tract", "school"):
        return pd.Series(ids, ids)
    panel = queries.panel(selection)
    if unit == "school":
        return panel.schools["name"].reindex(ids)
    table = panel.tracts.reindex(ids)
    where = table["neighbourhood"].fillna("")
    return table["name"] + where.mask(where.ne(""), ", " + where)


def focus(unit: str, id_: str) -> tuple[str, str]:
    """Give the field of the selection that opens a unit, and its value."""
    if unit == GROUP:
        return "cluster", id_
    if unit in ("neighbourhood", "county"):
        return "focus", f"{NEIGHBOURHOOD}{id_}"
    return ("goal_for" if unit == "district" else "focus"), id_


def of_tracts(selection: Selection, unit: str) -> pd.Series:
    """Give the unit of each tract, missing where it has none."""
    tracts = queries.panel(selection).tracts
    if unit == GROUP:
        return hotspots.found(selection).tracts["cluster"]
    if unit == "tract":
        return pd.Series(tracts.index, tracts.index)
    return counties(tracts) if unit == "county" else neighbourhoods(tracts)


@kept("units of a place")
def _here(key: Place) -> tuple[str, ...]:
    panel = queries.panel_of(key)
    if by_district(panel):  # a row of schools is one: see the noun of the view
        named = areas_in(panel)
        return ("school", "county") if len(named) >= LEAST else ("school",)
    many = {
        "neighbourhood": neighbourhoods(panel.tracts).nunique(),
        "county": counties(panel.tracts).nunique(),
        "district": panel.schools["district"].replace("", pd.NA).nunique(),
    }
    return (*(name for name, count in many.items() if count >= LEAST), GROUP, "tract", "school")
