"""An interval for a tract's rate that knows the join may be wrong.

Nobody publishes where the students of each school live. A tract's rate therefore varies for three
reasons: chance among its students, which of the likely schools they really attend, and which join
is right. The first two are the variance within a join, the third the variance between joins, and
the law of total variance adds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from analytics.inputs import Floats, counts, floats
from geo.shares import share_matrix

SCALE_SPREAD = 0.5
"""Log standard deviation of the scale of distance: nine in ten redraws within a factor of 2.3."""
FLOW_CV = 0.5
"""Uncertainty of one flow, school to tract, beyond chance, as a part of itself: where no flow is
known. Set on simulated counties so that intervals cover as they should (docs/methods-join.md)."""
_ENDLESS = 1e8  # degrees of freedom from which on t is normal to all digits


def scale_factors(draws: int, spread: float = SCALE_SPREAD) -> Floats:
    """Give plausible multiples of the scale of distance, evenly spread over a log-normal law.

    They are `exp(spread * Phi^-1((m - 1/2) / M))` for M draws: one from the middle of each of M
    equally likely parts, so that a few redraws stand for the whole law without a seed.

    References
    ----------
    McKay MD, Beckman RJ, Conover WJ (1979) Technometrics 21:239-245 (stratified sampling).

    Examples
    --------
    >>> scale_factors(3).round(3).tolist()
    [0.616, 1.0, 1.622]
    """
    if draws < 1 or not 0 <= spread < np.inf:
        raise ValueError(f"at least one draw and a finite spread are needed: {draws}, {spread}")
    return np.asarray(np.exp(spread * ndtri((np.arange(draws) + 0.5) / draws)))


def within_join(
    x: pd.Series,
    n: pd.Series,
    share: Any,
    *,
    geoids: ArrayLike | pd.Index,
    flow_cv: float | pd.Series = FLOW_CV,
) -> pd.DataFrame:
    """Give tract rates under one join, and the sample size that their variance is worth.

    Parameters
    ----------
    x, n : Series
        Chronically absent and enrolled students by school_id. A school with an unknown count
        takes no part.
    share : DataFrame, Series or matrix
        Catchment, see `geo.shares.share_matrix`.
    geoids : array or Index
        Tracts wanted, in order.
    flow_cv : float or Series
        Coefficient of variation c of the number of children of a tract who attend a school, around
        what the join says and beyond chance; one for all, or a Series by school_id
        (`bench.scales.doubts`; NaN = the default). 0 leaves chance alone.

    Returns
    -------
    DataFrame
        Index geoid. `rate`: p = sum a r / sum a for schools of rate r with a of their n students
        in the tract; `size`: m such that p (1 - p) / m = p (1 - p) sum a^2 / n / (sum a)^2 +
        sum (a + c^2 a^2) d / (sum a)^2, d = (r - p)^2 - p (1 - p) / n or 0: chance among all
        students of the schools that the tract's children attend, since their rate is what is
        sought and is counted over all of them; and the linearised variance of a ratio whose
        weights a are uncertain, by chance and by c. NaN without students.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, shares that do not fit, or a negative `flow_cv`.

    References
    ----------
    Cochran WG (1977) Sampling Techniques, equation 6.13 (ratio of sums over clusters). Kish L
    (1965) Survey Sampling, sections 8.1 and 11.7 (sample size behind a variance; unequal weights).

    Examples
    --------
    >>> table = pd.DataFrame({"school_id": ["s", "u"], "geoid": ["a", "a"], "share": [1.0, 1.0]})
    >>> x, n = pd.Series([10, 30], index=["s", "u"]), pd.Series([100, 100], index=["s", "u"])
    >>> within_join(x, n, table, geoids=["a"], flow_cv=0).round(1).values.tolist()
    [[0.2, 190.0]]
    >>> within_join(x, n, table, geoids=["a"], flow_cv=1).round(1).values.tolist()
    [[0.2, 31.7]]
    """
    checked, doubt = counts(x, n), _doubt(flow_cv, x.index)
    ids = pd.Index(geoids, name="geoid")
    known = ~np.isnan(checked.x) & (checked.n > 0)
    shares = share_matrix(share, x.index, ids)[known]
    enrolled, doubt = checked.n[known], doubt[known]
    school = checked.x[known] / enrolled
    parts = shares.multiply(enrolled[:, None]).tocsr()
    students = np.asarray(parts.sum(axis=0))
    total = np.where(students > 0, students, np.nan)
    rate = np.clip((parts.T @ school) / total, 0.0, 1.0)
    cells = parts.tocoo()
    a, spread = cells.data, rate * (1 - rate)
    apart = (school[cells.row] - rate[cells.col]) ** 2
    apart = np.maximum(apart - spread[cells.col] / enrolled[cells.row], 0.0)  # chance is told apart
    strays = (a + (doubt[cells.row] * a) ** 2) * apart
    between = np.bincount(cells.col, strays, minlength=len(ids)) / total**2
    chance = np.bincount(cells.col, a**2 / enrolled[cells.row], minlength=len(ids)) / total**2
    # All schools at 0 or all at 1 do not differ: only chance among the students is left.
    excess = np.divide(between, spread, out=np.zeros_like(total), where=spread > 0)
    return pd.DataFrame({"rate": rate, "size": 1 / (chance + excess)}, index=ids)


def _doubt(flow_cv: float | pd.Series, ids: pd.Index) -> Floats:
    """Lay the coefficient of variation out by school."""
    by_school = flow_cv.reindex(ids) if isinstance(flow_cv, pd.Series) else flow_cv
    laid = pd.Series(by_school, index=ids, dtype="float64")
    doubt: Floats = floats(laid.fillna(FLOW_CV) if isinstance(flow_cv, pd.Series) else laid)
    if not (doubt >= 0).all():
        raise ValueError(f"flow_cv must be at least 0; it is {np.nanmin(doubt)}")
    return doubt


def combine(rates: ArrayLike, sizes: ArrayLike, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Join the uncertainty within and between joins into one interval.

    Parameters
    ----------
    rates : array, shape (t, M)
        Rate of t tracts under M joins. The first column is the join that is shown: its rate is the
        point of the interval. NaN = the join sends the tract no student.
    sizes : array, shape (t, M)
        Sample size behind each rate, from `within_join`: the variance within a join is
        `p (1 - p) / size`.
    level : float
        Coverage.

    Returns
    -------
    low, high : array, shape (t,)
        Inside [0, 1] and around the first rate. NaN where the first rate is.

    Notes
    -----
    U is the mean variance within a join; B the mean squared distance of the other joins from the
    one shown (about the point, not about their mean: a join that stands apart from all others is
    not thought the better for it); r = (1 + 1/M) B / U. The interval is Wilson's with the size
    divided by 1 + r and Student's t of (M - 1) (1 + 1/r)^2 degrees of freedom, M redraws; redraws
    that hand a tract more students make it no narrower than the join shown does alone. When all
    joins agree r = 0, and it is Wilson's interval.

    References
    ----------
    Rubin DB (1987) Multiple Imputation for Nonresponse in Surveys, equations 3.1.2-3.1.6. Lott A,
    Reiter JP (2020) Am Stat 74:109-115, equation 8 (Wilson's interval under these rules).

    Examples
    --------
    >>> [round(float(end[0]), 4) for end in combine([[81 / 263] * 3], [[263] * 3])]
    [0.2553, 0.3662]
    >>> [round(float(end[0]), 4) for end in combine([[81 / 263, 0.25, 0.36]], [[263] * 3])]
    [0.057, 0.7662]
    """
    p, size = _checked(rates, sizes, level)
    within, extra, redraws = _variances(p, size)
    # Rates of 0 or 1 in every join have no variance within: if they differ, nothing is known.
    growth = np.divide(extra, within, out=np.where(extra > 0, np.inf, 0.0), where=within > 0)
    worth = 1 / _mean(1 / size) / (1 + growth)
    alone = _wilson(p[:, 0], size[:, 0], ndtri(0.5 + level / 2))
    whole = _wilson(p[:, 0], worth, _student(0.5 + level / 2, growth, redraws))
    return np.minimum(whole[0], alone[0]), np.maximum(whole[1], alone[1])


def tract_intervals(
    x: pd.Series,
    n: pd.Series,
    joins: Sequence[Any],
    *,
    geoids: ArrayLike | pd.Index,
    flow_cv: float | pd.Series = FLOW_CV,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give every tract its rate under the join shown, with the interval over all joins.

    Parameters
    ----------
    x, n, geoids, flow_cv
        See `within_join`.
    joins : sequence of DataFrame, Series or matrix
        Catchments, the one shown first, then the redraws.
    level : float
        Coverage.

    Returns
    -------
    DataFrame
        Index geoid: `rate, low, high`, and `between`, the share of the variance (0 to 1) that
        comes from not knowing which join is right.

    References
    ----------
    See `combine`. `between` is Rubin's (1987) lambda, equation 3.1.7: (1 + 1/M) B / T.

    Examples
    --------
    >>> near = pd.DataFrame({"school_id": ["s", "u"], "geoid": ["a", "b"], "share": [1.0, 1.0]})
    >>> far = near.assign(geoid=["b", "a"])
    >>> x, n = pd.Series([10, 30], index=["s", "u"]), pd.Series([100, 100], index=["s", "u"])
    >>> tract_intervals(x, n, [near, near], geoids=["a", "b"]).round(3).values.tolist()
    [[0.1, 0.055, 0.174, 0.0], [0.3, 0.219, 0.396, 0.0]]
    >>> bool(tract_intervals(x, n, [near, far], geoids=["a", "b"])["high"].iloc[0] > 0.9)
    True
    """
    if not joins:
        raise ValueError("at least the join that is shown is needed")
    each = [within_join(x, n, join, geoids=geoids, flow_cv=flow_cv) for join in joins]
    rates = np.column_stack([floats(table["rate"]) for table in each])
    sizes = np.column_stack([floats(table["size"]) for table in each])
    low, high = combine(rates, sizes, level=level)
    within, extra, _ = _variances(rates, sizes)
    whole = np.where(within + extra > 0, within + extra, 1.0)
    fraction = np.where(np.isnan(low), np.nan, extra / whole)
    columns = {"rate": rates[:, 0], "low": low, "high": high, "between": fraction}
    return pd.DataFrame(columns, index=each[0].index)


def _variances(p: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Give U, (1 + 1/M) B and M of each tract; joins that send it no student do not count."""
    redraws: Floats = np.maximum((~np.isnan(p[:, 1:])).sum(axis=1), 1).astype(np.float64)
    between = np.nansum((p[:, 1:] - p[:, :1]) ** 2, axis=1) / redraws
    return _mean(p * (1 - p) / size), (1 + 1 / redraws) * between, redraws


def _checked(rates: ArrayLike, sizes: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Refuse rates and sizes that do not belong together."""
    p, size = np.asarray(rates, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    if p.shape != size.shape or p.ndim != 2 or not p.shape[1]:
        raise ValueError(f"two tables, tracts by joins, are needed, not {p.shape} and {size.shape}")
    known = ~np.isnan(p)
    if (known == np.isnan(size)).any():
        raise ValueError("a rate and its size must be known together")
    if not ((p >= 0) & (p <= 1) & (size > 0))[known].all():
        raise ValueError("rates must be fractions from 0 to 1, and sizes above 0")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1; it is {level}")
    return p, size


def _mean(values: Floats) -> Floats:
    """Average what is known of each row; NaN where nothing is."""
    known = (~np.isnan(values)).sum(axis=1)
    out: Floats = np.full(known.shape, np.nan)
    np.divide(np.nansum(values, axis=1), known, out=out, where=known > 0)
    return out


def _student(quantile: float, growth: Floats, redraws: Floats) -> Floats:
    """Give the critical value; with hardly any variance between joins it is the normal one."""
    freedom: Floats = np.full(growth.shape, np.inf)
    apart = growth > 0
    freedom[apart] = np.maximum(redraws[apart] - 1, 1) * (1 + 1 / growth[apart]) ** 2
    few = freedom < _ENDLESS
    t: Floats = np.full(growth.shape, float(ndtri(quantile)))
    t[few] = stdtrit(freedom[few], quantile)
    return t


def _wilson(p: Floats, size: Floats, z: Floats | float) -> tuple[Floats, Floats]:
    """Give Wilson's interval, written so that a size of 0 gives all of [0, 1]."""
    centre = p * size + z * z / 2
    half = z * np.sqrt(size * p * (1 - p) + z * z / 4)
    low = np.clip((centre - half) / (size + z * z), 0.0, p)
    high = np.clip((centre + half) / (size + z * z), p, 1.0)
    return low, high
