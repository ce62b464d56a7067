"""Providers of care near a group of tracts: which are nearest, and for how many of its tracts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.access.access import nearest_provider

LISTED = 8
OTHERS = 150
"""Providers beyond the listed ones that the map and the download still hold."""
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "clinic": ("health_centre", "clinic"),
        "school clinic": ("school_clinic",),
        "pharmacy": ("pharmacy",),
    }
)
"""Kinds of provider that answer one need: the nearest is sought within each."""
CARE = (*(kind for kinds in NEEDS.values() for kind in kinds), "other")
"""Kinds that are shown as care near a group; food and counselling are under who serves where."""


def of_care(providers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the providers of care that have a place."""
    return providers[providers["kind"].isin(CARE) & providers.geometry.notna()]


def nearest_by_tract(sites: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the nearest provider of each need from the middle of every tract.

    Parameters
    ----------
    sites : GeoDataFrame
        Index `provider_id`, points, with `kind`.
    tracts : GeoDataFrame
        Index `geoid`, in metres.

    Returns
    -------
    DataFrame
        Index `geoid`, for each of `NEEDS` that has a site: id of the nearest one.
    """
    table = pd.DataFrame(index=tracts.index)
    for need, kinds in NEEDS.items():
        some = sites[sites["kind"].isin(kinds)]
        if len(some):
            table[need] = nearest_provider(some, tracts)["provider_id"]
    return table


def near_group(
    sites: gpd.GeoDataFrame, nearest: pd.DataFrame, inside: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Rank providers by the way from a group's middle and number the nearest ones.

    Parameters
    ----------
    sites : GeoDataFrame
        Index `provider_id`, points: name, kind, address, source, vintage.
    nearest : DataFrame
        From `nearest_by_tract`.
    inside : GeoDataFrame
        Tracts of the group, in metres, with children.

    Returns
    -------
    DataFrame
        Index `provider_id`, nearest first: number (1 to `LISTED` for those listed: the nearest of
        each need, then the nearest of all; missing for up to `OTHERS` more), name, kind, address,
        source, vintage, km (straight line from the middle of the group, weighted by children),
        tracts (of the group, that have it as the nearest of its need), longitude, latitude.
    """
    flat = sites.geometry.to_crs(inside.crs)
    middle = middle_of(inside)
    columns = ["name", "kind", "address", "source", "vintage"]
    table = pd.DataFrame(sites[columns]).assign(
        km=np.hypot(flat.x - middle[0], flat.y - middle[1]) / 1000,
        tracts=_served(nearest.loc[inside.index]).reindex(sites.index, fill_value=0),
        longitude=sites.geometry.x,
        latitude=sites.geometry.y,
    )
    table = table.sort_values("km", kind="stable")
    need = table["kind"].map({kind: name for name, kinds in NEEDS.items() for kind in kinds})
    first = need.notna() & ~need.duplicated()
    chosen = np.argsort(~first.to_numpy(), kind="stable")[:LISTED]
    number = pd.Series(pd.NA, index=table.index, dtype="Int64")
    number.iloc[np.sort(chosen)] = np.arange(1, len(chosen) + 1)
    table.insert(0, "number", number)
    return table[number.notna() | (number.isna().cumsum() <= OTHERS)]


def middle_of(inside: gpd.GeoDataFrame) -> tuple[float, float]:
    """Middle of some tracts in their own metres, weighted by children where any are known."""
    children = inside["children"].fillna(0).astype(float)
    weight = children if children.sum() > 0 else children + 1.0
    centre = inside.geometry.centroid
    return float(np.average(centre.x, weights=weight)), float(np.average(centre.y, weights=weight))


def _served(nearest: pd.DataFrame) -> pd.Series:
    """Count the tracts that have each provider as the nearest of its need."""
    counts = [nearest[need].value_counts() for need in nearest]
    return pd.concat(counts).astype(int) if counts else pd.Series(dtype=int)
