"""Providers and tracts in one system of distances: who is in reach, and who is nearest."""

from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from geo.access.reach import EDGE, Reach
from geo.areas.crs import EARTH_METRES, align, on_sphere, require_crs, to_metres, unit_sphere
from geo.inputs import centre_xy, counts, labels

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Points: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries
Rows = NDArray[np.intp]
_EARTH_KM = EARTH_METRES / 1000
# Tracts measured at once: bounds the memory for the pairs that are not yet weighed.
_BLOCK = 2048
# Room for ties at the last rank, so that ids and not the search decide them.
_SPARE = 7
# Nobody's nearest provider: the numbers are in another system than the one declared.
FAR_KM = 500.0


@dataclass(frozen=True, eq=False)
class Care:
    """Providers and tracts in the order given; supply and children are NaN where unknown.

    Parameters
    ----------
    provider_xyz, tract_xyz : float arrays, shape (n, 2) or (n, 3), or None
        Kilometres on a plane, or on a sphere of Earth's size; NaN without a place. None when
        travel times stand instead.
    counted_as_one : bool
        There is no column of supply.
    centroids : int
        Tracts that stand at the centroid of their polygon.
    """

    providers: pd.Index
    geoids: pd.Index
    supply: Floats
    children: Floats
    provider_xyz: Floats | None = None
    tract_xyz: Floats | None = None
    counted_as_one: bool = False
    centroids: int = 0

    @property
    def provider_placed(self) -> Flags:
        """Providers with a place; all of them when travel times stand instead."""
        return _placed(self.provider_xyz, len(self.providers))

    @property
    def tract_placed(self) -> Flags:
        """Tracts with a place; all of them when travel times stand instead."""
        return _placed(self.tract_xyz, len(self.geoids))


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of tract and provider with the kilometres or minutes between them.

    `passed_over` counts pairs of a supplied table that name a place that is not asked about.
    """

    row: Rows
    column: Rows
    cost: Floats
    passed_over: int = 0


def read_care(
    providers: pd.DataFrame,
    tracts: pd.DataFrame,
    *,
    centres: Points | None = None,
    distance: str = "auto",
    straight: bool = True,
) -> Care:
    """Read providers and tracts; no geometry is looked at unless straight lines are measured."""
    uncounted = "supply" not in providers.columns
    supply = np.ones(len(providers)) if uncounted else counts(providers, "supply", "providers")
    counted = "children" in tracts.columns
    children = counts(tracts, "children", "tracts") if counted else np.full(len(tracts), np.nan)
    ids, geoids = labels(providers, "provider_id"), labels(tracts, "geoid")
    if not straight:
        return Care(ids, geoids, supply, children, counted_as_one=uncounted)
    frame = tracts if isinstance(tracts, gpd.GeoDataFrame) or centres is None else centres
    sphere = on_sphere(frame, distance)
    located = align(frame, 4326, "tracts") if sphere else to_metres(frame)
    if frame is centres:
        homes, centroids = _centres(located, located, geoids), 0
    else:
        homes, centroids = _homes(located, centres, geoids)
    sites = centre_xy(align(providers, located.crs, "providers").geometry)
    _refuse_false_metres(frame, np.concatenate([homes, sites]))
    places = _xyz(sites, sphere), _xyz(homes, sphere)
    return Care(ids, geoids, supply, children, *places, uncounted, centroids)


def table_pairs(care: Care, travel_times: pd.DataFrame) -> Pairs:
    """Read a long table of travel times: `geoid, provider_id, minutes`."""
    absent = [name for name in ("geoid", "provider_id", "minutes") if name not in travel_times]
    if absent:
        raise ValueError(f"travel_times: the table lacks the columns {', '.join(absent)}.")
    repeated = travel_times.duplicated(["geoid", "provider_id"])
    if repeated.any():
        first = travel_times.loc[repeated, ["geoid", "provider_id"]].iloc[0].tolist()
        raise ValueError(
            f"travel_times: {int(repeated.sum())} pairs are given twice, first {first}."
        )
    minutes = counts(travel_times, "minutes", "travel_times")
    if np.isnan(minutes).any():
        raise ValueError(
            f"travel_times: {int(np.isnan(minutes).sum())} minutes are missing; leave out the "
            "pairs that cannot be travelled."
        )
    row = care.geoids.get_indexer(pd.Index(travel_times["geoid"]))
    column = care.providers.get_indexer(pd.Index(travel_times["provider_id"]))
    matched = (row >= 0) & (column >= 0)
    if not matched.any():
        raise ValueError(
            f"travel_times: none of the {len(matched)} pairs names a known tract and provider. Ids "
            f"are text with their leading zeros: the tracts begin with {care.geoids[:1].tolist()}, "
            f"the table with {travel_times['geoid'].head(1).tolist()}."
        )
    return Pairs(row[matched], column[matched], minutes[matched], int((~matched).sum()))


def table_weights(care: Care, pairs: Pairs, reach: Reach, active: Flags) -> csr_array:
    """Weigh the pairs of a table, tracts by providers; only `active` providers take part."""
    used = active[pairs.column]
    row, column = pairs.row[used], pairs.column[used]
    shape = len(care.geoids), len(care.providers)
    return _cells(row, column, reach.weight(pairs.cost[used]), shape)


def straight_weights(care: Care, reach: Reach, active: Flags) -> csr_array:
    """Weigh the pairs within reach as the crow flies, tracts by providers; only `active` ones."""
    homes, sites = _both(care)
    column = np.flatnonzero(active & care.provider_placed)
    placed = np.flatnonzero(care.tract_placed)
    sphere = homes.shape[1] == 3
    farthest = reach.limit + 2 * EDGE
    radius = _chord(farthest) if sphere else farthest
    tree = cKDTree(sites[column])
    blocks = []
    for start in range(0, len(homes), _BLOCK):
        inside = placed[(placed >= start) & (placed < start + _BLOCK)]
        near = cKDTree(homes[inside]).sparse_distance_matrix(tree, radius, output_type="ndarray")
        km = _arc(near["v"]) if sphere else near["v"]
        shape = min(_BLOCK, len(homes) - start), len(sites)
        row = inside[near["i"]] - start
        blocks.append(_cells(row, column[near["j"]], reach.weight(km), shape))
    return vstack(blocks, format="csr")


def nearest_pairs(care: Care, pairs: Pairs | None, k: int) -> Pairs:
    """Find the k nearest providers of each tract that are not known to have no supply, or all.

    Straight lines are measured without `pairs`. Rows ascend, the nearest first; ties go to the id
    that sorts first.

    Raises
    ------
    ValueError
        Every provider is more than `FAR_KM` from every tract.
    """
    working = care.supply != 0
    if pairs is None:
        row, column, cost = _straight_nearest(care, working & care.provider_placed, k)
    else:
        held = working[pairs.column]
        row, column, cost = pairs.row[held], pairs.column[held], pairs.cost[held]
    names = care.providers.to_numpy(dtype=object).astype(str)
    place = np.argsort(np.argsort(names, kind="stable"), kind="stable")
    order = np.lexsort((place[column], np.round(cost / EDGE), row))
    row, column, cost = row[order], column[order], cost[order]
    first = np.arange(len(row)) - np.searchsorted(row, row, side="left") < k
    return Pairs(row[first], column[first], cost[first])


def _homes(located: Points, centres: Points | None, geoids: pd.Index) -> tuple[Floats, int]:
    """Place the children of each tract are put, and how many stand at a centroid."""
    middle, solid = centre_xy(located.geometry), _solid(located.geometry)
    if centres is None:
        return middle, int(solid.sum())
    homes = _centres(centres, located, geoids)
    lacking = ~_placed(homes, len(homes))
    return np.where(lacking[:, None], middle, homes), int((lacking & solid).sum())


def _centres(centres: Points, located: Points, geoids: pd.Index) -> Floats:
    """Return the population centre of each tract, NaN where it has none."""
    moved = align(centres, located.crs, "centres")
    ids = labels(pd.DataFrame(index=_ids(moved)), "geoid")
    row = ids.get_indexer(geoids)
    if not (row >= 0).any():
        raise ValueError(
            f"centres: none of the {len(row)} tracts has one by its id; the centres begin with "
            f"{ids[:1].tolist()}, the tracts with {geoids[:1].tolist()}."
        )
    return np.where((row >= 0)[:, None], centre_xy(moved.geometry)[row], np.nan)


def _ids(located: Points) -> pd.Index:
    named = isinstance(located, gpd.GeoDataFrame) and "geoid" in located.columns
    return pd.Index(located["geoid"]) if named else located.index


def _solid(shapes: gpd.GeoSeries) -> Flags:
    """Say which shapes are more than a point."""
    missing = shapes.isna() | shapes.is_empty
    flags: Flags = (~missing & (shapes.geom_type != "Point")).to_numpy(dtype=np.bool_)
    return flags


def _refuse_false_metres(frame: Points, xy: Floats) -> None:
    """Refuse degrees that were declared as metres: everything would lie within a few steps."""
    points = np.unique(xy[np.isfinite(xy).all(axis=1)], axis=0)
    small = (np.abs(points) <= (180.0, 90.0)).all()
    if not require_crs(frame, "tracts").is_geographic and len(points) > 1 and small:
        raise ValueError(
            f"tracts and providers: declared as {frame.crs.to_string()}, but all numbers lie "
            "within 180 and 90. They look like degrees: declare longitude and latitude as "
            "EPSG:4326 with set_crs(..., allow_override=True)."
        )


def _xyz(xy: Floats, sphere: bool) -> Floats:
    """Turn metres, or degrees on the sphere, to kilometres."""
    return unit_sphere(xy) * _EARTH_KM if sphere else xy / 1000


def _placed(xyz: Floats | None, n: int) -> Flags:
    if xyz is None:
        return np.ones(n, dtype=np.bool_)
    return np.asarray(np.isfinite(xyz).all(axis=1))


def _straight_nearest(care: Care, working: Flags, k: int) -> tuple[Rows, Rows, Floats]:
    """Return some more than the k nearest of each tract; providers at one point come together."""
    homes, sites = _both(care)
    column, row = np.flatnonzero(working), np.flatnonzero(care.tract_placed)
    points, point = np.unique(sites[column], axis=0, return_inverse=True)
    most = min(k + _SPARE, len(points))
    if not most or not len(row):
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
    distance, near = cKDTree(points).query(homes[row], k=np.arange(1, most + 1))
    km = _arc(distance) if homes.shape[1] == 3 else distance
    if km.min() > FAR_KM:
        raise ValueError(
            f"providers: the nearest of {len(column)} lies {km.min():,.0f} km from any tract. "
            "Check the declared coordinate reference systems, and that longitude and latitude "
            "are not swapped."
        )
    by_point = column[np.argsort(point.ravel(), kind="stable")]
    size = np.bincount(point.ravel(), minlength=len(points))
    many = size[near.ravel()]
    start = (np.cumsum(size) - size)[near.ravel()]
    step = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    provider = by_point[np.repeat(start, many) + step]
    return np.repeat(np.repeat(row, most), many), provider, np.repeat(km.ravel(), many)


def _both(care: Care) -> tuple[Floats, Floats]:
    if care.tract_xyz is None or care.provider_xyz is None:
        raise ValueError("Straight lines need the places of tracts and providers.")
    return care.tract_xyz, care.provider_xyz


def _cells(row: Rows, column: Rows, weight: Floats, shape: tuple[int, int]) -> csr_array:
    held = np.flatnonzero(weight > 0)
    at = row[held].astype(np.int32), column[held].astype(np.int32)  # half the memory to sort
    return csr_array((weight[held], at), shape=shape)


def _chord(km: float) -> float:
    return float(2 * _EARTH_KM * np.sin(min(km / (2 * _EARTH_KM), np.pi / 2)))


def _arc(chord: Floats) -> Floats:
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.minimum(chord / (2 * _EARTH_KM), 1.0)))
