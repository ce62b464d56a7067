"""What a meeting looks at: the whole place, or a group or neighbourhood in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from data.views.hot_spots import HotSpots
from ui import queries
from ui.queries import districts
from ui.queries import hotspots as queries_hotspots
from ui.queries import neighbourhoods as queries_neighbourhoods
from ui.selection import NEIGHBOURHOOD, Selection

Kind = Literal["place", "group", "neighbourhood", "district"]
_NO_GROUPS = pd.DataFrame({"cluster": [], "name": [], "tracts": []}, dtype="object")


@dataclass(frozen=True, eq=False)
class Subject:
    """What the views of coalition mode are about.

    Attributes
    ----------
    kind : str
        "place" for the whole place; "group" for tracts that stand out; "neighbourhood"; "district"
        where these are what is reported.
    name : str
        As people say it.
    selection : Selection
        `cluster` is the id of the group or neighbourhood; "" for the whole place.
    spots : HotSpots
        Hot spots of the view, with the tracts of a neighbourhood as a group of their own; none in a
        place by district.
    enrolled, chronic_absent : float
        Students counted, and those of them who are chronically absent; nan where not shown.
    low, high : float
        Range of the rate by how schools differ; nan for the whole place, which is counted.
    """

    kind: Kind
    name: str
    selection: Selection
    spots: HotSpots
    enrolled: float
    chronic_absent: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def rate(self) -> float:
        """Share of the students who are chronically absent."""
        return self.chronic_absent / self.enrolled if self.enrolled else float("nan")

    def place(self) -> Subject:
        """Give the whole place."""
        return self if self.kind == "place" else whole(self.selection)

    def area(self) -> Subject | None:
        """Give the area itself; of the whole place the first group, else the first neighbourhood.

        The first neighbourhood has most students beyond expected. None where there is neither.
        """
        if self.kind != "place":
            return self
        if districts.are_units(self.selection):
            return None
        if not self.spots.groups.empty:
            return _group(self.spots, self.selection, self.spots.groups.iloc[0])
        first = leading(self.selection)
        return _neighbourhood(self.selection, str(first.index[0])) if len(first) else None


def about(selection: Selection) -> Subject:
    """Find what the selection has chosen: a neighbourhood, the group of a tract, or the place.

    In a place by district: a district, or the place.
    """
    if districts.are_units(selection):
        known = selection.focus in queries.schools(selection).index
        return _district(selection) if known else whole(selection)
    spots = queries_hotspots.found(selection)
    groups = spots.groups.set_index("cluster", drop=False)
    tract = spots.tracts["cluster"].get(selection.focus)
    for chosen in (tract, _unit_of(selection), selection.cluster):
        if not isinstance(chosen, str) or not chosen:
            continue
        if chosen in groups.index:
            return _group(spots, selection, groups.loc[chosen])
        name = chosen.removeprefix(NEIGHBOURHOOD)
        if chosen != name and name in queries_neighbourhoods.areas(selection):
            return _neighbourhood(selection, name)
    return whole(selection)


def leading(selection: Selection) -> pd.DataFrame:
    """Neighbourhoods with most students beyond expected first, as far as they have any."""
    table = queries_neighbourhoods.ranks(selection)
    return table[table["shown"] & (table["excess"] > 0)]


def whole(selection: Selection) -> Subject:
    """Take the whole place."""
    totals = queries.totals(selection)
    return Subject(
        "place",
        queries.panel(selection).area.name,
        replace(selection, cluster="", focus=""),
        _no_spots() if districts.are_units(selection) else queries_hotspots.found(selection),
        totals.enrolled,
        totals.chronic_absent,
    )


def _no_spots() -> HotSpots:
    """Give the hot spots of a place where none are looked for."""
    return HotSpots("consensus", _NO_GROUPS[["cluster"]], _NO_GROUPS, draws=0, tested=0)


def _district(selection: Selection) -> Subject:
    row = queries.schools(selection).loc[selection.focus]
    figures = row[["enrolled", "chronic_absent", "low", "high"]].astype(float)
    return Subject(
        "district",
        str(row["name"]),
        replace(selection, cluster=""),
        _no_spots(),
        *(figures if row["shown"] else figures.where(False)),
    )


def _unit_of(selection: Selection) -> str:
    """Neighbourhood in focus, or that of the tract in focus: one tract is too little to say."""
    focus, units = selection.focus, queries_neighbourhoods.units(selection)
    if focus.startswith(NEIGHBOURHOOD):
        return focus
    unit = units.get(focus)
    return f"{NEIGHBOURHOOD}{unit}" if isinstance(unit, str) else ""


def _group(spots: HotSpots, selection: Selection, row: pd.Series) -> Subject:
    return Subject(
        "group",
        row["name"],
        replace(selection, cluster=row["cluster"], focus=""),
        spots,
        *(float(row[name]) for name in ("enrolled", "chronic_absent", "low", "high")),
    )


def _neighbourhood(selection: Selection, name: str) -> Subject:
    spots, own = queries_hotspots.found(selection), f"{NEIGHBOURHOOD}{name}"
    members = queries_neighbourhoods.members(selection, name)
    clusters = spots.tracts["cluster"].astype("object")
    clusters[clusters.index.isin(members)] = own
    row = queries_neighbourhoods.row(selection, name)
    figures = row[["enrolled", "chronic_absent", "low", "high"]].astype(float)
    return Subject(
        "neighbourhood",
        name,
        replace(selection, cluster=own, focus=own),
        replace(spots, tracts=spots.tracts.assign(cluster=clusters)),
        *(figures if row["shown"] else figures.where(False)),
    )
