"""Attendance zones made ready, and the resident children of each by tract and grade band."""

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from geo.areas.boundaries import repair
from geo.areas.crosswalk import overlap_areas, shared_faces
from geo.areas.crs import align, require_crs, to_metres
from geo.inputs import counts, geometries, labels
from geo.join.candidates import BY_LEVEL

Shapes = NDArray[np.object_]
Entry = tuple[str, str, tuple[str, ...]]
Floats = NDArray[np.float64]


# The three bands of grades, and every level a zone may have.
BANDS = dict(BY_LEVEL.years)
LEVELS = (*BY_LEVEL.levels, "k12", "ungraded", "unknown")
COLUMNS = ("zone_id", "school_id", "level")
# Digitised borders never meet exactly: less than this part of a zone or tract is called a sliver.
SLIVER = 0.01


@dataclass(frozen=True, eq=False)
class ZoneTable:
    """Zones ready for the join.

    Parameters
    ----------
    zones : GeoDataFrame
        `zone_id, level` and valid polygons, one row for each outline.
    links : DataFrame
        `zone` (row of `zones`), `school_id`; schools that exist and whose level fits.
    misfits, ledger
        Why a zone is not used, by school; and what was repaired, dropped and kept.
    """

    zones: gpd.GeoDataFrame
    links: pd.DataFrame
    misfits: dict[str, str]
    ledger: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Land:
    """Tracts that have an outline, in metres: children (T,) and their parts by band (T, bands)."""

    ids: pd.Index
    shapes: Shapes
    crs: object
    children: Floats
    parts: Floats
    ledger: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class ZoneChildren:
    """Children by zone and tract, those of an overlap split; the pieces of zones in tracts."""

    weights: dict[str, csr_array]
    pieces: int
    ledger: tuple[Entry, ...]


def bands(level: str) -> frozenset[str]:
    """Name the grade bands (elementary K-5, middle 6-8, high 9-12) that a level covers."""
    return frozenset(BY_LEVEL.of(level))


def entries(action: str, reason: str, ids: Iterable[str]) -> tuple[Entry, ...]:
    """Write a ledger entry, or none when it concerns nobody."""
    named = tuple(dict.fromkeys(str(each) for each in ids))
    return ((action, reason, named),) if named else ()


def read_zones(zones: gpd.GeoDataFrame, levels: pd.Series, crs: object) -> ZoneTable:
    """Mend and check a table of zones: `zone_id, school_id, level` and polygons.

    There is a row for each zone and school, `school_id` empty for a zone without one; `levels`
    are those of the known schools, `crs` is the metric system to work in.

    Raises
    ------
    ValueError
        A column is missing, a level is unknown, or the coordinate reference system is not
        declared or cannot be true.
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
    links, misfits, refused = _links(rows.reset_index(drop=True), table, levels)
    without = table["zone_id"][~table.index.isin(rows["zone"])]
    ledger = (
        *_mending(outlines["zone_id"], mended.repaired, mended.dropped),
        *entries("kept", "Zone names no school: its children are left to other schools.", without),
        *refused,
    )
    return ZoneTable(table, links, misfits, ledger)


def read_land(tracts: gpd.GeoDataFrame, uninhabited: gpd.GeoDataFrame | None = None) -> Land:
    """Read the tracts of the zones join, less uninhabited parks and water.

    A tract wholly inside them is left as it is.

    Examples
    --------
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": [5.0]}, index=["a"], geometry=[shapely.box(0, 0, 4, 4)], crs=32618)
    >>> park = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4, 1)], crs=32618)
    >>> shapely.area(read_land(tracts, park).shapes).tolist()
    [12.0]
    """
    ids, children = labels(tracts, "geoid"), counts(tracts, "children", "tracts")
    require_crs(tracts, "tracts")
    mended = repair(to_metres(tracts).set_axis(ids))
    shapes = mended.table.geometry
    residents = pd.Series(np.where(children > 0, children, 0.0), index=ids)
    ledger = (
        *entries("repaired", "Tract outline mended.", mended.repaired.index),
        *entries("dropped", "Tract without an outline.", mended.dropped.index),
        *entries(
            "kept",
            "Tract without a count of children: none live there for the join.",
            ids[np.isnan(children)],
        ),
    )
    if uninhabited is not None:
        bare = repair(align(uninhabited, shapes.crs, "uninhabited")).table.union_all()
        left = shapes.difference(bare)
        shapes = shapes.where(left.is_empty, left)
    return Land(
        ids=shapes.index,
        shapes=geometries(shapes),
        crs=shapes.crs,
        children=residents.loc[shapes.index].to_numpy(),
        parts=BY_LEVEL.parts(tracts)[ids.get_indexer(shapes.index)],
        ledger=ledger,
    )


def children_in_zones(ready: ZoneTable, land: Land) -> ZoneChildren:
    """Count the children of each grade band in each zone and tract.

    References
    ----------
    Wright, J. K. (1936), Geographical Review 26, 103-110 (dasymetric mapping).
    """
    shapes = geometries(ready.zones.geometry)
    area, names = overlap_areas(shapes, land.shapes), ready.zones["zone_id"]
    ledger = entries("kept", "Zone lies outside all tracts.", names[_sums(area, 1) <= 0])
    served = ready.zones["level"].map(bands)
    weights: dict[str, csr_array] = {}
    done: dict[bytes, csr_array] = {}
    for at, band in enumerate(BANDS):
        members = np.array([band in each for each in served], dtype=bool)
        if members.tobytes() not in done:
            single, common = _split(area, shapes, land.shapes, members)
            done[members.tobytes()] = single
            ledger += _overlaps(names, common / shapely.area(shapes))
            ledger += _gaps(single, land, band)
        density = _per_area(land) * land.parts[:, at]
        weights[band] = (done[members.tobytes()] @ diags_array(density)).tocsr()
    return ZoneChildren(weights, area.nnz, ledger)


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
    listed = rows["school_id"].isin(levels.index)
    at = rows["zone"].to_numpy(dtype=np.intp)
    zone_id, zone_level = zones["zone_id"].to_numpy()[at], zones["level"].to_numpy()[at]
    own = rows["school_id"].map(levels).fillna("unknown")
    fits = [bool(bands(one) & bands(two)) for one, two in zip(own, zone_level, strict=True)]
    good = listed & pd.Series(fits, index=rows.index, dtype=bool)
    wrong = rows["school_id"] + " in zone " + zone_id
    ledger = (
        *entries("dropped", "Zone names a school twice.", wrong[repeated]),
        *entries("dropped", "Zone names an unknown school.", rows["school_id"][~listed]),
        *entries("dropped", "Level of the school does not fit its zone.", wrong[listed & ~good]),
    )
    said = "the zone that names it serves level " + pd.Series(zone_level, dtype="object")
    said = said + ", the school's is " + own.astype("object")
    misfits = dict(zip(rows["school_id"][listed & ~good], said[listed & ~good], strict=True))
    return rows[good & ~repeated].reset_index(drop=True), misfits, ledger


def _mending(names: pd.Series, repaired: pd.DataFrame, dropped: pd.DataFrame) -> tuple[Entry, ...]:
    ledger: tuple[Entry, ...] = ()
    for reason, rows in repaired.groupby(repaired["reason"].astype("str").str.split("[").str[0]):
        ledger += entries("repaired", f"Zone outline mended: {reason}.", names.loc[rows.index])
    for reason, rows in dropped.groupby("reason"):
        ledger += entries("dropped", f"Zone outline: {reason}.", names.loc[rows.index])
    return ledger


def _per_area(land: Land) -> Floats:
    area = shapely.area(land.shapes)
    return np.asarray(np.divide(land.children, area, out=np.zeros(len(area)), where=area > 0))


def _sums(matrix: csr_array, axis: int) -> Floats:
    return np.asarray(matrix.sum(axis=axis), dtype=np.float64)


def _split(
    area: csr_array, shapes: Shapes, places: Shapes, members: NDArray[np.bool_]
) -> tuple[csr_array, Floats]:
    """Split land that several members cover evenly; also the area that each member shares."""
    inside = (diags_array(members.astype(np.float64)) @ area).tocsr()
    here = shapes.copy()
    here[~members] = None
    overlaps = shared_faces(here)
    if not len(overlaps.faces):
        return inside, np.zeros(len(shapes))
    excess = overlaps.members @ diags_array(1.0 - 1.0 / overlaps.cover)
    single = (inside - excess @ overlap_areas(overlaps.faces, places)).tocsr()
    single.data = np.maximum(single.data, 0.0)
    return single, np.asarray(overlaps.members @ shapely.area(overlaps.faces))


def _overlaps(names: pd.Series, common: Floats) -> tuple[Entry, ...]:
    wide = common > SLIVER
    said = "children there are split evenly between them."
    return (
        *entries("repaired", f"Zones for the same grades overlap: {said}", names[wide]),
        *entries(
            "repaired",
            f"Zones for the same grades overlap by less than {SLIVER:.0%} of their area: {said}",
            names[(common > 0) & ~wide],
        ),
    )


def _gaps(single: csr_array, land: Land, band: str) -> tuple[Entry, ...]:
    if not single.nnz:
        return ()
    covered = _sums(single, 0) / shapely.area(land.shapes)
    gap = (covered < 1.0 - SLIVER) & (land.children > 0)
    reason = f"Tract lies partly or wholly in no zone for the {band} grades."
    return entries("kept", reason, land.ids[gap])
