"""Coordinates in metres: every distance and area of the project passes through here."""

import warnings
from typing import TypeVar

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError, ProjError

Geo = TypeVar("Geo", gpd.GeoDataFrame, gpd.GeoSeries)

EARTH_METRES = 6_371_008.8
# A table in degrees that is wider than two UTM zones is measured on the sphere.
WIDE_DEGREES = 12.0
METRES_PER_DEGREE = 111_320.0
# Distances wrong by more than this part are no distances of the place.
STRETCH_LIMIT = 0.02
# A place may reach a little beyond the area that its system was made for.
USE_MARGIN_DEGREES = 1.5
ZONE_DEGREES = 6.0
_SIDES = 9
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
    system = CRS.from_user_input(geometry.crs)
    if not (system.is_geographic or system.is_projected):
        raise ValueError(
            f"{what}: the coordinate reference system {system.name!r} is of no place on Earth (a"
            " local or undefined one), so that distances and places cannot be known. Take the"
            " publisher's file again, with its .prj, or have the true system declared in it."
        )
    return system


def unit_metres(crs: object) -> float:
    """Give the metres of one unit of a system; of a degree those from north to south.

    Examples
    --------
    >>> unit_metres(32618), round(unit_metres(2263), 4), unit_metres(4326)
    (1.0, 0.3048, 111320.0)
    """
    system = CRS.from_user_input(crs)
    if system.is_geographic or not system.axis_info:
        return METRES_PER_DEGREE
    return float(system.axis_info[0].unit_conversion_factor)


def metric_system(given: str) -> str:
    """Give a named projected system in metres; one in feet becomes the same in metres.

    Raises
    ------
    ValueError
        There is no such system, or it is not projected, or it stretches distances.

    Examples
    --------
    >>> metric_system("EPSG:32118")
    'EPSG:32118'
    >>> is_metric(metric_system("EPSG:2263"))
    True
    """
    try:
        system = CRS.from_user_input(given)
    except (CRSError, ProjError) as error:
        raise ValueError(f"{given!r} is not a known coordinate reference system") from error
    if not system.is_projected:
        raise ValueError(f"{given!r} ({system.name}) is not projected: it has no plane distances")
    if system.to_epsg() in _STRETCHED or "Mercator" in _method(system):
        raise ValueError(f"{given!r} ({system.name}) stretches distances")
    if is_metric(system):
        return given
    with warnings.catch_warnings():  # what the short form leaves out is names and areas of use
        warnings.simplefilter("ignore", UserWarning)
        parts = {key: value for key, value in system.to_dict().items() if key != "to_meter"}
        return str(CRS.from_dict({**parts, "units": "m"}).to_string())


def place_system(areas: gpd.GeoDataFrame, given: str = "") -> str:
    """Choose the system in which a place is measured, or check the one that is given.

    Parameters
    ----------
    areas : GeoDataFrame
        Outlines of the place, with a declared system.
    given : str
        A projected system; empty to derive one: the UTM zone of a place that lies in it, else
        an equal-area conic (Albers) around the place, also across the 180th meridian.

    Returns
    -------
    str
        A system in metres.

    Raises
    ------
    ValueError
        The system given cannot be used, or not here.

    Examples
    --------
    >>> from shapely import box
    >>> county = gpd.GeoDataFrame(geometry=[box(-75.6, 39.0, -75.5, 39.1)], crs=4326)
    >>> place_system(county)
    'EPSG:32618'
    >>> place_system(county, "EPSG:32611")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: 'EPSG:32611' (WGS 84 / UTM zone 11N) is made for longitude -120 to -114, ...
    """
    west, south, east, north = _degrees(areas)
    if not given:
        return _derived(west, south, east, north)
    chosen = metric_system(given)
    system = CRS.from_user_input(given)
    use = system.area_of_use
    if use is not None and not _within((west, south, east, north), use.bounds):
        raise ValueError(
            f"{given!r} ({system.name}) is made for longitude {use.west:g} to {use.east:g},"
            f" latitude {use.south:g} to {use.north:g}; the place lies at {west:.1f} to {east:.1f},"
            f" {south:.1f} to {north:.1f}"
        )
    stretch = _stretch(chosen, (west, south, east, north))
    if not stretch <= STRETCH_LIMIT:
        raise ValueError(f"{given!r} ({system.name}) makes distances here wrong by {stretch:.0%}")
    return chosen


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


def degree_metres(areas: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[np.float64]:
    """Give the metres of a degree of longitude and of latitude in the middle of a place."""
    _, south, _, north = areas.total_bounds
    return METRES_PER_DEGREE * np.array([np.cos(np.radians((south + north) / 2)), 1.0])


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


def _method(system: CRS) -> str:
    operation = system.coordinate_operation
    name = "" if operation is None else operation.method_name
    return "" if "Transverse" in name or "Oblique" in name else name


def _degrees(areas: gpd.GeoDataFrame | gpd.GeoSeries) -> tuple[float, float, float, float]:
    """Give the bounds in degrees; a place across the 180th meridian goes beyond -180."""
    bounds = align(areas, 4326, "outlines").geometry.bounds.to_numpy()
    west, south, east, north = bounds[np.isfinite(bounds).all(axis=1)].T
    if not len(west):
        raise ValueError("outlines: none has coordinates")
    far = (west + east) / 2 > 0
    if east.max() - west.min() > 180:
        west, east = np.where(far, west - 360, west), np.where(far, east - 360, east)
        east = np.minimum(east, west + 180)
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())


def _derived(west: float, south: float, east: float, north: float) -> str:
    middle = (west + east) / 2
    if east - west <= ZONE_DEGREES:
        zone = int(((middle + 180) % 360) // 6) + 1
        utm = f"EPSG:{(32600 if south + north >= 0 else 32700) + zone}"
        if _stretch(utm, (west, south, east, north)) <= STRETCH_LIMIT / 10:
            return utm
    tall = (north - south) / 6
    return (
        f"+proj=aea +lat_1={south + tall:.2f} +lat_2={north - tall:.2f}"
        f" +lat_0={(south + north) / 2:.2f} +lon_0={(middle + 180) % 360 - 180:.2f} +x_0=0 +y_0=0"
        " +datum=WGS84 +units=m +no_defs"
    )


def _within(place: tuple[float, float, float, float], use: tuple[float, ...]) -> bool:
    """Say whether a place lies in an area of use, which may cross the 180th meridian."""
    margin = USE_MARGIN_DEGREES
    west, south, east, north = place
    from_west, from_south, to_east, to_north = use
    if to_east < from_west:
        from_west -= 360
    turns = (0, 360, -360)
    inside = any(from_west - margin <= west + t and east + t <= to_east + margin for t in turns)
    return inside and from_south - margin <= south and north <= to_north + margin


def _stretch(crs: str, place: tuple[float, float, float, float]) -> float:
    """Measure how wrong distances get at most over a place's bounds, as a part of them."""
    west, south, east, north = place
    x, y = np.meshgrid(np.linspace(west, east, _SIDES), np.linspace(south, north, _SIDES))
    factors = Proj(crs).get_factors((x.ravel() + 180) % 360 - 180, y.ravel())
    wrong = np.abs(np.concatenate([factors.meridional_scale, factors.parallel_scale]) - 1)
    return float(wrong.max())


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
    except (ProjError, ValueError) as error:
        raise ValueError(
            f"{what}: cannot be brought from {gdf.crs.to_string()} to {target!s}: {error}"
        ) from error
    if np.isinf(moved.total_bounds).any():
        raise ValueError(
            f"{what}: some coordinates have no place in {target!s}; "
            f"check that {gdf.crs.to_string()} is truly the system of the numbers."
        )
    return moved
