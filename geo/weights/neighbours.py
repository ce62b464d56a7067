"""Pairs of neighbouring places as positions: the geometry behind the weights."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.areas.crs import to_metres
from geo.inputs import centre_xy

Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]


def touching_pairs(geometry: NDArray[np.object_]) -> Pairs:
    """Find the pairs i < j of shapes that share at least a point.

    Missing and empty shapes, and those with coordinates that are no numbers, touch nothing;
    invalid ones are repaired for the test.
    """
    shapes = _usable(geometry)
    one, other = shapely.STRtree(shapes).query(shapes)
    once = one < other
    one, other = one[once], other[once]
    touch = shapely.intersects(shapes[one], shapes[other])
    return one[touch], other[touch]


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
