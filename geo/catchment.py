"""The school-tract join: which tracts a school's students come from, by a named method."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, issparse

from geo.gravity import GravityFit, fit_gravity
from geo.inputs import counts, labels
from geo.locate import locate

__all__ = ["METHODS", "GravityFit", "build_catchment", "building", "fit_gravity", "share_matrix"]

COLUMNS = ["school_id", "geoid", "share", "students"]


def build_catchment(
    method: str, schools: pd.DataFrame, tracts: gpd.GeoDataFrame, **parameters: Any
) -> pd.DataFrame:
    """Join schools to the tracts they draw from.

    Parameters
    ----------
    method : str
        Name in `METHODS`: "building" (the tract a school stands in) or "gravity" (near tracts
        with children, balanced to the totals; see `fit_gravity`).
    schools : GeoDataFrame
        `school_id` (index or column), `enrolled` (students) and points; "building" is content
        with a column `geoid` instead of points.
    tracts : GeoDataFrame
        `geoid` (index or column), `children` (resident children; gravity only) and polygons.
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
    return METHODS[method](schools, tracts, **parameters)


def building(schools: pd.DataFrame, tracts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Assign each school wholly to the tract its building stands in: the weakest join.

    Parameters
    ----------
    schools : DataFrame or GeoDataFrame
        `enrolled`, and `geoid` or points; a point is used where `geoid` is missing.
    tracts : GeoDataFrame
        `geoid` (index or column) and polygons.

    Returns
    -------
    DataFrame
        `school_id, geoid, share, students` with share 1; no row for a school outside all tracts.

    Raises
    ------
    ValueError
        A school names a tract that is not in the table; neither `geoid` nor points are there.

    Examples
    --------
    >>> tracts = gpd.GeoDataFrame({"geoid": ["99001000100"]}, geometry=[None], crs=4326)
    >>> schools = pd.DataFrame({"enrolled": [7], "geoid": ["99001000100"]}, index=["s1"])
    >>> building(schools, tracts)["share"].tolist()
    [1.0]
    """
    known = labels(tracts, "geoid")
    ids, enrolled = labels(schools, "school_id"), counts(schools, "enrolled", "schools")
    place = known.get_indexer(_building_tract(schools, tracts.set_axis(known)))
    placed = place >= 0
    students = np.where(enrolled > 0, enrolled, 0.0)[placed]
    columns = [ids[placed], known[place[placed]], np.ones(placed.sum()), students]
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def gravity(schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, **parameters: Any) -> pd.DataFrame:
    """Build the table of `fit_gravity` without its account of convergence.

    Parameters
    ----------
    schools, tracts : GeoDataFrame
        As for `fit_gravity`.
    **parameters
        `scale_km, k, tolerance, max_iterations`.

    Returns
    -------
    DataFrame
        `school_id, geoid, share, students`.
    """
    return fit_gravity(schools, tracts, **parameters).table


METHODS: dict[str, Callable[..., pd.DataFrame]] = {"building": building, "gravity": gravity}


def share_matrix(share: Any, school_ids: Any, geoids: Any) -> csr_array:
    """Lay catchment shares out as a matrix of schools by tracts.

    Parameters
    ----------
    share : DataFrame, Series, sparse or dense matrix
        The long table; its column `share` indexed by school_id and geoid; or a matrix that is
        already in the order of `school_ids` and `geoids`.
    school_ids : sequence, S labels
        Rows wanted. A school without shares gets an empty row; shares of other schools are left
        out.
    geoids : sequence, T labels
        Columns; every tract of a wanted school must be among them.

    Returns
    -------
    csr_array, shape (S, T)
        Shares as fractions.

    Raises
    ------
    ValueError
        Unknown tracts, a pair given twice, shares outside 0..1, or a matrix of another shape.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"school_id": ["s1", "s1"], "geoid": ["a", "c"], "share": [0.25, 0.75]})
    >>> share_matrix(table, ["s0", "s1"], ["a", "b", "c"]).toarray().tolist()
    [[0.0, 0.0, 0.0], [0.25, 0.0, 0.75]]
    """
    schools, tracts = _unique(school_ids, "school_ids"), _unique(geoids, "geoids")
    shape = (len(schools), len(tracts))
    if isinstance(share, pd.DataFrame | pd.Series):
        matrix = _from_long(share, schools, tracts)
    else:
        matrix = csr_array(share if issparse(share) else np.asarray(share), dtype=np.float64)
    if matrix.shape != shape:
        raise ValueError(
            f"Shares of shape {matrix.shape} do not fit {shape[0]} schools by {shape[1]} tracts."
        )
    if not ((matrix.data >= 0) & (matrix.data <= 1 + 1e-9)).all():
        raise ValueError("Shares must be fractions from 0 to 1; some are missing or outside.")
    return matrix


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


def _unique(values: Any, what: str) -> pd.Index:
    index = values if isinstance(values, pd.Index) else pd.Index(list(values))
    if not index.is_unique:
        raise ValueError(f"{what}: labels repeat.")
    return index


def _from_long(share: pd.DataFrame | pd.Series, schools: pd.Index, tracts: pd.Index) -> csr_array:
    table = _three_columns(share)
    row = schools.get_indexer(pd.Index(table["school_id"]))
    table, row = table[row >= 0], row[row >= 0]
    column = tracts.get_indexer(pd.Index(table["geoid"]))
    if (column < 0).any():
        unknown = table["geoid"][column < 0].unique()
        raise ValueError(
            f"{len(unknown)} tracts of the catchment are not among the geoids: "
            f"{', '.join(str(geoid) for geoid in unknown[:5])}."
        )
    repeated = table.duplicated(["school_id", "geoid"])
    if repeated.any():
        first = table[repeated].iloc[0]
        raise ValueError(
            f"{int(repeated.sum())} pairs are given twice in the catchment, "
            f"first school {first['school_id']} with tract {first['geoid']}."
        )
    data = table["share"].to_numpy(dtype=np.float64, na_value=np.nan)
    return coo_array((data, (row, column)), shape=(len(schools), len(tracts))).tocsr()


def _three_columns(share: pd.DataFrame | pd.Series) -> pd.DataFrame:
    if isinstance(share, pd.Series):
        if share.index.nlevels != 2:
            raise ValueError("A Series of shares needs the two index levels school_id and geoid.")
        named = set(share.index.names) == {"school_id", "geoid"}
        names = share.index.names if named else ["school_id", "geoid"]
        return share.rename("share").rename_axis(names).reset_index()
    absent = [name for name in COLUMNS[:3] if name not in share.columns]
    if absent:
        raise ValueError(f"The catchment table lacks the columns {', '.join(absent)}.")
    return share[COLUMNS[:3]]
