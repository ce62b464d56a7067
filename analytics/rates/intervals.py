"""Rates and expected counts, with intervals for proportions and counts.

They speak of a sample, or of students who are absent each for themselves. A full count of a place
is neither: see `between_schools` for what schools and their years vary by.
Events and denominators are scalars, arrays or Series on one index, fractional sums allowed; results
take their shape, NaN where a denominator is 0 or a value unknown, and impossible counts are refused
by row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from analytics.inputs import Floats, counts, floats, in_shape, refuse, same_index


def crude_rate(x: ArrayLike, n: ArrayLike) -> Any:
    """Divide events by their denominator, giving NaN where it is 0 or a value is unknown.

    Examples
    --------
    >>> crude_rate(20, 80)
    0.25
    """
    checked = counts(x, n)
    return checked.give(_ratio(checked.x, checked.n))


def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Any, Any]:
    """Give the Wilson score interval of a proportion, the one shown on screen.

    Parameters
    ----------
    x, n : float, array or Series
        Events and denominators.
    level : float
        Two-sided coverage.

    Returns
    -------
    low, high : float, array or Series
        Fractions.

    Raises
    ------
    ValueError
        Negative or infinite numbers, `x` above `n`, or a level outside (0, 1).

    References
    ----------
    Wilson EB (1927) JASA 22:209-212. Newcombe RG (1998) Stat Med 17:857-872, method 3.

    Examples
    --------
    >>> low, high = wilson(81, 263)
    >>> round(low, 4), round(high, 4)
    (0.2553, 0.3662)
    """
    checked = counts(x, n)
    z = float(special.ndtri(0.5 + _level(level) / 2))
    p, total = _ratio(checked.x, checked.n), np.where(checked.n > 0, checked.n, np.nan)
    centre = checked.x + z * z / 2
    spread = z * np.sqrt(checked.x * (1 - p) + z * z / 4)
    low = np.clip((centre - spread) / (total + z * z), 0.0, p)
    high = np.clip((centre + spread) / (total + z * z), p, 1.0)
    return checked.give(low), checked.give(high)


def rate_difference(
    x: float, n: float, x_before: float, n_before: float, level: float = 0.95
) -> tuple[float, float, float]:
    """Give the change between two independent proportions (now less before), low and high.

    The interval is the hybrid score interval; NaN where a denominator is 0.

    References
    ----------
    Newcombe RG (1998) Stat Med 17:873-890, method 10.

    Examples
    --------
    >>> [round(value, 4) for value in rate_difference(56, 70, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    now, before = crude_rate(x, n), crude_rate(x_before, n_before)
    low, high = wilson(x, n, level)
    low_before, high_before = wilson(x_before, n_before, level)
    change = now - before
    below = float(np.hypot(now - low, high_before - before))
    above = float(np.hypot(high - now, before - low_before))
    return change, change - below, change + above


def clopper_pearson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Any, Any]:
    """Give the Clopper-Pearson interval of a proportion, the one the reliability rule reads.

    Parameters
    ----------
    x, n : float, array or Series
        Events and denominators; the beta form extends to fractional sums.
    level : float
        Two-sided coverage.

    Returns
    -------
    low, high : float, array or Series
        Fractions.

    Raises
    ------
    ValueError
        Negative or infinite numbers, `x` above `n`, or a level outside (0, 1).

    References
    ----------
    Clopper CJ, Pearson ES (1934) Biometrika 26:404-413. Korn EL, Graubard BI (1998) Survey
    Methodology 24:193-201 (effective, hence fractional, sample sizes).

    Examples
    --------
    >>> low, high = clopper_pearson(20, 100)
    >>> round(100 * low, 2), round(100 * high, 2)
    (12.67, 29.18)
    """
    checked = counts(x, n)
    tail = (1 - _level(level)) / 2
    events, total = checked.x, np.where(checked.n > 0, checked.n, np.nan)
    some, rest = np.where(events > 0, events, 1.0), total - events
    low = np.where(events > 0, special.betaincinv(some, rest + 1, tail), 0.0)
    high = special.betaincinv(events + 1, np.where(rest > 0, rest, 1.0), 1 - tail)
    high = np.where(rest > 0, high, 1.0)
    unknown = np.isnan(events) | np.isnan(total)
    low, high = np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
    return checked.give(low), checked.give(high)


def poisson_limits(x: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
    """Give exact limits for the mean behind a count, on the scale of the count.

    References
    ----------
    Garwood F (1936) Biometrika 28:437-442.

    Examples
    --------
    >>> low, high = poisson_limits(np.array([10.0]))
    >>> float(low[0].round(3)), float(high[0].round(3))
    (4.795, 18.39)
    """
    tail = (1 - _level(level)) / 2
    low = np.where(x > 0, special.gammaincinv(np.where(x > 0, x, 1.0), tail), 0.0)
    return np.where(np.isnan(x), np.nan, low), special.gammaincinv(x + 1, 1 - tail)


def _ratio(x: Floats, n: Floats) -> Floats:
    """Divide, giving NaN where the denominator is 0."""
    out: Floats = np.full(x.shape, np.nan)
    np.divide(x, n, out=out, where=n > 0)
    return out


def _level(level: float) -> float:
    """Refuse a coverage that is not a probability."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 = 95 %), not {level!r}")
    return level


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
