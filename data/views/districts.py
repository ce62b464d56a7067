"""Districts as units of a map: outlines with their figures, and those without an outline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.smoothing import empirical_bayes
from data.panel import Panel
from data.views.neighbourhoods import UNNAMED, areas_of, counties


def by_district(panel: Panel) -> bool:
    """Whether the absence of a place is counted for districts, not for schools."""
    return panel.area.reports == "district"


def areas_in(panel: Panel) -> dict[str, str]:
    """Give the kind of each area of a place that has a name, see `areas_of`.

    Where districts are the units a neighbourhood is a district, and no area beside it: counties are
    left, where there are several and their names are known.
    """
    if not by_district(panel):
        return areas_of(panel.tracts)
    names = counties(panel.tracts).unique()
    named = [name for name in names if not name.startswith(UNNAMED)]
    return dict.fromkeys(named, "county") if len(named) > 1 else {}


def outlined(panel: Panel) -> pd.Index:
    """Ids of the districts that have an outline, in the order of the map's features."""
    return pd.Index(panel.zones["school_id"].astype("str"), name="school_id")


def district_view(panel: Panel, districts: pd.DataFrame) -> pd.DataFrame:
    """Lay districts out for a map of their outlines.

    Parameters
    ----------
    panel : Panel
        Protected panel of a place by district.
    districts : DataFrame
        `data.views.schools_and_tracts.school_view`: a row a district.

    Returns
    -------
    DataFrame
        Index `school_id`, every outline in the map's order: the columns of the view, `eb_rate`, and
        `by_schools`, which is never so: no figure of a district is made from others. One without a
        row in the year is "missing".
    """
    x, n = districts["chronic_absent"], districts["enrolled"]
    table = districts.assign(eb_rate=empirical_bayes(x, n)).reindex(outlined(panel))
    known = table["name"].notna()
    names = panel.schools["name"].reindex(table.index)
    return table.assign(
        name=table["name"].where(known, names),
        neighbourhood="",
        shown=table["shown"].eq(True),
        status=np.where(known, table["status"], "missing"),
        reason=table["reason"].fillna(""),
        by_schools=False,
    )


def without_outline(panel: Panel, districts: pd.DataFrame) -> pd.DataFrame:
    """Rows of the view whose district has no outline; most students first."""
    rows = districts[~districts.index.isin(outlined(panel))]
    return rows.sort_values(["enrolled", "name"], ascending=[False, True])
