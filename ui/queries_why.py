"""What the Why here page asks: drivers of a hot group, and schools that do better than theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import streamlit as st

from analytics.driver_profile import driver_profile
from analytics.outliers import doing_better
from data import measures as registry
from ui import queries
from ui.hotspot_views import HotSpots
from ui.queries import Place
from ui.selection import Selection

TERCILES = 3
SERVED = ("name", "level", "neighbourhood", "chronic_absent", "enrolled")


@dataclass(frozen=True, eq=False)
class Strengths:
    """Schools beside what is predicted for them, see `analytics.outliers.doing_better`.

    Attributes
    ----------
    schools : DataFrame
        Index `school_id`, schools that may be shown: the result with the school's own columns;
        `rate_low, rate_high` is the interval of the rate, `low, high` the funnel.
    by : str
        What the prediction is made from: "drivers" of the tracts a school serves, or its "level".
    drivers : int
        Drivers behind the prediction.
    """

    schools: pd.DataFrame
    by: Literal["drivers", "level"]
    drivers: int

    def compared(self) -> pd.DataFrame:
        """Schools with a prediction; without one there is no funnel to lie in."""
        return self.schools[self.schools["state"].eq("compared")]

    def shown(self) -> pd.DataFrame:
        """Schools that pass the false-discovery rate, then those that lie below the funnel."""
        table = self.compared()
        passed = table["class"].str.startswith("doing better")
        return table[passed | table["outside"].eq("below")]


def offered(selection: Selection) -> tuple[str, ...]:
    """List the drivers of a profile.

    Composite ranks would count the same figures twice, and have no margin of error. Adult figures
    modelled from poverty and race (CDC PLACES) may not be ranked between places.
    """
    known = [registry.measure(name) for name in queries.choices(selection.area).drivers]
    return tuple(
        item.id for item in known if item.theme != "composite index" and "PLACES" not in item.note
    )


def profile(found: HotSpots, selection: Selection) -> pd.DataFrame:
    """Drivers of the chosen group beside those of comparable tracts outside any group.

    Parameters
    ----------
    found : HotSpots
    selection : Selection
        `cluster` is the group.

    Returns
    -------
    DataFrame
        Index `driver`, most outstanding first: the columns of `analytics.driver_profile` with
        `label, theme, unit, direction, caveat, vintage`.
    """
    clusters = found.tracts["cluster"]
    chosen = clusters.eq(selection.cluster).fillna(value=False)
    wanted = clusters.isna() | chosen
    clusters = clusters.where(chosen).astype("object")[wanted]
    return _profile(queries.place(selection.area), clusters, offered(selection))


def strengths(selection: Selection) -> Strengths:
    """Schools of the view beside what is predicted for them, strengths first."""
    plain = Selection(
        selection.area, selection.year, selection.level, catchment=selection.catchment
    )
    return _strengths(queries.place(selection.area), plain, offered(selection))


def children_stratum(children: pd.Series) -> pd.Series:
    """Third of the tracts by children who live there; missing where none do.

    Parameters
    ----------
    children : Series
        Children by tract.

    Returns
    -------
    Series
        1 (fewest), 2 or 3; NaN without children.
    """
    living = children.astype(float).where(children > 0)
    return np.ceil(living.rank(pct=True) * TERCILES)


@st.cache_data(max_entries=32, show_spinner=False)
def _profile(key: Place, clusters: pd.Series, names: tuple[str, ...]) -> pd.DataFrame:
    panel = queries.panel_of(key)
    values, margins, vintages = _drivers(panel.drivers, names)
    children = panel.tracts["children"]
    index = clusters.index
    table = driver_profile(
        values.reindex(index),
        margins.reindex(index),
        children.reindex(index),
        clusters,
        comparable=children_stratum(children).reindex(index),
    )
    table = table.droplevel("cluster").rename_axis("driver")
    return table.join(_described(names)).join(vintages)


def _drivers(
    drivers: pd.DataFrame, names: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Give reported values and margins, tracts by drivers, and the years each driver describes."""
    rows = drivers[drivers["status"].eq("reported") & drivers["measure"].isin(names)]
    rows = rows.astype({"value": float, "moe": float, "geoid": str, "measure": str})
    value, moe = (
        rows.pivot_table(name, "geoid", "measure", aggfunc="first").reindex(columns=list(names))
        for name in ("value", "moe")
    )
    vintages = rows.groupby("measure")["vintage"].agg(lambda years: ", ".join(sorted(set(years))))
    return value, moe, vintages


def _described(names: Sequence[str]) -> pd.DataFrame:
    """Tell what the registry says of each driver."""
    known = [registry.measure(name) for name in names]
    columns = ["label", "theme", "unit", "direction", "caveat"]
    rows = [[getattr(item, name) for name in columns] for item in known]
    return pd.DataFrame(rows, index=pd.Index(names, name="driver"), columns=columns)


@st.cache_data(max_entries=32, show_spinner=False)
def _strengths(key: Place, selection: Selection, names: tuple[str, ...]) -> Strengths:
    """Predict from drivers; from levels alone where schools are too few for that."""
    del key  # a rebuild is another place
    schools = queries.schools(selection)
    shown = schools[schools["shown"]]
    outcome = shown[["chronic_absent", "enrolled"]]
    exposures = _exposures(selection, names).reindex(shown.index)
    by: Literal["drivers", "level"] = "drivers"
    found = pd.DataFrame()
    if not exposures.empty and len(exposures.columns):
        found = doing_better(outcome, exposures, strata=shown["level"])
    if found.empty or not found["state"].eq("compared").any():
        by, exposures = "level", exposures.iloc[:, :0]
        found = doing_better(outcome, expected=shown["expected"])
    own = shown[[*SERVED]].assign(rate_low=shown["low"], rate_high=shown["high"])
    return Strengths(found.join(own), by, len(exposures.columns))


def _exposures(selection: Selection, names: Sequence[str]) -> pd.DataFrame:
    """Drivers of the tracts each school serves; one that never differs predicts nothing."""
    columns: dict[str, Any] = {
        name: queries.exposure(replace(selection, driver=name))["exposure"] for name in names
    }
    table = pd.DataFrame(columns)
    return table.loc[:, table.max() > table.min()]
