"""The joins a place offers, as the build stored them, and which is the best of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from data.contracts.vocabulary import CATCHMENTS
from data.panel import Panel

COLUMNS = ["school_id", "geoid", "share"]
USUAL = "gravity"
REASONS: Mapping[str, str] = {
    "zones": "students live inside the outline",
    "supplied": "the district counted where its students live",
    "gravity": "homes are not published: spread by distance and resident children",
    "nearest": "homes are not published: taken from the nearest tracts",
    "building": "counted where the school stands",
}


@dataclass(frozen=True, eq=False)
class Join:
    """One join of a place's schools to its tracts.

    Attributes
    ----------
    name : str
        One of `data.contracts.vocabulary.CATCHMENTS`.
    table : DataFrame
        Columns school_id, geoid, share.
    method, why : Series of str
        By school_id: what placed the school's students, and the reason in words.
    """

    name: str
    table: pd.DataFrame
    method: pd.Series
    why: pd.Series

    def shares(self, schools: pd.Index) -> pd.DataFrame:
        """Rows of some schools."""
        return self.table[self.table["school_id"].isin(schools)]


def offered(panel: Panel) -> tuple[str, ...]:
    """List the joins of this place, best first."""
    made = {panel.parameters["catchment"]["method"], *panel.joins["join"].unique()}
    return tuple(name for name in CATCHMENTS if name in made)


def usual(panel: Panel) -> str:
    """Name the join that a page opens with: by distance where it was made, else the best."""
    names = offered(panel)
    return USUAL if USUAL in names else names[0]


def joined(panel: Panel, method: str) -> Join:
    """Give the join of a place's schools by one method, whatever year or level is looked at.

    Parameters
    ----------
    method : str
        One of `offered`.
    """
    if method == panel.parameters["catchment"]["method"]:
        return _own(panel)
    rows = panel.joins[panel.joins["join"] == method]
    by_school = rows.drop_duplicates("school_id").set_index("school_id")
    why = by_school["why"].mask(by_school["why"].eq(""), by_school["placed_by"].map(REASONS))
    table = rows[COLUMNS].reset_index(drop=True)
    return Join(method, table, by_school["placed_by"].rename(None), why.rename(None))


def plain(method: str, table: pd.DataFrame) -> Join:
    """Describe a join that treats all schools alike."""
    index = pd.Index(table["school_id"].unique(), name="school_id")
    return Join(
        method,
        table[COLUMNS],
        pd.Series(method, index=index, dtype="str"),
        pd.Series(REASONS[method], index=index, dtype="str"),
    )


def _own(panel: Panel) -> Join:
    """Describe the join of the build; counted schools and those joined by distance differ."""
    settings = panel.parameters["catchment"]
    join = plain(settings["method"], panel.catchment)
    rest = join.method.index.isin(settings.get("by_gravity", []))
    return replace(
        join,
        method=join.method.mask(rest, "gravity"),
        why=join.why.mask(rest, REASONS["gravity"]),
    )
