"""Error arithmetic of American Community Survey estimates and their 90 % margins of error.

A controlled estimate has no sampling error: its margin is 0. A margin that is not known stays NaN.
The formulas take estimates as independent, which tracts nearly are and parts of one table are not.
Figures are scalars, arrays or Series on one index, and results take their shape. An infinite
number, a negative margin, or figures that are not laid out alike raise ValueError. All formulas:
US Census Bureau (2020) Understanding and Using ACS Data, chapters 7 and 8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import Floats, floats, in_shape, refuse, same_index

Z_90 = 1.645  # the Census Bureau's multiplier of a standard error, from 2006 on
HIGH_BELOW, LOW_ABOVE = 0.15, 0.30


def coefficient_of_variation(estimate: ArrayLike | pd.Series, moe: ArrayLike | pd.Series) -> Any:
    """Give the standard error, `MOE / 1.645`, as a part of the estimate; NaN for one of 0.

    Examples
    --------
    >>> round(coefficient_of_variation(203_119, 5070), 4)
    0.0152
    """
    like, (value, margin) = _together(estimate, moe)
    _refuse_negative(like, margin)
    return in_shape(like, _over(margin / Z_90, np.abs(value)))


def reliability(estimate: ArrayLike | pd.Series, moe: ArrayLike | pd.Series) -> Any:
    """Name the reliability of an estimate by its coefficient of variation.

    It is "high" under 15 %, "medium" to 30 %, "low" above; "undefined" for an estimate of 0 or
    without a margin. A negative or infinite margin is a code, not a number: it counts as none, so
    that a file can be classed before it is checked.

    Examples
    --------
    >>> reliability([100, 100, 100, 0], [10, 40, 60, 12]).tolist()
    ['high', 'medium', 'low', 'undefined']
    """
    like, (value, margin) = _together(_finite(estimate), _finite(moe))
    cv = _over(np.where(margin < 0, np.nan, margin) / Z_90, np.abs(value))
    classes = [np.isnan(cv), cv < HIGH_BELOW, cv <= LOW_ABOVE]
    words = np.select(classes, ["undefined", "high", "medium"], default="low")
    if isinstance(like, pd.Series):
        return pd.Series(words, index=like.index, dtype="str")
    return str(words[0]) if np.ndim(like) == 0 else words


def sum_moe(estimates: Any, moes: Any, axis: int = -1) -> Any:
    """Give the margin of a sum of estimates, `sqrt(sum MOE^2)`.

    The margin of an estimate of 0 tells the size of the sample alone, the same for all parts that
    nobody was found in: the largest of them is counted, once.

    Parameters
    ----------
    estimates, moes : array, Series or DataFrame
        Parts of each sum and their 90 % margins, laid out alike.
    axis : int
        The axis to sum over: of a table, 1 gives one margin a row and 0 one a column.

    Returns
    -------
    float, array or Series
        NaN as soon as a part or its margin is unknown.

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
    total = np.sqrt(nobody**2 + (np.where(none, 0.0, margin) ** 2).sum(axis=axis))
    total = np.where(np.isnan(value).any(axis=axis), np.nan, total)
    if isinstance(estimates, pd.DataFrame):
        return pd.Series(total, index=estimates.axes[0 if axis in (1, -1) else 1])
    return float(total) if total.ndim == 0 else total


def weighted_moe(weights: ArrayLike | pd.Series, moes: ArrayLike | pd.Series) -> float:
    """Give the margin of a weighted sum of estimates, `sqrt(sum (w MOE)^2)`, such as a mean.

    NaN as soon as a margin with a weight other than 0 is unknown; a missing weight is refused.

    Examples
    --------
    >>> weighted_moe([0.5, 0.5], [6.0, 8.0])
    5.0
    """
    like, (weight, margin) = _together(weights, moes)
    refuse(np.isnan(weight), like, lambda _: "the weight is missing; give one")
    _refuse_negative(like, margin)
    part = weight != 0
    return float(np.sqrt((weight[part] ** 2) @ (margin[part] ** 2)))


def proportion_moe(
    part: ArrayLike | pd.Series,
    part_moe: ArrayLike | pd.Series,
    whole: ArrayLike | pd.Series,
    whole_moe: ArrayLike | pd.Series,
) -> Any:
    """Give the margin of a part of a whole, `sqrt(part MOE^2 - p^2 whole MOE^2) / whole`.

    With a plus where that root has none; NaN where the whole is 0 or a number is unknown. A
    negative estimate is refused.

    Examples
    --------
    >>> round(proportion_moe(203_119, 5070, 630_498, 831), 4)
    0.008
    """
    like, (x, dx, y, dy) = _together(part, part_moe, whole, whole_moe)
    _refuse_negative(like, dx, dy)
    refuse((x < 0) | (y < 0), like, lambda _: "a negative estimate is no part of a whole")
    p = _over(x, y)
    radicand = dx**2 - (p * dy) ** 2
    radicand = np.where(radicand < 0, dx**2 + (p * dy) ** 2, radicand)
    return in_shape(like, _over(np.sqrt(radicand), y))


def _together(*values: ArrayLike | pd.Series) -> tuple[Any, list[Floats]]:
    """Give what a result is shaped like, and figures of one index as arrays of one length."""
    series = [v for v in values if isinstance(v, pd.Series)]
    like = series[0] if series else max(values, key=np.ndim)
    for other in series[1:]:
        same_index(like, other, "estimates and margins of error")
    arrays = [np.array(v) for v in np.broadcast_arrays(*map(floats, values))]
    if np.ndim(like) and arrays[0].shape != np.shape(like):
        raise ValueError(f"figures of shape {np.shape(like)} beside others of {arrays[0].shape}")
    for array in arrays:
        refuse(np.isinf(array), like, lambda _: "an infinite number; correct it or leave it empty")
    return like, arrays


def _laid_out(estimates: Any, moes: Any) -> tuple[Floats, Floats]:
    """Give two tables, arrays or Series of one layout as arrays."""
    value, margin = _array(estimates), _array(moes)
    same = value.ndim > 0 and value.shape == margin.shape
    if isinstance(estimates, pd.Series | pd.DataFrame) and isinstance(moes, type(estimates)):
        same &= all(a.equals(b) for a, b in zip(estimates.axes, moes.axes, strict=True))
    if not same:
        raise ValueError("estimates and margins of error are not laid out alike; align them first")
    _, (_, flat) = _together(value.ravel(), margin.ravel())
    _refuse_negative(flat, flat)
    return value, margin


def _refuse_negative(like: Any, *margins: Floats) -> None:
    """Refuse a negative margin: publishers write codes that way, and a code is no number."""
    least = np.fmin.reduce(margins)
    words = "the margin of error {:g} is negative; leave it empty"
    refuse(least < 0, like, lambda i: words.format(least[i]))


def _over(top: Floats, base: Floats) -> Floats:
    """Divide, giving NaN where the base is 0."""
    out: Floats = np.full(top.shape, np.nan)
    np.divide(top, base, out=out, where=base != 0)
    return out


def _array(values: Any) -> Floats:
    """Give a table, Series or array as floats, with every kind of missing value as NaN."""
    if isinstance(values, pd.Series | pd.DataFrame):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.array(values, dtype=np.float64)


def _finite(values: ArrayLike | pd.Series) -> Any:
    """Give values with infinite ones as NaN, in their own shape."""
    number = floats(values)
    return in_shape(values, np.where(np.isinf(number), np.nan, number))
