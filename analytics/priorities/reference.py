"""Students beyond a rate that was chosen: a target, or that of the best quarter of the schools.

Against the rest of the place use `analytics.hotspots.consensus.groups.excess_students`, which has
the same columns and also the error of what is expected.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analytics.hotspots.tract_map import overdispersion
from analytics.inputs import Floats, counts, floats, same_index
from analytics.rates.intervals import stratum_codes

QUARTER = 0.25
LEAST_SCHOOLS = 8
"""Fewest schools of a level that have a best quarter: two in it."""


def best_quarter(x: pd.Series, n: pd.Series, strata: pd.Series | None = None) -> pd.Series:
    """Give each school the rate of the best quarter of its level.

    Parameters
    ----------
    x, n : Series
        Chronically absent and enrolled students by school. Unknown counts take no part.
    strata : Series, optional
        Level of each school; None puts all in one.

    Returns
    -------
    Series
        On the index of `x`: mean rate of the schools with the lowest rates that hold a quarter of
        the level's students. NaN in a level of fewer than `LEAST_SCHOOLS` schools.

    Raises
    ------
    ValueError
        Impossible counts, or indexes that differ.

    Notes
    -----
    Schools picked because their rate is low owe some of it to chance. So rates are drawn towards
    that of the level before they are sorted and averaged, `p + (x / n - p) n rho / (1 + (n - 1)
    rho)`, with the over-dispersion rho of the level.

    References
    ----------
    Kleinman JC (1973) J Am Stat Assoc 68:46-54 (shrinkage under a beta-binomial by moments).

    Examples
    --------
    >>> x, n = pd.Series([100, 200, 300, 400] * 2), pd.Series(1000, range(8))
    >>> best_quarter(x, n).round(3).unique().tolist()
    [0.102]
    """
    checked = counts(x, n)
    codes = np.asarray(stratum_codes(strata, checked.like))
    known = ~np.isnan(checked.x) & (checked.n > 0)
    rate = np.full(checked.n.shape, np.nan)
    for code in np.unique(codes[known]):
        own = known & (codes == code)
        if own.sum() >= LEAST_SCHOOLS:
            rate[codes == code] = _quarter(checked.x[own], checked.n[own])
    return pd.Series(rate, index=x.index)


def _quarter(x: Floats, n: Floats) -> float:
    """Mean of the lowest shrunken rates over a quarter of the students."""
    p, rho = x.sum() / n.sum(), overdispersion(x, n)
    shrunken = p + (x / n - p) * n * rho / (1 + (n - 1) * rho)
    order = np.argsort(shrunken, kind="stable")
    students = n[order]
    wanted = QUARTER * n.sum()
    inside = np.clip(wanted - (np.cumsum(students) - students), 0, students)
    return float(inside @ shrunken[order] / wanted)


def beyond_reference(
    x: pd.Series,
    n: pd.Series,
    parts: pd.DataFrame,
    reference: pd.Series,
    strata: pd.Series | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count students of groups beyond a chosen rate, with the error that schools differ by.

    Parameters
    ----------
    x, n : Series
        Chronically absent and enrolled students by school, shape (s,). A school with an unknown
        count takes no part.
    parts : DataFrame, shape (s, g)
        Part w of each school's students in each group, 0 to 1; on the index of `x`.
    reference : Series
        Rate r that each school is held against, a fraction. It was chosen, so it has no error.
    strata : Series, optional
        Level of each school, for how much schools of a level differ.
    level : float
        Two-sided coverage.

    Returns
    -------
    DataFrame
        Index group: `expected`, `excess` (students beyond the reference; negative for fewer),
        `excess_se`, `excess_low, excess_high`. NaN where the group has no student of known schools
        or a school of it has no reference.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, parts or rates outside 0 to 1.

    Notes
    -----
    The excess is `sum w (x - n r)`, its variance `sum w^2 n p (1 - p) (1 + (n - 1) rho)` with the
    rate p and the over-dispersion rho of the level.

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II (variance of a school's count).

    Examples
    --------
    >>> schools = list("abcd")
    >>> x, n = pd.Series([40, 30, 20, 10], schools), pd.Series([100] * 4, schools)
    >>> parts = pd.DataFrame({"north": [1.0, 1.0, 0.0, 0.0]}, schools)
    >>> beyond_reference(x, n, parts, pd.Series(0.2, schools)).round(1).values.tolist()
    [[40.0, 30.0, 18.3, -5.8, 65.8]]
    """
    checked = counts(x, n)
    same_index(x, reference, "counts and reference")
    if not x.index.equals(parts.index):
        raise ValueError("counts and parts have different indexes; align them first")
    weights, rate = parts.to_numpy(dtype=np.float64), floats(reference)
    if not ((weights >= 0) & (weights <= 1)).all():
        raise ValueError("a part of a school is missing or outside 0 to 1")
    if ((rate < 0) | (rate > 1)).any():
        raise ValueError("a reference outside 0 to 1; give a fraction (12.5 % is 0.125)")
    known = ~np.isnan(checked.x) & (checked.n > 0)
    hoped = np.where(known, checked.n * rate, 0.0)
    # A school without a reference leaves every group that it has a part in without one.
    expected = np.where(
        weights[np.isnan(hoped)].any(axis=0), np.nan, weights.T @ np.nan_to_num(hoped)
    )
    variance = np.where(known, _variance(checked.x, checked.n, strata, known), 0.0)
    observed, students = (weights.T @ np.where(known, each, 0.0) for each in (checked.x, checked.n))
    expected = np.where(students > 0, expected, np.nan)
    se = np.where(np.isnan(expected), np.nan, np.sqrt((weights**2).T @ variance))
    excess, reach = observed - expected, float(ndtri(0.5 + level / 2)) * se
    columns = {"expected": expected, "excess": excess, "excess_se": se}
    ends = {"excess_low": excess - reach, "excess_high": excess + reach}
    return pd.DataFrame({**columns, **ends}, index=parts.columns)


def _variance(x: Floats, n: Floats, strata: pd.Series | None, known: np.ndarray) -> Floats:
    """Variance of each school's count around the rate of its level."""
    codes = np.asarray(stratum_codes(strata, n))
    variance = np.zeros(n.shape)
    for code in np.unique(codes[known]):
        own = known & (codes == code)
        p, rho = x[own].sum() / n[own].sum(), overdispersion(x[own], n[own])
        variance[own] = n[own] * p * (1 - p) * (1 + (n[own] - 1) * rho)
    return variance
