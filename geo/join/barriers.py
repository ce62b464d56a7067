"""Boundaries that students do not cross, unless their school draws across."""

from collections.abc import Collection
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas.locate import locate

Flags = NDArray[np.bool_]

# Types of school that families reach by choice or placement, wherever the lines run (S3).
DRAWS_ACROSS = frozenset(
    {
        "Alternative",
        "Career Technical",
        "Charter",
        "Magnet",
        "Special Education",
        "Transfer School",
        "Virtual",
    }
)


@dataclass(frozen=True)
class Barrier:
    """A boundary that students do not cross, unless their school draws across it.

    Parameters
    ----------
    column : str
        Column of the tracts that names the side: borough, district, county.
    school_column : str or None
        The same of the schools; None takes `column`, and where schools have no such column the
        side of the tract that a school stands in.
    crosses : str or collection of str
        A boolean column of the schools, or the school types that draw across.
    """

    column: str
    school_column: str | None = None
    crosses: str | Collection[str] = DRAWS_ACROSS


def tract_sides(tracts: gpd.GeoDataFrame, ids: pd.Index, barrier: Barrier) -> pd.Series:
    """Return the side of each tract, by geoid.

    Raises
    ------
    ValueError
        The tracts lack the barrier's column.
    """
    if barrier.column not in tracts.columns:
        raise ValueError(f"tracts: the barrier's column {barrier.column!r} is needed.")
    return tracts[barrier.column].set_axis(ids)


def school_sides(
    schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, barrier: Barrier, sides: pd.Series
) -> pd.Series:
    """Return the side of each school; missing where it draws across, or its side is not known.

    Raises
    ------
    ValueError
        A column that the barrier names is absent.
    """
    column = barrier.school_column or barrier.column
    if column in schools.columns:
        own = schools[column]
    elif barrier.school_column is not None:
        raise ValueError(f"schools: the barrier's column {column!r} is needed.")
    elif "geoid" in schools.columns:
        own = schools["geoid"].map(sides)
    else:
        own = locate(schools, tracts.set_axis(sides.index)).map(sides)
    return own.astype(object).mask(_crossing(schools, barrier), None)


def _crossing(schools: gpd.GeoDataFrame, barrier: Barrier) -> Flags:
    if isinstance(barrier.crosses, str):
        if barrier.crosses not in schools.columns:
            raise ValueError(f"schools: the column {barrier.crosses!r} of the barrier is needed.")
        return np.asarray(schools[barrier.crosses].to_numpy(dtype=bool, na_value=False))
    if not barrier.crosses or "school_type" not in schools.columns:
        return np.zeros(len(schools), dtype=bool)
    return np.asarray(schools["school_type"].isin(barrier.crosses).to_numpy(dtype=bool))
