"""Catchment shares as a matrix of schools by tracts, and how far its students travel."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, issparse

from geo.areas.crs import align, to_metres
from geo.inputs import centre_xy, labels

COLUMNS = ("school_id", "geoid", "share")


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
    absent = [name for name in COLUMNS if name not in share.columns]
    if absent:
        raise ValueError(f"The catchment table lacks the columns {', '.join(absent)}.")
    return share[list(COLUMNS)]


def pair_km(table: pd.DataFrame, schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> pd.Series:
    """Measure each pair of a catchment, from the school to the centroid of the tract.

    Parameters
    ----------
    table : DataFrame
        `school_id, geoid`, one row a pair.
    schools, tracts : GeoDataFrame
        `school_id` and points, `geoid` and polygons; measured in the tracts' own metres, or else
        in their UTM zone.

    Returns
    -------
    Series of float
        Kilometres, on the index of `table`; NaN where a point or shape is missing.

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(index=["t"], geometry=[box(0, 0, 2000, 2000)], crs=32618)
    >>> schools = gpd.GeoDataFrame(index=["s"], geometry=gpd.points_from_xy([4], [0]), crs=32618)
    >>> pairs = pd.DataFrame({"school_id": ["s"], "geoid": ["t"]})
    >>> pair_km(pairs, schools, tracts).round(3).tolist()
    [1.411]
    """
    metres = to_metres(tracts)
    points = align(schools, metres.crs, "schools")
    row = _positions(table["school_id"], labels(points, "school_id"), "schools")
    column = _positions(table["geoid"], labels(metres, "geoid"), "tracts")
    step = centre_xy(points.geometry)[row] - centre_xy(metres.geometry)[column]
    return pd.Series(np.hypot(*step.T) / 1000, index=table.index)


def _positions(ids: pd.Series, index: pd.Index, what: str) -> NDArray[np.intp]:
    place = index.get_indexer(pd.Index(ids))
    if (place < 0).any():
        first = ids[place < 0].iloc[0]
        raise ValueError(f"The catchment names {what} that are not in the table, first {first}.")
    return np.asarray(place)
