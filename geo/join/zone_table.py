"""Attendance zones made ready for the join: outlines mended, schools and levels checked."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas.boundaries import repair
from geo.areas.crs import align, require_crs
from geo.join.grades import BY_LEVEL

Shapes = NDArray[np.object_]
Entry = tuple[str, str, tuple[str, ...]]

# The three bands of grades, and every level a zone may have.
BANDS = dict(BY_LEVEL.years)
LEVELS = (*BY_LEVEL.levels, "k12", "ungraded", "unknown")
COLUMNS = ("zone_id", "school_id", "level")


@dataclass(frozen=True, eq=False)
class ZoneTable:
    """Zones ready for the join.

    Parameters
    ----------
    zones : GeoDataFrame
        `zone_id, level` and valid polygons, one row for each outline.
    links : DataFrame
        `zone` (row of `zones`), `school_id`; schools that exist and whose level fits.
    misfits : dict of str to str
        Schools named by a zone of another level, and why that zone is not used.
    ledger : tuple of (action, reason, ids)
        What was repaired, dropped and kept.
    """

    zones: gpd.GeoDataFrame
    links: pd.DataFrame
    misfits: dict[str, str]
    ledger: tuple[Entry, ...]


def bands(level: str) -> frozenset[str]:
    """Name the grade bands that a level covers.

    Parameters
    ----------
    level : str
        Level of a school or a zone; every band when it is not known.

    Returns
    -------
    frozenset of str
        Of "elementary" (K-5), "middle" (6-8) and "high" (9-12).

    Examples
    --------
    >>> sorted(bands("k8")), sorted(bands("secondary"))
    (['elementary', 'middle'], ['high', 'middle'])
    """
    return frozenset(BY_LEVEL.of(level))


def entries(action: str, reason: str, ids: Iterable[str]) -> tuple[Entry, ...]:
    """Write a ledger entry, or none when it concerns nobody."""
    named = tuple(dict.fromkeys(str(each) for each in ids))
    return ((action, reason, named),) if named else ()


def read_zones(zones: gpd.GeoDataFrame, levels: pd.Series, crs: object) -> ZoneTable:
    """Mend and check a table of zones.

    Parameters
    ----------
    zones : GeoDataFrame
        `zone_id, school_id, level` and polygons; a row for each zone and school, `school_id`
        empty for a zone without one.
    levels : Series of str
        Level of each known school, by school_id.
    crs : object
        Metric coordinate reference system to work in.

    Returns
    -------
    ZoneTable

    Raises
    ------
    ValueError
        A column is missing, a level is unknown, or the coordinate reference system is not
        declared or cannot be true.

    Examples
    --------
    >>> from shapely import box
    >>> zones = gpd.GeoDataFrame(
    ...     {"zone_id": ["z1", "z1"], "school_id": ["a", "x"], "level": "elementary"},
    ...     geometry=[box(0, 0, 9, 9)] * 2, crs=32618)
    >>> made = read_zones(zones, pd.Series({"a": "k8"}), 32618)
    >>> made.links.to_dict("records"), made.ledger[0][2]
    ([{'zone': 0, 'school_id': 'a'}], ('x',))
    """
    zones = zones.reset_index(drop=True)
    _check(zones)
    empty = zones.geometry.isna().all()
    moved = zones.set_crs(crs, allow_override=True) if empty else align(zones, crs, "zones")
    named = moved["school_id"].astype("object")
    named = named.where(named.notna() & named.astype("str").str.strip().ne(""), None)
    outlines, number = _outlines(moved)
    mended = repair(outlines)
    rows = pd.DataFrame({"zone": number, "school_id": named}).dropna()
    kept = pd.Series(np.arange(len(mended.table)), index=mended.table.index)
    rows = rows[rows["zone"].isin(kept.index)].assign(zone=lambda table: table["zone"].map(kept))
    table = mended.table.reset_index(drop=True)
    links, misfits, told = _links(rows.reset_index(drop=True), table, levels)
    without = table["zone_id"][~table.index.isin(rows["zone"])]
    ledger = (
        *_mending(outlines["zone_id"], mended.repaired, mended.dropped),
        *entries("kept", "Zone names no school: its children are left to other schools.", without),
        *told,
    )
    return ZoneTable(table, links, misfits, ledger)


def _check(zones: gpd.GeoDataFrame) -> None:
    absent = [name for name in COLUMNS if name not in zones.columns]
    if absent:
        raise ValueError(f"zones: the columns {', '.join(absent)} are needed.")
    strange = zones["level"][~zones["level"].isin(LEVELS)]
    if len(strange):
        raise ValueError(
            f"zones: level {strange.iloc[0]!r} of zone {zones['zone_id'][strange.index[0]]} is "
            f"unknown; known: {', '.join(LEVELS)}."
        )
    if not zones.geometry.isna().all():
        require_crs(zones, "zones")


def _outlines(zones: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Keep each outline once; a zone told in several outlines keeps them all."""
    key = zones[["zone_id", "level"]].assign(shape=zones.geometry.to_wkb())
    number = key.groupby(list(key.columns), dropna=False, sort=False).ngroup()
    first = ~number.duplicated()
    outlines = zones.loc[first, ["zone_id", "level", zones.geometry.name]]
    return outlines.set_index(number[first].to_numpy()), number


def _links(
    rows: pd.DataFrame, zones: gpd.GeoDataFrame, levels: pd.Series
) -> tuple[pd.DataFrame, dict[str, str], tuple[Entry, ...]]:
    repeated = rows.duplicated()
    known = rows["school_id"].isin(levels.index)
    at = rows["zone"].to_numpy(dtype=np.intp)
    zone_id, zone_level = zones["zone_id"].to_numpy()[at], zones["level"].to_numpy()[at]
    own = rows["school_id"].map(levels).fillna("unknown")
    fits = [bool(bands(one) & bands(two)) for one, two in zip(own, zone_level, strict=True)]
    good = known & pd.Series(fits, index=rows.index, dtype=bool)
    wrong = rows["school_id"] + " in zone " + zone_id
    told = (
        *entries("dropped", "Zone names a school twice.", wrong[repeated]),
        *entries("dropped", "Zone names an unknown school.", rows["school_id"][~known]),
        *entries("dropped", "Level of the school does not fit its zone.", wrong[known & ~good]),
    )
    said = "the zone that names it serves level " + pd.Series(zone_level, dtype="object")
    said = said + ", the school's is " + own.astype("object")
    misfits = dict(zip(rows["school_id"][known & ~good], said[known & ~good], strict=True))
    return rows[good & ~repeated].reset_index(drop=True), misfits, told


def _mending(names: pd.Series, repaired: pd.DataFrame, dropped: pd.DataFrame) -> tuple[Entry, ...]:
    told: tuple[Entry, ...] = ()
    for reason, rows in repaired.groupby(repaired["reason"].astype("str").str.split("[").str[0]):
        told += entries("repaired", f"Zone outline mended: {reason}.", names.loc[rows.index])
    for reason, rows in dropped.groupby("reason"):
        told += entries("dropped", f"Zone outline: {reason}.", names.loc[rows.index])
    return told
