"""Error arithmetic of American Community Survey estimates and their 90 % margins of error.

A controlled estimate has no sampling error: its margin is 0. A margin that is not known stays NaN.
The formulas take estimates as independent, which tracts nearly are and parts of one table are not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import Floats, floats, in_shape, refuse, same_index
from analytics.rates.acs_derived import (
    checked_margins,
    over,
    percent_change_moe,
    product_moe,
    proportion_moe,
    ratio_moe,
    together,
)

__all__ = [
    "coefficient_of_variation",
    "percent_change_moe",
    "product_moe",
    "proportion_moe",
    "ratio_moe",
    "reliability",
    "standard_error",
    "sum_moe",
    "weighted_moe",
]

Z_90 = 1.645  # the Census Bureau's multiplier of a standard error, from 2006 on
HIGH_BELOW, LOW_ABOVE = 0.15, 0.30


def standard_error(moe: ArrayLike | pd.Series) -> Any:
    """Give the standard error behind a published margin.

    Parameters
    ----------
    moe
        90 % margins of error: scalar, array or Series.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        `MOE / 1.645`, in the shape of the input.

    Raises
    ------
    ValueError
        A negative or infinite margin.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 7.

    Examples
    --------
    >>> round(standard_error(5070), 2)
    3082.07
    """
    like, (margin,) = together(moe)
    checked_margins(like, margin)
    return in_shape(like, margin / Z_90)


def coefficient_of_variation(estimate: ArrayLike | pd.Series, moe: ArrayLike | pd.Series) -> Any:
    """Give the standard error as a part of the estimate.

    Parameters
    ----------
    estimate, moe
        Estimates and 90 % margins in the same unit: scalars, arrays or Series on one index.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        At least 0; NaN for an estimate of 0 and where a number is unknown.

    Raises
    ------
    ValueError
        An infinite number, a negative margin, or indexes that differ.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 7.

    Examples
    --------
    >>> round(coefficient_of_variation(203_119, 5070), 4)
    0.0152
    """
    like, (value, margin) = together(estimate, moe)
    checked_margins(like, margin)
    return in_shape(like, over(margin / Z_90, np.abs(value)))


def reliability(estimate: ArrayLike | pd.Series, moe: ArrayLike | pd.Series) -> Any:
    """Name the reliability of an estimate by its coefficient of variation.

    Parameters
    ----------
    estimate, moe
        As for `coefficient_of_variation`. A negative or infinite margin is a code, not a number:
        it counts as none, so that a file can be classed before it is checked.

    Returns
    -------
    str, numpy.ndarray or pandas.Series
        "high" under 15 %, "medium" to 30 %, "low" above; "undefined" for an estimate of 0 or
        without a margin.

    Raises
    ------
    ValueError
        Indexes that differ.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 7 (coefficient of variation).

    Examples
    --------
    >>> reliability([100, 100, 100, 0], [10, 40, 60, 12]).tolist()
    ['high', 'medium', 'low', 'undefined']
    """
    like, (value, margin) = together(_numbers(estimate), _numbers(moe))
    cv = over(np.where(margin < 0, np.nan, margin) / Z_90, np.abs(value))
    classes = [np.isnan(cv), cv < HIGH_BELOW, cv <= LOW_ABOVE]
    words = np.select(classes, ["undefined", "high", "medium"], default="low")
    if isinstance(like, pd.Series):
        return pd.Series(words, index=like.index, dtype="str")
    return str(words[0]) if np.ndim(like) == 0 else words


def sum_moe(estimates: Any, moes: Any, axis: int = -1) -> Any:
    """Give the margin of a sum of estimates.

    The margin of an estimate of 0 tells the size of the sample alone, the same for all parts that
    nobody was found in: the largest of them is counted, once.

    Parameters
    ----------
    estimates, moes
        Parts of each sum and their 90 % margins: arrays of one shape, Series on one index, or
        DataFrames on one index and with the same columns.
    axis
        The axis to sum over: of a table, 1 gives one margin a row and 0 one a column.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        `sqrt(sum MOE^2)`; NaN as soon as a part or its margin is unknown.

    Raises
    ------
    ValueError
        An infinite number, a negative margin, or tables that do not belong together.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8 (zero estimates included).

    Examples
    --------
    >>> round(sum_moe([10_154_024, 9_712_936], [3778, 3911]), 1)
    5437.8
    >>> sum_moe([0, 0, 50], [12, 5, 16])
    20.0
    """
    value, margin = _laid_out(estimates, moes)
    none = value == 0
    nobody = np.where(none, margin, 0.0).max(axis=axis, initial=0.0)
    found = np.sqrt(nobody**2 + (np.where(none, 0.0, margin) ** 2).sum(axis=axis))
    found = np.where(np.isnan(value).any(axis=axis), np.nan, found)
    if isinstance(estimates, pd.DataFrame):
        return pd.Series(found, index=estimates.axes[0 if axis in (1, -1) else 1])
    return float(found) if found.ndim == 0 else found


def weighted_moe(weights: ArrayLike | pd.Series, moes: Any) -> Any:
    """Give the margin of a weighted sum of estimates, such as the mean of several tracts.

    Parameters
    ----------
    weights
        Known weights, shape (n,); shares that sum to 1 for a mean.
    moes
        90 % margins of error of the n estimates: array or Series, or a table of one column a
        measure.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        `sqrt(sum (w MOE)^2)`, one a column of a table; NaN as soon as a margin with a weight other
        than 0 is unknown.

    Raises
    ------
    ValueError
        An infinite or missing weight, a negative margin, or lengths or indexes that differ.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8 (a sum of products with
    constants).

    Examples
    --------
    >>> weighted_moe([0.5, 0.5], [6.0, 8.0])
    5.0
    """
    weight, margin = np.array(floats(weights)), _array(moes)
    if isinstance(moes, pd.Series | pd.DataFrame) and isinstance(weights, pd.Series):
        same_index(weights, pd.Series(0.0, moes.index), "weights and margins of error")
    if margin.ndim not in (1, 2) or len(margin) != len(weight):
        raise ValueError(f"weights of shape {weight.shape} for margins of shape {margin.shape}")
    refuse(~np.isfinite(weight), weights, lambda _: "the weight is missing or infinite; give one")
    _, (flat,) = together(margin.ravel())
    checked_margins(flat, flat)
    part = weight != 0
    found = np.sqrt((weight[part] ** 2) @ (margin[part] ** 2))
    if isinstance(moes, pd.DataFrame):
        return pd.Series(found, index=moes.columns)
    return float(found) if found.ndim == 0 else found


def _laid_out(estimates: Any, moes: Any) -> tuple[Floats, Floats]:
    """Give two tables, arrays or Series of one layout as arrays."""
    value, margin = _array(estimates), _array(moes)
    same = value.ndim > 0 and value.shape == margin.shape
    if isinstance(estimates, pd.Series | pd.DataFrame) and isinstance(moes, type(estimates)):
        same &= all(a.equals(b) for a, b in zip(estimates.axes, moes.axes, strict=True))
    if not same:
        raise ValueError("estimates and margins of error are not laid out alike; align them first")
    _, (_, flat) = together(value.ravel(), margin.ravel())
    checked_margins(flat, flat)
    return value, margin


def _array(values: Any) -> Floats:
    """Give a table, Series or array as floats, with every kind of missing value as NaN."""
    if isinstance(values, pd.Series | pd.DataFrame):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.array(values, dtype=np.float64)


def _numbers(values: ArrayLike | pd.Series) -> Any:
    """Give values with infinite ones as NaN, in their own shape."""
    number = floats(values)
    return in_shape(values, np.where(np.isinf(number), np.nan, number))
