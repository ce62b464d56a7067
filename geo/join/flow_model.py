"""How likely known flows of students are at a scale of the gravity join."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from geo.inputs import counts
from geo.join.balance import Balance
from geo.join.decay import Decay
from geo.join.trips import Trips

Floats = NDArray[np.float64]
Labels = NDArray[np.object_]
Positions = NDArray[np.intp]

# As in `fit_gravity`: where totals cannot be met the shares depend on when balancing stops.
_ROUNDS = 500
_TOLERANCE = 1e-3
# A likelihood this far down is as good as none; a search must still be able to climb it.
_FLOOR = 1e-300
_TESTABLE = 1.0


@dataclass(frozen=True, eq=False)
class KnownFlows:
    """Known students between the keys of schools and of tracts.

    `cell` are the trips of schools with known flows, `pair` says between which keys each runs,
    `key` which key of the schools a pair has, `students` how many are known of it.
    """

    cell: Positions
    pair: Positions
    key: Positions
    students: Floats
    outside: float


class FlowModel:
    """Log likelihood of the known flows at a scale.

    With `zoned`, shares by attendance zones of each trip (NaN at a school without a zone), a part
    of the students of zoned schools follow their zone; at every scale it is the likeliest part.
    """

    def __init__(
        self, trips: Trips, known: KnownFlows, decay: Decay, zoned: Floats | None = None
    ) -> None:
        self.trips, self.known, self.decay = trips, known, decay
        self.zoned = None if zoned is None else zoned[known.cell]
        self.students = trips.sites.enrolled[trips.row[known.cell]]
        self.total = np.bincount(known.key, known.students)
        self.rounds: int | None = None

    def settle(self, log_km: float) -> None:
        """Give every scale as many rounds as this one needs: smooth in scale, as the join is."""
        _, fits = self._balanced(log_km)
        self.rounds = max([1, *(fit.iterations for fit in fits)])

    def _balanced(self, log_km: float) -> tuple[Floats, tuple[Balance, ...]]:
        trips, free = self.trips, self.rounds is None
        fall = trips.fall(np.full(trips.shape[0], 1000 * np.exp(log_km)), self.decay)
        rounds = _ROUNDS if self.rounds is None else self.rounds
        return trips.balanced(fall, tolerance=_TOLERANCE, max_iterations=rounds, stop_early=free)

    def shares(self, log_km: float) -> Floats:
        """Return the share of each pair in the students of its schools."""
        return self._mixed(log_km)[0]

    def zoned_share(self, log_km: float) -> float:
        """Return the likeliest part of the zoned schools' students who follow their zone."""
        return self._mixed(log_km)[1]

    def _mixed(self, log_km: float) -> tuple[Floats, float]:
        zoned, drawn = self._shares(log_km)
        one, other = self._by_pair(zoned), self._by_pair(drawn)
        part = 0.0 if self.zoned is None else likeliest_part(self.known.students, one, other)
        return part * one + (1 - part) * other, part

    def _shares(self, log_km: float) -> tuple[Floats, Floats]:
        """Share of each trip by zones and by distance, the same at a school without a zone."""
        drawn = self._balanced(log_km)[0][self.known.cell]
        if self.zoned is None:
            return drawn, drawn
        return np.where(np.isnan(self.zoned), drawn, self.zoned), drawn

    def _by_pair(self, share: Floats) -> Floats:
        known = self.known
        mass = np.bincount(known.pair, share * self.students)
        return np.asarray(mass / np.bincount(known.key, mass)[known.key])

    def log_likelihood(self, log_km: float) -> float:
        """Return the multinomial log likelihood without its constant."""
        share = np.maximum(self.shares(log_km), _FLOOR)
        return float(self.known.students @ np.log(share))

    def flow_cv(self, log_km: float) -> float:
        """Return how far one flow, school to tract, strays from the model, as a part of itself.

        Were every trip to stray on its own with coefficient of variation c, the known flows would
        miss their expectation by the multinomial variance and c^2 times the sum of squares of
        their trips (less what a fixed total takes away): c makes the two sides equal.
        """
        known, total = self.known, self.total
        part = self.zoned_share(log_km)
        zoned, drawn = self._shares(log_km)
        trips = (part * zoned + (1 - part) * drawn) * self.students
        mass = np.bincount(known.pair, trips)
        scale = total / np.bincount(known.key, mass)
        share = mass * (scale / total)[known.key]
        expected = share * total[known.key]
        square = np.bincount(known.pair, trips**2) * scale[known.key] ** 2
        of_key = np.bincount(known.key, square)[known.key]
        strayed = (known.students - expected) ** 2 - expected * (1 - share)
        worth = (1 - 2 * share) * square + share**2 * of_key
        return float(np.sqrt(max(0.0, strayed.sum() / worth.sum()))) if worth.sum() > 0 else 0.0

    def dispersion(self, log_km: float) -> float:
        """Return Pearson's dispersion over pairs with at least one expected student."""
        expected = self.shares(log_km) * self.total[self.known.key]
        tested = expected >= _TESTABLE
        spare = tested.sum() - len(np.unique(self.known.key[tested])) - 1
        if spare < 1:
            return 1.0
        gap = self.known.students[tested] - expected[tested]
        return max(1.0, float((gap**2 / expected[tested]).sum() / spare))


def likeliest_part(observed: Floats, one: Floats, other: Floats) -> float:
    """Find the part of a mixture of two sets of shares that best explains counts.

    Parameters
    ----------
    observed, one, other : float arrays of one length
        Counts, and the shares that each kind of choice gives them.

    Returns
    -------
    float
        Part of `one`, 0 to 1, where the derivative of the concave log likelihood is 0; the nearer
        end when it is so nowhere.

    Examples
    --------
    >>> one, other = np.array([1.0, 0.0]), np.array([0.2, 0.8])
    >>> round(likeliest_part(np.array([60.0, 40.0]), one, other), 3)
    0.5
    """
    gap = one - other

    def slope(part: float) -> float:
        mixed = np.maximum(part * one + (1 - part) * other, _FLOOR)
        return float((observed * gap / mixed).sum())

    if not slope(0.0) > 0:
        return 0.0
    if not slope(1.0) < 0:
        return 1.0
    return float(brentq(slope, 0.0, 1.0, xtol=1e-6))


def known_flows(
    trips: Trips, schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, flows: pd.DataFrame
) -> KnownFlows:
    """Match known flows to the trips of a place.

    Parameters
    ----------
    trips : Trips
        Possible trips.
    schools, tracts : GeoDataFrame
        With the columns that the flows count by.
    flows : DataFrame
        As for `geo.join.scale.estimate_scale`.

    Returns
    -------
    KnownFlows

    Raises
    ------
    ValueError
        No column to match by, counts that are missing or negative, or nothing that matches.
    """
    school_key, school_of = _keys(trips.sites.ids, schools, flows, "school_id")
    tract_key, tract_of = _keys(trips.origins.ids, tracts, flows, "geoid")
    known = counts(flows, "students", "flows")
    if np.isnan(known).any():
        raise ValueError(f"flows: {int(np.isnan(known).sum())} counts of students are missing.")
    given = flows.assign(students=known).groupby([school_key, tract_key])["students"].sum()
    given = given[given > 0].reset_index()
    names = pd.Index(given[school_key].unique()), pd.Index(given[tract_key].unique())
    row = names[0].get_indexer(school_of)[trips.row]
    column = names[1].get_indexer(tract_of)[trips.column]
    cell = np.flatnonzero((row >= 0) & (trips.sites.enrolled[trips.row] > 0))
    width = len(names[1]) + 1  # the last column holds the tracts without known students
    code, pair = np.unique(row[cell] * width + column[cell] % width, return_inverse=True)
    wanted = names[0].get_indexer(given[school_key]) * width + names[1].get_indexer(
        given[tract_key]
    )
    students = pd.Series(given["students"].to_numpy(), index=wanted).reindex(code, fill_value=0.0)
    if not students.sum() > 0:
        raise ValueError(
            "flows: no student goes between a school with enrolment and one of its candidate "
            "tracts. Do the ids agree, and is k large enough?"
        )
    outside = 1 - students.sum() / given["students"].sum()
    key = np.unique(code // width, return_inverse=True)[1]
    return KnownFlows(
        cell, pair.ravel(), key.ravel(), students.to_numpy(), max(0.0, float(outside))
    )


def _keys(ids: pd.Index, table: pd.DataFrame, flows: pd.DataFrame, name: str) -> tuple[str, Labels]:
    """Name the column of the flows that identifies places, and label every place by it."""
    if name in flows.columns:
        return name, ids.to_numpy(dtype=object)
    shared = [column for column in table.columns if column in flows.columns]
    shared = [column for column in shared if column not in {"students", "school_id", "geoid"}]
    if len(shared) != 1:
        raise ValueError(
            f"flows: the column {name!r} is needed, or one column of the places that it counts by; "
            f"found {', '.join(shared) or 'none'}."
        )
    own = table[name] if name in table.columns else table.index
    label = pd.Series(table[shared[0]].to_numpy(dtype=object), index=pd.Index(own))
    return shared[0], label.reindex(ids).to_numpy(dtype=object)
