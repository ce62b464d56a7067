"""Boundaries: mend rings, thin shapes for the web map without gaps, draw outlines as lines."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.areas.crs import align, require_crs, to_metres

Shapes = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class BoundaryRepair:
    """Mended boundaries and an account of the mending.

    Parameters
    ----------
    table : GeoDataFrame
        Rows with a valid, non-empty Polygon or MultiPolygon.
    repaired : DataFrame
        Index as in the table; columns `reason`, `area_before`, `area_after` (square metres when
        the table is metric, else square units of its coordinates) and `area_change` (fraction of
        the area before; NaN when that was 0).
    dropped : DataFrame
        Index as in the input; column `reason`.
    """

    table: gpd.GeoDataFrame
    repaired: pd.DataFrame
    dropped: pd.DataFrame


def repair(table: gpd.GeoDataFrame) -> BoundaryRepair:
    """Make every boundary a valid polygon, and leave out rows that have none.

    Parameters
    ----------
    table : GeoDataFrame
        Areas of any geometry type.

    Returns
    -------
    BoundaryRepair
        Table and account. Mending twice changes nothing more.

    Examples
    --------
    >>> bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> done = repair(gpd.GeoDataFrame(index=["a", "b"], geometry=[bow_tie, None], crs=32618))
    >>> done.table.index.tolist(), done.repaired["area_after"].tolist()
    (['a'], [2.0])
    >>> done.dropped["reason"].tolist()
    ['no geometry']
    """
    before = _objects(table.geometry)
    broken = ~(shapely.is_valid(before) | shapely.is_missing(before))
    after = before.copy()
    after[broken] = _mended(before[broken])
    after = _only_polygons(after)
    lost = shapely.is_missing(after) | shapely.is_empty(after)
    kept = table.set_geometry(gpd.GeoSeries(after, index=table.index, crs=table.crs))[~lost]
    changed = broken & ~lost
    return BoundaryRepair(
        table=kept,
        repaired=_changes(table.index[changed], before[changed], after[changed]),
        dropped=pd.DataFrame({"reason": _losses(before[lost])}, index=table.index[lost]),
    )


def simplify(table: gpd.GeoDataFrame, tolerance: float) -> gpd.GeoDataFrame:
    """Thin the boundaries for a small-scale map, shared borders alike on both sides.

    Parameters
    ----------
    table : GeoDataFrame
        Valid polygons with a coordinate reference system, in metres or not.
    tolerance : float
        Size in metres of the detail that may go: about the square root of the area of the
        largest triangle removed.

    Returns
    -------
    GeoDataFrame
        Same rows, columns and coordinate reference system.

    Raises
    ------
    ValueError
        No coordinate reference system, or a negative tolerance.

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
    require_crs(table, "boundaries")
    metres = to_metres(table.geometry)
    thin = shapely.coverage_simplify(_objects(metres), tolerance)
    shapes = gpd.GeoSeries(thin, index=table.index, crs=metres.crs)
    return table.set_geometry(align(shapes, table.crs, "boundaries"))


def outlines(table: gpd.GeoDataFrame, by: str | None = None) -> gpd.GeoSeries:
    """Draw the outline of the whole area, or of each group of areas, as lines.

    Parameters
    ----------
    table : GeoDataFrame
        Valid polygons.
    by : str, optional
        Column that names the group, such as `county`; one outline of everything when None.

    Returns
    -------
    GeoSeries of MultiLineString
        One row for each group, in order of its name; without `by` one row, "all".

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


def _objects(shapes: gpd.GeoSeries) -> Shapes:
    return np.asarray(shapes.array, dtype=object)


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


def _losses(before: Shapes) -> list[str]:
    return [
        "no geometry" if shape is None else "empty geometry" if shape.is_empty else "no area"
        for shape in before
    ]


def _multi_line(shape: shapely.Geometry) -> shapely.MultiLineString:
    parts = shapely.get_parts(shape)
    return shapely.MultiLineString(list(parts[shapely.get_type_id(parts) == 1]))
