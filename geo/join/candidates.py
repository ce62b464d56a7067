"""Which tracts a school may draw from: how far away, what lies between, children of its grades."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.areas.crs import EARTH_METRES, align, on_sphere, to_metres, unit_sphere
from geo.areas.locate import locate
from geo.inputs import centre_xy, counts, labels

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEAREST: Mapping[str, int] = MappingProxyType({"together": 40, "apart": 120})
"""Tracts that a school may draw from: high schools are few, and apart they must reach them all."""
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
class GradeBands:
    """Bands of grades, and the bands that each level of school teaches.

    A school of several bands has its students in proportion to their years. A level that is not
    named teaches all bands.

    Parameters
    ----------
    years : mapping from band to int
        Single years of age, which the children of a tract are spread over evenly where nothing
        better is known.
    levels : mapping from level to tuple of bands
        What each level teaches.

    Examples
    --------
    >>> two = GradeBands({"lower": 8, "upper": 4}, {"primary": ("lower",), "high": ("upper",)})
    >>> two.taught(pd.Series(["high", "academy"])).round(2).tolist()
    [[0.0, 1.0], [0.67, 0.33]]
    """

    years: Mapping[str, int]
    levels: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        """Refuse bands that no child could be in."""
        if not self.years or not all(number > 0 for number in self.years.values()):
            raise ValueError("Bands of grades need at least one band, each of 1 year or more.")
        wrong = [name for name, own in self.levels.items() if not own or set(own) - set(self.years)]
        if wrong:
            raise ValueError(f"Levels that teach no band, or an unknown one: {', '.join(wrong)}.")

    def of(self, level: str) -> tuple[str, ...]:
        """Name the bands that a level teaches."""
        return self.levels.get(level, tuple(self.years))

    def taught(self, levels: pd.Series) -> Floats:
        """Part of a school's students in each band, (schools, bands); a missing level has all."""
        names = levels.astype("object").fillna("").astype("str")
        served = np.array(
            [
                [number * (band in self.of(name)) for band, number in self.years.items()]
                for name in names
            ],
            dtype=np.float64,
        ).reshape(len(names), len(self.years))
        return np.asarray(served / served.sum(axis=1, keepdims=True))

    def parts(self, tracts: pd.DataFrame) -> Floats:
        """Part of a tract's children in each band, (tracts, bands), rows summing to 1.

        As counted in columns `children_<band>`, or even by year of age where these are absent or
        the tract's counts are missing or all 0.

        Raises
        ------
        ValueError
            Columns for some bands only, or a count that is negative or infinite.

        Examples
        --------
        >>> counted = pd.DataFrame(
        ...     {"children_elementary": [6.0], "children_middle": [0.0], "children_high": [2.0]})
        >>> BY_LEVEL.parts(counted).tolist()
        [[0.75, 0.0, 0.25]]
        """
        even = np.array(list(self.years.values()), dtype=np.float64) / sum(self.years.values())
        names = [f"children_{band}" for band in self.years]
        counted = [name for name in names if name in tracts.columns]
        if not counted:
            return np.tile(even, (len(tracts), 1))
        if len(counted) < len(names):
            absent = ", ".join(name for name in names if name not in counted)
            raise ValueError(f"tracts: children by band of grades need the columns {absent} too.")
        children = np.column_stack([counts(tracts, name, "tracts") for name in names])
        total = children.sum(axis=1, keepdims=True)
        return np.where(total > 0, children / np.where(total > 0, total, 1.0), even)


def told_apart(taught: Floats) -> list[Flags]:
    """Group the bands that no school tells apart, those that the same schools teach, as masks."""
    served = taught > 0
    groups: dict[bytes, list[int]] = {}
    for band in np.flatnonzero(served.any(axis=0)):
        groups.setdefault(served[:, band].tobytes(), []).append(int(band))
    return [np.isin(np.arange(taught.shape[1]), own) for own in groups.values()]


# Kindergarten to grade 5, grades 6 to 8, 9 to 12: of the 13 years between ages 5 and 17.
BY_LEVEL = GradeBands(
    MappingProxyType({"elementary": 6, "middle": 3, "high": 4}),
    MappingProxyType(
        {
            "prek": ("elementary",),
            "early": ("elementary",),
            "elementary": ("elementary",),
            "k8": ("elementary", "middle"),
            "middle": ("middle",),
            "secondary": ("middle", "high"),
            "high": ("high",),
        }
    ),
)
# All children in one pool, whatever their grade.
ONE_POOL = GradeBands(MappingProxyType({"all": 13}), MappingProxyType({}))

POOLS: Mapping[str, GradeBands] = MappingProxyType({"together": ONE_POOL, "apart": BY_LEVEL})
"""Ways to balance the grades, by the word a place file uses; the app's default first."""


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
    """Tracts that each school may draw from: positions of school and tract, schools ascending.

    `metres` is the distance, or thousandths of a minute when the supplied table holds minutes.
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
    """Read both tables of `fit_gravity` into one system of distances."""
    sphere = on_sphere(tracts, distance)
    located = align(tracts, 4326, "tracts") if sphere else to_metres(tracts)
    ids = labels(tracts, "geoid")
    children = counts(tracts, "children", "tracts") * (1 - _private(private_share, ids))
    centres = centre_xy(located.geometry)
    places = unit_sphere(centres) if sphere else centres
    source = (children > 0) & np.isfinite(places).all(axis=1)
    if not source.any():
        raise ValueError("tracts: none has both a geometry and resident children above 0.")
    sides = None if barrier is None else _tract_sides(tracts, ids, barrier)
    origins = Origins(
        ids[source],
        places[source],
        children[source],
        grades.parts(tracts)[source],
        None if sides is None else sides[source],
    )
    return _read_sites(schools, located, sphere, barrier, sides, grades), origins


def nearest_tracts(sites: Sites, origins: Origins, k: int) -> Candidates:
    """Find the k nearest tracts with children on a school's side of the barrier, or all."""
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
    """Take the k nearest tracts from a table `school_id, geoid` and `metres` or `minutes`.

    Pairs that are not given cannot be travelled; places that are not in play are passed over.
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
    """Tell whether a table of distances holds metres or minutes."""
    units = [name for name in ("metres", "minutes") if name in table.columns]
    if len(units) != 1:
        raise ValueError("distance: the table needs one column, 'metres' or 'minutes'.")
    return units[0]


def _tract_sides(tracts: gpd.GeoDataFrame, ids: pd.Index, barrier: Barrier) -> pd.Series:
    """Return the side of each tract, by geoid."""
    if barrier.column not in tracts.columns:
        raise ValueError(f"tracts: the barrier's column {barrier.column!r} is needed.")
    return tracts[barrier.column].set_axis(ids)


def _school_sides(
    schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, barrier: Barrier, sides: pd.Series
) -> pd.Series:
    """Return the side of each school; missing where it draws across, or its side is not known."""
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


def _private(share: float | pd.Series, ids: pd.Index) -> Floats | float:
    part = share.reindex(ids).to_numpy(dtype=np.float64) if isinstance(share, pd.Series) else share
    wrong = ~((np.asarray(part) >= 0) & (np.asarray(part) <= 1))
    if not wrong.any():
        return part
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
    xy = centre_xy(points.geometry)
    xyz = unit_sphere(xy) if sphere else xy
    placed = np.isfinite(xyz).all(axis=1)
    levelled = "level" in schools.columns
    level = schools["level"][placed] if levelled else None
    taught = grades.taught(schools["level"] if levelled else pd.Series("", index=ids))
    side = None
    if barrier is not None and sides is not None:
        side = _school_sides(points, tracts, barrier, sides)[placed]
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
