"""The plan of a place, asked for anew at every run: others change it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.evidence import Strategy, evidence
from data.plan import store
from data.plan.database import PlanError
from data.plan.entry import FIELDS
from data.plan.own_evidence import OWN_EVIDENCE, OwnEvidence
from data.plan.store import Stored
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


@dataclass(frozen=True, eq=False)
class OwnKept:
    """Own evidence of a place as it is now.

    Attributes
    ----------
    entries : tuple of Stored
        What was changed last first.
    removed : tuple of Stored
        What was taken out again.
    trouble : PlanError or None
        Why it cannot be read.
    """

    entries: tuple[Stored[OwnEvidence], ...] = ()
    removed: tuple[Stored[OwnEvidence], ...] = ()
    trouble: PlanError | None = None

    def of(self, strategy: str) -> list[Strategy]:
        """Give the entries that stand beside a published strategy."""
        return [each.entry.read() for each in self.entries if each.entry.strategy == strategy]

    def known(self, id_: str) -> Stored[OwnEvidence] | None:
        """Give what is kept under an id, removed or not."""
        every = (*self.entries, *self.removed)
        return next((each for each in every if each.id == id_), None)


def own_evidence(selection: Selection) -> OwnKept:
    """Read what a place found itself; what goes wrong comes with it."""
    try:
        kept = store.read(OWN_EVIDENCE, selection.area)
        removed = store.read(OWN_EVIDENCE, selection.area, removed=True)
    except PlanError as error:
        return OwnKept(trouble=error)
    return OwnKept(tuple(kept), tuple(removed))


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
