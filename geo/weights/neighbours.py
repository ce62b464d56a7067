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
    """Find the pairs of shapes that share at least a point.

    Parameters
    ----------
    geometry : array of shapely geometries, n
        Missing and empty shapes, and those with coordinates that are no numbers, touch nothing;
        invalid ones are repaired for the test.

    Returns
    -------
    tuple of two int arrays
        Positions i < j of each touching pair, once.

    Examples
    --------
    >>> shapes = shapely.box([0, 1, 4], [0, 0, 0], [1, 2, 5], [1, 1, 1])
    >>> [side.tolist() for side in touching_pairs(shapes)]
    [[0], [1]]
    """
    shapes = _usable(geometry)
    one, other = shapely.STRtree(shapes).query(shapes)
    once = one < other
    one, other = one[once], other[once]
    touch = shapely.intersects(shapes[one], shapes[other])
    return one[touch], other[touch]


def coordinates(points: Any) -> tuple[pd.Index, NDArray[np.float64]]:
    """Read ids and plane coordinates in metres from points, polygons or plain numbers.

    Parameters
    ----------
    points : GeoDataFrame, GeoSeries, DataFrame or array, n rows
        Geometries with a coordinate reference system (polygons count as their centroids), or
        two columns of metres.

    Returns
    -------
    tuple
        Index of n ids and array of shape (n, 2).

    Raises
    ------
    ValueError
        Not two columns, no coordinate reference system, or coordinates missing.

    Examples
    --------
    >>> coordinates([[0, 1], [2, 3]])[1].tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """
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
    """Find the k nearest other points of every point.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Coordinates in metres.
    k : int
        1 <= k < n.

    Returns
    -------
    tuple of two int arrays of length n * k
        Position of the point and of its neighbour.

    Raises
    ------
    ValueError
        k is not a whole number from 1 to n - 1.

    Examples
    --------
    >>> nearest_pairs(np.array([[0.0, 0], [1, 0], [5, 0]]), 1)[1].tolist()
    [1, 0, 1]
    """
    n = len(xy)
    if k != int(k) or not 1 <= k < n:
        raise ValueError(f"k must be a whole number from 1 to {n - 1} for {n} points; it is {k}.")
    found = cKDTree(xy).query(xy, k=int(k) + 1)[1]
    # The point itself need not come first, nor at all, where several share one place.
    own = found == np.arange(n)[:, None]
    others = np.take_along_axis(found, np.argsort(own, axis=1, kind="stable"), axis=1)[:, :-1]
    return np.repeat(np.arange(n), int(k)), others.ravel()


def near_pairs(xy: NDArray[np.float64], distance: float) -> Pairs:
    """Find the pairs of points that are at most a distance apart.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Coordinates in metres.
    distance : float
        Metres, above 0.

    Returns
    -------
    tuple of two int arrays
        Positions of each pair, once.

    Raises
    ------
    ValueError
        The distance is not a positive number.

    Examples
    --------
    >>> near_pairs(np.array([[0.0, 0], [0, 0], [5, 0]]), 2)[1].tolist()
    [1]
    """
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
    found, shape = shapely.get_coordinates(shapes, return_index=True)
    shapes[shape[~np.isfinite(found).all(axis=1)]] = None
    return shapes


def _refuse_missing(ids: pd.Index, xy: NDArray[np.float64]) -> None:
    bad = ~np.isfinite(xy).all(axis=1)
    if bad.any():
        labels = ", ".join(str(label) for label in ids[bad][:5])
        raise ValueError(f"{int(bad.sum())} places have no coordinates: {labels}. Leave them out.")
