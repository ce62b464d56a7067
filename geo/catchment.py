"""The school-tract join: which tracts a school's students come from, by a named method."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas.locate import locate
from geo.inputs import counts, labels
from geo.join.gravity import fit_gravity
from geo.join.nearest import fit_nearest
from geo.join.supplied import fit_supplied

COLUMNS = ["school_id", "geoid", "share", "students"]


def build_catchment(
    method: str, schools: pd.DataFrame, tracts: gpd.GeoDataFrame, **parameters: Any
) -> pd.DataFrame:
    """Join schools to the tracts they draw from.

    Parameters
    ----------
    method : str
        Name in `METHODS`, where the best stands first. "zones" needs `zones=`, "supplied" needs
        `flows=`.
    schools : GeoDataFrame
        `school_id` (index or column), `enrolled` (students) and points; "building" is content
        with a column `geoid` instead of points, "supplied" with neither.
    tracts : GeoDataFrame
        `geoid` (index or column), `children` (resident children) and polygons.
    **parameters
        Passed to the method.

    Returns
    -------
    DataFrame
        `school_id, geoid, share, students`, one row for each school and tract. Shares of a school
        sum to 1; students are share times enrolment, 0 where enrolment is unknown. A school that
        cannot be placed has no row.

    Raises
    ------
    ValueError
        Unknown method, or input that the method cannot read.

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": [9.0]}, index=["99001000100"], geometry=[box(0, 0, 9, 9)], crs=32618)
    >>> schools = gpd.GeoDataFrame(
    ...     {"enrolled": [40]}, index=["s1"], geometry=gpd.points_from_xy([4], [4]), crs=32618)
    >>> build_catchment("building", schools, tracts).to_dict("records")
    [{'school_id': 's1', 'geoid': '99001000100', 'share': 1.0, 'students': 40.0}]
    """
    if method not in METHODS:
        raise ValueError(f"Unknown catchment method {method!r}; known: {', '.join(METHODS)}.")
    if method in NEEDS and parameters.get(NEEDS[method]) is None:
        raise ValueError(f"The method {method!r} needs the parameter {NEEDS[method]!r}.")
    return METHODS[method](schools, tracts, **parameters)


def building(schools: pd.DataFrame, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Assign each school wholly to the tract its building stands in: the weakest join.

    A school's point is used where its `geoid` is missing; outside all tracts it has no row.

    Raises
    ------
    ValueError
        A school names a tract that is not in the table; neither `geoid` nor points are there.
    """
    geoids = labels(tracts, "geoid")
    ids, enrolled = labels(schools, "school_id"), counts(schools, "enrolled", "schools")
    place = geoids.get_indexer(_building_tract(schools, tracts.set_axis(geoids)))
    placed = place >= 0
    students = np.where(enrolled > 0, enrolled, 0.0)[placed]
    columns = [ids[placed], geoids[place[placed]], np.ones(placed.sum()), students]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def gravity(schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, **parameters: Any) -> pd.DataFrame:
    """Build the table of `fit_gravity` without its account."""
    return fit_gravity(schools, tracts, **parameters).table


def nearest(schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, **parameters: Any) -> pd.DataFrame:
    """Build the table of `fit_nearest` without its account."""
    return fit_nearest(schools, tracts, **parameters).table


def supplied(schools: pd.DataFrame, tracts: gpd.GeoDataFrame, **parameters: Any) -> pd.DataFrame:
    """Build the table of `fit_supplied` without its account."""
    return fit_supplied(schools, tracts, **parameters).table


def zones(schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, **parameters: Any) -> pd.DataFrame:
    """Build the table of `fit_zones` without its account."""
    from geo.join.zones import fit_zones

    return fit_zones(schools, tracts, **parameters).table


METHODS: dict[str, Callable[..., pd.DataFrame]] = {
    "supplied": supplied,
    "zones": zones,
    "gravity": gravity,
    "nearest": nearest,
    "building": building,
}
NEEDS = {"supplied": "flows", "zones": "zones"}


def _building_tract(schools: pd.DataFrame, tracts: gpd.GeoDataFrame) -> NDArray[np.object_]:
    spatial = isinstance(schools, gpd.GeoDataFrame) and schools.active_geometry_name is not None
    if "geoid" not in schools.columns:
        if not spatial:
            raise ValueError("schools: a column 'geoid' or points are needed.")
        return np.asarray(locate(schools, tracts), dtype=object)
    named = schools["geoid"].astype(object).where(schools["geoid"].notna(), None)
    unknown = sorted({str(geoid) for geoid in named if geoid is not None} - set(tracts.index))
    if unknown:
        raise ValueError(
            f"schools: {len(unknown)} tracts of 'geoid' are not in the tracts table: "
            f"{', '.join(unknown[:5])}. Are both of the same census year?"
        )
    missing = named.isna().to_numpy()
    if spatial and missing.any():
        named[missing] = locate(schools[missing], tracts)
    return np.asarray(named, dtype=object)
