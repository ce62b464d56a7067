"""How complete and how reliable a place's figures are."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.contracts.vocabulary import STATUSES
from data.panel import Panel
from data.views.schools_and_tracts import totals

COVERAGE_BREAKS = (0.0, 0.25, 0.5, 1.0, 1.5, float("inf"))
COVERAGE_LABELS = (
    "under 25 %",
    "25 to under 50 %",
    "50 to under 100 %",
    "100 to under 150 %",
    "150 % or more",
)


@dataclass(frozen=True)
class Quality:
    """Completeness of one school year of a place.

    Attributes
    ----------
    schools, shown, located : int
        Schools with a row in the year; with a figure that may be shown; with a place on the map.
    students, children : float
        Students counted in tracts, and resident children of school age there.
    states : DataFrame
        Rows by table, source, years and status.
    coverage : DataFrame
        Tracts and students by coverage class.
    """

    year: str
    schools: int
    shown: int
    located: int
    students: float
    children: float
    states: pd.DataFrame
    coverage: pd.DataFrame


def quality(panel: Panel, schools: pd.DataFrame, tracts: pd.DataFrame, year: str) -> Quality:
    """Judge one view of a place; arguments from `schools_and_tracts`."""
    sums = totals(schools)
    return Quality(
        year=year,
        schools=sums.listed,
        shown=sums.shown,
        located=int(panel.schools.loc[schools.index].geometry.notna().sum()),
        students=float(tracts["enrolled"].sum()),
        children=float(tracts["children"].sum()),
        states=state_table(panel),
        coverage=coverage_table(tracts),
    )


def state_table(panel: Panel) -> pd.DataFrame:
    """Count the rows of every figure table by source, years and status.

    Returns
    -------
    DataFrame
        Columns table, source, years and one column a status.
    """
    tables = {
        "absence": panel.absence.rename(columns={"school_year": "years"}),
        "drivers": panel.drivers.rename(columns={"vintage": "years"}),
        "school_drivers": panel.school_drivers.rename(columns={"school_year": "years"}),
        "climate": panel.climate.rename(columns={"school_year": "years"}),
    }
    parts = [
        pd.crosstab([frame["source"], frame["years"]], frame["status"])
        .reindex(columns=list(STATUSES), fill_value=0)
        .reset_index()
        .assign(table=name)
        for name, frame in tables.items()
        if len(frame)
    ]
    return pd.concat(parts)[["table", "source", "years", *STATUSES]].reset_index(drop=True)


def coverage_table(tracts: pd.DataFrame) -> pd.DataFrame:
    """Tracts, students and children by coverage class (students counted / resident children)."""
    lived_in = tracts[(tracts["children"] > 0) & tracts["coverage"].notna()]
    classes = pd.cut(lived_in["coverage"], COVERAGE_BREAKS, right=False, labels=COVERAGE_LABELS)
    return lived_in.groupby(classes, observed=False).agg(
        tracts=("name", "size"), students=("enrolled", "sum"), children=("children", "sum")
    )
