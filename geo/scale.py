"""How far students travel: the scale of the gravity join, estimated from flows that are known."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from geo.barriers import Barrier
from geo.candidates import read_places
from geo.decay import Decay
from geo.flow_model import FlowModel, known_flows
from geo.gravity import DEFAULT_K
from geo.trips import prepare

Floats = NDArray[np.float64]

BOUNDS_KM = (0.05, 50.0)
_GRID = 29


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


def estimate_scale(
    schools: gpd.GeoDataFrame,
    tracts: gpd.GeoDataFrame,
    flows: pd.DataFrame,
    *,
    decay: str | Decay = "exponential",
    k: int = DEFAULT_K,
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
    so the likelihood is flat. Use `geo.scale_default.default_scale` then.

    Parameters
    ----------
    schools, tracts : GeoDataFrame
        As for `fit_gravity`; the schools of one level for the scale of that level.
    flows : DataFrame
        `students`, and the keys of the schools and of the tracts: `school_id` or else the name of
        a column of `schools` (`district`), and `geoid` or else the name of a column of `tracts`
        (`county`). Tracts that are not listed have no students.
    decay, k, distance, barrier, private_share
        As for `fit_gravity`; use the same values in the join.
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
    trips = prepare(*places, distance, int(k))
    known = known_flows(trips, schools, tracts, flows)
    function = Decay(decay) if isinstance(decay, str) else decay
    model = FlowModel(trips, known, function)
    return _search(model, bounds_km, level)


def estimate_scales(
    schools: gpd.GeoDataFrame, tracts: gpd.GeoDataFrame, flows: pd.DataFrame, **settings: object
) -> dict[str, ScaleEstimate]:
    """Estimate a scale for each school level that has known flows.

    Parameters
    ----------
    schools : GeoDataFrame
        With `level`.
    tracts, flows, **settings
        As for `estimate_scale`; flows by `school_id`.

    Returns
    -------
    dict from level to ScaleEstimate
        Levels without flows are not in it.

    Raises
    ------
    ValueError
        As for `estimate_scale`.
    """
    if "level" not in schools.columns or "school_id" not in flows.columns:
        raise ValueError("Scales by level need 'level' of schools and 'school_id' of flows.")
    own = schools["school_id"] if "school_id" in schools.columns else schools.index.to_series()
    found = {}
    for level, member in schools.groupby(schools["level"].astype("str")):
        ids = own.loc[member.index]
        part = flows[flows["school_id"].isin(ids)]
        if len(part):
            found[str(level)] = estimate_scale(member, tracts, part, **settings)  # type: ignore[arg-type]
    return found


def _search(model: FlowModel, bounds_km: tuple[float, float], level: float) -> ScaleEstimate:
    low, high = np.log(bounds_km)
    grid = np.linspace(low, high, _GRID)
    model.settle(grid[_highest(model, grid)])
    top = _highest(model, grid)
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
