"""Rates and changes with schools, and their years, as the units that vary.

A full count of students is no sample, but schools differ from each other far beyond chance. What a
figure over several schools would have been with other schools like them is told by how much they
differ: each school is a cluster, and a sum over schools varies as its clusters do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from analytics.inputs import Bools, Floats, counts, floats, same_index
from analytics.rates.intervals import wilson

PUBLISHED_DISPERSION = 2.1
"""Variance of change over binomial, for places without two usual years to compare: that of New
York City's schools, 2017-18 to 2018-19."""
LEVEL = 0.95
_REACH = 1.959963984540054  # the normal deviate of LEVEL


@dataclass(frozen=True)
class Estimate:
    """A figure over schools with its between-school standard error.

    Attributes
    ----------
    value, se, low, high : float
        NaN for what cannot be known: a standard error needs two schools.
    degrees : float
        Of Student's t behind the interval: effective number of schools (Kish) less one.
    """

    value: float
    se: float
    degrees: float
    low: float
    high: float


@dataclass(frozen=True)
class PairedChange:
    """Change of a rate between two years, in two parts that add up to `total`.

    Attributes
    ----------
    same : Estimate
        On the schools known in both years.
    composition : float
        What the schools known in one year only add: opened, closed, or not shown in one of them.
    total : float
        Rate of all schools known in the later year less that of the earlier.
    schools, only_before, only_after : int
        Schools known in both years, and in one alone.
    """

    same: Estimate
    composition: float
    total: float
    schools: int
    only_before: int
    only_after: int


def ratio_of_sums(
    x: pd.Series, base: pd.Series, weight: pd.Series | None = None, *, level: float = 0.95
) -> Estimate:
    """Divide two sums over schools, with schools as clusters.

    With students as base it is a rate, with expected events an observed-to-expected ratio R; the
    events beyond expectation are then `(R - 1) sum(weight * base)`, and so are their limits.

    Parameters
    ----------
    x, base : Series
        Events, and students or expected events, by school. A school with either unknown takes no
        part.
    weight : Series, optional
        Part of each school that counts, such as its share in an area; 1 by default.
    level : float
        Two-sided coverage.

    Raises
    ------
    ValueError
        Indexes that differ, or a level outside (0, 1).

    Notes
    -----
    `se^2 = k / (k - 1) sum (w_s (x_s - R b_s))^2 / (sum w_s b_s)^2` over k schools. There is no
    correction for a finite population: the schools stand for schools like them. Student's t has
    the effective number of schools less one, `(sum a)^2 / sum a^2 - 1` with `a = w b`.

    References
    ----------
    Cochran WG (1977) Sampling Techniques, equation 2.46 (linearised ratio). Kish L (1965) Survey
    Sampling, section 11.7. Korn EL, Graubard BI (1999) Analysis of Health Surveys, section 2.4.

    Examples
    --------
    >>> x, n = pd.Series([10.0, 20.0, 30.0]), pd.Series([100.0, 100.0, 100.0])
    >>> found = ratio_of_sums(x, n)
    >>> round(found.value, 3), round(found.se, 4), round(found.degrees, 1)
    (0.2, 0.0577, 2.0)
    """
    w = pd.Series(1.0, index=x.index) if weight is None else weight
    same_index(x, base, "events and their base")
    domain = _domain(floats(x), floats(base), _weights(x, w))
    return _estimate(domain.ratio, domain.errors, domain.effective - 1, level)


def difference(
    x: pd.Series,
    base: pd.Series,
    first: pd.Series,
    second: pd.Series,
    *,
    level: float = 0.95,
) -> Estimate:
    """Compare two parts of a place: the ratio of the first less that of the second.

    Parameters
    ----------
    x, base : Series
        As for `ratio_of_sums`.
    first, second : Series
        Part of each school in either; a school in both counts in both, and the error knows it.
    level : float
        Two-sided coverage.

    Raises
    ------
    ValueError
        Indexes that differ, or a level outside (0, 1).

    References
    ----------
    Cochran WG (1977) Sampling Techniques, section 6.18 (difference of two ratios). Korn EL,
    Graubard BI (1999) Analysis of Health Surveys, section 3.5 (domains).

    Examples
    --------
    >>> x, n = pd.Series([30.0, 40.0, 10.0, 20.0]), pd.Series([100.0] * 4)
    >>> north = pd.Series([1.0, 1.0, 0.0, 0.0])
    >>> found = difference(x, n, north, 1 - north)
    >>> round(found.value, 3), round(found.se, 4)
    (0.2, 0.0707)
    """
    same_index(x, base, "events and their base")
    one, other = (_domain(floats(x), floats(base), _weights(x, part)) for part in (first, second))
    degrees = min(one.effective, other.effective) - 1
    return _estimate(one.ratio - other.ratio, one.errors - other.errors, degrees, level)


def compare_rates(
    x: pd.Series,
    n: pd.Series,
    x_other: pd.Series,
    n_other: pd.Series,
    *,
    level: float = 0.95,
) -> tuple[Estimate, Estimate]:
    """Compare the rate of one group of students with that of another, with schools as clusters.

    Parameters
    ----------
    x, n, x_other, n_other : Series
        Events and students of both groups by school, on one index; unknown or no students = the
        group is not known there. What a school does to both cancels.
    level : float
        Two-sided coverage.

    Returns
    -------
    difference, log_ratio : Estimate
        First less other, and the logarithm of first over other (NaN for a rate of 0).

    Raises
    ------
    ValueError
        Indexes that differ, or a level outside (0, 1).

    References
    ----------
    Cochran WG (1977) Sampling Techniques, section 6.18 (difference of two ratios). Korn EL,
    Graubard BI (1999) Analysis of Health Surveys, section 3.5 (domains).

    Examples
    --------
    >>> n = pd.Series([100.0] * 4)
    >>> first, other = pd.Series([30.0, 40.0, 20.0, 30.0]), pd.Series([15.0, 20.0, 10.0, 15.0])
    >>> gap, ratio = compare_rates(first, n, other, n)
    >>> round(gap.value, 3), round(float(np.exp(ratio.value)), 3), round(ratio.se, 3)
    (0.15, 2.0, 0.0)
    """
    for each in (n, x_other, n_other):
        same_index(x, each, "events and students of the groups")
    one, other = _domain(floats(x), floats(n)), _domain(floats(x_other), floats(n_other))
    degrees = min(one.effective, other.effective) - 1
    gap = _estimate(one.ratio - other.ratio, one.errors - other.errors, degrees, level)
    if not (one.ratio > 0 and other.ratio > 0):
        unknown = np.full(one.x.shape, np.nan)
        return gap, _estimate(float("nan"), unknown, degrees, level)
    relative = one.errors / one.ratio - other.errors / other.ratio
    value = float(np.log(one.ratio / other.ratio))
    return gap, _estimate(value, np.asarray(relative), degrees, level)


def paired_change(
    x_before: pd.Series,
    n_before: pd.Series,
    x: pd.Series,
    n: pd.Series,
    *,
    level: float = 0.95,
) -> PairedChange:
    """Measure the change of a rate on the schools of both years, and what other schools add.

    Parameters
    ----------
    x_before, n_before, x, n : Series
        Events and students by school id in the earlier and the later year; unknown or no students
        = not there.
    level : float
        Two-sided coverage of the interval of the paired change.

    Raises
    ------
    ValueError
        Events and students of a year with different indexes.

    Notes
    -----
    Each school is its own control: its linearised contribution to the change is
    `(x - R n) / sum n - (x0 - R0 n0) / sum n0`, and the error is their spread. What lasts in a
    school cancels; a student counted in both years does no harm.

    References
    ----------
    Cochran WG (1977) Sampling Techniques, sections 6.18 and 12.10 (the same units on two
    occasions).

    Examples
    --------
    >>> before = pd.Series({"a": 10.0, "b": 20.0, "closed": 50.0})
    >>> after = pd.Series({"a": 12.0, "b": 22.0})
    >>> found = paired_change(before, before * 0 + 100, after, after * 0 + 100)
    >>> round(found.same.value, 3), round(found.composition, 3), round(found.total, 3)
    (0.02, -0.117, -0.097)
    """
    same_index(x_before, n_before, "events and students of the earlier year")
    same_index(x, n, "events and students of the later year")
    ids = x_before.index.union(x.index)
    was = _domain(*_laid(x_before, n_before, ids))
    now = _domain(*_laid(x, n, ids))
    both = was.known & now.known
    before, after = was.only(both), now.only(both)
    size = before.base + after.base
    effective = size.sum() ** 2 / (size**2).sum() if both.any() else 0.0
    same = _estimate(after.ratio - before.ratio, after.errors - before.errors, effective - 1, level)
    total = now.ratio - was.ratio
    return PairedChange(
        same,
        total - same.value,
        total,
        int(both.sum()),
        int((was.known & ~now.known).sum()),
        int((now.known & ~was.known).sum()),
    )


@dataclass(frozen=True, eq=False)
class _Domain:
    """Weighted events and base of the schools of a domain, 0 elsewhere."""

    x: Floats
    base: Floats

    @property
    def known(self) -> Bools:
        """Schools that count."""
        return np.asarray(self.base > 0)

    @property
    def ratio(self) -> float:
        """Ratio of the sums; NaN without a base."""
        total = self.base.sum()
        return float(self.x.sum() / total) if total > 0 else float("nan")

    @property
    def errors(self) -> Floats:
        """Linearised contribution of each school to the ratio, blown up for few schools."""
        schools = int(self.known.sum())
        if schools < 2:
            return np.full(self.x.shape, np.nan)
        grow = np.sqrt(schools / (schools - 1))
        return np.asarray(grow * (self.x - self.ratio * self.base) / self.base.sum())

    @property
    def effective(self) -> float:
        """Effective number of schools (Kish 1965)."""
        squares = (self.base**2).sum()
        return float(self.base.sum() ** 2 / squares) if squares > 0 else 0.0

    def only(self, chosen: Bools) -> _Domain:
        """Keep some of the schools."""
        return _Domain(self.x * chosen, self.base * chosen)


def _domain(x: Floats, base: Floats, weight: Floats | float = 1.0) -> _Domain:
    """Weigh the schools of a domain; one with an unknown figure takes no part."""
    known = ~(np.isnan(x) | np.isnan(base)) & (base > 0)
    part = np.where(known, weight, 0.0)
    return _Domain(np.where(known, x, 0.0) * part, np.where(known, base, 0.0) * part)


def _laid(x: pd.Series, n: pd.Series, ids: pd.Index) -> tuple[Floats, Floats]:
    """Lay the figures of a year out over the schools of both."""
    return floats(x.reindex(ids)), floats(n.reindex(ids))


def _weights(x: pd.Series, weight: pd.Series) -> Floats:
    """Check the part of each school that counts."""
    same_index(x, weight, "events and weights")
    parts = floats(weight)
    if not (parts >= 0).all():
        raise ValueError("the weight of a school is missing or below 0")
    return parts


def _estimate(value: float, errors: Floats, degrees: float, level: float) -> Estimate:
    """Give a figure its interval from the contributions of schools to its error."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 = 95 %), not {level!r}")
    se = float(np.sqrt((errors**2).sum()))
    half = float(stdtrit(degrees, 0.5 + level / 2)) * se if degrees > 0 else float("nan")
    return Estimate(value, se, max(degrees, 0.0), value - half, value + half)


def change_dispersion(
    x_before: pd.Series, n_before: pd.Series, x: pd.Series, n: pd.Series
) -> float:
    """Measure how much more schools' rates change between two years than students' chance allows.

    Parameters
    ----------
    x_before, n_before, x, n : Series
        Events and students by school in the two years, on one index. Schools unknown in a year,
        without students, or without or with only events take no part.

    Returns
    -------
    float
        Dispersion: 1 is chance alone. NaN when there are fewer than 19 changes, too few for any
        of them to be the 95 % bound.

    Raises
    ------
    ValueError
        Indexes that differ.

    Notes
    -----
    A school's change, less the mean change of all (weighted by precision), is divided by its
    binomial standard error `sqrt(p (1 - p) (1 / n0 + 1 / n))`. The dispersion is the square of the
    `ceil(.95 (k + 1))`-th smallest of the k absolute values over 1.96: 95 % of changes lie within
    what it allows, whatever their distribution, and one wild school in 20 does not move it.

    References
    ----------
    Lei J et al. (2018) JASA 113:1094-1111, algorithm 2 (split conformal rank). McCullagh P, Nelder
    JA (1989) Generalized Linear Models, section 4.5 (dispersion of proportions).

    Examples
    --------
    >>> n, before = pd.Series([100.0] * 40), pd.Series([20.0] * 40)
    >>> float(change_dispersion(before, n, before + 5, n))
    1.0
    >>> round(change_dispersion(before, n, before + [16, -16] * 20, n), 1)
    3.2
    """
    same_index(x_before, x, "the two years")
    was, now = counts(x_before, n_before), counts(x, n)
    known = (was.n > 0) & (now.n > 0) & ~np.isnan(was.x) & ~np.isnan(now.x)
    pooled = np.where(known, (was.x + now.x) / np.where(known, was.n + now.n, 1), 0)
    used = known & (pooled > 0) & (pooled < 1)
    rank = math.ceil(LEVEL * (used.sum() + 1))
    if rank > used.sum():
        return float("nan")
    p, apart = pooled[used], 1 / was.n[used] + 1 / now.n[used]
    change = now.x[used] / now.n[used] - was.x[used] / was.n[used]
    change = change - np.average(change, weights=1 / apart)
    moved = np.sort(np.abs(change) / np.sqrt(p * (1 - p) * apart))
    return float(max(1.0, (moved[rank - 1] / _REACH) ** 2))


def next_year(
    x: ArrayLike, n: ArrayLike, dispersion: ArrayLike, level: float = LEVEL
) -> tuple[Any, Any]:
    """Give the range in which a school's rate of next year lies, should the place stand still.

    Parameters
    ----------
    x, n : float, array or Series
        Events and students of this year.
    dispersion : float, array or Series
        From `change_dispersion`.
    level : float
        Part of schools whose next rate lies inside.

    Returns
    -------
    low, high : float, array or Series
        Fractions: Wilson's interval at `n / (2 dispersion)` students. The 2 is for both years,
        which vary alike; `dispersion` for what varies in a school beyond its students.

    Raises
    ------
    ValueError
        Impossible counts, or a dispersion below 1.

    References
    ----------
    Wilson EB (1927) JASA 22:209-212. Whitmore GA (1986) Am Stat 40:141-143 (prediction limits
    hold the noise of both samples).

    Examples
    --------
    >>> low, high = next_year(80, 400, 2.1)
    >>> round(low, 3), round(high, 3)
    (0.132, 0.291)
    """
    spread = floats(dispersion)
    if (spread < 1).any():
        raise ValueError("a dispersion below 1 would promise less than chance among students")
    if isinstance(x, pd.Series) and isinstance(dispersion, pd.Series):
        same_index(x, dispersion, "counts and dispersions")
    worth = 1 / (2 * spread)
    factor: Any = float(worth[0]) if worth.size == 1 else worth
    return wilson(x * factor, n * factor, level)
