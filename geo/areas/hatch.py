"""Hatch lines inside areas: a sign that does not depend on colour."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

Lines = NDArray[np.object_]


def hatch_lines(areas: gpd.GeoSeries, spacing: float) -> gpd.GeoSeries:
    """Draw parallel diagonal lines inside areas, on one pattern for the whole map.

    Parameters
    ----------
    areas : GeoSeries
        Polygons in a projected CRS.
    spacing : float
        Distance between neighbouring lines, in units of the CRS.

    Returns
    -------
    GeoSeries
        Lines of each area, same index. An area that the pattern misses carries one diagonal
        through its inner point, so that no hatched area looks plain; an empty area has none.

    Raises
    ------
    ValueError
        The spacing is not positive, or the CRS counts in degrees.

    Examples
    --------
    >>> square = gpd.GeoSeries([shapely.box(0, 0, 10, 10)], index=["a"], crs=32618)
    >>> round(float(hatch_lines(square, 5.0).length.sum()), 1)
    22.4
    """
    if not spacing > 0:
        raise ValueError(f"The spacing of hatch lines must be positive, not {spacing}.")
    if areas.crs is not None and areas.crs.is_geographic:
        raise ValueError(f"Hatch lines need a projected CRS, not {areas.crs.to_string()}.")
    shapes = np.asarray(areas.array)
    lines = _pattern(shapes, spacing)
    line, area = STRtree(lines).query(shapes, predicate="intersects")[::-1]
    pieces = shapely.intersection(lines[line], shapes[area])
    drawn = shapely.get_dimensions(pieces) == 1
    parts, owner = shapely.get_parts(pieces[drawn], return_index=True)
    owner = area[drawn][owner]
    straight = shapely.get_dimensions(parts) == 1
    order = np.argsort(owner[straight], kind="stable")
    hatched = np.full(len(shapes), None, dtype=object)
    missed = np.setdiff1d(np.arange(len(shapes)), owner[straight])
    shapely.multilinestrings(parts[straight][order], indices=owner[straight][order], out=hatched)
    hatched[missed] = [_single(shape) for shape in shapes[missed]]
    return gpd.GeoSeries(hatched, index=areas.index, crs=areas.crs)


def _pattern(shapes: Lines, spacing: float) -> Lines:
    """Diagonals over the bounding box of all shapes, anchored at the origin of the CRS."""
    if (shapely.is_missing(shapes) | shapely.is_empty(shapes)).all():
        return np.array([], dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    step = spacing * np.sqrt(2)
    # A line rising to the north-east is y - x = c.
    offsets = np.arange(np.floor((south - east) / step), np.ceil((north - west) / step) + 1) * step
    ends = np.stack(
        [
            np.column_stack([np.full(offsets.shape, west), west + offsets]),
            np.column_stack([np.full(offsets.shape, east), east + offsets]),
        ],
        axis=1,
    )
    lines: Lines = shapely.linestrings(ends)
    return lines


def _single(shape: shapely.Geometry | None) -> shapely.MultiLineString:
    """Diagonal through the inner point of an area that lies between two lines of the pattern."""
    if shape is None or shape.is_empty:
        return shapely.MultiLineString()
    x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    reach = np.hypot(*np.subtract(shape.bounds[2:], shape.bounds[:2]))
    diagonal = shapely.linestrings([[x - reach, y - reach], [x + reach, y + reach]])
    inside = shapely.get_parts(shapely.intersection(diagonal, shape))
    return shapely.multilinestrings(inside[shapely.get_dimensions(inside) == 1])
