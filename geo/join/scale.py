"""How far students travel: the scale of the gravity join, estimated from known flows."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from geo.inputs import counts
from geo.join.balance import Balance
from geo.join.candidates import Barrier, read_places
from geo.join.decay import Decay
from geo.join.gravity import DEFAULT_K, Trips, possible_trips

Floats = NDArray[np.float64]
Labels = NDArray[np.object_]
Positions = NDArray[np.intp]


BOUNDS_KM = (0.05, 50.0)
MOST_K = 640
_FIRST_K = 40
_GRID = 15
_MOST_OUTSIDE = 0.02
_MOST_MOVED = 0.1  # of the log scale
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
        self, trips: Trips, flows: KnownFlows, decay: Decay, zoned: Floats | None = None
    ) -> None:
        self.trips, self.flows, self.decay = trips, flows, decay
        self.zoned = None if zoned is None else zoned[flows.cell]
        self.students = trips.sites.enrolled[trips.row[flows.cell]]
        self.total = np.bincount(flows.key, flows.students)
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
        part = 0.0 if self.zoned is None else likeliest_part(self.flows.students, one, other)
        return part * one + (1 - part) * other, part

    def _shares(self, log_km: float) -> tuple[Floats, Floats]:
        """Share of each trip by zones and by distance, the same at a school without a zone."""
        drawn = self._balanced(log_km)[0][self.flows.cell]
        if self.zoned is None:
            return drawn, drawn
        return np.where(np.isnan(self.zoned), drawn, self.zoned), drawn

    def _by_pair(self, share: Floats) -> Floats:
        flows = self.flows
        mass = np.bincount(flows.pair, share * self.students)
        return np.asarray(mass / np.bincount(flows.key, mass)[flows.key])

    def log_likelihood(self, log_km: float) -> float:
        """Return the multinomial log likelihood without its constant."""
        share = np.maximum(self.shares(log_km), _FLOOR)
        return float(self.flows.students @ np.log(share))

    def flow_cv(self, log_km: float) -> float:
        """Return how far one flow, school to tract, strays from the model, as a part of itself.

        Were every trip to stray on its own with coefficient of variation c, the known flows would
        miss their expectation by the multinomial variance and c^2 times the sum of squares of
        their trips (less what a fixed total takes away): c makes the two sides equal.
        """
        flows, total = self.flows, self.total
        part = self.zoned_share(log_km)
        zoned, drawn = self._shares(log_km)
        trips = (part * zoned + (1 - part) * drawn) * self.students
        mass = np.bincount(flows.pair, trips)
        scale = total / np.bincount(flows.key, mass)
        share = mass * (scale / total)[flows.key]
        expected = share * total[flows.key]
        square = np.bincount(flows.pair, trips**2) * scale[flows.key] ** 2
        of_key = np.bincount(flows.key, square)[flows.key]
        strayed = (flows.students - expected) ** 2 - expected * (1 - share)
        worth = (1 - 2 * share) * square + share**2 * of_key
        return float(np.sqrt(max(0.0, strayed.sum() / worth.sum()))) if worth.sum() > 0 else 0.0

    def dispersion(self, log_km: float) -> float:
        """Return Pearson's dispersion over pairs with at least one expected student."""
        expected = self.shares(log_km) * self.total[self.flows.key]
        tested = expected >= _TESTABLE
        spare = tested.sum() - len(np.unique(self.flows.key[tested])) - 1
        if spare < 1:
            return 1.0
        gap = self.flows.students[tested] - expected[tested]
        return max(1.0, float((gap**2 / expected[tested]).sum() / spare))


@dataclass(frozen=True)
class ScaleEstimate:
    """The scale that best explains known flows.

    Parameters
    ----------
    scale_km : float
        Estimate; minutes when the distances were supplied in minutes.
    low, high : float
        95 % profile-likelihood interval, widened by the dispersion; a bound of the search where
        the data set no limit.
    decay : str
        Decay function that the scale belongs to.
    n : float
        Students behind the estimate.
    log_likelihood : float
        Multinomial, at the estimate, without its constant: compare decays by it.
    outside : float
        Share of the known students whose tract is not among a school's candidates; when it is
        large, raise `k`.
    dispersion : float
        Pearson dispersion, at least 1: how much more the flows vary than independent choices.
    schools : int
        Schools (or groups of schools) with known flows.
    at_bound : bool
        The interval reaches an end of the range searched: on that side the flows set no limit.
    k : int
        Candidate tracts of a school; use as many in the join.
    zoned_share : float
        Part of the zoned schools' students who follow their zone; 0 without `zoned`.
    flow_cv : float
        How far one flow, school to tract, strays from the join beyond chance, as a part of itself.
    """

    scale_km: float
    low: float
    high: float
    decay: str
    n: float
    log_likelihood: float
    outside: float
    dispersion: float
    schools: int
    at_bound: bool
    k: int = DEFAULT_K
    zoned_share: float = 0.0
    flow_cv: float = 1.0


def likeliest_part(observed: Floats, one: Floats, other: Floats) -> float:
    """Find the part (0 to 1) of `one` in a mixture of two sets of shares that best explains counts.

    There the derivative of the concave log likelihood is 0; the nearer end when it is so nowhere.

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


def estimate_scale(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    *,
    decay: str | Decay = "exponential",
    k: int | None = None,
    zoned: pd.DataFrame | None = None,
    distance: str | pd.DataFrame = "auto",
    barrier: Barrier | None = None,
    private_share: float | pd.Series = 0.0,
    bounds_km: tuple[float, float] = BOUNDS_KM,
    level: float = 0.95,
) -> ScaleEstimate:
    """Estimate the scale of the gravity join by maximum likelihood.

    The known students of a school (or of a group of schools, such as a district) are a
    multinomial sample over tracts (or groups of tracts, such as the areas of residence that a
    district counts by), with the shares that the doubly constrained join of `fit_gravity` gives
    at a scale. The scale of the greatest likelihood is searched for in log distance. The flows
    may cover some schools only; all schools take part in balancing. Tract totals alone, without
    flows, cannot tell the scale: balancing meets them at every scale.

    Parameters
    ----------
    schools, tracts : GeoDataFrame
        Tables of `fit_gravity`; the schools of one level for the scale of that level.
    flows : DataFrame
        `students`, and the keys of the schools and of the tracts: `school_id` or else the name of
        a column of `schools` (`district`), and `geoid` or else the name of a column of `tracts`
        (`county`). Tracts that are not listed have no students.
    decay, distance, barrier, private_share
        Settings of `fit_gravity`; use the same values in the join.
    k : int or None
        Tracts for each school. None doubles them from 40 (up to 640) until less than 2 % of the
        known students live outside them and the estimate moves by less than a tenth: with too few
        the list of tracts cuts the draw, not distance.
    zoned : DataFrame or None
        `school_id, geoid, share`, the join of the schools that have a zone by their zones alone.
        Then part of these schools' students follow the zone and the others choose by distance;
        part and scale are estimated together.
    bounds_km : (float, float)
        Range of the search.
    level : float
        Coverage of the interval.

    Raises
    ------
    ValueError
        Tables that `fit_gravity` cannot read, or no flow between known schools and tracts.

    References
    ----------
    Fotheringham, A. S. and O'Kelly, M. E. (1989), Spatial Interaction Models, Kluwer, ch. 3
    (maximum likelihood of constrained models). McCullagh, P. and Nelder, J. A. (1989),
    Generalized Linear Models, Chapman & Hall, 4.5 (dispersion).

    Examples
    --------
    >>> from shapely import box
    >>> tracts = gpd.GeoDataFrame(
    ...     {"children": 60.0}, index=list("abcd"), crs=32618,
    ...     geometry=[box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(4)])
    >>> schools = gpd.GeoDataFrame(
    ...     {"enrolled": [120, 120]}, index=["s", "t"], crs=32618,
    ...     geometry=gpd.points_from_xy([500, 3500], [500, 500]))
    >>> flows = pd.DataFrame(
    ...     {"school_id": "s", "geoid": list("abcd"), "students": [53, 38, 22, 7]})
    >>> estimate_scale(schools, tracts, flows).scale_km.__round__(1)
    1.5
    """
    low, high = bounds_km
    if not 0 < low < high:
        raise ValueError(f"bounds_km must be positive and ascend; they are {bounds_km}.")
    straight = distance if isinstance(distance, str) else "auto"
    places = read_places(
        schools, tracts, distance=straight, barrier=barrier, private_share=private_share
    )
    function = Decay(decay) if isinstance(decay, str) else decay

    def at(reach: int) -> ScaleEstimate:
        trips = possible_trips(*places, distance, reach)
        observed = _known_flows(trips, schools, tracts, flows)
        model = FlowModel(trips, observed, function, _zoned(trips, zoned))
        return _search(model, bounds_km, level, reach)

    return at(int(k)) if k is not None else _widened(at, len(places[1].ids))


def _known_flows(
    trips: Trips, schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, flows: pd.DataFrame
) -> KnownFlows:
    """Match known flows to the trips of a place."""
    school_key, school_of = _keys(trips.sites.ids, schools, flows, "school_id")
    tract_key, tract_of = _keys(trips.origins.ids, tracts, flows, "geoid")
    students = counts(flows, "students", "flows")
    if np.isnan(students).any():
        raise ValueError(f"flows: {int(np.isnan(students).sum())} counts of students are missing.")
    observed = flows.assign(students=students).groupby([school_key, tract_key])["students"].sum()
    observed = observed[observed > 0].reset_index()
    names = pd.Index(observed[school_key].unique()), pd.Index(observed[tract_key].unique())
    row = names[0].get_indexer(school_of)[trips.row]
    column = names[1].get_indexer(tract_of)[trips.column]
    cell = np.flatnonzero((row >= 0) & (trips.sites.enrolled[trips.row] > 0))
    width = len(names[1]) + 1  # the last column holds the tracts without known students
    code, pair = np.unique(row[cell] * width + column[cell] % width, return_inverse=True)
    wanted = names[0].get_indexer(observed[school_key]) * width
    wanted += names[1].get_indexer(observed[tract_key])
    of_pair = pd.Series(observed["students"].to_numpy(), index=wanted).reindex(code, fill_value=0.0)
    if not of_pair.sum() > 0:
        raise ValueError(
            "flows: no student goes between a school with enrolment and one of its candidate "
            "tracts. Do the ids agree, and is k large enough?"
        )
    outside = 1 - of_pair.sum() / observed["students"].sum()
    key = np.unique(code // width, return_inverse=True)[1]
    return KnownFlows(cell, pair.ravel(), key.ravel(), of_pair.to_numpy(), max(0.0, float(outside)))


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


def _widened(at: Callable[[int], ScaleEstimate], tracts: int) -> ScaleEstimate:
    """Double the candidates until their number no longer decides the scale."""
    most = min(MOST_K, tracts)
    estimate = at(min(_FIRST_K, most))
    while estimate.k < most:
        wider = at(min(2 * estimate.k, most))
        steady = abs(np.log(wider.scale_km / estimate.scale_km)) < _MOST_MOVED
        estimate = wider
        if steady and wider.outside <= _MOST_OUTSIDE and not wider.at_bound:
            break
    return estimate


def _zoned(trips: Trips, table: pd.DataFrame | None) -> Floats | None:
    """Lay a join by zones out over the trips; NaN where a school has no zone in reach."""
    if table is None:
        return None
    row = trips.sites.ids.get_indexer(table["school_id"])
    column = trips.origins.ids.get_indexer(table["geoid"])
    here = (row >= 0) & (column >= 0)
    width = trips.shape[1]
    part = pd.Series(table["share"].to_numpy()[here], index=row[here] * width + column[here])
    cells = part.reindex(trips.row * width + trips.column, fill_value=0.0).to_numpy()
    total = np.bincount(trips.row, cells, minlength=trips.shape[0])
    whole = np.where(total > 0, total, np.nan)
    return np.asarray(cells / whole[trips.row])


def _search(
    model: FlowModel, bounds_km: tuple[float, float], level: float, k: int
) -> ScaleEstimate:
    low, high = np.log(bounds_km)
    grid = np.linspace(low, high, _GRID)
    first = _highest(model, grid)
    model.settle(grid[first])
    near = max(first - 2, 0)
    top = near + _highest(model, grid[near : first + 3])
    optimum = minimize_scalar(
        lambda at: -model.log_likelihood(at),
        bounds=(grid[max(top - 1, 0)], grid[min(top + 1, _GRID - 1)]),
        method="bounded",
        options={"xatol": 1e-4},
    )
    best = float(optimum.x)
    height = model.log_likelihood(best)
    dispersion = model.dispersion(best)
    floor = height - dispersion * chi2.ppf(level, 1) / 2
    ends = [_end(model, floor, best, way) for way in (grid[grid < best][::-1], grid[grid > best])]
    return ScaleEstimate(
        scale_km=float(np.exp(best)),
        low=float(np.exp(ends[0])),
        high=float(np.exp(ends[1])),
        decay=model.decay.name,
        n=float(model.flows.students.sum()),
        log_likelihood=float(height),
        outside=model.flows.outside,
        dispersion=dispersion,
        schools=len(model.total),
        at_bound=bool(min(ends[0] - low, high - ends[1]) < 1e-3),
        k=k,
        zoned_share=model.zoned_share(best),
        flow_cv=model.flow_cv(best),
    )


def _highest(model: FlowModel, grid: Floats) -> int:
    return int(np.argmax([model.log_likelihood(at) for at in grid]))


def _end(model: FlowModel, floor: float, best: float, way: Floats) -> float:
    """Walk outwards to where the likelihood falls below the floor; the last step when nowhere."""
    inner = best
    for outer in way:
        if model.log_likelihood(outer) < floor:
            end = brentq(lambda at: model.log_likelihood(at) - floor, inner, outer, xtol=1e-4)
            return float(end)
        inner = outer
    return float(inner)
