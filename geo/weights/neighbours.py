"""Pairs of neighbouring places as positions: the geometry behind the weights."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from scipy.spatial import cKDTree

from geo.areas.crs import to_metres, unit_metres
from geo.inputs import centre_xy, geometries

Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]
SNAP_METRES = 1.0
"""Borders this near are one border: publishers round, and thin each outline by itself."""
SNAP_PART = 0.01
"""Of the side of a square as large as the middle shape: where shapes are tiny, so is the snap."""
_ROUNDING = 1e-9


def touching_pairs(shapes: gpd.GeoSeries) -> Pairs:
    """Find the pairs i < j of shapes that share a point, or come within a snap of one another.

    Without a coordinate reference system only what rounding of the numbers takes away is given
    back. Missing and empty shapes, and those with coordinates that are no numbers, touch nothing;
    invalid ones are repaired for the test.
    """
    usable = _usable(geometries(shapes))
    if not len(usable) or shapely.is_missing(usable).all():
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    snap, narrow = _snap(usable, shapes.crs), _narrowing(usable, shapes.crs)
    west, south, east, north = shapely.bounds(usable).T
    wide = snap / narrow
    boxes = shapely.box(west - wide, south - snap, east + wide, north + snap)
    one, other = shapely.STRtree(boxes).query(usable)
    once = one < other
    one, other = one[once], other[once]
    touch = shapely.intersects(usable[one], usable[other])
    near = np.flatnonzero(~touch)
    flat = [
        shapely.transform(usable[side[near]], lambda xy: xy * [narrow, 1.0])
        for side in (one, other)
    ]
    touch[near] = shapely.dwithin(flat[0], flat[1], snap)
    return one[touch], other[touch]


def _snap(shapes: NDArray[np.object_], crs: object) -> float:
    """Give the distance, in units of the shapes, up to which borders touch."""
    if crs is None:
        return float(_ROUNDING * np.nanmax(np.abs(shapely.total_bounds(shapes)), initial=0.0))
    side = float(np.sqrt(np.nanmedian(shapely.area(shapes)) * _narrowing(shapes, crs)))
    return min(SNAP_METRES / unit_metres(crs), SNAP_PART * side)


def _narrowing(shapes: NDArray[np.object_], crs: object) -> float:
    """Give how much shorter a unit is from west to east than from south to north."""
    if crs is None or not CRS.from_user_input(crs).is_geographic:
        return 1.0
    _, south, _, north = shapely.total_bounds(shapes)
    return float(np.cos(np.radians(np.clip((south + north) / 2, -89, 89))))


def coordinates(points: Any) -> tuple[pd.Index, NDArray[np.float64]]:
    """Read ids and plane coordinates in metres, (n, 2), from geometries or two columns."""
    if isinstance(points, gpd.GeoDataFrame | gpd.GeoSeries):
        ids, xy = points.index, centre_xy(to_metres(points.geometry))
    else:
        ids = points.index if isinstance(points, pd.DataFrame) else None
        xy = np.asarray(points, dtype=np.float64)
        if xy.ndim != 2 or xy.shape[1] != 2:
            raise ValueError(f"Two columns of metres are needed; the shape is {xy.shape}.")
        ids = pd.RangeIndex(len(xy)) if ids is None else ids
    _refuse_missing(ids, xy)
    return ids, xy


def nearest_pairs(xy: NDArray[np.float64], k: int) -> Pairs:
    """Find the k nearest other points of every point, 1 <= k < n: two arrays of length n * k."""
    n = len(xy)
    if k != int(k) or not 1 <= k < n:
        raise ValueError(f"k must be a whole number from 1 to {n - 1} for {n} points; it is {k}.")
    nearest = cKDTree(xy).query(xy, k=int(k) + 1)[1]
    # The point itself need not come first, nor at all, where several share one place.
    own = nearest == np.arange(n)[:, None]
    others = np.take_along_axis(nearest, np.argsort(own, axis=1, kind="stable"), axis=1)[:, :-1]
    return np.repeat(np.arange(n), int(k)), others.ravel()


def reached_pairs(xy: NDArray[np.float64], k: int) -> Pairs:
    """Find the pairs of points at most the mean of both distances to their k-th nearest apart."""
    n = len(xy)
    if k != int(k) or not 1 <= k < n:
        raise ValueError(f"k must be a whole number from 1 to {n - 1} for {n} points; it is {k}.")
    tree = cKDTree(xy)
    reach = tree.query(xy, k=int(k) + 1)[0][:, -1]
    reach *= 1 + 1e-12  # places that are each other's k-th nearest are linked on every machine
    # Of a pair, one reaches at least as far as the mean of both.
    near = tree.query_ball_point(xy, reach)
    focal = np.repeat(np.arange(n), [len(each) for each in near])
    other = np.concatenate([np.asarray(each, dtype=np.intp) for each in near])
    apart = np.hypot(*(xy[focal] - xy[other]).T)
    linked = (focal != other) & (apart <= (reach[focal] + reach[other]) / 2)
    pairs = np.unique(np.sort(np.column_stack([focal, other])[linked], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def near_pairs(xy: NDArray[np.float64], distance: float) -> Pairs:
    """Find the pairs of points that are at most a distance in metres apart, each once."""
    if not 0 < distance < np.inf:
        raise ValueError(f"The distance must be a positive number of metres; it is {distance}.")
    pairs = cKDTree(xy).query_pairs(distance, output_type="ndarray")
    return pairs[:, 0], pairs[:, 1]


def _usable(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    shapes = np.asarray(geometry, dtype=object).copy()
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    if broken.any():
        shapes[broken] = shapely.make_valid(_measurable(shapes[broken]))
    return shapes


def _measurable(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    points, shape = shapely.get_coordinates(shapes, return_index=True)
    shapes[shape[~np.isfinite(points).all(axis=1)]] = None
    return shapes


def _refuse_missing(ids: pd.Index, xy: NDArray[np.float64]) -> None:
    bad = ~np.isfinite(xy).all(axis=1)
    if bad.any():
        labels = ", ".join(str(label) for label in ids[bad][:5])
        raise ValueError(f"{int(bad.sum())} places have no coordinates: {labels}. Leave them out.")
