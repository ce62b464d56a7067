"""The area that holds a point, and the points that cannot be right."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.areas.crs import align, require_crs
from geo.inputs import centre_xy

Box = tuple[float, float, float, float]


_KM_PER_DEGREE = 111.32
_ZERO = 1e-6


def locate(
    points: gpd.GeoDataFrame | gpd.GeoSeries, polygons: gpd.GeoDataFrame | gpd.GeoSeries
) -> pd.Series:
    """Find the area that holds each point.

    Parameters
    ----------
    points : GeoDataFrame or GeoSeries, n rows
        Points; missing and empty ones lie nowhere.
    polygons : GeoDataFrame or GeoSeries
        Areas; the index gives their ids.

    Returns
    -------
    Series of length n
        Id of the area, on the index of `points`; None outside all areas. A point on a shared
        border, or in an overlap, goes to the area whose id sorts first.

    Examples
    --------
    >>> from shapely import box
    >>> areas = gpd.GeoSeries([box(0, 0, 9, 9), box(9, 0, 18, 9)], index=["b", "a"], crs=32618)
    >>> locate(gpd.GeoSeries.from_xy([1, 9, 99], [1, 1, 1], crs=32618), areas).tolist()
    ['b', 'a', None]
    """
    require_crs(polygons, "polygons")
    shapes = polygons.geometry
    places = align(points, shapes.crs, "points").geometry
    point, area = shapely.STRtree(shapes.to_numpy()).query(
        places.to_numpy(), predicate="intersects"
    )
    rank = np.argsort(np.argsort(shapes.index.to_numpy(), kind="stable"), kind="stable")
    order = np.lexsort((rank[area], point))
    point, first = np.unique(point[order], return_index=True)
    holder: NDArray[Any] = np.full(len(places), None, dtype=object)
    holder[point] = shapes.index.to_numpy()[area[order][first]]
    return pd.Series(holder, index=places.index, name=shapes.index.name, dtype=object)


def implausible_points(
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    polygons: gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    margin_km: float = 25.0,
) -> pd.Series:
    """Say of each point why it cannot be right, if so.

    Parameters
    ----------
    points, polygons : GeoDataFrame or GeoSeries
        Points, and the study area, each with a coordinate reference system.
    margin_km : float
        How far outside the area's bounding box a point may lie before it is doubted.

    Returns
    -------
    Series of str, on the index of the points
        A reason, or "" for a plausible point: "no coordinates", "zero coordinates",
        "latitude and longitude swapped", "longitude without its minus sign", "far outside".

    Examples
    --------
    >>> from shapely import box
    >>> area = gpd.GeoSeries([box(-74.3, 40.5, -73.7, 40.9)], crs=4326)
    >>> points = gpd.GeoSeries.from_xy([-74, 40.7, 0, 74], [40.7, -74, 0, 40.7], crs=4326)
    >>> implausible_points(points, area).tolist()  # doctest: +NORMALIZE_WHITESPACE
    ['', 'latitude and longitude swapped', 'zero coordinates',
     'longitude without its minus sign']
    """
    require_crs(points, "points")
    x, y = centre_xy(points.geometry).T
    lon, lat = centre_xy(points.geometry.to_crs(4326)).T
    area = _padded(align(polygons, 4326, "polygons").geometry, margin_km)
    checks = [
        (np.isnan(x), "no coordinates"),
        ((np.abs(x) < _ZERO) & (np.abs(y) < _ZERO), "zero coordinates"),
        (_inside(lon, lat, area), ""),
        (_inside(lat, lon, area), "latitude and longitude swapped"),
        (_inside(-lon, lat, area), "longitude without its minus sign"),
    ]
    reasons = np.select([hit for hit, _ in checks], [why for _, why in checks], "far outside")
    return pd.Series(reasons, index=points.index, name="reason", dtype="str")


def _padded(shapes: gpd.GeoSeries, margin_km: float) -> Box:
    west, south, east, north = shapes.total_bounds
    tall = margin_km / _KM_PER_DEGREE
    wide = tall / np.cos(np.radians((south + north) / 2))
    return west - wide, south - tall, east + wide, north + tall


def _inside(lon: NDArray[np.float64], lat: NDArray[np.float64], area: Box) -> NDArray[np.bool_]:
    west, south, east, north = area
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
