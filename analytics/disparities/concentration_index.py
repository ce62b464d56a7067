"""The concentration index: how far a figure gathers at one end of an order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from analytics.inputs import Floats, floats

KINDS = ("standard", "generalised", "wagstaff", "erreygers")
ERRORS = ("direct", "delta", "robust", "convenience")
LEVEL = 0.95


@dataclass(frozen=True)
class ConcentrationIndex:
    """A concentration index with its standard error and 95 % interval, `low` to `high`.

    Below 0 the figure gathers at the lower end of the order, above 0 at the upper.
    """

    value: float
    se: float
    low: float
    high: float
    kind: str
    error: str


def concentration_index(
    values: ArrayLike,
    order: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    kind: str = "standard",
    error: str = "direct",
    se: ArrayLike | None = None,
) -> ConcentrationIndex:
    """Measure how far a figure gathers at one end of an order of units.

    Parameters
    ----------
    values : array or Series, shape (m,)
        Figure of each unit (student, school, fifth), 0 or more. Units without one are left out.
    order : array or Series, shape (m,)
        What the units are ordered by, lowest first; ties share their ranks.
    weights : array or Series, optional
        Units that each stands for, such as its students.
    kind : str
        "standard"; "generalised", times the mean; "wagstaff" and "erreygers", for figures between
        0 and 1.
    error : str
        "direct" (Kakwani 1997, equation 14), "delta" (regression, with the error of the mean),
        "robust" (the same, robust to unequal spread, HC1) or "convenience" (regression, without
        the error of the mean).
    se : array or Series, optional
        Standard error of each unit's figure. The error is then theirs alone: right for groups
        whose order and size are known, such as fifths with the error that schools differ by.

    Raises
    ------
    ValueError
        An unknown kind or error, fewer than 3 units, negative or only zero figures, figures above
        1 of a kind for fractions.

    Notes
    -----
    `C = 2 sum w y R / mean - 1` with weights w that sum to 1 and ridit ranks R. With known errors
    of the figures the variance is `sum (w (2 R - 1 - C) / mean)^2 se^2`, the second term of
    Kakwani's equation 15.

    References
    ----------
    Kakwani N, Wagstaff A, van Doorslaer E (1997) J Econometrics 77:87-103. O'Donnell O et al.
    (2008) Analyzing Health Equity Using Household Survey Data, chapter 8. Wagstaff A (2005) Health
    Econ 14:429-432. Erreygers G (2009) J Health Econ 28:504-515. Van Ourti T (2004) Health Econ
    13:705-724 (ties).

    Examples
    --------
    >>> births, deaths = [29939, 28776, 26528, 24689, 19739], [154.7, 152.9, 119.5, 86.9, 54.3]
    >>> round(concentration_index(deaths, range(5), births, se=[1.0] * 5).value, 4)
    -0.1694
    """
    y, weight, rank, own = _units(values, order, weights, se)
    _refuse(y, kind, error)
    mean = float(weight @ y)
    value = 2 * float(weight @ (y * rank)) / mean - 1
    if own is not None:
        error = "known errors of the figures"
        variance = float(((weight * (2 * rank - 1 - value) / mean * own) ** 2).sum())
    elif error == "direct":
        variance = _direct(y, weight, rank, value)
    else:
        variance = _by_regression(y, weight, rank, error)
    scale = {
        "standard": 1.0,
        "generalised": mean,
        "wagstaff": 1 / (1 - mean) if mean < 1 else np.nan,
        "erreygers": 4 * mean,
    }[kind]
    value, deviation = value * scale, float(np.sqrt(variance)) * scale
    reach = float(ndtri(0.5 + LEVEL / 2)) * deviation
    return ConcentrationIndex(value, deviation, value - reach, value + reach, kind, error)


def _units(
    values: ArrayLike, order: ArrayLike, weights: ArrayLike | None, se: ArrayLike | None
) -> tuple[Floats, Floats, Floats, Floats | None]:
    """Give the figures in their order, their weights, ranks and errors."""
    y, by = floats(values), floats(order)
    weight = np.ones_like(y) if weights is None else floats(weights)
    own = np.zeros_like(y) if se is None else floats(se)
    if not y.size == by.size == weight.size == own.size:
        raise ValueError(f"{y.size} figures, {by.size} ranks, {weight.size} weights")
    known = ~(np.isnan(y) | np.isnan(by)) & (weight > 0)
    sort = np.flatnonzero(known)[np.argsort(by[known], kind="stable")]
    share = weight[sort] / weight[sort].sum()
    ends = np.cumsum(share)
    # Units that share a place in the order share the middle of its range.
    table = pd.DataFrame({"by": by[sort], "low": ends - share, "high": ends}).groupby("by")
    rank = (table["low"].transform("min") + table["high"].transform("max")).to_numpy() / 2
    return y[sort], share, rank, None if se is None else own[sort]


def _refuse(y: Floats, kind: str, error: str) -> None:
    """Refuse what has no index."""
    if kind not in KINDS or error not in ERRORS:
        raise ValueError(f"kind {kind!r}, error {error!r}; use {KINDS} and {ERRORS}")
    if y.size < 3:
        raise ValueError(f"{y.size} units have a figure; an index needs 3")
    if (y < 0).any() or not y.sum() > 0:
        raise ValueError("an index needs figures of 0 or more, one of them above 0")
    if kind in ("wagstaff", "erreygers") and (y > 1).any():
        raise ValueError(f"kind {kind!r} is for figures between 0 and 1")


def _direct(y: Floats, weight: Floats, rank: Floats, value: float) -> float:
    """Kakwani's variance of an index of single units."""
    mean = weight @ y
    held = np.cumsum(weight * y) / mean  # the concentration curve, at the end of each unit
    before = held - weight * y / mean
    a = y / mean * (2 * rank - 1 - value) + 2 - before - held
    return max(0.0, float((weight @ a**2 - (1 + value) ** 2) / y.size))  # rounding


def _by_regression(y: Floats, weight: Floats, rank: Floats, error: str) -> float:
    """Variance of the index as the slope of a regression on the rank."""
    n, mean = y.size, weight @ y
    spread = float(weight @ (rank - weight @ rank) ** 2 / (1 - (weight**2).sum()))
    left = 2 * spread * y / mean if error == "convenience" else y
    columns = np.column_stack([np.ones(n), rank])
    w = weight * n
    inverse = np.linalg.inv(columns.T @ (w[:, None] * columns))
    coefficients = inverse @ (columns.T @ (w * left))
    rest = left - columns @ coefficients
    if error == "robust":
        scores = columns * (w * rest)[:, None]
        covariance = inverse @ (scores.T @ scores) @ inverse * n / (n - 2)
    else:
        covariance = inverse * float(w @ rest**2) / (n - 2)
    if error == "convenience":
        return float(covariance[1, 1])
    a, b = coefficients
    slope = 8 * spread / (2 * a + b) ** 2 * np.array([-b, a])
    return float(slope @ covariance @ slope)
