"""The plan of a place, asked for anew at every run: others change it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.evidence import evidence
from data.plan import store
from data.plan.database import PlanError
from data.plan.entry import FIELDS
from data.views.districts import areas_in
from ui.queries.places import panel
from ui.selection import Selection


@dataclass(frozen=True, eq=False)
class Opened:
    """The plan of a place as it is now.

    Attributes
    ----------
    table : DataFrame
        As from `data.plan.store.entries`; without rows when it cannot be read.
    stamp : int
        Number of its last change.
    trouble : PlanError or None
        Why it cannot be read.
    """

    table: pd.DataFrame
    stamp: int = 0
    trouble: PlanError | None = None


def opened(selection: Selection) -> Opened:
    """Read the plan of a place; what goes wrong comes with it."""
    try:
        stamp, _ = store.stamp(selection.area)  # first, so that what comes between is told
        return Opened(store.entries(selection.area), stamp)
    except PlanError as error:
        columns = [*FIELDS, "version", "changed_at", "changed_by"]
        empty = pd.DataFrame(columns=columns, index=pd.Index([], name="id"))
        return Opened(empty, 0, error)


def places(selection: Selection) -> dict[str, tuple[str, str]]:
    """Give what an entry may be about: kind and name of each place, by "kind:id".

    The whole place comes first, then neighbourhoods, counties, districts and schools.
    """
    whole = panel(selection)
    found = {"place:": ("place", whole.area.name)}
    for name, kind in sorted(areas_in(whole).items(), key=lambda item: (item[1], item[0])):
        found[f"{kind}:{name}"] = (kind, name)
    own = whole.area.reports
    if own == "school":
        for name in sorted(set(whole.schools["district"]) - {""}):
            found[f"district:{name}"] = ("district", name)
    for school, name in whole.schools["name"].sort_values().items():
        found[f"{own}:{school}"] = (own, str(name))
    return found


def strategies() -> dict[str, str]:
    """Give the names of the strategies in the evidence library, by id."""
    return {each.id: each.name for each in evidence().values()}
