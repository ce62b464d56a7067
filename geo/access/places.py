"""Where care is given and where children live, read into one system of distances."""

from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas.crs import align, require_crs, to_metres
from geo.inputs import centre_xy, counts, labels
from geo.join.candidates import EARTH_METRES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Points: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries

# A table in degrees that is wider than two UTM zones is measured on the sphere.
_WIDE_DEGREES = 12.0


@dataclass(frozen=True, eq=False)
class Care:
    """Providers and tracts; places hold kilometres on a plane, or on a sphere of Earth's size.

    Parameters
    ----------
    providers, geoids : Index
        All ids, in the order given.
    supply, children : float arrays
        NaN where unknown.
    provider_xyz, tract_xyz : float arrays, shape (n, 2) or (n, 3), or None
        NaN without a place; None when travel times stand instead.
    counted_as_one : bool
        There is no column of supply.
    centroids : int
        Tracts that stand at the centroid of their polygon.
    """

    providers: pd.Index
    geoids: pd.Index
    supply: Floats
    children: Floats
    provider_xyz: Floats | None = None
    tract_xyz: Floats | None = None
    counted_as_one: bool = False
    centroids: int = 0

    @property
    def provider_placed(self) -> Flags:
        """Providers with a place; all of them when travel times stand instead."""
        return _placed(self.provider_xyz, len(self.providers))

    @property
    def tract_placed(self) -> Flags:
        """Tracts with a place; all of them when travel times stand instead."""
        return _placed(self.tract_xyz, len(self.geoids))


def read_care(
    providers: pd.DataFrame,
    tracts: pd.DataFrame,
    *,
    centres: Points | None = None,
    distance: str = "auto",
    straight: bool = True,
) -> Care:
    """Read providers and tracts.

    Parameters
    ----------
    providers, tracts : GeoDataFrame
        As for `geo.access.access.floating_catchment`; `children` may be absent here.
    centres : GeoSeries or GeoDataFrame by geoid, or None
        Population centres.
    distance : str
        "planar", "great_circle", or "auto": planar unless degrees span more than 12 of longitude.
    straight : bool
        Whether straight lines are measured; otherwise no geometry is looked at.

    Returns
    -------
    Care

    Raises
    ------
    ValueError
        Columns, ids, numbers or a coordinate reference system that cannot be used.
    """
    alone = "supply" not in providers.columns
    supply = np.ones(len(providers)) if alone else counts(providers, "supply", "providers")
    known = "children" in tracts.columns
    children = counts(tracts, "children", "tracts") if known else np.full(len(tracts), np.nan)
    ids, geoids = labels(providers, "provider_id"), labels(tracts, "geoid")
    if not straight:
        return Care(ids, geoids, supply, children, counted_as_one=alone)
    frame = tracts if isinstance(tracts, gpd.GeoDataFrame) or centres is None else centres
    sphere = _on_sphere(frame, distance)
    located = align(frame, 4326, "tracts") if sphere else to_metres(frame)
    if frame is centres:
        homes, centroids = _centres(located, located, geoids), 0
    else:
        homes, centroids = _homes(located, centres, geoids)
    sites = centre_xy(align(providers, located.crs, "providers").geometry)
    _refuse_false_metres(frame, np.concatenate([homes, sites]))
    at = _globe if sphere else _plane
    return Care(ids, geoids, supply, children, at(sites), at(homes), alone, centroids)


def _homes(located: Points, centres: Points | None, geoids: pd.Index) -> tuple[Floats, int]:
    """Return where the children of each tract are put, and how many stand at a centroid."""
    middle, solid = centre_xy(located.geometry), _solid(located.geometry)
    if centres is None:
        return middle, int(solid.sum())
    homes = _centres(centres, located, geoids)
    lacking = ~_placed(homes, len(homes))
    return np.where(lacking[:, None], middle, homes), int((lacking & solid).sum())


def _centres(centres: Points, located: Points, geoids: pd.Index) -> Floats:
    """Return the population centre of each tract, NaN where it has none."""
    moved = align(centres, located.crs, "centres")
    ids = labels(pd.DataFrame(index=_ids(moved)), "geoid")
    row = ids.get_indexer(geoids)
    if not (row >= 0).any():
        raise ValueError(
            f"centres: none of the {len(row)} tracts has one by its id; the centres begin with "
            f"{ids[:1].tolist()}, the tracts with {geoids[:1].tolist()}."
        )
    return np.where((row >= 0)[:, None], centre_xy(moved.geometry)[row], np.nan)


def _ids(located: Points) -> pd.Index:
    named = isinstance(located, gpd.GeoDataFrame) and "geoid" in located.columns
    return pd.Index(located["geoid"]) if named else located.index


def _solid(shapes: gpd.GeoSeries) -> Flags:
    """Say which shapes are more than a point."""
    missing = shapes.isna() | shapes.is_empty
    flags: Flags = (~missing & (shapes.geom_type != "Point")).to_numpy(dtype=np.bool_)
    return flags


def _on_sphere(frame: Points, distance: str) -> bool:
    if distance not in {"auto", "planar", "great_circle"}:
        raise ValueError(
            f"distance must be 'auto', 'planar' or 'great_circle'; it is {distance!r}."
        )
    geographic = require_crs(frame, "tracts").is_geographic
    if distance != "auto" or not geographic:
        return distance == "great_circle"
    west, _, east, _ = frame.total_bounds
    return bool(east - west > _WIDE_DEGREES)


def _refuse_false_metres(frame: Points, xy: Floats) -> None:
    """Refuse degrees that were declared as metres: everything would lie within a few steps."""
    found = np.unique(xy[np.isfinite(xy).all(axis=1)], axis=0)
    small = (np.abs(found) <= (180.0, 90.0)).all()
    if not require_crs(frame, "tracts").is_geographic and len(found) > 1 and small:
        raise ValueError(
            f"tracts and providers: declared as {frame.crs.to_string()}, but all numbers lie "
            "within 180 and 90. They look like degrees: declare longitude and latitude as "
            "EPSG:4326 with set_crs(..., allow_override=True)."
        )


def _plane(xy: Floats) -> Floats:
    return xy / 1000


def _globe(xy: Floats) -> Floats:
    longitude, latitude = np.radians(xy).T
    around = np.cos(latitude)
    parts = around * np.cos(longitude), around * np.sin(longitude), np.sin(latitude)
    return np.column_stack(parts) * (EARTH_METRES / 1000)


def _placed(xyz: Floats | None, n: int) -> Flags:
    if xyz is None:
        return np.ones(n, dtype=np.bool_)
    return np.asarray(np.isfinite(xyz).all(axis=1))
