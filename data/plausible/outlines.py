"""Outlines of tracts and districts: lost, changed, over one another, apart, or in another state."""

from types import MappingProxyType

import geopandas as gpd
import numpy as np
import shapely

from data.errors import DataError
from data.panel import SourceTables
from data.store.manifest import StudyArea
from data.store.provenance import Ledger
from geo.areas.boundaries import BoundaryRepair, repair
from geo.areas.states import outside_state
from geo.inputs import geometries
from geo.weights.neighbours import SNAP_METRES
from geo.weights.weights import Weights

CHANGE = 0.01
COVERED = 0.05
OVERLAP = 0.002
LONELY = 0.3
LEAST_TRACTS = 4
MOSTLY = 0.5
POLE = 90.0
_MISTAKES = MappingProxyType(
    {
        "latitude and longitude the other way round": lambda xy: xy[:, ::-1],
        "the other sign of the longitude": lambda xy: xy * [-1, 1],
    }
)


def mended(table: str, areas: gpd.GeoDataFrame, slug: str, ledger: Ledger) -> gpd.GeoDataFrame:
    """Mend outlines; an area without a usable one is left out.

    Parameters
    ----------
    table : str
        Table of the panel, for the ledger.
    areas : GeoDataFrame
        Polygons by id; tracts with `children`, where known.
    """
    done = repair(areas)
    reasons = done.repaired["reason"].astype("str").str.split("[").str[0]
    for reason, rows in done.repaired.groupby(reasons):
        change = rows["area_change"].abs().max()
        words = f"Outline mended: {reason}; its area changes by {change:.2%} at most."
        ledger.record(slug, table, "repaired", words, rows.index.drop_duplicates())
    for reason, rows in done.dropped.groupby("reason"):
        ids = rows.index.drop_duplicates()
        ledger.record(slug, table, "dropped", f"Outline: {reason}.", ids)
    if table == "tracts":
        _doubt_mending(areas, done, slug, ledger)
    return done.table


def _doubt_mending(
    areas: gpd.GeoDataFrame, done: BoundaryRepair, slug: str, ledger: Ledger
) -> None:
    change = done.repaired["area_change"].fillna(np.inf).abs()
    large = change[change.gt(CHANGE)]
    ids = [f"{name}: {value:.0%}" for name, value in large.items()]
    ledger.doubt("outlines_changed", slug, "tracts", "Mending changed the area of outlines.", ids)
    lost = areas.loc[done.dropped.index]
    # Tracts of water alone have no children, and often no outline.
    lived_in = lost.index if "children" not in lost else lost.index[lost["children"].ne(0)]
    words = f"Tracts without a usable outline, of {len(areas):,}."
    ledger.doubt("outlines_lost", slug, "tracts", words, lived_in)


def refuse_elsewhere(tracts: gpd.GeoDataFrame, slug: str, share: float = MOSTLY) -> None:
    """Refuse outlines of which more than a share lie outside the state that their ids name.

    Raises
    ------
    DataError
        With what would put them inside, if something simple does.
    """
    strange = outside_state(tracts)
    if len(strange) <= share * len(tracts):
        return
    advice = "check the coordinate system of the file, and that ids and outlines are of one place"
    for words, change in _MISTAKES.items():
        shapes = shapely.transform(geometries(tracts.geometry), change)
        _, south, _, north = shapely.total_bounds(shapes)
        on_earth = max(abs(south), abs(north)) <= POLE
        if (
            on_earth
            and outside_state(gpd.GeoDataFrame(geometry=shapes, index=tracts.index, crs=4326)).empty
        ):
            advice = f"they would lie inside with {words}: correct the file"
    raise DataError(
        f"{slug}: {len(strange):,} of {len(tracts):,} tracts lie outside the state that their ids"
        f" name (first {strange[0]}); {advice}"
    )


def doubt_outlines(tables: SourceTables, ledger: Ledger) -> None:
    """Doubt outlines that lie over one another, touch no other, or lie in another state.

    Of a place of districts those of the districts are looked at too.
    """
    slug, tracts = tables.area.slug, tables.tracts
    if tables.area.reports == "district" and len(tables.zones):
        _doubt_overlaps(tables.zones.set_index("zone_id"), "zones", tables.area, ledger)
    other = outside_state(tracts)
    words = f"Tracts of {len(tracts):,} lie outside the state that their ids name."
    ledger.doubt("other_state", slug, "tracts", words, other)
    if len(other) or not len(tracts):
        return
    _doubt_overlaps(tracts, "tracts", tables.area, ledger)
    lonely = Weights.queen(tracts).isolates
    if len(tracts) >= LEAST_TRACTS and len(lonely) > LONELY * len(tracts):
        words = f"Tracts, of {len(tracts):,}, are more than {SNAP_METRES:g} m from any other."
        ledger.doubt("outlines_apart", slug, "tracts", words, lonely)


def _doubt_overlaps(areas: gpd.GeoDataFrame, table: str, place: StudyArea, ledger: Ledger) -> None:
    shapes = geometries(areas.to_crs(place.crs).geometry)
    one, other = shapely.STRtree(shapes).query(shapes)
    one, other = one[one < other], other[one < other]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    shared, own = np.zeros(len(shapes)), shapely.area(shapes)
    np.add.at(shared, np.concatenate([one, other]), np.tile(common, 2))
    part = shared / np.where(own > 0, own, np.inf)
    covered = areas.index[part > COVERED]
    total = min(shared.sum() / 2 / own.sum(), 1.0)
    if total > OVERLAP or len(covered):
        ids = covered if len(covered) else areas.index[part > OVERLAP]
        words = f"Outlines lie over one another: {total:.1%} of the area is counted twice."
        ledger.doubt("outlines_overlap", place.slug, table, words, ids)
