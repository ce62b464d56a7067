"""Counties and parts of a nation in one school year: what is compared, and what stands apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data.nation.tables import Nation
from data.panel import Panel

COMPARED, APART, OTHER_YEAR, STALE = "compared", "apart", "other_year", "stale"
"""Standing of a part in a year: counted as the nation defines it; counted otherwise; without a
figure of the year; built again after the nation, which then shows nothing of it."""


@dataclass(frozen=True, eq=False)
class NationView:
    """A nation in one school year.

    Attributes
    ----------
    counties : DataFrame
        Index `county`, in the order of the map: name, part, state (the part's name), opens (the
        county's name on the pages of its part; "" where they have none), latest (last year of the
        part), chronic_absent, enrolled, rate, low, high, schools, shown, status, reason, apart and
        standing. A figure that stands apart is shown, and compared with none.
    parts : DataFrame
        Index slug, every part that is on the map: name, reports, definition, is_alike, latest,
        counties, chronic_absent, enrolled, rate, schools, withheld, apart, standing.
    chronic_absent, enrolled : float
        Sums over the parts that are compared.
    """

    counties: pd.DataFrame = field(repr=False)
    parts: pd.DataFrame = field(repr=False)
    chronic_absent: float
    enrolled: float

    @property
    def compared(self) -> pd.DataFrame:
        """Counties whose figures are shown and compared."""
        table = self.counties
        return table[table["shown"] & table["standing"].eq(COMPARED)]

    @property
    def rate(self) -> float:
        """Part of the students of the compared parts who are chronically absent; NaN for none."""
        return self.chronic_absent / self.enrolled if self.enrolled else float("nan")


def nation_view(
    panel: Panel, nation: Nation, year: str, rebuilt: Collection[str] = ()
) -> NationView:
    """Lay a nation out for one school year.

    Parameters
    ----------
    panel : Panel
        The nation's panel.
    nation : Nation
    year : str
    rebuilt : collection of str
        Parts that were built again after the nation: their pages may show other figures, so it
        shows none of theirs.
    """
    parts = _parts(panel, nation, year, rebuilt)
    compared = parts[parts["standing"].eq(COMPARED)]
    return NationView(
        counties=_counties(panel, nation, year, parts),
        parts=parts,
        chronic_absent=float(compared["chronic_absent"].sum()),
        enrolled=float(compared["enrolled"].sum()),
    )


def _parts(panel: Panel, nation: Nation, year: str, rebuilt: Collection[str]) -> pd.DataFrame:
    accounts = pd.DataFrame(panel.parameters["parts"]).set_index("slug")
    rows = nation.states[nation.states["school_year"].eq(year)].set_index("part")
    table = accounts.drop(columns="built").join(rows.drop(columns="school_year"))
    sums = ["chronic_absent", "enrolled", "schools", "withheld"]
    stale = pd.Series(table.index.isin(list(rebuilt)), table.index)
    table[sums] = table[sums].mask(stale)
    standing = np.select(
        [stale, table["apart"].isna(), table["apart"].ne("")],
        [STALE, OTHER_YEAR, APART],
        COMPARED,
    )
    rate = table["chronic_absent"] / table["enrolled"].where(table["enrolled"].gt(0))
    return table.assign(apart=table["apart"].fillna(""), rate=rate, standing=standing)


def _counties(panel: Panel, nation: Nation, year: str, parts: pd.DataFrame) -> pd.DataFrame:
    order = pd.Index(panel.zones["school_id"], name="county")
    named = panel.schools.loc[order]
    own = nation.counties.drop_duplicates("county").set_index("county")["part"]
    rows = nation.counties[nation.counties["school_year"].eq(year)].set_index("county")
    table = pd.DataFrame(
        {"name": named["name"].to_numpy(), "opens": named["neighbourhood"].to_numpy()}, index=order
    )
    table["part"] = own.reindex(order)
    table = table.join(
        parts[["name", "latest", "standing"]].rename(columns={"name": "state"}), "part"
    )
    table = table.join(rows.drop(columns=["school_year", "part"]))
    figures = ["chronic_absent", "enrolled", "rate", "low", "high", "schools"]
    stale = table["standing"].eq(STALE)
    table[figures] = table[figures].mask(stale)
    status = table["status"].mask(stale).fillna("missing")
    return table.assign(
        status=status,
        reason=table["reason"].mask(stale).fillna(""),
        apart=table["apart"].fillna(""),
        shown=status.eq("reported"),
    )
