"""Outlines of groups of areas in degrees, and the size of a place, for a map of all of it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.areas.boundaries import Shapes, seam, simplify
from geo.areas.crs import degree_metres
from geo.inputs import geometries

DRAWN_METRES = 12.0
"""Detail that a map of areas leaves out: less than a pixel where one fills a screen."""
MANY_AREAS = 2_400
"""From here on a map leaves out the more detail the more areas it has, so that it can be sent."""
DETAILS = 1_250
"""Outlines of groups leave out what is a smaller part of the place's longer side."""
THINNER, THINNINGS = 1.3, 30
"""Each thinning leaves out so much larger details than the one before, so many times at most."""
POLYGON = 3
GRID = 1e-9
"""Degrees on which borders are one that differ in the last digits of their numbers."""


def drawn_metres(areas: gpd.GeoDataFrame | gpd.GeoSeries) -> float:
    """Give the detail in metres that a map of these areas leaves out.

    Examples
    --------
    >>> few = gpd.GeoSeries([shapely.box(5, 40, 6, 41)], crs=4326)
    >>> drawn_metres(few), drawn_metres(few.repeat(7_200))
    (12.0, 36.0)
    """
    return DRAWN_METRES * max(1.0, len(areas) / MANY_AREAS)


def outlined(areas: gpd.GeoDataFrame, groups: pd.Series) -> gpd.GeoSeries:
    """Dissolve areas into the outlines of their groups, thinned for a map of the whole place.

    Parameters
    ----------
    areas : GeoDataFrame
        Polygons that tile a place, in degrees.
    groups : Series of str
        Group of each area; one without is left out.

    Returns
    -------
    GeoSeries
        Polygons by group, in alphabetical order.

    Examples
    --------
    >>> sides = [shapely.box(5, 40, 6, 41), shapely.box(6, 40, 7, 41)]
    >>> areas = gpd.GeoDataFrame(geometry=sides, crs=4326)
    >>> outlined(areas, pd.Series(["a", "a"])).bounds.round(3).to_numpy().tolist()
    [[5.0, 40.0, 7.0, 41.0]]
    """
    thin = simplify(areas, drawn_metres(areas)).geometry[groups.notna()]
    shapes = thin.groupby(groups.dropna(), sort=True).apply(lambda parts: parts.union_all())
    whole = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=areas.crs))
    return simplify(whole, longer_side(areas) / DETAILS).geometry


def dissolved(areas: gpd.GeoDataFrame, groups: pd.Series) -> gpd.GeoSeries:
    """Dissolve areas into their groups with every vertex, so that shared borders stay shared.

    Parameters
    ----------
    areas : GeoDataFrame
        Polygons in degrees.
    groups : Series of str
        Group of each area; one without is left out.

    Returns
    -------
    GeoSeries
        Multipolygons by group, in alphabetical order; their coordinates are on a grid of a tenth
        of a millimetre.

    Examples
    --------
    >>> sides = [shapely.box(5, 40, 6, 41), shapely.box(6, 40, 7, 41)]
    >>> areas = gpd.GeoDataFrame(geometry=sides, crs=4326)
    >>> dissolved(areas, pd.Series(["a", "a"])).bounds.to_numpy().tolist()
    [[5.0, 40.0, 7.0, 41.0]]
    """
    own = groups.dropna()
    by_group = areas.geometry.loc[own.index].groupby(own, sort=True)
    shapes = by_group.apply(lambda parts: _many(np.asarray(parts.array)))
    return gpd.GeoSeries(shapes, crs=areas.crs)


def thinned(areas: gpd.GeoDataFrame, most: int) -> gpd.GeoDataFrame:
    """Thin areas for a map of all of them until they have few enough vertices.

    Parameters
    ----------
    areas : GeoDataFrame
        Polygons in degrees that meet without gap or overlap.
    most : int
        Vertices wanted at most.

    Returns
    -------
    GeoDataFrame
        Shared borders alike on both sides. What cannot be thinned below four vertices a ring stays
        as it is.

    Examples
    --------
    >>> round_ = shapely.Point(5, 40).buffer(1, quad_segs=64)
    >>> whole = gpd.GeoDataFrame(geometry=[round_], crs=4326)
    >>> 4 < thinned(whole, 40).count_coordinates().sum() <= 40
    np.True_
    """
    metres = finest_metres(areas)
    for _ in range(THINNINGS):
        found = simplify(areas, metres)
        if found.count_coordinates().sum() <= most:
            return found
        metres *= THINNER
    return found


def finest_metres(areas: gpd.GeoDataFrame) -> float:
    """Give the detail that `thinned` leaves out at least: a quarter of a pixel of the whole.

    Examples
    --------
    >>> wide = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 1)], crs=4326)
    >>> round(finest_metres(wide))
    223
    """
    return longer_side(areas) / (4 * DETAILS)


def _many(shapes: Shapes) -> shapely.MultiPolygon:
    """Dissolve shapes into one of many parts."""
    parts = shapely.get_parts(shapely.union_all(shapes, grid_size=GRID))
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == POLYGON]))


def longer_side(areas: gpd.GeoDataFrame) -> float:
    """Give the longer side of a place in metres, also across the 180th meridian.

    Examples
    --------
    >>> sides = [shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -178, 1)]
    >>> round(longer_side(gpd.GeoDataFrame(geometry=sides, crs=4326)) / 111_320, 3)
    3.0
    """
    bounds = shapely.bounds(shapely.get_parts(geometries(areas.geometry)))
    turned = 360.0 * (bounds[:, 0] < seam(areas))
    low = np.min([bounds[:, 0] + turned, bounds[:, 1]], axis=1)
    high = np.max([bounds[:, 2] + turned, bounds[:, 3]], axis=1)
    return float(((high - low) * degree_metres(areas)).max())
