"""Nearest first, while there is room: the placement behind the nearest join."""

import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Step = tuple[float, int]

# Below this a count of children or of places is rounding.
_NOTHING = 1e-9
_BATCH = 16


def greedy(
    tracts: Floats, places: Floats, demand: Floats, room: Floats, k: int | None = None
) -> list[tuple[int, int, float]]:
    """Place demand in the nearest room, the shortest way first.

    Of all pairs of a tract with demand left and a place with room left the closest is taken, and
    as much moves as both allow; equally close pairs go in the order of their positions.

    Parameters
    ----------
    tracts : float array, shape (t, d)
        Coordinates.
    places : float array, shape (p, d)
        Coordinates, none twice.
    demand : float array, shape (t,)
        What has to be placed.
    room : float array, shape (p,)
        What a place takes.
    k : int or None
        Places that one tract may fill; None for no limit.

    Returns
    -------
    list of (place, tract, amount)
        In the order of placing.

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
        found: list[Step] = []
        while not found:
            found = self._look(tract, min(batch, len(self.known)))
            batch *= 4
        return found[::-1]

    def _look(self, tract: int, batch: int) -> list[Step]:
        distance, near = self.tree.query(self.tracts[tract], k=np.arange(1, batch + 1))
        pairs = zip(distance.tolist(), self.known[near].tolist(), strict=True)
        return sorted(pair for pair in pairs if self.open[pair[1]])
