"""Which providers a tract can reach, and which are its nearest."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from geo.access.decay import EDGE, Reach
from geo.access.places import Care
from geo.inputs import counts
from geo.join.candidates import EARTH_METRES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

_EARTH_KM = EARTH_METRES / 1000
# Tracts measured at once: bounds the memory for the pairs that are not yet weighed.
_BLOCK = 2048
# Room for ties at the last rank, so that ids and not the search decide them.
_SPARE = 7
# Nobody's nearest provider: the numbers are in another system than the one declared.
FAR_KM = 500.0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of tract and provider with what the way between them costs.

    Parameters
    ----------
    row, column : int arrays
        Positions of tract and provider.
    cost : float array
        Kilometres or minutes.
    passed_over : int
        Pairs of a supplied table that name a place that is not asked about.
    """

    row: Rows
    column: Rows
    cost: Floats
    passed_over: int = 0


def table_pairs(care: Care, travel_times: pd.DataFrame) -> Pairs:
    """Read a long table of travel times.

    Parameters
    ----------
    care : Care
        Providers and tracts.
    travel_times : DataFrame
        `geoid, provider_id, minutes`.

    Returns
    -------
    Pairs

    Raises
    ------
    ValueError
        Columns are missing, a pair repeats, minutes are missing or negative, or no pair names a
        known tract and provider.
    """
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
    known = (row >= 0) & (column >= 0)
    if not known.any():
        raise ValueError(
            f"travel_times: none of the {len(known)} pairs names a known tract and provider. Ids "
            f"are text with their leading zeros: the tracts begin with {care.geoids[:1].tolist()}, "
            f"the table with {travel_times['geoid'].head(1).tolist()}."
        )
    return Pairs(row[known], column[known], minutes[known], int((~known).sum()))


def table_weights(care: Care, pairs: Pairs, reach: Reach, active: Flags) -> csr_array:
    """Weigh the pairs of a table.

    Parameters
    ----------
    care : Care
        Providers and tracts.
    pairs : Pairs
        From `table_pairs`.
    reach : Reach
        In minutes.
    active : bool array
        Providers that take part.

    Returns
    -------
    csr_array, shape (tracts, providers)
        Positive where a provider is reached.
    """
    used = active[pairs.column]
    row, column = pairs.row[used], pairs.column[used]
    shape = len(care.geoids), len(care.providers)
    return _cells(row, column, reach.weight(pairs.cost[used]), shape)


def straight_weights(care: Care, reach: Reach, active: Flags) -> csr_array:
    """Weigh the pairs that lie within reach as the crow flies.

    Parameters
    ----------
    care : Care
        With places.
    reach : Reach
        In kilometres.
    active : bool array
        Providers that take part.

    Returns
    -------
    csr_array, shape (tracts, providers)
        Positive where a provider is reached.
    """
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
    """Find the k nearest providers of each tract that are not known to have no supply.

    Parameters
    ----------
    care : Care
        Providers and tracts.
    pairs : Pairs or None
        From `table_pairs`; None measures straight lines.
    k : int
        Providers for each tract; all there are when there are fewer.

    Returns
    -------
    Pairs
        Rows ascend, the nearest first; ties go to the id that sorts first.

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
    found = by_point[np.repeat(start, many) + step]
    return np.repeat(np.repeat(row, most), many), found, np.repeat(km.ravel(), many)


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
