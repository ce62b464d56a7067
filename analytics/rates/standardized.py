"""Rates, their intervals, what would be expected, and whether they may be shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from analytics.inputs import Floats, counts, floats, in_shape, refuse, same_index
from analytics.rates.intervals import (
    clopper_pearson,
    crude_rate,
    poisson_limits,
    rate_difference,
    wilson,
)
from analytics.rates.reliability import (
    Reliability,
    presentation,
    reliability,
    reliability_count,
)

__all__ = [
    "Reliability",
    "clopper_pearson",
    "crude_rate",
    "expected",
    "korn_graubard",
    "presentation",
    "rate_difference",
    "reliability",
    "reliability_count",
    "standardized_ratio",
    "stratum_codes",
    "wilson",
]


def expected(x: ArrayLike, n: ArrayLike, strata: ArrayLike | pd.Series | None = None) -> Any:
    """Give the events each row would have at the rate of its stratum (indirect standardisation).

    Parameters
    ----------
    x, n
        Events and denominators by school. Rows with an unknown count do not enter the stratum
        rate but still receive an expected count.
    strata
        Stratum of each row, such as the school level; a missing stratum is a stratum of its own.
        None puts every row in one stratum.

    Returns
    -------
    pandas.Series or numpy.ndarray
        Expected events, same index; sums to the observed events of the rows with known counts.
        NaN where `n` is unknown or the stratum has no row with known counts.

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
    given = counts(x, n)
    codes = stratum_codes(strata, given.like)
    known = ~(np.isnan(given.x) | np.isnan(given.n))
    groups = int(codes.max(initial=-1)) + 1
    events = np.bincount(codes[known], given.x[known], groups)
    totals = np.bincount(codes[known], given.n[known], groups)
    return given.give(given.n * np.asarray(crude_rate(events, totals))[codes])


def stratum_codes(strata: ArrayLike | pd.Series | None, like: Any) -> Any:
    """Give each stratum a number in sorted order, a missing stratum the last one.

    Parameters
    ----------
    strata
        Labels, one a row, or None for a single stratum.
    like
        The rows: a Series (whose index the labels must share) or an array.

    Returns
    -------
    numpy.ndarray
        Integer codes, one a row.

    Raises
    ------
    ValueError
        When lengths or indexes differ.

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
    x
        Observed events: scalar, array or Series.
    expected_events
        Expected events in the same shape, from `expected`.
    level
        Two-sided coverage.

    Returns
    -------
    ratio, low, high
        In the shape of `x`; NaN where nothing is expected or a value is unknown.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or indexes that differ.

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


def korn_graubard(
    proportion: ArrayLike, se: ArrayLike, *, n: ArrayLike, degrees: ArrayLike, level: float = 0.95
) -> tuple[Any, Any]:
    """Give the interval of a proportion from a sample drawn in clusters, such as schools.

    Clopper-Pearson at the size that a simple random sample of the same precision would have,
    lowered for the few clusters behind the standard error, and never above the real size.

    Parameters
    ----------
    proportion
        Estimated proportions: scalar, array or Series.
    se
        Their standard errors by design. Where one is 0, as for a proportion of 0 or 1, the sample
        counts as simple.
    n
        Persons behind each.
    degrees
        Degrees of freedom: clusters less strata.
    level
        Two-sided coverage.

    Returns
    -------
    low, high
        In the shape of `proportion`; NaN where a value is unknown or there is no degree of freedom.

    Raises
    ------
    ValueError
        A proportion outside [0, 1], a negative or infinite number, or a level outside (0, 1).

    References
    ----------
    Korn EL, Graubard BI (1998) Survey Methodology 24:193-201. Parker JD et al. (2017) NCHS Vital
    and Health Statistics 2(175) (never above n).

    Examples
    --------
    >>> low, high = korn_graubard(0.04918, 0.031366, n=183, degrees=14)
    >>> round(low, 3), round(high, 3)
    (0.006, 0.168)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 = 95 %), not {level!r}")
    p, error, size, df = np.broadcast_arrays(*map(floats, (proportion, se, n, degrees)))
    refuse((p < 0) | (p > 1), proportion, lambda i: f"{p[i]:g} is no proportion")
    wrong = (error < 0) | (size < 0) | np.isinf(error + size + df)
    refuse(wrong, proportion, lambda _: "a negative or infinite standard error, n or degrees")
    quantile = 0.5 + level / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        lowered = (stdtrit(size - 1, quantile) / stdtrit(df, quantile)) ** 2
        effective = np.fmin(p * (1 - p) / error**2 * lowered, size)
    known = ~np.isnan(p + error) & (size > 1) & (df > 0)
    effective = np.where(known, effective, np.nan)
    low, high = clopper_pearson(p * effective, effective, level)
    return in_shape(proportion, low), in_shape(proportion, high)
