"""Columns of values beside the weights of their areas: numbers or categories, one or several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.inputs import Floats, floats, refuse
from analytics.map_of_areas import area_positions
from geo.weights.weights import Weights

_EQUAL = 1e-12  # spread, relative to the largest value, under which values count as all equal


def on_ids(values: Any, weights: Weights) -> pd.Series:
    """Give values a checked index of area ids.

    Parameters
    ----------
    values
        A Series indexed by ids of the weights, in any order and not necessarily all of them, or
        one value an area in the order of `weights.ids`.
    weights
        Weights over n areas.

    Returns
    -------
    pandas.Series
        The values on ids.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, or an array that is not of length n.

    Examples
    --------
    >>> on_ids(["hot", "cold"], Weights.from_edges("ab", "ab", "ba")).to_dict()
    {'a': 'hot', 'b': 'cold'}
    """
    area_positions(values, int(np.size(values)), weights)
    return values if isinstance(values, pd.Series) else pd.Series(values, index=weights.ids)


def numbers(values: Any, weights: Weights) -> pd.Series:
    """Read one finite or missing number an area.

    Parameters
    ----------
    values
        As for `on_ids`.
    weights
        Weights over n areas.

    Returns
    -------
    pandas.Series
        Floats on ids, NaN where missing.

    Raises
    ------
    ValueError
        As for `on_ids`, or an infinite value.

    Examples
    --------
    >>> numbers([1, None], Weights.from_edges("ab", "ab", "ba")).tolist()
    [1.0, nan]
    """
    series = on_ids(values, weights)
    read = pd.Series(floats(series), index=series.index)
    infinite = np.isinf(read.to_numpy())
    refuse(infinite, series, lambda _: "an infinite value; correct it or leave it empty")
    return read


def known_areas(weights: Weights, *columns: pd.Series) -> tuple[Weights, list[pd.Series]]:
    """Leave out every area without a value in all columns.

    Parameters
    ----------
    weights
        Weights over n areas.
    columns
        Series of values on one index of ids.

    Returns
    -------
    weights, columns
        Links among the areas kept, as they were given (rows are not standardised again), and the
        columns, both in the order of the weights.

    Raises
    ------
    ValueError
        Columns on different indexes.

    Examples
    --------
    >>> pair = Weights.from_edges("ab", "ab", "ba")
    >>> known_areas(pair, pd.Series([1.0, None], index=["a", "b"]))[0].n
    1
    """
    first = columns[0].index
    if not all(column.index.equals(first) for column in columns):
        raise ValueError("the values of areas have different indexes; align them first")
    known = np.logical_and.reduce([column.notna().to_numpy() for column in columns])
    # In the order of the weights, so that a seed gives the same draws whatever the table's order.
    kept = weights.ids[weights.ids.isin(first[known])]
    inner = weights if len(kept) == weights.n else weights.subset(kept)
    return inner, [column.reindex(kept) for column in columns]


def standardised(values: Floats) -> Floats:
    """Centre values and divide them by their population standard deviation.

    Parameters
    ----------
    values
        Known values, shape (m,).

    Returns
    -------
    numpy.ndarray
        Shape (m,); all NaN when the values are equal but for rounding.

    Examples
    --------
    >>> standardised(np.array([1.0, 3.0])).round(12).tolist()
    [-1.0, 1.0]
    """
    largest = np.abs(values).max(initial=0.0)
    if values.size == 0 or np.ptp(values) <= _EQUAL * largest:
        return np.full(values.shape, np.nan)
    scaled = values / largest  # squares of very large or small values stay in range
    centred = scaled - scaled.mean()
    z: Floats = centred / np.sqrt(np.mean(centred**2))
    return z
