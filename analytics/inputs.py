"""Counts and denominators, checked once at the door and then trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROUNDING = 1e-9  # fractional sums of shares carry this much floating-point noise


def floats(values: Any) -> Floats:
    """Give numbers as a new float array, with every kind of missing value as NaN.

    Parameters
    ----------
    values
        Series (nullable or not), array or scalar.

    Returns
    -------
    numpy.ndarray
        Float copy, at least one-dimensional.

    Examples
    --------
    >>> import pandas as pd
    >>> floats(pd.Series([1, None], dtype="Int64"))
    array([ 1., nan])
    """
    if isinstance(values, pd.Series):
        return np.atleast_1d(values.to_numpy(dtype=np.float64, na_value=np.nan, copy=True))
    return np.atleast_1d(np.array(values, dtype=np.float64))


@dataclass(frozen=True)
class Counts:
    """Events and denominators as float arrays, and the way back to the caller's own shape.

    Attributes
    ----------
    x, n
        Events and denominators, `0 <= x <= n` wherever both are known.
    like
        What the caller passed: the result takes its type and index.
    """

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
    """Raise ValueError naming the first bad row and how many there are.

    Parameters
    ----------
    bad
        True where the row breaks the rule.
    like
        The caller's object, for naming rows.
    message
        What is wrong with the row at a position.

    Raises
    ------
    ValueError
        When any row is bad.
    """
    if not bad.any():
        return
    first = int(np.flatnonzero(bad)[0])
    others = int(bad.sum()) - 1
    more = f" ({others} more like it)" if others else ""
    raise ValueError(f"{row_name(like, first)}: {message(first)}{more}")


def counts(x: ArrayLike | pd.Series, n: ArrayLike | pd.Series) -> Counts:
    """Check events against denominators.

    Parameters
    ----------
    x
        Events, at least 0 and at most `n`; fractional values are allowed. NaN or NA = not known.
    n
        Denominators, same length; a scalar serves every row.

    Returns
    -------
    Counts
        Float arrays of equal length.

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
