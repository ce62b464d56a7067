"""The resident children of each attendance zone, tract by tract and by grade band."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from geo.areas.boundaries import repair
from geo.areas.crs import align, require_crs, to_metres
from geo.areas.overlay import overlap_areas, shared_faces
from geo.inputs import counts, labels
from geo.join.grades import BY_LEVEL
from geo.join.zone_table import (
    BANDS,
    Entry,
    ZoneTable,
    bands,
    entries,
)

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

# Digitised borders never meet exactly: less than this part of a zone or tract is called a sliver.
SLIVER = 0.01


@dataclass(frozen=True, eq=False)
class Land:
    """Tracts in metres.

    Parameters
    ----------
    ids : Index of str
        Tracts with an outline.
    shapes : array of polygons
        Where people may live.
    crs : object
        Metric coordinate reference system of the shapes.
    children : array, shape (T,)
        Resident children; 0 where they are not known.
    parts : array, shape (T, bands)
        Part of them in each band of grades.
    ledger : tuple of (action, reason, ids)
        What was mended and what takes no part.
    """

    ids: pd.Index
    shapes: Shapes
    crs: object
    children: Floats
    parts: Floats
    ledger: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class ZoneChildren:
    """Children by zone and tract.

    Parameters
    ----------
    weights : dict from band to csr_array, shape (zones, T)
        Children of the band; those of an overlap are split between its zones.
    pieces : int
        Pieces of a zone in a tract.
    ledger : tuple of (action, reason, ids)
        Overlaps, gaps, zones off the map.
    """

    weights: dict[str, csr_array]
    pieces: int
    ledger: tuple[Entry, ...]


def read_land(tracts: gpd.GeoDataFrame, uninhabited: gpd.GeoDataFrame | None = None) -> Land:
    """Read the tracts of the zones join.

    Parameters
    ----------
    tracts : GeoDataFrame
        `geoid` (index or column), `children`, polygons; children by band as in
        `geo.join.gravity.fit_gravity`.
    uninhabited : GeoDataFrame, optional
        Parks and water to cut away; a tract wholly inside them is left as it is.

    Returns
    -------
    Land

    Raises
    ------
    ValueError
        Missing columns, repeated ids, no or a false coordinate reference system.

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
    known = pd.Series(np.where(children > 0, children, 0.0), index=ids)
    told = (
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
        shapes=np.asarray(shapes.array, dtype=object),
        crs=shapes.crs,
        children=known.loc[shapes.index].to_numpy(),
        parts=BY_LEVEL.parts(tracts)[ids.get_indexer(shapes.index)],
        ledger=told,
    )


def children_in_zones(ready: ZoneTable, land: Land) -> ZoneChildren:
    """Count the children of each grade band in each zone and tract.

    Parameters
    ----------
    ready : ZoneTable
        Zones in the coordinate reference system of the tracts.
    land : Land
        Tracts.

    Returns
    -------
    ZoneChildren

    References
    ----------
    Wright, J. K. (1936), Geographical Review 26, 103-110 (dasymetric mapping).
    """
    shapes = np.asarray(ready.zones.geometry.array, dtype=object)
    area, names = overlap_areas(shapes, land.shapes), ready.zones["zone_id"]
    told = entries("kept", "Zone lies outside all tracts.", names[_sums(area, 1) <= 0])
    served = ready.zones["level"].map(bands)
    weights: dict[str, csr_array] = {}
    done: dict[bytes, csr_array] = {}
    for at, band in enumerate(BANDS):
        members = np.array([band in each for each in served], dtype=bool)
        if members.tobytes() not in done:
            single, common = _split(area, shapes, land.shapes, members)
            done[members.tobytes()] = single
            told += _overlaps(names, common / shapely.area(shapes))
            told += _gaps(single, land, band)
        density = _per_area(land) * land.parts[:, at]
        weights[band] = (done[members.tobytes()] @ diags_array(density)).tocsr()
    return ZoneChildren(weights, area.nnz, told)


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
    found = shared_faces(here)
    if not len(found.faces):
        return inside, np.zeros(len(shapes))
    excess = found.members @ diags_array(1.0 - 1.0 / found.cover)
    single = (inside - excess @ overlap_areas(found.faces, places)).tocsr()
    single.data = np.maximum(single.data, 0.0)
    return single, np.asarray(found.members @ shapely.area(found.faces))


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
