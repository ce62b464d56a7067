"""The nearest join: every tract's children go to the nearest schools with room."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from geo.join.candidates import Origins, Sites, read_places

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Step = tuple[float, int]
# Below this a count of children or of places is rounding.
_NOTHING = 1e-9
_BATCH = 16


@dataclass(frozen=True, eq=False)
class NearestFit:
    """A nearest-with-room catchment and an account of it.

    Parameters
    ----------
    table : DataFrame
        Columns `school_id, geoid, share, students`; shares of a school sum to 1.
    unplaced : float
        Share of the children who found no room: in k places, or in all when capacity is short.
    not_located : tuple of str
        Schools left out because they have no point.
    not_balanced : tuple of str
        Schools with no or unknown enrolment: they get their nearest tract, and no students.
    not_filled : tuple of str
        Schools with students that no tract's children reached: they get their nearest tract.
    """

    table: pd.DataFrame
    unplaced: float
    not_located: tuple[str, ...]
    not_balanced: tuple[str, ...]
    not_filled: tuple[str, ...]

    def summary(self) -> str:
        """Tell in one sentence how well the children were placed."""
        return (
            f"School totals met exactly; {self.unplaced:.1%} of children found no room, "
            f"{len(self.not_filled)} schools were reached by nobody, "
            f"{len(self.not_located)} without a point, {len(self.not_balanced)} without enrolment."
        )


def fit_nearest(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    *,
    k: int | None = None,
    capacity: pd.Series | None = None,
    private_share: float | pd.Series = 0.0,
) -> NearestFit:
    """Send every tract's children to the nearest schools of each level that have room.

    Within a level, children are scaled to its enrolment. The closest pair of tract and school
    comes first and takes as many children as the tract still has and the school has room for;
    then the next. Schools of one level at one point share by capacity. What comes last may travel
    far: that is the price of a rule that anyone can follow.

    Parameters
    ----------
    schools : GeoDataFrame
        `school_id` (index or column), `enrolled`, points; `level` when levels are kept apart.
    tracts : GeoDataFrame
        `geoid` (index or column), `children`, polygons.
    k : int or None
        Places (a school, or several at one point) of a level that one tract may fill. None lets
        it go on until its children are placed.
    capacity : Series by school_id, or None
        Room in each school with students; None takes enrolment. Students are share times
        enrolment, whatever the capacity.
    private_share : float or Series by geoid
        Part of the resident children who attend none of the schools.

    Raises
    ------
    ValueError
        Tables that cannot be read, or a capacity that is missing or not positive.

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": [30.0, 10.0]}, index=["w", "e"], crs=32618,
    ...     geometry=[box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)])
    >>> schools = gpd.GeoDataFrame(
    ...     {"enrolled": [20, 20]}, index=["one", "two"], crs=32618,
    ...     geometry=gpd.points_from_xy([400, 1600], [500, 500]))
    >>> fit_nearest(schools, tracts).table.values.tolist()
    [['one', 'w', 1.0, 20.0], ['two', 'w', 0.5, 10.0], ['two', 'e', 0.5, 10.0]]
    """
    if k is not None and (k != int(k) or k < 1):
        raise ValueError(f"k must be a whole number of places, at least 1, or None; it is {k}.")
    sites, origins = read_places(schools, tracts, private_share=private_share)
    active = sites.enrolled > 0
    room = _room(sites, active, capacity)
    parts = [_level_flows(sites, origins, member, room, k) for member in _levels(sites, active)]
    flows = csr_array((len(sites.ids), len(origins.ids)))
    for part in parts:
        flows = flows + part
    reached = np.asarray(flows.sum(axis=1)) > 0
    flows = flows + _nearest_tract(sites, origins, np.flatnonzero(~reached))
    wanted = sites.enrolled[active].sum()
    placed = np.asarray(flows.sum(axis=1))[reached].sum()
    return NearestFit(
        table=_table(flows.tocsr(), sites, origins),
        unplaced=max(0.0, float(1 - placed / wanted)) if wanted else 0.0,
        not_located=sites.not_located,
        not_balanced=tuple(sites.ids[~active]),
        not_filled=tuple(sites.ids[active & ~reached]),
    )


def greedy(
    tracts: Floats, places: Floats, demand: Floats, room: Floats, k: int | None = None
) -> list[tuple[int, int, float]]:
    """Place demand in the nearest room, the shortest way first.

    Of all pairs of a tract with demand left and a place with room left the closest is taken, and
    as much moves as both allow; equally close pairs go in the order of their positions. No tract
    fills more than k places. Gives (place, tract, amount) in the order of placing.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [5.0, 0.0]])
    >>> greedy(line, line + 1, np.array([4.0, 1.0]), np.array([2.0, 3.0]))
    [(0, 0, 2.0), (1, 1, 1.0), (1, 0, 2.0)]
    """
    left, free = demand.tolist(), room.copy()
    lines = _Lines(tracts, places, free > _NOTHING)
    uses = [len(places) if k is None else k] * len(tracts)
    queue: list[tuple[float, int, int]] = []
    for tract in np.flatnonzero(demand > _NOTHING).tolist():
        _join(queue, lines, tract)
    moved = []
    while queue:
        _, tract, place = heapq.heappop(queue)
        amount = min(left[tract], float(free[place]))
        if lines.open[place]:
            moved.append((place, tract, amount))
            left[tract] -= amount
            free[place] -= amount
            uses[tract] -= 1
            if free[place] <= _NOTHING:
                lines.close(place)
        if left[tract] > _NOTHING and uses[tract]:
            _join(queue, lines, tract)
    return moved


def _room(sites: Sites, active: NDArray[np.bool_], capacity: pd.Series | None) -> Floats:
    if capacity is None:
        return sites.enrolled
    room: Floats = capacity.reindex(sites.ids).to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = active & ~((room > 0) & np.isfinite(room))
    if wrong.any():
        first = ", ".join(str(name) for name in sites.ids[wrong][:5])
        raise ValueError(
            f"capacity: {int(wrong.sum())} schools with students have no positive number: {first}."
        )
    return room


def _levels(sites: Sites, active: NDArray[np.bool_]) -> Iterator[Rows]:
    """Give the schools with students, level by level."""
    if sites.level is None:
        if active.any():
            yield np.flatnonzero(active)
        return
    names = sites.level.astype("str").to_numpy(dtype=object)
    for name in sorted(set(names[active])):
        yield np.flatnonzero(active & (names == name))


def _level_flows(
    sites: Sites, origins: Origins, member: Rows, room: Floats, k: int | None
) -> csr_array:
    places, place = np.unique(sites.xyz[member], axis=0, return_inverse=True)
    place = place.ravel()
    space = np.bincount(place, room[member], minlength=len(places)).astype(np.float64)
    order = np.argsort(origins.ids.to_numpy(dtype=object), kind="stable")
    demand = origins.children * (sites.enrolled[member].sum() / origins.children.sum())
    moved = greedy(origins.xyz[order], places, demand[order], space, k)
    at, tract, children = (np.array(part) for part in zip(*moved, strict=True))
    by_place = coo_array((children, (at, order[tract])), shape=(len(places), len(origins.ids)))
    part = coo_array(
        (room[member] / space[place], (member, place)), shape=(len(sites.ids), len(places))
    )
    return (part.tocsr() @ by_place.tocsr()).tocsr()


def _nearest_tract(sites: Sites, origins: Origins, rows: Rows) -> csr_array:
    shape = (len(sites.ids), len(origins.ids))
    if not len(rows):
        return csr_array(shape)
    _, near = cKDTree(origins.xyz).query(sites.xyz[rows])
    return coo_array((np.ones(len(rows)), (rows, near)), shape=shape).tocsr()


def _table(flows: csr_array, sites: Sites, origins: Origins) -> pd.DataFrame:
    flows.sort_indices()
    cells = flows.tocoo()
    total = np.asarray(flows.sum(axis=1))
    share = cells.data / total[cells.row]
    enrolled = np.where(sites.enrolled > 0, sites.enrolled, 0.0)
    table = {
        "school_id": sites.ids[cells.row],
        "geoid": origins.ids[cells.col],
        "share": share,
        "students": share * enrolled[cells.row],
    }
    return pd.DataFrame(table)


def _join(queue: list[tuple[float, int, int]], lines: "_Lines", tract: int) -> None:
    step = lines.next(tract)
    if step is not None:
        heapq.heappush(queue, (step[0], tract, step[1]))


class _Lines:
    """The places in the order in which each tract would try them, found as far as needed."""

    def __init__(self, tracts: Floats, places: Floats, open_: NDArray[np.bool_]) -> None:
        self.tracts, self.places, self.open = tracts, places, open_
        self.lines: dict[int, list[Step]] = {}
        self._plant()

    def close(self, place: int) -> None:
        """Strike out a full place."""
        self.open[place] = False
        self.opened -= 1

    def next(self, tract: int) -> Step | None:
        """Return the nearest place with room that the tract has not tried."""
        line = self.lines.setdefault(tract, [])
        while line:
            step = line.pop()
            if self.open[step[1]]:
                return step
        if not self.opened:
            return None
        line.extend(self._further(tract))
        return line.pop()

    def _plant(self) -> None:
        self.known = np.flatnonzero(self.open)
        self.opened = len(self.known)
        if self.opened:
            self.tree = cKDTree(self.places[self.known])

    def _further(self, tract: int) -> list[Step]:
        """List open places, the nearest last; whatever the tract tried before is full by now."""
        if 2 * self.opened < len(self.known):
            self._plant()
        batch = _BATCH
        steps: list[Step] = []
        while not steps:
            steps = self._look(tract, min(batch, len(self.known)))
            batch *= 4
        return steps[::-1]

    def _look(self, tract: int, batch: int) -> list[Step]:
        distance, near = self.tree.query(self.tracts[tract], k=np.arange(1, batch + 1))
        pairs = zip(distance.tolist(), self.known[near].tolist(), strict=True)
        return sorted(pair for pair in pairs if self.open[pair[1]])
