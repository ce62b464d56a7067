"""How far the students of a school-tract join travel."""

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas.crs import align, to_metres
from geo.inputs import centre_xy, labels


def pair_km(table: pd.DataFrame, schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame) -> pd.Series:
    """Measure each pair of a catchment, from the school to the centroid of the tract.

    Parameters
    ----------
    table : DataFrame
        `school_id, geoid`, one row a pair.
    schools : GeoDataFrame
        `school_id` (index or column) and points.
    tracts : GeoDataFrame
        `geoid` (index or column) and polygons; measured in their own metres, or else in their UTM
        zone.

    Returns
    -------
    Series of float
        Kilometres, on the index of `table`; NaN where the school has no point or the tract no
        shape.

    Raises
    ------
    ValueError
        No coordinate reference system, repeated ids, or a pair that names an unknown place.

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


def _positions(ids: pd.Series, known: pd.Index, what: str) -> NDArray[np.intp]:
    place = known.get_indexer(pd.Index(ids))
    if (place < 0).any():
        first = ids[place < 0].iloc[0]
        raise ValueError(f"The catchment names {what} that are not in the table, first {first}.")
    return np.asarray(place)
