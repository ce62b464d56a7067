"""Margins of error of shares, ratios, products and changes of census estimates.

`analytics.rates.acs` is the door to these. Each formula takes its estimates as independent.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import Floats, floats, in_shape, refuse, same_index


def proportion_moe(
    part: ArrayLike | pd.Series,
    part_moe: ArrayLike | pd.Series,
    whole: ArrayLike | pd.Series,
    whole_moe: ArrayLike | pd.Series,
) -> Any:
    """Give the margin of a part of a whole.

    Parameters
    ----------
    part, part_moe
        Estimate of those counted and its 90 % margin.
    whole, whole_moe
        Estimate of all and its 90 % margin.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        `sqrt(part MOE^2 - p^2 whole MOE^2) / whole`, or `ratio_moe` where that root has none; NaN
        where the whole is 0 or a number is unknown.

    Raises
    ------
    ValueError
        An infinite number, a negative margin or estimate, or indexes that differ.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8.

    Examples
    --------
    >>> round(proportion_moe(203_119, 5070, 630_498, 831), 4)
    0.008
    """
    like, (x, dx, y, dy) = together(part, part_moe, whole, whole_moe)
    checked_margins(like, dx, dy)
    refuse((x < 0) | (y < 0), like, lambda _: "a negative estimate is no part of a whole")
    p = over(x, y)
    radicand = dx**2 - (p * dy) ** 2
    radicand = np.where(radicand < 0, dx**2 + (p * dy) ** 2, radicand)
    return in_shape(like, over(np.sqrt(radicand), y))


def ratio_moe(
    top: ArrayLike | pd.Series,
    top_moe: ArrayLike | pd.Series,
    base: ArrayLike | pd.Series,
    base_moe: ArrayLike | pd.Series,
) -> Any:
    """Give the margin of one estimate over another that does not hold it.

    Parameters
    ----------
    top, top_moe, base, base_moe
        Estimates and their 90 % margins.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        `sqrt(top MOE^2 + r^2 base MOE^2) / |base|`; NaN where the base is 0 or a number is unknown.

    Raises
    ------
    ValueError
        An infinite number, a negative margin, or indexes that differ.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8.

    Examples
    --------
    >>> round(ratio_moe(226_840, 5556, 203_119, 5070), 3)
    0.039
    """
    like, (x, dx, y, dy) = together(top, top_moe, base, base_moe)
    checked_margins(like, dx, dy)
    return in_shape(like, over(np.hypot(dx, over(x, y) * dy), np.abs(y)))


def percent_change_moe(
    before: ArrayLike | pd.Series,
    before_moe: ArrayLike | pd.Series,
    after: ArrayLike | pd.Series,
    after_moe: ArrayLike | pd.Series,
) -> Any:
    """Give the margin, in percent, of a change in percent between periods that do not overlap.

    Parameters
    ----------
    before, before_moe, after, after_moe
        Estimates and their 90 % margins.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        100 times `ratio_moe` of after over before.

    Raises
    ------
    ValueError
        As for `ratio_moe`.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8.

    Examples
    --------
    >>> round(percent_change_moe(135_173, 3860, 139_301, 4047), 1)
    4.2
    """
    found = ratio_moe(after, after_moe, before, before_moe)
    return found * 100


def product_moe(
    first: ArrayLike | pd.Series,
    first_moe: ArrayLike | pd.Series,
    second: ArrayLike | pd.Series,
    second_moe: ArrayLike | pd.Series,
) -> Any:
    """Give the margin of a product, such as a count times a share of it.

    Parameters
    ----------
    first, first_moe, second, second_moe
        Estimates and their 90 % margins.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        `sqrt(a^2 MOE_b^2 + b^2 MOE_a^2)`; NaN where a number is unknown.

    Raises
    ------
    ValueError
        As for `ratio_moe`.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8.

    Examples
    --------
    >>> round(product_moe(74_506_512, 228_238, 0.824, 0.001))
    202289
    """
    like, (a, da, b, db) = together(first, first_moe, second, second_moe)
    checked_margins(like, da, db)
    return in_shape(like, np.hypot(a * db, b * da))


def together(*values: ArrayLike | pd.Series) -> tuple[Any, list[Floats]]:
    """Give figures that belong together as arrays of one length, and whose shape a result takes.

    Parameters
    ----------
    *values
        Scalars, arrays or Series; all Series on one index.

    Returns
    -------
    like, arrays
        The first Series, else the first array, else a scalar; and finite floats or NaN.

    Raises
    ------
    ValueError
        Indexes or lengths that differ, or an infinite number.

    Examples
    --------
    >>> together(1, [2, None])[1]
    [array([1., 1.]), array([ 2., nan])]
    """
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


def checked_margins(like: Any, *margins: Floats) -> None:
    """Refuse a negative margin: publishers write codes that way, and a code is no number.

    Examples
    --------
    >>> checked_margins([9], np.array([-222222222.0]))
    Traceback (most recent call last):
    ValueError: row 0: the margin of error -2.22222e+08 is negative; leave it empty
    """
    least = np.fmin.reduce(margins)
    words = "the margin of error {:g} is negative; leave it empty"
    refuse(least < 0, like, lambda i: words.format(least[i]))


def over(top: Floats, base: Floats) -> Floats:
    """Divide, giving NaN where the base is 0."""
    found: Floats = np.full(top.shape, np.nan)
    np.divide(top, base, out=found, where=base != 0)
    return found
