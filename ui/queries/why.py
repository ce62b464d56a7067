"""What the Why here page asks: drivers of a hot group, and schools that do better than theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import pandas as pd
import streamlit as st

from analytics.drivers.outliers import doing_better
from analytics.drivers.profile import driver_profile
from data.recipe import measures as registry
from data.views import strengths as strength_views
from data.views.drivers import tract_figures
from data.views.hot_spots import HotSpots
from data.views.strengths import Comparable, Strengths
from ui import queries
from ui.queries import drivers as queries_drivers
from ui.queries.place_queries import Place
from ui.selection import Selection
from ui.why import charts as profile_charts
from ui.why import charts as strength_charts
from ui.why.words import WAYS_TO_CARE as TO_CARE

SERVED = ("name", "level", "neighbourhood", "chronic_absent", "enrolled")
MIDDLE = 50.0
DESCRIBED = (
    *("label", "theme", "kind", "denominator", "unit", "direction", "caveat"),
    *("touches", "reference"),
)


def offered(selection: Selection) -> tuple[str, ...]:
    """List the drivers of a profile.

    Indexes would count the same figures twice; some figures are for their map alone.
    """
    known = [registry.measure(name) for name in queries.choices(selection.area).drivers]
    return tuple(item.id for item in known if item.is_compared and item.kind != "index")


def members(found: HotSpots, selection: Selection) -> pd.Index:
    """Tracts of the chosen group."""
    return _members(queries.place(selection.area), view_of(selection), found.tracts["cluster"])


def comparable(found: HotSpots, selection: Selection) -> Comparable:
    """Tracts that the chosen group is set beside, see `data.views.strengths`."""
    key = queries.place(selection.area)
    return _comparable(key, view_of(selection), found.tracts["cluster"])


def profile(found: HotSpots, selection: Selection) -> pd.DataFrame:
    """Drivers of the chosen group beside those of comparable tracts outside any group.

    Parameters
    ----------
    found : HotSpots
        Hot spots of the selection.
    selection : Selection
        `cluster` is the group.

    Returns
    -------
    DataFrame
        Index `driver`, most outstanding first: the columns of `analytics.drivers.profile` with
        `label, theme, kind, denominator, unit, direction, caveat, touches, reference, vintage`.
    """
    key, names = queries.place(selection.area), offered(selection)
    return _profile(key, view_of(selection), names, found.tracts["cluster"])


def strengths(found: HotSpots, selection: Selection) -> Strengths:
    """Schools of the view beside what is predicted for them, with their part in the group."""
    key, names = queries.place(selection.area), offered(selection)
    return _with_group(key, view_of(selection), names, found.tracts["cluster"])


def profile_chart(found: HotSpots, selection: Selection) -> dict[str, Any]:
    """Specification of the dot plot of the chosen group."""
    key, names = queries.place(selection.area), offered(selection)
    return _profile_chart(key, view_of(selection), names, found.tracts["cluster"])


def funnel_chart(found: HotSpots, selection: Selection) -> dict[str, Any]:
    """Specification of the funnel of schools."""
    key, names = queries.place(selection.area), offered(selection)
    return _funnel_chart(key, view_of(selection), names, found.tracts["cluster"])


def view_of(selection: Selection) -> Selection:
    """Choices that decide the hot spots and the group, and no other: the key of what is kept."""
    return replace(selection, focus="", driver="", versus="", beside="", view="")


def in_group(clusters: pd.Series, cluster: str) -> pd.Series:
    """Mark the tracts of one group."""
    return clusters.eq(cluster).fillna(value=False).astype(bool)


def compared(clusters: pd.Series, cluster: str) -> pd.Series:
    """Group of each tract that takes part: the chosen one, or none; other groups are left out."""
    chosen = in_group(clusters, cluster)
    return clusters.where(chosen).astype("object")[clusters.isna() | chosen]


def in_rank_too(table: pd.DataFrame) -> pd.DataFrame:
    """Let only what differs both in the mean and in rank be called above or below.

    Parameters
    ----------
    table : DataFrame
        From `analytics.drivers.profile`. A few extreme tracts move a mean, not the middle.
    """
    said = table["conclusion"]
    above = said.eq("above comparable places") & ~(table["percentile_low"] > MIDDLE)
    below = said.eq("below comparable places") & ~(table["percentile_high"] < MIDDLE)
    return table.assign(conclusion=said.mask(above | below, "like comparable places"))


# Hot spots follow from place and view, so their clusters need not be part of a key: hence `_found`.


@st.cache_data(max_entries=32, show_spinner=False)
def _members(key: Place, view: Selection, _found: pd.Series) -> pd.Index:
    del key  # a rebuild is another place
    return _found.index[in_group(_found, view.cluster)]


@st.cache_data(max_entries=32, show_spinner=False)
def _comparable(key: Place, view: Selection, _found: pd.Series) -> Comparable:
    tracts, clusters = queries.panel_of(key).tracts, compared(_found, view.cluster)
    return strength_views.comparable(tracts["residents"], tracts["children"], _km2(key), clusters)


@st.cache_data(max_entries=8, show_spinner=False)
def _km2(key: Place) -> pd.Series:
    panel = queries.panel_of(key)
    return panel.tracts.to_crs(panel.area.crs).area / 1e6


@st.cache_data(max_entries=32, show_spinner=False)
def _profile(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.Series
) -> pd.DataFrame:
    values, margins, vintages = _drivers(key, names)
    clusters, children = compared(_found, view.cluster), queries.panel_of(key).tracts["children"]
    index = clusters.index
    table = driver_profile(
        values.reindex(index),
        margins.reindex(index),
        children.reindex(index),
        clusters,
        comparable=_comparable(key, view, _found).stratum.reindex(index),
    )
    table = in_rank_too(table.droplevel("cluster").rename_axis("driver"))
    return table.join(_described(names)).join(vintages)


@st.cache_resource(max_entries=8, show_spinner=False)
def _drivers(key: Place, names: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Give reported values and margins, tracts by drivers, and the years each driver describes.

    Shared by all sessions and never written to.
    """
    drivers = queries.panel_of(key).drivers
    value, moe = tract_figures(drivers, names)
    rows = drivers[drivers["status"].eq("reported") & drivers["measure"].isin(names)]
    pairs = rows[["measure", "vintage"]].drop_duplicates().astype(str).sort_values("vintage")
    return value, moe, pairs.groupby("measure")["vintage"].agg(", ".join)


def _described(names: Sequence[str]) -> pd.DataFrame:
    """Tell what the registry says of each driver."""
    known = [registry.measure(name) for name in names]
    rows = [[getattr(item, name) for name in DESCRIBED] for item in known]
    return pd.DataFrame(rows, index=pd.Index(names, name="driver"), columns=list(DESCRIBED))


@st.cache_resource(max_entries=16, show_spinner=False)
def _strengths(key: Place, selection: Selection, names: tuple[str, ...]) -> Strengths:
    """Predict from drivers; from levels alone where schools are too few for that.

    The ways to care are left out: they are nearly one figure, and each more asks for ten schools.
    Shared by all sessions and never written to.
    """
    del key  # a rebuild is another place
    schools = queries.schools(selection)
    shown = schools[schools["shown"]]
    outcome = shown[["chronic_absent", "enrolled"]]
    every = queries_drivers.exposures(selection)
    exposures = _differing(every.figures[[n for n in names if n not in TO_CARE]], shown.index)
    by: Literal["drivers", "level"] = "drivers"
    found = pd.DataFrame()
    if not exposures.empty and len(exposures.columns):
        found = doing_better(outcome, exposures, strata=shown["level"])
    if found.empty or not found["state"].eq("compared").any():
        by, exposures = "level", exposures.iloc[:, :0]
        found = doing_better(outcome, expected=shown["expected"])
    own = shown[[*SERVED]].assign(rate_low=shown["low"], rate_high=shown["high"])
    return Strengths(found.join(own), by, len(exposures.columns))


@st.cache_resource(max_entries=32, show_spinner=False)
def _with_group(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.Series
) -> Strengths:
    """Shared by all sessions and never written to."""
    plain = Selection(view.area, view.year, view.level, catchment=view.catchment)
    everyone, shares = _strengths(key, plain, names), queries.shares(view)
    inside = shares[shares["geoid"].isin(_members(key, view, _found))]
    here = inside.groupby("school_id")["share"].sum().reindex(everyone.schools.index, fill_value=0)
    return replace(everyone, schools=everyone.schools.assign(here=here))


@st.cache_data(max_entries=64, show_spinner=False)
def _profile_chart(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.Series
) -> dict[str, Any]:
    """Made once for a view; the tests check it against the schema, which takes .1 s."""
    title = "What stands out beside comparable tracts?"
    return profile_charts.dot_plot(_profile(key, view, names, _found), title).to_dict(
        validate=False
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _funnel_chart(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.Series
) -> dict[str, Any]:
    title = f"Which schools lie below what is predicted for them? {view.year}"
    return strength_charts.funnel(_with_group(key, view, names, _found), title).to_dict(
        validate=False
    )


def _differing(exposures: pd.DataFrame, schools: pd.Index) -> pd.DataFrame:
    """Exposures of some schools; a driver that never differs predicts nothing."""
    table = exposures.reindex(schools)
    return table.loc[:, table.max() > table.min()]
