"""Boundaries: mend rings, thin them without gaps, draw outlines and hatching as lines."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.areas.crs import degree_metres, require_crs, unit_metres
from geo.inputs import geometries

Shapes = NDArray[np.object_]
COORDINATE_DECIMALS = 10


@dataclass(frozen=True, eq=False)
class BoundaryRepair:
    """Mended boundaries and an account of the mending.

    Parameters
    ----------
    table : GeoDataFrame
        Rows with a valid, non-empty Polygon or MultiPolygon.
    repaired : DataFrame, index as in the table
        `reason`, `area_before`, `area_after` (in squares of the table's unit) and `area_change`
        (fraction of the area before; NaN when that was 0).
    dropped : DataFrame, index as in the input
        `reason`.
    """

    table: gpd.GeoDataFrame
    repaired: pd.DataFrame
    dropped: pd.DataFrame


def repair(table: gpd.GeoDataFrame) -> BoundaryRepair:
    """Make every boundary a valid polygon; leave out rows without one, or with NaN coordinates.

    Mending twice changes nothing more.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> done = repair(gpd.GeoDataFrame(index=["a", "b"], geometry=[bow_tie, None], crs=32618))
    >>> done.table.index.tolist(), done.repaired["area_after"].tolist()
    (['a'], [2.0])
    >>> done.dropped["reason"].tolist()
    ['no geometry']
    """
    before = geometries(table.geometry)
    spoilt = _spoilt(before)
    after = before.copy()
    after[spoilt] = None
    broken = ~(shapely.is_valid(after) | shapely.is_missing(after))
    after[broken] = _mended(before[broken])
    after = _only_polygons(after)
    lost = shapely.is_missing(after) | shapely.is_empty(after)
    kept = table.set_geometry(gpd.GeoSeries(after, index=table.index, crs=table.crs))[~lost]
    changed = broken & ~lost
    return BoundaryRepair(
        table=kept,
        repaired=_changes(table.index[changed], before[changed], after[changed]),
        dropped=pd.DataFrame(
            {"reason": _losses(before[lost], spoilt[lost])}, index=table.index[lost]
        ),
    )


def simplify(table: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Thin the boundaries for a small-scale map, shared borders alike on both sides.

    `tolerance` is the size in metres of the detail that may go: about the square root of the area
    of the largest triangle removed.

    References
    ----------
    Visvalingam, M. and Whyatt, J. D. (1993), The Cartographic Journal 30, 46-51.

    Examples
    --------
    >>> notch = shapely.Polygon([(0, 0), (50, 0.1), (100, 0), (100, 100), (0, 100)])
    >>> areas = gpd.GeoDataFrame(geometry=[notch, shapely.box(100, 0, 200, 100)], crs=32618)
    >>> simplify(areas, 30).count_coordinates().tolist()
    [5, 5]
    """
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 metres or more; it is {tolerance}.")
    system, shapes = require_crs(table, "boundaries"), geometries(table.geometry)
    # A projection would tear shapes at the 180th meridian.
    metres = degree_metres(table) if system.is_geographic else np.full(2, unit_metres(system))
    flat = shapely.transform(shapes, lambda xy: xy * metres)
    thin = shapely.coverage_simplify(flat, tolerance)
    back = shapely.transform(thin, lambda xy: (xy / metres).round(COORDINATE_DECIMALS))
    return table.set_geometry(gpd.GeoSeries(back, index=table.index, crs=table.crs))


def outlines(table: gpd.GeoDataFrame, by: str | None = None) -> gpd.GeoSeries:
    """Draw the outline of the whole area (row "all"), or of each group of a column, as lines.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(
    ...     geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], crs=32618)
    >>> outlines(areas).length.tolist()
    [6.0]
    """
    groups: Any = np.full(len(table), "all") if by is None else table[by].to_numpy()
    merged = table.geometry.groupby(groups, sort=True).apply(lambda shapes: shapes.union_all())
    lines = [_multi_line(shapely.boundary(shape)) for shape in merged]
    return gpd.GeoSeries(lines, index=merged.index, crs=table.crs)


def seam(areas: gpd.GeoDataFrame | gpd.GeoSeries) -> float:
    """Find the western edge of the narrowest band of longitudes that holds all shapes in degrees.

    It is -180 unless shapes lie on both sides of the 180th meridian: then those west of the seam
    are to be taken a turn further east. So it is where there is no shape.

    Examples
    --------
    >>> sides = gpd.GeoSeries([shapely.box(-180, 51, -179, 52), shapely.box(178, 51, 180, 52)])
    >>> seam(sides), seam(sides[:1])
    (178.0, -180.0)
    """
    bounds = shapely.bounds(shapely.get_parts(geometries(areas.geometry)))
    if not len(bounds):
        return -180.0
    bounds = bounds[np.argsort(bounds[:, 0])]
    west, reached = bounds[:, 0], np.maximum.accumulate(bounds[:, 2])
    gaps = west[1:] - reached[:-1]
    if not len(gaps) or gaps.max() <= west[0] + 360 - reached[-1]:
        return -180.0
    return float(west[np.argmax(gaps) + 1])


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
    lines = _diagonals(shapes, spacing)
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
    hatched[missed] = [_one_diagonal(shape) for shape in shapes[missed]]
    return gpd.GeoSeries(hatched, index=areas.index, crs=areas.crs)


def _mended(broken: Shapes) -> Shapes:
    shapes = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    # The better reading of overlapping rings is not always valid; the other method always is.
    still = ~shapely.is_valid(shapes)
    shapes[still] = shapely.make_valid(broken[still], method="linework")
    return np.asarray(shapes, dtype=object)


def _only_polygons(shapes: Shapes) -> Shapes:
    areal = np.isin(shapely.get_type_id(shapes), (-1, 3, 6))
    for place in np.flatnonzero(~areal):
        parts = shapely.get_parts(shapes[place])
        shapes[place] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def _changes(index: pd.Index, before: Shapes, after: Shapes) -> pd.DataFrame:
    old, new = shapely.area(before), shapely.area(after)
    change = np.divide(new - old, old, out=np.full(len(old), np.nan), where=old > 0)
    reasons = [shapely.is_valid_reason(shape) for shape in before]
    return pd.DataFrame(
        {"reason": reasons, "area_before": old, "area_after": new, "area_change": change},
        index=index,
    )


def _spoilt(shapes: Shapes) -> NDArray[np.bool_]:
    """Say which shapes have coordinates that are no numbers: what is left of them is a guess."""
    points, shape = shapely.get_coordinates(shapes, return_index=True)
    spoilt = np.zeros(len(shapes), dtype=np.bool_)
    spoilt[shape[~np.isfinite(points).all(axis=1)]] = True
    return spoilt


def _losses(before: Shapes, spoilt: NDArray[np.bool_]) -> list[str]:
    return [
        "no geometry"
        if shape is None
        else "coordinates that are no numbers"
        if bad
        else "empty geometry"
        if shape.is_empty
        else "no area"
        for shape, bad in zip(before, spoilt, strict=True)
    ]


def _multi_line(shape: shapely.Geometry) -> shapely.MultiLineString:
    parts = shapely.get_parts(shape)
    return shapely.MultiLineString(list(parts[shapely.get_type_id(parts) == 1]))


def _diagonals(shapes: Shapes, spacing: float) -> Shapes:
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
    lines: Shapes = shapely.linestrings(ends)
    return lines


def _one_diagonal(shape: shapely.Geometry | None) -> shapely.MultiLineString:
    """Diagonal through the inner point of an area that lies between two lines of the pattern."""
    if shape is None or shape.is_empty:
        return shapely.MultiLineString()
    x, y = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    reach = np.hypot(*np.subtract(shape.bounds[2:], shape.bounds[:2]))
    diagonal = shapely.linestrings([[x - reach, y - reach], [x + reach, y + reach]])
    inside = shapely.get_parts(shapely.intersection(diagonal, shape))
    return shapely.multilinestrings(inside[shapely.get_dimensions(inside) == 1])
