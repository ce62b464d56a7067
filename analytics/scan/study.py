"""Locations of a scan, checked once at the door: places with counts, or places made from schools.

Counts of a school vary more than chance by the factor `1 + (n - 1) rho` of its level. Divided by
it, a count is worth what it would be if students were independent; without that the likelihood
ratio is large wherever a large school is unusual, alone, and the scan would look for little else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analytics.hotspots.nulls import residuals_beyond_size
from analytics.hotspots.tract_map import SchoolCounts, SchoolResiduals
from analytics.inputs import Bools, Floats, counts, floats, refuse, refuse_unexpected, same_index
from geo.shares import share_matrix


@dataclass(frozen=True, eq=False)
class Weighed:
    """What enters the likelihood ratio: counts as they are, or by what each is worth; all (n,)."""

    cases: Floats
    expected: Floats
    population: Floats


@dataclass(frozen=True, eq=False)
class Study:
    """The n locations that take part.

    `ids` are their labels, or positions in what the caller gave, which `rows` always are; every
    `population` is above 0; `expected` sums to the `cases`; `places` has shape (n, 2).
    """

    ids: pd.Index
    rows: Any
    cases: Floats
    population: Floats
    expected: Floats
    places: Floats
    weighed: Weighed


@dataclass(frozen=True, eq=False)
class SchoolStudy:
    """Locations of a scan (schools themselves, or tracts that share them) with the schools behind.

    `allocation` holds the shares, shape (locations, schools), and `worth` (schools,) is `1 / (1 +
    (n - 1) rho)` of each. The weighed cases, which the likelihood ratio sees, are without what
    goes with size and type.
    """

    study: Study
    residuals: SchoolResiduals
    allocation: csr_array
    worth: Floats

    def shuffled(self, seed: int) -> Callable[[int], Floats]:
        """Give a function that draws maps by moving residuals among the schools of a level."""
        generators = self.residuals.generators(seed)

        def draw(maps: int) -> Floats:
            drawn = self.residuals.draw(generators, maps)
            drawn *= self.worth[:, None]
            allocated: Floats = self.allocation @ drawn
            return allocated

        return draw


def study(cases: Any, population: Any, x: Any, y: Any, expected: Any = None) -> Study:
    """Check and align what a scan is given; keep locations with known counts and people.

    Expected cases are rescaled to the sum of the cases; None puts cases in proportion to the
    population. Raises ValueError on unequal lengths or indexes, repeated ids, negative or infinite
    counts, cases where nobody lives or none is expected, and known counts without coordinates.

    Examples
    --------
    >>> study([1, None, 2], [10, 10, 20], [0, 1, 2], [0, 0, 0]).expected.tolist()
    [1.0, 2.0]
    """
    named = {"cases": cases, "population": population, "x": x, "y": y}
    if expected is not None:
        named["expected"] = expected
    columns = _aligned(named)
    base = columns["population" if expected is None else "expected"]
    part = ~np.isnan(columns["cases"]) & (columns["population"] > 0) & ~np.isnan(base)
    _refuse_impossible(columns, base, part, cases)
    count, people, share = (v[part] for v in (columns["cases"], columns["population"], base))
    if share.sum() > 0:
        share *= count.sum() / share.sum()
    ids = cases.index if isinstance(cases, pd.Series) else pd.RangeIndex(len(part))
    return Study(
        ids=ids[part],
        rows=np.flatnonzero(part),
        cases=count,
        population=people,
        expected=share,
        places=np.column_stack([columns["x"], columns["y"]])[part],
        weighed=Weighed(count, share, people),
    )


def school_study(
    cases: Any, enrolled: Any, x: Any, y: Any, share: Any = None, **alike: Any
) -> SchoolStudy:
    """Form the locations of a scan from schools, as `analytics.scan.scan_schools` is given them."""
    checked = counts(cases, enrolled)
    labels = cases.index if isinstance(cases, pd.Series) else pd.RangeIndex(len(checked.x))
    ids = x.index if isinstance(x, pd.Series) else pd.RangeIndex(np.size(np.asarray(x)))
    counted = ~np.isnan(checked.x) & (checked.n > 0)
    shares = _own(labels, ids) if share is None else share_matrix(share, labels, ids)
    part: Bools = counted & (np.asarray(shares.sum(axis=1)) > 0)
    schools = SchoolCounts.of(checked, part, labels, **alike)
    residuals = residuals_beyond_size(schools, schools.parts)
    allocation = csr_array(shares[part].T)
    sums = np.column_stack([schools.events, schools.totals, residuals.expected])
    events, students, expected = (pd.Series(v, index=ids) for v in (allocation @ sums).T)
    east, north = (pd.Series(floats(v), index=ids) for v in (x, y))
    formed = study(events, students, east, north, expected)
    inner = csr_array(allocation[formed.rows])
    worth = 1 / (1 + (schools.totals - 1) * residuals.rho)
    sums[:, 0] = residuals.observed
    cases_worth, students_worth, expected_worth = (inner @ (sums * worth[:, None])).T
    weighed = Weighed(cases_worth, expected_worth, students_worth)
    return SchoolStudy(replace(formed, weighed=weighed), residuals, inner, worth)


def _aligned(given: dict[str, Any]) -> dict[str, Floats]:
    """Turn columns into float arrays of one length and one index."""
    first = given["cases"]
    if isinstance(first, pd.Series) and not first.index.is_unique:
        repeated = first.index[first.index.duplicated()]
        raise ValueError(f"{len(repeated)} ids repeat, first {repeated[0]!r}; give each place once")
    for name, column in given.items():
        if isinstance(column, pd.Series) and isinstance(first, pd.Series):
            same_index(first, column, f"cases and {name}")
        if np.size(column) != np.size(first):
            raise ValueError(f"{np.size(column)} values of {name} for {np.size(first)} of cases")
    return {name: floats(column) for name, column in given.items()}


def _refuse_impossible(columns: dict[str, Floats], base: Floats, part: Bools, like: Any) -> None:
    """Raise on counts and coordinates that no study area can have."""
    for name in columns.keys() - {"x", "y"}:
        bad = np.isinf(columns[name]) | (columns[name] < 0)
        refuse(bad, like, lambda i, n=name: f"{n} is {columns[n][i]:g}; give 0 or more, or nothing")  # type: ignore[misc]
    cases, people = columns["cases"], columns["population"]
    alone = (cases > 0) & (people == 0)
    refuse(alone, like, lambda i: f"{cases[i]:g} cases but no population; correct one of them")
    refuse_unexpected(cases, base, like)
    nowhere = part & ~(np.isfinite(columns["x"]) & np.isfinite(columns["y"]))
    refuse(nowhere, like, lambda _: "counts but no coordinates; give them or leave the place out")


def _own(schools: pd.Index, places: pd.Index) -> csr_array:
    """Let every school be a place of its own."""
    if not schools.equals(places):
        raise ValueError(
            f"{len(schools)} schools and {len(places)} coordinates do not belong together; give "
            "each school its own point, or the shares of the places"
        )
    return csr_array((np.ones(len(schools)), (np.arange(len(schools)), np.arange(len(schools)))))


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
