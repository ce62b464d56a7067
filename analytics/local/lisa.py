"""Local Moran of one map, of values or of rates, with its moments and quadrants.

Draws by area: see `analytics.local.statistics`, which gives these functions by name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr

from analytics.inputs import floats
from analytics.local.local_moran import (
    QUADRANTS,
    LocalMoran,
    Moments,
    prepare_local_moran,
)
from analytics.local.table import (
    AreasNull,
    Null,
    area_columns,
    words,
)
from analytics.map_of_areas import MapValues, map_values, with_index
from analytics.rates.intervals import crude_rate
from analytics.smoothing import standardized_rates
from geo.weights.weights import Weights

Convention = Literal["n", "n-1"]


def local_moran(
    values: ArrayLike | pd.Series,
    weights: Weights,
    *,
    convention: Convention = "n",
    moments: Moments = "conditional",
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give local Moran of each area: whether it goes with its neighbours or against them.

    Weights are taken as given: binary ones make I a sum over neighbours, row-standardised ones
    (`weights.row_standardized()`, what spdep calls style W) a mean. z and p with conditional
    moments, p_sim and quadrant are the same for both.

    Parameters
    ----------
    values, null, draws, max_draws, alpha, seed
        As for `analytics.local.statistics.gi_star`.
    weights
        Weights in which no area is its own neighbour.
    convention
        Variance that I is divided by: "n" - `sum c^2 / n`, as Anselin (1995) and R spdep do;
        "n-1" - `sum c^2 / (n - 1)`, as esda and GeoDa do, which makes I (n - 1) / n times as large.
    moments
        "conditional" - the area keeps its value (Sokal et al. 1998; as spdep); "total" - all values
        move (Anselin 1995).

    Returns
    -------
    pandas.DataFrame
        Index of `values`; columns `value, z, p, state, local_i, expected, variance, quadrant`, and
        `p_sim, q, draws` when a null is given. `quadrant` is HH, LL, HL, LH or "none" (not tested):
        own value against the mean, and weighted mean of the neighbours against that same mean, so
        that I is positive in HH and LL only (spdep's "pysal" quadrants; its "mean" ones compare
        with the mean of the lags). Only "tested" areas have z and p; an area "at the mean" has
        I = 0 whatever its neighbours are.

    Raises
    ------
    ValueError
        As for `analytics.local.statistics.gi`, or an unknown convention or moments.

    References
    ----------
    Anselin L (1995) Geographical Analysis 27:93-115, equation 12. Sokal RR, Oden NL, Thomson BA
    (1998) Geographical Analysis 30:331-354, equations A3-A4 (total), A7-A8 (conditional).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> found = local_moran([1.0, 2.0, 4.0, 6.0], line)
    >>> found.local_i.round(3).tolist(), found.quadrant.tolist()
    ([0.763, 0.254, 0.153, 0.559], ['LL', 'LL', 'HH', 'HH'])
    """
    if convention not in ("n", "n-1"):
        raise ValueError(f"convention must be 'n' or 'n-1', not {convention!r}")
    given = map_values(values, weights)
    statistic = prepare_local_moran(given.weights, moments=moments)
    conditional = replace(statistic, moments="conditional").z(given.used)
    asked = AreasNull.asked(null, draws, max_draws, alpha, seed)
    columns = area_columns(given, conditional, asked)
    columns |= _moran_columns(given, statistic, columns["state"], convention)
    return pd.DataFrame(columns, index=given.index)


def local_moran_rate(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    weights: Weights,
    *,
    convention: Convention = "n",
    moments: Moments = "conditional",
    null: Null = None,
    draws: int = 999,
    max_draws: int | None = None,
    alpha: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    """Give local Moran of rates, small denominators not mistaken for extremes.

    Parameters
    ----------
    x, n
        Events and denominators of each area: Series on one index of ids, or arrays in the order of
        `weights.ids`.
    weights, convention, moments, null, draws, max_draws, alpha, seed
        As for `local_moran`.

    Returns
    -------
    pandas.DataFrame
        As for `local_moran`; `value` is the standardised rate of
        `analytics.smoothing.standardized_rates`, and `rate` the crude one. State "no denominator"
        where `n` is 0.

    Raises
    ------
    ValueError
        As for `local_moran`, negative counts, or `x` above `n`.

    References
    ----------
    Assuncao RM, Reis EA (1999) Statistics in Medicine 18:2147-2162.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc").row_standardized()
    >>> local_moran_rate([1, 4, 30, 40], [50, 50, 100, 100], line).quadrant.tolist()
    ['LL', 'LL', 'HH', 'HH']
    """
    x = with_index(x, n)
    table = local_moran(
        standardized_rates(x, n),
        weights,
        convention=convention,
        moments=moments,
        null=null,
        draws=draws,
        max_draws=max_draws,
        alpha=alpha,
        seed=seed,
    )
    table.insert(1, "rate", np.asarray(crude_rate(x, n)))
    table.loc[floats(n) == 0, "state"] = "no denominator"
    return table


def _moran_columns(
    given: MapValues, statistic: LocalMoran, state: Any, convention: Convention
) -> dict[str, Any]:
    """Give local Moran with its moments, and z and p by these, of the areas tested."""
    tested = np.asarray(state == "tested")
    local_i, expected, variance = (given.give(part) for part in statistic.parts(given.used))
    z = np.where(tested, (local_i - expected) / np.sqrt(variance), np.nan)
    quadrant = np.append(statistic.quadrants(given.used), 0)[given.place]
    m = len(given.used)
    factor = (m - 1) / m if convention == "n-1" and m else 1.0
    return {
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "local_i": factor * local_i,
        "expected": factor * expected,
        "variance": factor**2 * variance,
        "quadrant": words(QUADRANTS, np.where(tested, quadrant, QUADRANTS.index("none"))),
    }
