"""The values of a map beside the weights of its areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.inputs import Floats, floats, refuse
from geo.weights.weights import Weights


@dataclass(frozen=True, eq=False)
class MapValues:
    """A map whose areas are known to the weights.

    Attributes
    ----------
    index
        The caller's areas, in the caller's order.
    numbers
        Their values, NaN where there is none.
    place
        Position of each in `weights`, -1 without a value.
    weights
        Weights among the areas that have a value, in the order of the weights given.
    used
        Values in the order of `weights`.
    """

    index: pd.Index
    numbers: Floats
    place: NDArray[np.intp]
    weights: Weights
    used: Floats

    def give(self, result: Floats) -> Floats:
        """Bring results from the order of `weights` to the caller's areas, NaN without a value."""
        # Place -1 is the last of the longer array.
        return np.append(result, np.nan)[self.place]

    @property
    def degrees(self) -> NDArray[np.int64]:
        """Number of neighbours of each area of `weights`; 0 for an island."""
        degrees: NDArray[np.int64] = self.weights.cardinalities.to_numpy()
        return degrees


def map_values(values: Any, weights: Weights) -> MapValues:
    """Check the values of a map against the areas of weights.

    Parameters
    ----------
    values
        Series indexed by ids of the weights in any order, or an array in their order. NaN, NA, and
        areas that a Series does not name, are left out.
    weights
        Weights over m areas.

    Returns
    -------
    MapValues
        The map and the weights among areas with a value.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, a length that does not fit, infinite values.

    Examples
    --------
    >>> line = Weights.from_edges("abc", "abbc", "bacb")
    >>> given = map_values(pd.Series({"c": 1.0, "a": 2.0, "b": None}), line)
    >>> given.used.tolist(), given.give(given.used * 10).tolist()
    ([2.0, 1.0], [10.0, 20.0, nan])
    """
    numbers = floats(values)
    at = area_positions(values, len(numbers), weights)
    series = values if isinstance(values, pd.Series) else pd.Series(numbers, index=weights.ids)
    refuse(np.isinf(numbers), series, lambda _: "an infinite value; correct it or leave it empty")
    full = np.full(weights.n, np.nan)
    full[at] = numbers
    known = ~np.isnan(full)
    inner = weights if known.all() else weights.subset(weights.ids[known])
    rank = np.where(known, np.cumsum(known) - 1, -1)
    return MapValues(series.index, numbers, rank[at], inner, full[known])


def area_positions(values: Any, length: int, weights: Weights) -> NDArray[np.intp]:
    """Find the areas that values belong to.

    Parameters
    ----------
    values
        Series indexed by ids of the weights in any order, or an array in their order.
    length
        Number of values.
    weights
        Weights over m areas.

    Returns
    -------
    numpy.ndarray
        Position in `weights.ids` of each value, shape (length,).

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, or an array of another length than m.

    Examples
    --------
    >>> line = Weights.from_edges("abc", "abbc", "bacb")
    >>> area_positions(pd.Series([1.0, 2.0], index=["c", "a"]), 2, line).tolist()
    [2, 0]
    """
    if not isinstance(values, pd.Series):
        if np.ndim(values) > 1 or length != weights.n:
            raise ValueError(f"values of shape {np.shape(values)} for {weights.n} areas")
        return np.arange(weights.n)
    if values.index.equals(weights.ids):
        return np.arange(weights.n)
    at: NDArray[np.intp] = weights.ids.get_indexer(values.index)
    unknown = at < 0
    if unknown.any() or not values.index.is_unique:
        bad = values.index[unknown if unknown.any() else values.index.duplicated()]
        word = "not an area of the weights" if unknown.any() else "repeated"
        raise ValueError(
            f"{len(bad)} ids of the values are wrong: {bad[0]!r} is {word}; give each area one "
            "value, under its id"
        )
    return at


def with_index(x: Any, n: Any) -> Any:
    """Give events the index of their denominators where only these have one.

    Examples
    --------
    >>> with_index([1, 2], pd.Series([5, 9], index=["b", "a"])).to_dict()
    {'b': 1.0, 'a': 2.0}
    """
    if isinstance(x, pd.Series) or not isinstance(n, pd.Series):
        return x
    return pd.Series(floats(x), index=n.index)
