"""What the Why here page asks: drivers of a hot group, schools that do better, care near it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.drivers.outliers import doing_better
from analytics.drivers.profile import driver_profile
from analytics.drivers.random_groups import profiles_of
from data.recipe import measures as registry
from data.views import care as care_views
from data.views import strengths as strength_views
from data.views.drivers import tract_figures
from data.views.groups import PATCHES, SEED
from data.views.hot_spots import HotSpots
from data.views.strengths import Comparable, RandomGroups, Strengths, beside_random
from geo.weights.patches import random_patches
from ui import queries
from ui.queries import drivers as queries_drivers
from ui.queries import hotspots as queries_hotspots
from ui.queries.cache import kept
from ui.queries.hotspots import group_view, in_group, members, members_of
from ui.queries.stored import Place
from ui.selection import Selection
from ui.why.words import WAYS_TO_CARE as TO_CARE

SERVED = ("name", "level", "neighbourhood", "chronic_absent", "enrolled")
MIDDLE = 50.0
DESCRIBED = (
    *("label", "theme", "modifiable", "kind", "denominator", "unit", "direction", "caveat"),
    *("touches", "reference"),
)


def offered(selection: Selection) -> tuple[str, ...]:
    """List the drivers of a profile.

    Indexes would count the same figures twice; some figures are for their map alone.
    """
    known = [registry.measure(name) for name in queries.choices(selection.area).drivers]
    return tuple(item.id for item in known if item.is_compared and item.kind != "index")


def comparable(found: HotSpots, selection: Selection) -> Comparable:
    """Tracts that the chosen group is set beside, see `data.views.strengths`."""
    key = queries.place(selection.area)
    return _comparable(key, group_view(selection), found.tracts["cluster"])


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
        Index `driver`, what can be changed first and of that what stands out most: the columns of
        `analytics.drivers.profile` with `label, theme, modifiable, kind, denominator, unit,
        direction, caveat, touches, reference, vintage`.
    """
    key, names = queries.place(selection.area), offered(selection)
    return _profile(key, group_view(selection), names, found.tracts["cluster"])


def random_groups(found: HotSpots, selection: Selection) -> RandomGroups:
    """How common the profile of the chosen group is among random groups of its size."""
    key, names = queries.place(selection.area), offered(selection)
    return _random_groups(key, group_view(selection), names, found.tracts)


def strengths(found: HotSpots, selection: Selection) -> Strengths:
    """Schools of the view beside what is predicted for them, with their part in the group."""
    key, names = queries.place(selection.area), offered(selection)
    return _with_group(key, group_view(selection), names, found.tracts["cluster"])


def has_providers(selection: Selection) -> bool:
    """Whether the place has a list of providers of care with places."""
    return not care_views.of_care(queries.panel(selection).providers).empty


def nearby(found: HotSpots, selection: Selection) -> pd.DataFrame:
    """Find the providers near the chosen group, see `data.views.care.near_group`."""
    key = queries.place(selection.area)
    return _nearby(key, group_view(selection), members(found, selection))


def account(selection: Selection) -> Mapping[str, Any]:
    """How each measure of access was made at the build, by its id; empty when none was."""
    made: Mapping[str, Any] = queries.panel(selection).parameters.get("access") or {}
    return made


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


@kept("comparable tracts")
def _comparable(key: Place, view: Selection, _found: pd.Series) -> Comparable:
    tracts, clusters = queries.panel_of(key).tracts, compared(_found, view.cluster)
    return strength_views.comparable(tracts["residents"], tracts["children"], _km2(key), clusters)


@kept("area of tracts")
def _km2(key: Place) -> pd.Series:
    panel = queries.panel_of(key)
    return panel.tracts.to_crs(panel.area.crs).area / 1e6


@kept("profile of a group")
def _profile(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.Series
) -> pd.DataFrame:
    values, margins, vintages = figures_of(key, names)
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
    table = table.join(_described(names)).join(vintages)
    return table.sort_values("modifiable", ascending=False, kind="stable")


@kept("random groups")
def _random_groups(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.DataFrame
) -> RandomGroups:
    values, margins, _ = figures_of(key, names)
    index, clusters = _found.index, _found["cluster"]
    children = queries.panel_of(key).tracts["children"].reindex(index)
    members = _patches(key, int(in_group(clusters, view.cluster).sum()))
    profiles = profiles_of(
        members,
        values.reindex(index),
        margins.reindex(index),
        children,
        outside=clusters.isna(),
        comparable=_comparable(key, view, clusters).stratum.reindex(index),
    )
    absent, hoped = (_found[name].fillna(0.0) for name in ("chronic_absent", "expected"))
    profile = _profile(key, view, names, clusters)
    return beside_random(profile, profiles, members @ absent > members @ hoped)


@kept("patches of a place")
def _patches(key: Place, size: int) -> NDArray[np.bool_]:
    """Random groups of `size` touching tracts with children; shared and never written to."""
    near, tracts = queries_hotspots.weights_of(key, "queen"), queries.panel_of(key).tracts
    lived = (tracts["children"].reindex(near.ids) > 0).to_numpy()
    members = np.zeros((PATCHES, len(near.ids)), dtype=np.bool_)
    patches = random_patches(near.subset(near.ids[lived]), size, PATCHES, seed=SEED)
    members[: len(patches), lived] = patches
    return members[: len(patches)]


@kept("figures of drivers")
def figures_of(key: Place, names: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
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


@kept("strengths")
def _strengths(key: Place, selection: Selection, names: tuple[str, ...]) -> Strengths:
    """Predict from drivers, level, size and type; without drivers where schools are too few.

    The ways to care are left out: they are nearly one figure, and each more asks for ten schools.
    Shared by all sessions and never written to.
    """
    known = queries.panel_of(key).schools["school_type"]
    schools = queries.schools(selection)
    shown = schools[schools["shown"]]
    outcome = shown[["chronic_absent", "enrolled"]]
    every = queries_drivers.exposures(selection)
    exposures = _differing(every.figures[[n for n in names if n not in TO_CARE]], shown.index)
    by: Literal["drivers", "level"] = "drivers"
    found = pd.DataFrame()
    if not exposures.empty and len(exposures.columns):
        found = doing_better(outcome, exposures, strata=shown["level"], types=shown["school_type"])
    if found.empty or not found["state"].eq("compared").any():
        by, exposures = "level", exposures.iloc[:, :0]
        found = doing_better(outcome, strata=shown["level"], types=shown["school_type"])
    own = shown[[*SERVED]].assign(
        rate_low=shown["low"],
        rate_high=shown["high"],
        chooses=strength_views.chooses(shown["school_type"]),
    )
    tells = strength_views.knows_choice(known)
    return Strengths(found.join(own), by, len(exposures.columns), tells)


@kept("strengths in a group")
def _with_group(
    key: Place, view: Selection, names: tuple[str, ...], _found: pd.Series
) -> Strengths:
    """Shared by all sessions and never written to."""
    plain = Selection(view.area, view.year, view.level, catchment=view.catchment)
    everyone, shares = _strengths(key, plain, names), queries.shares(view)
    inside = shares[shares["geoid"].isin(members_of(key, view, _found))]
    here = inside.groupby("school_id")["share"].sum().reindex(everyone.schools.index, fill_value=0)
    return replace(everyone, schools=everyone.schools.assign(here=here))


def _differing(exposures: pd.DataFrame, schools: pd.Index) -> pd.DataFrame:
    """Exposures of some schools; a driver that never differs predicts nothing."""
    table = exposures.reindex(schools)
    return table.loc[:, table.max() > table.min()]


@kept("tracts in metres")
def _tracts_in_metres(key: Place) -> gpd.GeoDataFrame:
    """Tracts in metres; shared by all sessions and never written to."""
    panel = queries.panel_of(key)
    return panel.tracts.to_crs(panel.area.crs)


@kept("providers")
def _sites(key: Place) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Give providers with a place, and the nearest of each tract; shared, never written to."""
    sites = care_views.of_care(queries.panel_of(key).providers)
    return sites, care_views.nearest_by_tract(sites.drop(columns="supply"), _tracts_in_metres(key))


@kept("providers near a group")
def _nearby(key: Place, view: Selection, _members: pd.Index) -> pd.DataFrame:
    """Members follow from place and view."""
    del view
    sites, nearest = _sites(key)
    return care_views.near_group(sites, nearest, _tracts_in_metres(key).loc[_members])
