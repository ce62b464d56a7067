"""Local statistics of one map as tables: where high or low values stand together.

The null of these doors permutes areas. For maps made from shared schools it is wrong (neighbours
share schools, so the map is smooth by construction): use `analytics.hotspots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from analytics.inputs import Bools, Floats, MapValues, map_values
from analytics.local.area_permutation import permute_areas
from analytics.local.significance import DrawPlan, Tally, benjamini_hochberg
from analytics.local.statistics import (
    QUADRANTS,
    LocalMoran,
    observed,
    prepare,
    standardised,
)
from geo.weights.weights import Weights

STATES = (
    *("tested", "island", "constant elsewhere", "at the mean", "covers all areas"),
    *("too few areas", "constant values"),
)
"""Whether an area is tested, or why not: see `states`."""

_NONE = len(QUADRANTS)
_EQUAL = 1e-9  # standard deviations from the mean under which a value is the mean
_ALIKE = 2e-6  # range of the other areas under which their variance is none (1e-12, see Gi)

Null = Literal["areas"] | None


def gi(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give Gi of each area: how far its neighbours stand from the mean of all other areas.

    Parameters and result are those of `gi_star`, but no area may be its own neighbour, and an
    island has no number, nor has an area where "constant elsewhere".

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 3: mean and variance of the
    areas other than i. The z does not change when a row of weights is multiplied; esda (2.9) with
    row-standardised weights puts (sum w) for (sum w^2) in the variance and differs.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> gi([1.0, 2.0, 3.0, 6.0], line).z.round(3).tolist()
    [-0.981, -1.298, 0.926, 1.225]
    """
    areas = map_values(values, weights)
    statistic, plan = prepare("gi", areas.weights), _plan(null, draws, max_draws, alpha)
    maps = standardised(areas.used[:, None])
    z = np.where(statistic.held(maps), np.nan, observed(statistic, maps))
    return pd.DataFrame(_columns(areas, maps, z, plan, seed), index=areas.index)


def gi_star(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give Gi* of each area: how far the area and its neighbours together stand from the mean.

    Parameters
    ----------
    values : Series or array, shape (m,)
        Indexed by ids of the weights in any order, or an array in the order of `weights.ids`. NaN
        or NA areas are left out and come back as NaN.
    weights : Weights
        Binary or general; each area is added to its own neighbours when it is not there.
    null : str, optional
        "areas" adds p-values from conditional permutation: the area keeps its value, its
        neighbours' values are drawn from all other areas.
    draws : int
        Permutations of every area.
    max_draws : int, optional
        Permutations up to which areas with an open decision are drawn on; None: no further.
    alpha : float
        False-discovery level of that decision.
    seed : int
        Seed of the permutations. Neither the order of the values nor a change of scale matters.

    Returns
    -------
    DataFrame
        Index of `values`; columns `value, z, p, state`, with `p` two-sided normal, and
        `p_sim, q, draws` when a null is given. `state`: "tested"; "island" (no neighbour: `z`
        speaks of the area alone, no permutation value); or why there is no number, see `states`.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, infinite values, fewer than 1 draw, `max_draws`
        below `draws`, or `alpha` outside (0, 1).

    References
    ----------
    Ord JK, Getis A (1995) Geographical Analysis 27:286-306, equation 5. Anselin L (1995)
    Geographical Analysis 27:93-115 (conditional permutation). Benjamini Y, Hochberg Y (1995).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> gi_star(pd.Series([6.0, 3.0, 2.0, 1.0], index=list("dcba")), line).z.round(3).tolist()
    [1.389, 1.069, -1.604, -1.389]
    """
    areas = map_values(values, weights)
    statistic, plan = prepare("gi_star", areas.weights), _plan(null, draws, max_draws, alpha)
    maps = standardised(areas.used[:, None])
    columns = _columns(areas, maps, observed(statistic, maps), plan, seed)
    return pd.DataFrame(columns, index=areas.index)


def local_moran(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give local Moran of each area: whether it goes with its neighbours or against them.

    Weights are taken as given: binary ones make I a sum over neighbours, row-standardised ones
    (`weights.row_standardized()`, what spdep calls style W) a mean. z, p, p_sim and quadrant are
    the same for both. I is over `sum c^2 / n`, as Anselin (1995) and R spdep have it; esda and
    GeoDa divide by n - 1, which makes it (n - 1) / n times as large. Parameters are those of `gi`.

    Returns
    -------
    DataFrame
        As of `gi_star`, and `local_i, expected, variance, quadrant`. Moments hold the area's own
        value. `quadrant` is HH, LL, HL, LH or "none" (not tested): own value against the mean, and
        weighted mean of the neighbours against that same mean, so that I is positive in HH and LL
        only (spdep's "pysal" quadrants; its "mean" ones compare with the mean of the lags).

    References
    ----------
    Anselin L (1995) Geographical Analysis 27:93-115, equation 12. Sokal RR, Oden NL, Thomson BA
    (1998) Geographical Analysis 30:331-354, equations A7-A8.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> table = local_moran([1.0, 2.0, 4.0, 6.0], line)
    >>> table.local_i.round(3).tolist(), table.quadrant.tolist()
    ([0.763, 0.254, 0.153, 0.559], ['LL', 'LL', 'HH', 'HH'])
    """
    areas = map_values(values, weights)
    plan = _plan(null, draws, max_draws, alpha)
    statistic = cast("LocalMoran", prepare("local_moran", areas.weights))
    maps = standardised(areas.used[:, None])
    local_i = observed(statistic, maps)
    expected, variance = statistic.conditional(maps)
    z = (local_i - expected) / np.sqrt(variance)
    table = _columns(areas, maps, z, plan, seed)
    parts = {"local_i": local_i, "expected": expected, "variance": variance}
    table |= {name: areas.give(part) for name, part in parts.items()}
    quadrants = np.append(statistic.quadrants(maps), _NONE)[areas.place]
    quadrants[table["state"] != "tested"] = _NONE
    table["quadrant"] = _words((*QUADRANTS, "none"), quadrants)
    return pd.DataFrame(table, index=areas.index)


def states(values: Floats, degrees: NDArray[np.int64], tested: Bools) -> NDArray[np.str_]:
    """Say of each area of a map (m,) with so many neighbours why it is tested or not.

    "tested"; "island": no neighbour with a value; "constant values": the map is all equal;
    "constant elsewhere": all other areas are equal; "at the mean": its own value is the mean, so
    that local Moran is 0 whatever its neighbours are; "covers all areas": it neighbours every other
    area alike; "too few areas": one area.

    Examples
    --------
    >>> values, degrees = np.array([1.0, 2.0, 3.0]), np.array([1, 1, 0])
    >>> states(values, degrees, np.array([True, True, False])).tolist()
    ['tested', 'tested', 'island']
    """
    scaled = standardised(values[:, None])[:, 0]
    return np.array(STATES)[_state_places(scaled, degrees, tested)]


def _state_places(scaled: Floats, degrees: NDArray[np.int64], tested: Bools) -> NDArray[np.intp]:
    """Find the state of each area of a standardised map (m,) among `STATES`."""
    if not scaled.any():  # 0 throughout where no statistic has a number
        word = "too few areas" if scaled.size < 2 else "constant values"
        return np.where(tested, STATES.index("tested"), STATES.index(word))
    at_mean = np.abs(scaled) <= _EQUAL
    rules = {
        "tested": tested,
        "island": degrees == 0,
        "constant elsewhere": _alone(scaled),
        "at the mean": at_mean & (degrees < scaled.size - 1),
    }
    rest = STATES.index("covers all areas")
    places: NDArray[np.intp] = np.select(list(rules.values()), [*map(STATES.index, rules)], rest)
    return places


def _plan(null: Null, draws: int, max_draws: int | None, alpha: float) -> DrawPlan | None:
    """Give the plan of a null; None where no null is asked for."""
    if null not in (None, "areas"):
        raise ValueError(f"null must be 'areas' or None, not {null!r}")
    return None if null is None else DrawPlan(draws, max_draws or draws, alpha)


def _columns(
    areas: MapValues, maps: Floats, z: Floats, plan: DrawPlan | None, seed: int
) -> dict[str, Any]:
    """Lay out a standardised statistic with its p-values, in the caller's order."""
    tested = ~np.isnan(z) & (areas.degrees > 0)
    places = np.append(_state_places(maps[:, 0], areas.degrees, tested), len(STATES))[areas.place]
    shown = areas.give(z)
    columns: dict[str, Any] = {"value": areas.numbers, "z": shown, "p": 2 * ndtr(-np.abs(shown))}
    columns["state"] = _words((*STATES, "no value"), places)
    if plan is not None:
        tally = Tally(tested)
        permute_areas(tally, maps[:, 0], areas.weights.sparse, plan, seed)
        columns["p_sim"] = areas.give(tally.p)
        columns["q"] = areas.give(benjamini_hochberg(tally.p, tested))
        draws = np.append(tally.draws, 0)[areas.place]
        columns["draws"] = pd.arrays.IntegerArray(draws, places != STATES.index("tested"))
    return columns


def _words(words: Sequence[str], places: NDArray[np.intp]) -> Any:
    """Give a column of words from their places; a string of each area costs ten times as much."""
    return pd.array(words, dtype="str").take(places)


def _alone(scaled: Floats) -> Bools:
    """Mark the one area whose standardised value differs from all others, these being equal."""
    alone = np.zeros(scaled.shape, dtype=bool)
    for area in (np.argmin(scaled), np.argmax(scaled)) if scaled.size > 2 else ():
        alone[area] = np.ptp(np.delete(scaled, area)) <= _ALIKE
    return alone
