"""Reading ids, numbers and places from the tables that callers hand to the join."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray


def labels(table: pd.DataFrame, name: str) -> pd.Index:
    """Return a table's ids, from the column of that name or else from its index.

    Raises
    ------
    ValueError
        Ids are missing or repeat.
    """
    ids = pd.Index(table[name] if name in table.columns else table.index, name=name)
    if ids.hasnans:
        raise ValueError(f"{name}: {int(ids.isna().sum())} of {len(ids)} rows have no id.")
    if not ids.is_unique:
        repeated = ", ".join(str(label) for label in ids[ids.duplicated()].unique()[:5])
        raise ValueError(f"{name}: ids must be unique; repeated: {repeated}.")
    return ids


def counts(table: pd.DataFrame, column: str, what: str) -> NDArray[np.float64]:
    """Return a column of counts as floats, missing as NaN; `what` names the table in messages.

    Raises
    ------
    ValueError
        The column is absent or holds negative or infinite numbers.

    Examples
    --------
    >>> counts(pd.DataFrame({"enrolled": pd.array([3, None], "Int64")}), "enrolled", "schools")
    array([ 3., nan])
    """
    if column not in table.columns:
        raise ValueError(f"{what}: the column {column!r} is needed.")
    values = table[column].to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.isinf(values) | (values < 0)
    if bad.any():
        row = table.index[int(np.flatnonzero(bad)[0])]
        raise ValueError(
            f"{what}: {int(bad.sum())} values of {column!r} are negative or infinite, "
            f"first at {row}."
        )
    return np.asarray(values)


def geometries(shapes: gpd.GeoSeries) -> NDArray[np.object_]:
    """Return shapes as an array that shapely reads."""
    return np.asarray(shapes.array, dtype=object)


def centre_xy(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return the coordinates of points, or of the centroids of other shapes, as an (n, 2) array.

    NaN for a missing or empty geometry and for a point made of missing numbers.

    Examples
    --------
    >>> centre_xy(gpd.GeoSeries([shapely.box(0, 0, 2, 2), None])).tolist()
    [[1.0, 1.0], [nan, nan]]
    """
    centres = shapely.centroid(geometries(shapes))
    points, row = shapely.get_coordinates(centres, return_index=True)
    xy = np.full((len(shapes), 2), np.nan)
    xy[row] = points
    return xy
