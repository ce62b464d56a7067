"""How far students travel: the scale of the gravity join, estimated from flows that are known."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from geo.join.barriers import Barrier
from geo.join.candidates import read_places
from geo.join.decay import Decay
from geo.join.flow_model import FlowModel, known_flows
from geo.join.gravity import DEFAULT_K
from geo.join.trips import Trips, prepare

Floats = NDArray[np.float64]

BOUNDS_KM = (0.05, 50.0)
MOST_K = 640
_FIRST_K = 40
_GRID = 15
_MOST_OUTSIDE = 0.02
_MOST_MOVED = 0.1  # of the log scale


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
        Multinomial log likelihood at the estimate, without its constant: compare decays by it.
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
        Part of the zoned schools' students who follow their zone; 0 without `zoned`. The scale is
        that of the others.
    flow_cv : float
        How far one flow, school to tract, strays from the join beyond chance, as a part of itself:
        for the intervals of `analytics.join.uncertainty`.
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
    may cover some schools only; all schools take part in balancing.

    Tract totals alone, without flows, cannot tell the scale: balancing meets them at every scale,
    so the likelihood is flat. Use `geo.join.scale_default.default_scale` then.

    Parameters
    ----------
    schools, tracts : GeoDataFrame
        As for `fit_gravity`; the schools of one level for the scale of that level.
    flows : DataFrame
        `students`, and the keys of the schools and of the tracts: `school_id` or else the name of
        a column of `schools` (`district`), and `geoid` or else the name of a column of `tracts`
        (`county`). Tracts that are not listed have no students.
    decay, distance, barrier, private_share
        As for `fit_gravity`; use the same values in the join.
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

    Returns
    -------
    ScaleEstimate

    Raises
    ------
    ValueError
        As for `fit_gravity`; or no flow between known schools and tracts.

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
        trips = prepare(*places, distance, reach)
        known = known_flows(trips, schools, tracts, flows)
        model = FlowModel(trips, known, function, _zoned(trips, zoned))
        return _search(model, bounds_km, level, reach)

    return at(int(k)) if k is not None else _widened(at, len(places[1].ids))


def _widened(at: Callable[[int], ScaleEstimate], tracts: int) -> ScaleEstimate:
    """Double the candidates until their number no longer decides the scale."""
    most = min(MOST_K, tracts)
    found = at(min(_FIRST_K, most))
    while found.k < most:
        wider = at(min(2 * found.k, most))
        steady = abs(np.log(wider.scale_km / found.scale_km)) < _MOST_MOVED
        found = wider
        if steady and wider.outside <= _MOST_OUTSIDE and not wider.at_bound:
            break
    return found


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
    found = minimize_scalar(
        lambda at: -model.log_likelihood(at),
        bounds=(grid[max(top - 1, 0)], grid[min(top + 1, _GRID - 1)]),
        method="bounded",
        options={"xatol": 1e-4},
    )
    best = float(found.x)
    height = model.log_likelihood(best)
    dispersion = model.dispersion(best)
    floor = height - dispersion * chi2.ppf(level, 1) / 2
    ends = [_end(model, floor, best, way) for way in (grid[grid < best][::-1], grid[grid > best])]
    return ScaleEstimate(
        scale_km=float(np.exp(best)),
        low=float(np.exp(ends[0])),
        high=float(np.exp(ends[1])),
        decay=model.decay.name,
        n=float(model.known.students.sum()),
        log_likelihood=float(height),
        outside=model.known.outside,
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
