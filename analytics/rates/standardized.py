"""Expected events by stratum, and observed over expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import Floats, counts, floats, in_shape, refuse, same_index
from analytics.rates.intervals import crude_rate, poisson_limits


def expected(x: ArrayLike, n: ArrayLike, strata: ArrayLike | pd.Series | None = None) -> Any:
    """Give the events each row would have at the rate of its stratum (indirect standardisation).

    Parameters
    ----------
    x, n : array or Series
        Events and denominators by school. Rows with an unknown count do not enter the stratum
        rate but still receive an expected count.
    strata : array or Series, optional
        Stratum of each row, such as the school level; None puts every row in one stratum.

    Returns
    -------
    array or Series
        Expected events; they sum to the observed events of the rows with known counts. NaN where
        `n` is unknown or the stratum has no row with known counts.

    Raises
    ------
    ValueError
        Negative or infinite numbers, `x` above `n`, or indexes that differ.

    References
    ----------
    Breslow NE, Day NE (1987) Statistical Methods in Cancer Research II, IARC, section 2.4.

    Examples
    --------
    >>> expected(np.array([10, 30, 9]), np.array([100, 100, 30]), ["k8", "k8", "high"]).tolist()
    [20.0, 20.0, 9.0]
    """
    checked = counts(x, n)
    codes = stratum_codes(strata, checked.like)
    known = ~(np.isnan(checked.x) | np.isnan(checked.n))
    groups = int(codes.max(initial=-1)) + 1
    events = np.bincount(codes[known], checked.x[known], groups)
    totals = np.bincount(codes[known], checked.n[known], groups)
    return checked.give(checked.n * np.asarray(crude_rate(events, totals))[codes])


def stratum_codes(strata: ArrayLike | pd.Series | None, like: Any) -> Any:
    """Give the rows of `like` a number by stratum, in sorted order, a missing stratum the last.

    Examples
    --------
    >>> stratum_codes(["b", None, "a"], np.zeros(3)).tolist()
    [1, 2, 0]
    """
    rows = np.size(like)
    if strata is None:
        return np.zeros(rows, dtype=np.intp)
    if isinstance(strata, pd.Series) and isinstance(like, pd.Series):
        same_index(strata, like, "strata and counts")
    elif np.size(np.asarray(strata, dtype=object)) != rows:
        raise ValueError(f"{np.size(np.asarray(strata, dtype=object))} strata for {rows} rows")
    codes, labels = pd.factorize(pd.Series(strata).astype(object), sort=True)
    return np.where(codes < 0, len(labels), codes).astype(np.intp)


def standardized_ratio(
    x: ArrayLike, expected_events: ArrayLike, level: float = 0.95
) -> tuple[Any, Any, Any]:
    """Give observed over expected events with its exact Poisson interval.

    Chronic absence is common, so the Poisson interval is somewhat wider than a binomial one: it
    errs on the careful side.

    Parameters
    ----------
    x, expected_events : float, array or Series
        Observed events, and those of `expected`.
    level : float
        Two-sided coverage.

    Returns
    -------
    ratio, low, high : float, array or Series
        NaN where nothing is expected or a value is unknown.

    References
    ----------
    Garwood F (1936) Biometrika 28:437-442. Breslow NE, Day NE (1987), section 2.3.

    Examples
    --------
    >>> ratio, low, high = standardized_ratio(20, 10.0)
    >>> ratio, round(low, 3), round(high, 3)
    (2.0, 1.222, 3.089)
    """
    if isinstance(x, pd.Series) and isinstance(expected_events, pd.Series):
        same_index(x, expected_events, "observed and expected")
    observed, base = floats(x), floats(expected_events)
    refuse(np.isinf(observed) | np.isinf(base), x, lambda _: "an infinite number")
    refuse((observed < 0) | (base < 0), x, lambda _: "a negative observed or expected count")
    low, high = poisson_limits(observed, level)
    scale: Floats = np.where(base > 0, base, np.nan)
    return in_shape(x, observed / scale), in_shape(x, low / scale), in_shape(x, high / scale)
