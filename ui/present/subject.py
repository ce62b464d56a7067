"""What a meeting looks at: the whole place, or a group or neighbourhood in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from data.views.hot_spots import HotSpots
from ui import queries
from ui.queries import hotspots as queries_hotspots
from ui.selection import Selection

Kind = Literal["place", "group"]


@dataclass(frozen=True, eq=False)
class Subject:
    """What the views of coalition mode are about.

    Attributes
    ----------
    kind : str
        "place" for the whole place, or "group" for a part of it.
    name : str
        As people say it.
    selection : Selection
        `cluster` is the id of the group; "" for the whole place.
    spots : HotSpots
        Hot spots of the view.
    enrolled, chronic_absent : float
        Students counted, and those of them who are chronically absent.
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
        return self.chronic_absent / self.enrolled

    def row(self) -> pd.Series:
        """Give the figures of the group, a row of `HotSpots.groups`."""
        groups = self.spots.groups
        return groups[groups["cluster"] == self.selection.cluster].iloc[0]

    def place(self) -> Subject:
        """Give the whole place."""
        return self if self.kind == "place" else whole(self.selection, self.spots)

    def group(self) -> Subject | None:
        """Give the group itself; of the whole place its first; None where no area stands out."""
        if self.kind == "group" or self.spots.groups.empty:
            return self if self.kind == "group" else None
        return _group(self.spots, self.selection, self.spots.groups.iloc[0])


def about(selection: Selection) -> Subject:
    """Find what the selection has chosen: the group of its tract or card, else the whole place."""
    spots = queries_hotspots.found(selection)
    groups = spots.groups.set_index("cluster", drop=False)
    tract = spots.tracts["cluster"].get(selection.focus)
    for chosen in (tract, selection.cluster):
        if isinstance(chosen, str) and chosen in groups.index:
            return _group(spots, selection, groups.loc[chosen])
    return whole(selection, spots)


def whole(selection: Selection, spots: HotSpots) -> Subject:
    """Take the whole place."""
    totals = queries.totals(selection)
    name = queries.panel(selection).area.name
    plain = replace(selection, cluster="")
    return Subject("place", name, plain, spots, totals.enrolled, totals.chronic_absent)


def _group(spots: HotSpots, selection: Selection, row: pd.Series) -> Subject:
    return Subject(
        "group",
        row["name"],
        replace(selection, cluster=row["cluster"]),
        spots,
        *(float(row[name]) for name in ("enrolled", "chronic_absent", "low", "high")),
    )
