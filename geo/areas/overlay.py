"""Areas of overlap between two sets of polygons, and within one set."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from geo.areas.crs import align, to_metres

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Shapes = NDArray[np.object_]

_CHUNKS = 16


def overlap_areas(left: Shapes, right: Shapes) -> csr_array:
    """Measure the area that each left polygon shares with each right polygon.

    Parameters
    ----------
    left : array of L polygons
        Valid, in the metric coordinate reference system of `right`; missing ones share nothing.
    right : array of R polygons
        Valid.

    Returns
    -------
    csr_array, shape (L, R)
        Square metres. Pairs that only touch are not stored.

    Examples
    --------
    >>> left = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> overlap_areas(left, np.array([shapely.box(1, 0, 4, 1)])).toarray().tolist()
    [[1.0], [2.0]]
    """
    one, other = shapely.STRtree(right).query(left)
    starts = np.searchsorted(one, np.linspace(0, len(left), _CHUNKS + 1)[1:-1])

    def work(chunk: Integers) -> Floats:
        return _areas(left[one[chunk]], right[other[chunk]])

    # GEOS works outside Python's lock, so that threads help; a left polygon, which is prepared
    # for many questions, stays with one of them.
    with ThreadPoolExecutor(min(_CHUNKS, os.cpu_count() or 1)) as pool:
        area = np.concatenate(list(pool.map(work, np.split(np.arange(len(one)), starts))))
    matrix = coo_array((area, (one, other)), shape=(len(left), len(right))).tocsr()
    matrix.eliminate_zeros()
    return matrix


def area_interpolate(
    source: gpd.GeoDataFrame,
    target: gpd.GeoDataFrame,
    *,
    extensive: Sequence[str] = (),
    intensive: Sequence[str] = (),
) -> pd.DataFrame:
    """Carry columns from one set of areas to another by plain areal weighting.

    Parameters
    ----------
    source : GeoDataFrame
        Valid polygons with the columns; a missing value stays out.
    target : GeoDataFrame
        Valid polygons.
    extensive : sequence of str
        Columns of totals: each area hands over the fraction of it that lies in the target. What
        lies in no target is not handed over.
    intensive : sequence of str
        Columns of means and rates: averaged over the part of the target that has a value.

    Returns
    -------
    DataFrame
        On the index of `target`; NaN where no source with a value reaches.

    Raises
    ------
    ValueError
        No coordinate reference system, or two that cannot be reconciled.

    References
    ----------
    Goodchild, M. F. and Lam, N. S.-N. (1980), Geo-Processing 1, 297-312, eq. 1 and 2.

    Examples
    --------
    >>> square = lambda *sides: shapely.box(*sides)
    >>> old = gpd.GeoDataFrame({"n": [8.0]}, geometry=[square(0, 0, 4, 4)], crs=32618)
    >>> new = gpd.GeoDataFrame(geometry=[square(0, 0, 1, 4), square(1, 0, 4, 4)], crs=32618)
    >>> area_interpolate(old, new, extensive=["n"])["n"].tolist()
    [2.0, 6.0]
    """
    metres = to_metres(source)
    shapes = np.asarray(metres.geometry.array, dtype=object)
    others = np.asarray(align(target, metres.crs, "target").geometry.array, dtype=object)
    shared = overlap_areas(others, shapes)
    parts = shared.multiply(1.0 / shapely.area(shapes)[None, :]).tocsr()
    made = {name: _summed(parts, _column(source, name), mean=False) for name in extensive}
    made |= {name: _summed(shared, _column(source, name), mean=True) for name in intensive}
    return pd.DataFrame(made, index=target.index)


@dataclass(frozen=True, eq=False)
class SharedFaces:
    """The land that several polygons of one set cover, cut so that the cover of a face is uniform.

    Parameters
    ----------
    faces : array of F polygons
        They do not overlap one another.
    members : csr_array of bool, shape (polygons, F)
        Which polygons cover which face: two or more for each.
    """

    faces: Shapes
    members: csr_array

    @property
    def cover(self) -> Floats:
        """Number of polygons over each face."""
        return np.asarray(self.members.sum(axis=0), dtype=np.float64)


def shared_faces(shapes: Shapes) -> SharedFaces:
    """Find the land that several polygons of one set cover.

    Parameters
    ----------
    shapes : array of polygons
        Valid, in a metric coordinate reference system.

    Returns
    -------
    SharedFaces

    Examples
    --------
    >>> sides = [(0, 0, 2, 1), (1, 0, 3, 1), (1, 0, 2, 1)]
    >>> three = np.array([shapely.box(*each) for each in sides])
    >>> found = shared_faces(three)
    >>> shapely.area(found.faces).tolist(), found.cover.tolist()
    ([1.0], [3.0])
    """
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    once = one < other
    common = shapely.intersection(shapes[one[once]], shapes[other[once]])
    parts = shapely.get_parts(common)
    areal = parts[shapely.get_dimensions(parts) == 2]
    rings = shapely.union_all(shapely.boundary(areal))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(rings)))
    face, member = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    cells = coo_array((np.ones(len(face)), (member, face)), shape=(len(shapes), len(faces)))
    several = np.asarray(cells.sum(axis=0)) > 1
    return SharedFaces(np.asarray(faces[several], dtype=object), cells.tocsr()[:, several])


def _areas(one: Shapes, other: Shapes) -> Floats:
    """Intersect pairs, the left ones sorted; wholly covered right polygons need no cutting."""
    area = np.zeros(len(one))
    shapely.prepare(one)
    inside = shapely.covers(one, other)
    area[inside] = shapely.area(other[inside])
    cut = ~inside
    cut[cut] = shapely.intersects(one[cut], other[cut])
    area[cut] = shapely.area(shapely.intersection(one[cut], other[cut]))
    return area


def _column(source: gpd.GeoDataFrame, name: str) -> Floats:
    return np.asarray(source[name].to_numpy(dtype=np.float64, na_value=np.nan))


def _summed(parts: csr_array, values: Floats, *, mean: bool) -> Floats:
    known = np.isfinite(values)
    total = parts @ np.where(known, values, 0.0)
    reach = parts @ known.astype(np.float64)
    divisor = reach if mean else np.ones_like(reach)
    return np.asarray(np.divide(total, divisor, out=np.full(len(total), np.nan), where=reach > 0))
