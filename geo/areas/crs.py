"""Coordinates in metres: every distance and area of the project passes through here."""

from typing import TypeVar

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

Geo = TypeVar("Geo", gpd.GeoDataFrame, gpd.GeoSeries)

EARTH_METRES = 6_371_008.8
# A table in degrees that is wider than two UTM zones is measured on the sphere.
WIDE_DEGREES = 12.0
# Web Mercator is called metric but stretches New York City by a third.
_STRETCHED = {3857, 3395, 54004, 900913}


def is_metric(crs: object) -> bool:
    """Whether distances may be taken in this system: projected, in metres, and no Mercator web map.

    Examples
    --------
    >>> is_metric("EPSG:32618"), is_metric("EPSG:4326"), is_metric("EPSG:2263"), is_metric(3857)
    (True, False, False, False)
    """
    if crs is None:
        return False
    system = CRS.from_user_input(crs)
    if not system.is_projected or system.to_epsg() in _STRETCHED:
        return False
    return all(axis.unit_conversion_factor == 1.0 for axis in system.axis_info)


def require_crs(table: gpd.GeoDataFrame | gpd.GeoSeries, what: str = "table") -> CRS:
    """Return the coordinate reference system of a table (`what` in messages).

    Raises
    ------
    ValueError
        None is declared, or degrees are declared and the numbers cannot be degrees.

    Examples
    --------
    >>> require_crs(gpd.GeoSeries.from_xy([-73.9], [40.7], crs=4326)).to_epsg()
    4326
    """
    geometry = _geometry(table, what)
    if geometry.crs is None:
        raise ValueError(
            f"{what}: no coordinate reference system is declared, so distances and places cannot "
            "be known. Declare it with set_crs(...); longitude and latitude are EPSG:4326."
        )
    _refuse_false_degrees(geometry, what)
    return CRS.from_user_input(geometry.crs)


def to_metres(gdf: Geo, crs: object = None) -> Geo:
    """Project a table to metres.

    Without a target system a table that is already in metres is returned as it is and any other
    goes to the UTM zone of its middle.

    Raises
    ------
    ValueError
        No system declared, false degrees, a target that is not in metres, or points outside it.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([-73.99, -73.98], [40.73, 40.73], crs=4326)
    >>> metres = to_metres(points)
    >>> metres.crs.to_epsg(), round(metres.iloc[0].distance(metres.iloc[1]))
    (32618, 845)
    """
    require_crs(gdf)
    target = _target(gdf, crs)
    if target is None or gdf.crs == target:
        return gdf
    return _reproject(gdf, target, "table")


def align(table: Geo, crs: object, what: str = "table") -> Geo:
    """Bring a table (`what` in messages) into another coordinate reference system.

    Raises
    ------
    ValueError
        No system declared, or no way from one system to the other.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([583000], [4507000], crs=32618)
    >>> round(float(align(points, 4326).x.iloc[0]), 2)
    -74.02
    """
    require_crs(table, what)
    return table if table.crs == crs else _reproject(table, crs, what)


def on_sphere(table: gpd.GeoDataFrame | gpd.GeoSeries, distance: str) -> bool:
    """Say whether distances over tracts are measured on the sphere.

    They are for "great_circle", and for "auto" when degrees span more than `WIDE_DEGREES`.
    """
    if distance not in {"auto", "planar", "great_circle"}:
        raise ValueError(
            f"distance must be 'auto', 'planar' or 'great_circle'; it is {distance!r}."
        )
    geographic = require_crs(table, "tracts").is_geographic
    if distance != "auto" or not geographic:
        return distance == "great_circle"
    west, _, east, _ = table.total_bounds
    return bool(east - west > WIDE_DEGREES)


def unit_sphere(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place longitudes and latitudes in degrees, (n, 2), on the unit sphere, (n, 3)."""
    longitude, latitude = np.radians(lon_lat).T
    around = np.cos(latitude)
    return np.column_stack(
        [around * np.cos(longitude), around * np.sin(longitude), np.sin(latitude)]
    )


def _geometry(table: gpd.GeoDataFrame | gpd.GeoSeries, what: str) -> gpd.GeoSeries:
    if isinstance(table, gpd.GeoSeries):
        return table
    if isinstance(table, gpd.GeoDataFrame) and table.active_geometry_name is not None:
        return table.geometry
    raise ValueError(f"{what}: a GeoDataFrame or GeoSeries with a geometry column is needed.")


def _refuse_false_degrees(geometry: gpd.GeoSeries, what: str) -> None:
    if not geometry.crs.is_geographic:
        return
    west, south, east, north = geometry.total_bounds
    if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 90:
        raise ValueError(
            f"{what}: declared as degrees ({geometry.crs.to_string()}) but the numbers reach "
            f"x {west:.0f} to {east:.0f}, y {south:.0f} to {north:.0f}. They look projected, or "
            "longitude and latitude are swapped; declare the system that the publisher names."
        )


def _target(gdf: gpd.GeoDataFrame | gpd.GeoSeries, crs: object) -> CRS | None:
    if crs is None:
        return None if is_metric(gdf.crs) else _estimate_utm(gdf)
    try:
        metric = is_metric(crs)
    except CRSError as error:
        raise ValueError(f"{crs!r} is not a known coordinate reference system.") from error
    if not metric:
        raise ValueError(f"{crs!r} is not a projected coordinate reference system in metres.")
    return CRS.from_user_input(crs)


def _estimate_utm(gdf: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    try:
        return CRS.from_user_input(gdf.estimate_utm_crs())
    except (RuntimeError, ValueError, CRSError) as error:
        raise ValueError(
            "No UTM zone can be estimated: the table has no usable coordinates. "
            "Name a projected coordinate reference system in metres."
        ) from error


def _reproject(gdf: Geo, target: object, what: str) -> Geo:
    try:
        moved = gdf.to_crs(target)
    except (CRSError, ValueError) as error:
        raise ValueError(
            f"{what}: cannot be brought from {gdf.crs.to_string()} to {target!s}: {error}"
        ) from error
    if np.isinf(moved.total_bounds).any():
        raise ValueError(
            f"{what}: some coordinates have no place in {target!s}; "
            f"check that {gdf.crs.to_string()} is truly the system of the numbers."
        )
    return moved
