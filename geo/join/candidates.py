"""Which tracts a school may draw from, and how far away they are."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.areas.crs import align, require_crs, to_metres
from geo.inputs import centre_xy, counts, labels
from geo.join.barriers import Barrier, school_sides, tract_sides
from geo.join.grades import ONE_POOL, GradeBands

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EARTH_METRES = 6_371_008.8
# A table in degrees that is wider than two UTM zones is measured on the sphere.
_WIDE_DEGREES = 12.0


@dataclass(frozen=True, eq=False)
class Origins:
    """Tracts with children and a place; `xyz` holds metres, or the unit sphere.

    `parts`, shape (tracts, bands), is the part of the children in each band of grades.
    """

    ids: pd.Index
    xyz: Floats
    children: Floats
    parts: Floats
    side: pd.Series | None


@dataclass(frozen=True, eq=False)
class Sites:
    """Schools with a place; `side` is missing where a school draws across.

    `taught`, shape (schools, bands), is the part of a school's students in each band of grades.
    """

    ids: pd.Index
    xyz: Floats
    enrolled: Floats
    taught: Floats
    level: pd.Series | None
    side: pd.Series | None
    not_located: tuple[str, ...]

    def keep(self, chosen: Flags) -> "Sites":
        """Return some of the schools."""
        level = None if self.level is None else self.level[chosen]
        side = None if self.side is None else self.side[chosen]
        parts = self.ids[chosen], self.xyz[chosen], self.enrolled[chosen], self.taught[chosen]
        return Sites(*parts, level, side, self.not_located)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Tracts that each school may draw from, the nearest first.

    Parameters
    ----------
    row, column : int arrays
        Positions of school and tract; rows ascend.
    metres : float array
        Distance, or thousandths of a minute when the supplied table holds minutes.
    """

    row: NDArray[np.intp]
    column: NDArray[np.intp]
    metres: Floats


def read_places(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    *,
    distance: str = "auto",
    barrier: Barrier | None = None,
    private_share: float | pd.Series = 0.0,
    grades: GradeBands = ONE_POOL,
) -> tuple[Sites, Origins]:
    """Read both tables into one system of distances.

    Parameters
    ----------
    schools, tracts : GeoDataFrame
        As for `geo.join.gravity.fit_gravity`.
    distance : str
        "planar", "great_circle", or "auto": planar unless degrees span more than 12 of longitude.
    barrier : Barrier or None
        Boundary that is not crossed.
    private_share : float or Series by geoid
        Part of the resident children who attend no school of the table.
    grades : GradeBands
        Bands of grades that are kept apart.

    Returns
    -------
    (Sites, Origins)

    Raises
    ------
    ValueError
        Columns, ids, numbers or a coordinate reference system that cannot be used.
    """
    sphere = _on_sphere(tracts, distance)
    located = align(tracts, 4326, "tracts") if sphere else to_metres(tracts)
    ids = labels(tracts, "geoid")
    children = counts(tracts, "children", "tracts") * (1 - _private(private_share, ids))
    places = _places(centre_xy(located.geometry), sphere)
    source = (children > 0) & np.isfinite(places).all(axis=1)
    if not source.any():
        raise ValueError("tracts: none has both a geometry and resident children above 0.")
    sides = None if barrier is None else tract_sides(tracts, ids, barrier)
    origins = Origins(
        ids[source],
        places[source],
        children[source],
        grades.parts(tracts)[source],
        None if sides is None else sides[source],
    )
    return _read_sites(schools, located, sphere, barrier, sides, grades), origins


def nearest_tracts(sites: Sites, origins: Origins, k: int) -> Candidates:
    """Find the k nearest tracts with children on a school's side of the barrier.

    Parameters
    ----------
    sites, origins : Sites, Origins
        From `read_places`.
    k : int
        Tracts for each school; all there are when there are fewer.

    Returns
    -------
    Candidates
    """
    everywhere = np.arange(len(origins.ids))
    if sites.side is None or origins.side is None:
        return _query(sites.xyz, np.arange(len(sites.ids)), origins.xyz, everywhere, k)
    groups = [(np.flatnonzero(sites.side.isna().to_numpy()), everywhere)]
    tracts = origins.side.groupby(origins.side.to_numpy(), sort=True).indices
    rows = sites.side.groupby(sites.side.to_numpy(), sort=True).indices
    groups += [(rows[side], tracts[side]) for side in rows if side in tracts]
    parts = [_query(sites.xyz, near, origins.xyz, tract, k) for near, tract in groups]
    row = np.concatenate([part.row for part in parts])
    order = np.argsort(row, kind="stable")
    column = np.concatenate([part.column for part in parts])[order]
    return Candidates(row[order], column, np.concatenate([part.metres for part in parts])[order])


def table_tracts(sites: Sites, origins: Origins, table: pd.DataFrame, k: int) -> Candidates:
    """Take the k nearest tracts from a supplied table of network distances.

    Parameters
    ----------
    sites, origins : Sites, Origins
        From `read_places`.
    table : DataFrame
        school_id, geoid, and metres or minutes. Pairs that are not given cannot be travelled;
        schools and tracts that are not in play are passed over.
    k : int
        Tracts for each school.

    Returns
    -------
    Candidates
        With minutes, in thousandths of a minute.

    Raises
    ------
    ValueError
        Columns are missing, a pair repeats, or a distance is negative or missing.
    """
    unit = distance_unit(table)
    absent = [name for name in ("school_id", "geoid") if name not in table.columns]
    if absent:
        raise ValueError(f"distance: the table lacks the columns {', '.join(absent)}.")
    if table.duplicated(["school_id", "geoid"]).any():
        raise ValueError("distance: the table gives a pair of school and tract twice.")
    cost = counts(table, unit, "distance")
    if np.isnan(cost).any():
        raise ValueError(f"distance: {int(np.isnan(cost).sum())} values of {unit!r} are missing.")
    row = sites.ids.get_indexer(pd.Index(table["school_id"]))
    column = origins.ids.get_indexer(pd.Index(table["geoid"]))
    usable = (row >= 0) & (column >= 0)
    if sites.side is not None and origins.side is not None:
        own, other = sites.side.to_numpy()[row], origins.side.to_numpy()[column]
        usable &= pd.isna(own) | (own == other)
    row, column = row[usable], column[usable]
    metres = cost[usable] * (1.0 if unit == "metres" else 1000.0)
    order = np.lexsort((column, metres, row))
    row, column, metres = row[order], column[order], metres[order]
    rank = np.arange(len(row)) - np.searchsorted(row, row, side="left")
    return Candidates(row[rank < k], column[rank < k], metres[rank < k])


def distance_unit(table: pd.DataFrame) -> str:
    """Tell whether a table of distances holds metres or minutes.

    Examples
    --------
    >>> distance_unit(pd.DataFrame({"minutes": [4.0]}))
    'minutes'
    """
    found = [name for name in ("metres", "minutes") if name in table.columns]
    if len(found) != 1:
        raise ValueError("distance: the table needs one column, 'metres' or 'minutes'.")
    return found[0]


def _on_sphere(tracts: gpd.GeoDataFrame, distance: str) -> bool:
    if distance not in {"auto", "planar", "great_circle"}:
        raise ValueError(
            f"distance must be 'auto', 'planar', 'great_circle' or a table; it is {distance!r}."
        )
    geographic = require_crs(tracts, "tracts").is_geographic
    if distance != "auto" or not geographic:
        return distance == "great_circle"
    west, _, east, _ = tracts.total_bounds
    return bool(east - west > _WIDE_DEGREES)


def _places(xy: Floats, sphere: bool) -> Floats:
    if not sphere:
        return xy
    longitude, latitude = np.radians(xy).T
    around = np.cos(latitude)
    parts = around * np.cos(longitude), around * np.sin(longitude), np.sin(latitude)
    return np.column_stack(parts)


def _private(share: float | pd.Series, ids: pd.Index) -> Floats | float:
    given = share.reindex(ids).to_numpy(dtype=np.float64) if isinstance(share, pd.Series) else share
    wrong = ~((np.asarray(given) >= 0) & (np.asarray(given) <= 1))
    if not wrong.any():
        return given
    if not isinstance(share, pd.Series):
        raise ValueError(f"private_share must lie between 0 and 1; it is {share}.")
    named = ", ".join(str(name) for name in ids[wrong][:5])
    raise ValueError(
        f"private_share: {int(wrong.sum())} tracts have none, or one outside 0 to 1: {named}."
    )


def _read_sites(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    sphere: bool,
    barrier: Barrier | None,
    sides: pd.Series | None,
    grades: GradeBands,
) -> Sites:
    ids, enrolled = labels(schools, "school_id"), counts(schools, "enrolled", "schools")
    points = align(schools, tracts.crs, "schools")
    xyz = _places(centre_xy(points.geometry), sphere)
    placed = np.isfinite(xyz).all(axis=1)
    known = "level" in schools.columns
    level = schools["level"][placed] if known else None
    taught = grades.taught(schools["level"] if known else pd.Series("", index=ids))
    side = None
    if barrier is not None and sides is not None:
        side = school_sides(points, tracts, barrier, sides)[placed]
    not_located = tuple(ids[~placed])
    return Sites(
        ids[placed], xyz[placed], enrolled[placed], taught[placed], level, side, not_located
    )


def _query(
    schools: Floats, row: NDArray[np.intp], tracts: Floats, column: NDArray[np.intp], k: int
) -> Candidates:
    k = min(k, len(column))
    if not len(row):
        nothing = np.empty(0, dtype=np.intp)
        return Candidates(nothing, nothing, np.empty(0))
    distance, near = cKDTree(tracts[column]).query(schools[row], k=np.arange(1, k + 1))
    if schools.shape[1] == 3:
        distance = 2 * EARTH_METRES * np.arcsin(np.minimum(distance / 2, 1.0))
    return Candidates(np.repeat(row, k), column[near].ravel(), distance.ravel())
