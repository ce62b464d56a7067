"""What computations take: counts and maps, checked once at the door, and a callback of progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.weights.weights import Weights

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-9  # fractional sums of shares carry this much floating-point noise


def floats(values: Any) -> Floats:
    """Give numbers as a new float array (m,), with every kind of missing value as NaN.

    Examples
    --------
    >>> floats(pd.Series([1, None], dtype="Int64"))
    array([ 1., nan])
    """
    if isinstance(values, pd.Series):
        return np.atleast_1d(values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True))
    return np.atleast_1d(np.array(values, dtype=np.float64))


def whole_numbers(values: pd.Series, name: str) -> pd.Series:
    """Give a column of counts as nullable integers; text, words and fractions raise ValueError.

    Examples
    --------
    >>> whole_numbers(pd.Series([3.0, None]), "enrolled").tolist()
    [3, <NA>]
    >>> whole_numbers(pd.Series(["<10", 4]), "enrolled")
    Traceback (most recent call last):
    ValueError: row 0: enrolled is '<10'; give a whole number, or leave it empty
    """
    numbers = pd.to_numeric(values, errors="coerce").astype("Float64")
    written = values.map(lambda value: isinstance(value, str | bytes | bool)).to_numpy(dtype=bool)
    unread = (numbers.isna() & values.notna()).to_numpy(dtype=bool)
    given = floats(numbers)
    # Beyond 2**53 a float holds no longer every whole number.
    broken = (np.abs(given) > 2**53) | (np.rint(given) != given) & ~np.isnan(given)
    fix = "give a whole number, or leave it empty"
    refuse(written | unread | broken, values, lambda i: f"{name} is {values.iloc[i]!r}; {fix}")
    return numbers.astype("Int64")


@dataclass(frozen=True)
class Counts:
    """Events x and denominators n, 0 <= x <= n where both are known, in the shape of `like`."""

    x: Floats
    n: Floats
    like: Any

    def give(self, result: Floats) -> Any:
        """Return a result in the caller's shape."""
        return in_shape(self.like, result)


def in_shape(like: Any, result: Floats) -> Any:
    """Return a result in the caller's shape: Series with its index, array, or float."""
    if isinstance(like, pd.Series):
        return pd.Series(result, index=like.index)
    return float(result[0]) if np.ndim(like) == 0 else result


def same_index(first: pd.Series, second: pd.Series, what: str) -> None:
    """Raise ValueError when two Series that belong together have different indexes."""
    if not first.index.equals(second.index):
        raise ValueError(f"{what} have different indexes; align them first")


def row_name(like: Any, position: int) -> str:
    """Name one row in words, by label for a Series and by position otherwise."""
    if isinstance(like, pd.Series):
        return f"row {like.index[position]!r}"
    return "the value given" if np.ndim(like) == 0 else f"row {position}"


def refuse(bad: Bools, like: Any, message: Callable[[int], str]) -> None:
    """Raise ValueError naming the first bad row, what is wrong with it, and how many there are."""
    if not bad.any():
        return
    first = int(np.flatnonzero(bad)[0])
    others = int(bad.sum()) - 1
    more = f" ({others} more like it)" if others else ""
    raise ValueError(f"{row_name(like, first)}: {message(first)}{more}")


def refuse_unexpected(cases: Floats, expected: Floats, like: Any) -> None:
    """Raise ValueError where there are cases and none is expected: no rate or ratio holds them."""
    bad = (cases > 0) & (expected == 0)
    refuse(bad, like, lambda i: f"{cases[i]:g} cases where none is expected; correct one of them")


def counts(x: ArrayLike | pd.Series, n: ArrayLike | pd.Series) -> Counts:
    """Check events against denominators.

    Parameters
    ----------
    x : Series or array
        Events, at least 0 and at most `n`; fractional values are allowed. NaN or NA = not known.
    n : Series or array
        Denominators, same length; a scalar serves every row.

    Raises
    ------
    ValueError
        A negative or infinite number, `x` above `n`, or two Series whose indexes differ.

    Examples
    --------
    >>> counts(-1, 4)
    Traceback (most recent call last):
    ValueError: the value given: the count -1 is negative; correct it or leave it empty
    """
    if isinstance(x, pd.Series) and isinstance(n, pd.Series):
        same_index(x, n, "counts and denominators")
    like = x if isinstance(x, pd.Series) or np.ndim(x) >= np.ndim(n) else n
    events, totals = (np.array(v) for v in np.broadcast_arrays(floats(x), floats(n)))
    fix = "correct it or leave it empty"
    refuse(np.isinf(events) | np.isinf(totals), like, lambda _: f"an infinite number; {fix}")
    refuse(events < 0, like, lambda i: f"the count {events[i]:g} is negative; {fix}")
    refuse(totals < 0, like, lambda i: f"the denominator {totals[i]:g} is negative; {fix}")
    above = events > totals + _ROUNDING * (1 + totals)
    refuse(above, like, lambda i: f"the count {events[i]:g} is above its denominator {totals[i]:g}")
    return Counts(np.minimum(events, totals), totals, like)


@dataclass(frozen=True, eq=False)
class MapValues:
    """A map whose areas are known to the weights.

    Attributes
    ----------
    index : Index
        The caller's areas, in the caller's order.
    numbers : array
        Their values, NaN where there is none.
    place : array of int
        Position of each in `weights`, -1 without a value.
    weights : Weights
        Among the areas that have a value, in the order of the weights given.
    used : array
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
    values : Series or array
        Indexed by ids of the weights in any order, or in their order. NaN, NA, and areas that a
        Series does not name, are left out.
    weights : Weights
        Over m areas.

    Raises
    ------
    ValueError
        Ids unknown to the weights or repeated, a length that does not fit, infinite values.

    Examples
    --------
    >>> line = Weights.from_edges("abc", "abbc", "bacb")
    >>> areas = map_values(pd.Series({"c": 1.0, "a": 2.0, "b": None}), line)
    >>> areas.used.tolist(), areas.give(areas.used * 10).tolist()
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
    """Find the position in `weights.ids` of each of so many values; see `map_values`.

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


Progress = Callable[[int, int], None]
"""Called with steps done and steps wanted; `wanted` may grow while work goes on."""
