"""The circles of a scan: around each centre the locations by distance, and where a circle may end.

A circle holds everything within its radius, so locations at one distance, and all that share a
point, enter together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Bools, Floats

Positions = NDArray[np.int32]
Starts = NDArray[np.int64]
Flags = Bools

EARTH_KM = 6371.0088
"""Mean radius of the Earth."""

_TIE = 1e-9  # distances this close, relative to the widest of the study area, are equal
_CELLS = 2**21  # distances held at once: 16 MB


@dataclass(frozen=True, eq=False)
class Windows:
    """Circles around each of n locations.

    `order` holds the locations by distance from the centre, all centres one after the other, only
    those that some circle of the centre holds; `closes` is True where a circle ends, one circle for
    each; `starts` (n + 1) is where each centre begins in `order`, and the end; `points` are the
    locations, on a plane or in km on the sphere.
    """

    order: Positions
    closes: Flags
    starts: Starts
    points: Floats

    def members(self, centre: int, last: int) -> Positions:
        """Give the locations of the circle of a centre that ends at place `last` of `order`."""
        return self.order[self.starts[centre] : last + 1]

    def radius(self, lasts: Starts) -> Floats:
        """Give the radius of one circle a centre, from where in `order` each ends."""
        if not len(self.order):
            return np.zeros(len(lasts))
        return _arc(
            np.linalg.norm(self.points[self.order[lasts]] - self.points, axis=1), self.points
        )


@dataclass(frozen=True)
class Caps:
    """How large a circle may grow: most people inside, and largest radius."""

    population: float
    radius: float


def windows(places: Floats, population: Floats, caps: Caps, *, geodesic: bool = False) -> Windows:
    """Grow circles around every location, location by location, until a cap is reached.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
        Plane coordinates, or degrees of longitude and latitude.
    population : ndarray, shape (n,)
        Population of each location.
    caps : Caps
        The first location that breaks one ends the growth; there may be no circle of a centre.
    geodesic : bool
        True for great-circle distance.

    References
    ----------
    Kulldorff M, Nagarwalla N (1995) Statistics in Medicine 14:799-810, section 2.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]])
    >>> laid = windows(line, np.ones(3), Caps(2.0, np.inf))
    >>> laid.order.tolist(), laid.closes.tolist()
    ([0, 1, 1, 0, 2, 1], [True, True, True, True, True, True])
    """
    points = on_sphere(places) if geodesic else places
    tie = _TIE * float(np.hypot.reduce(np.ptp(points, axis=0)))
    chord = replace(caps, radius=_chord(caps.radius)) if geodesic else caps
    parts = []
    for block in np.array_split(points, -(-(len(points) ** 2) // _CELLS)):
        distance = np.sqrt(sum((block[:, [a]] - points[:, a]) ** 2 for a in range(points.shape[1])))
        parts.append(_grown(distance, population, chord, tie))
    order, closes, sizes = (np.concatenate(part) for part in zip(*parts, strict=True))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Windows(order, closes, starts, points)


def on_sphere(degrees: Floats) -> Floats:
    """Place longitude and latitude on the sphere, in km; straight distance orders as arcs do."""
    lon, lat = np.radians(degrees).T
    xyz = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    placed: Floats = EARTH_KM * np.stack(xyz, axis=1)
    return placed


def _arc(straight: Floats, points: Floats) -> Floats:
    """Turn straight distances into arcs where points lie on the sphere."""
    if points.shape[1] == 2:
        return straight
    arcs: Floats = 2 * EARTH_KM * np.arcsin(np.minimum(straight / (2 * EARTH_KM), 1.0))
    return arcs


def _chord(arc: float) -> float:
    """Turn a great-circle distance into the straight one."""
    return 2 * EARTH_KM * float(np.sin(min(arc / (2 * EARTH_KM), np.pi / 2)))


def _grown(
    distance: Floats, population: Floats, caps: Caps, tie: float
) -> tuple[Positions, Flags, Starts]:
    """Order the locations around each centre of a block, up to the last circle within the caps."""
    order = np.argsort(distance, axis=1, kind="stable").astype(np.int32)
    reach = np.take_along_axis(distance, order, axis=1)
    ends = np.ones(order.shape, dtype=bool)
    np.greater(np.diff(reach, axis=1), tie, out=ends[:, :-1])
    ends &= np.cumsum(population[order], axis=1) <= caps.population * (1 + 1e-12)
    ends &= reach <= caps.radius + tie
    # Sums and distances only grow, so what is within the caps comes first in each row.
    sizes = np.where(ends.any(axis=1), order.shape[1] - np.argmax(ends[:, ::-1], axis=1), 0)
    kept = np.arange(order.shape[1]) < sizes[:, None]
    return order[kept], ends[kept], sizes.astype(np.int64)
