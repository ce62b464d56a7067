"""The Mann-Kendall trend test with its exact distribution, made for very few years.

With n years there are n! orders. Two of them are perfect trends, so no two-sided p-value can be
below 2 / n!: 0.333 for three years, 0.083 for four, 0.017 for five.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, factorial

import numpy as np
import pandas as pd

from analytics.inputs import Floats


def mann_kendall(values: pd.DataFrame) -> pd.DataFrame:
    """Test each area for a steady rise or fall over the years.

    Parameters
    ----------
    values
        One number an area and year, years from left to right; NaN where unknown. Only the order
        of the years counts, not the gaps between them; equal numbers are ties.

    Returns
    -------
    pandas.DataFrame
        Index of `values`; `s` Kendall's S (rising pairs of years less falling ones), `tau`
        `S / sqrt(untied pairs x all pairs)`, `p` two-sided over all orders of the area's own
        values, `smallest_p` the least that any order of them could give, `years` with a value.
        With fewer than 2 years, or with all values equal, `tau` is NaN and p is 1.

    References
    ----------
    Mann HB (1945) Econometrica 13:245-259. Kendall MG (1975) Rank Correlation Methods, 4th ed,
    chapters 1, 3 (ties) and 5 (exact distribution).

    Examples
    --------
    >>> table = pd.DataFrame([[1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, None]])
    >>> mann_kendall(table).round(3).values.tolist()
    [[6.0, 1.0, 0.083, 0.083, 4.0], [1.0, 0.333, 1.0, 0.333, 3.0]]
    """
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    years = (~np.isnan(numbers)).sum(axis=1)
    first, second = np.triu_indices(numbers.shape[1], 1)
    steps = np.sign(numbers[:, second] - numbers[:, first])
    s = np.nansum(steps, axis=1)
    untied, pairs = (steps != 0) & ~np.isnan(steps), years * (years - 1) / 2
    scale = np.sqrt(untied.sum(axis=1) * pairs)
    p, smallest = _p_values(numbers, s)
    tau = np.divide(s, scale, out=np.full(len(s), np.nan), where=scale > 0)
    columns = {"s": s, "tau": tau, "p": p, "smallest_p": smallest, "years": years}
    return pd.DataFrame(columns, index=values.index)


def smallest_two_sided_p(years: int) -> float:
    """Give the least p-value that a number of years allows, without ties.

    Parameters
    ----------
    years
        Number of years n, at least 1.

    Returns
    -------
    float
        `2 / n!`, at most 1.

    Examples
    --------
    >>> [round(smallest_two_sided_p(n), 4) for n in (2, 3, 4, 5, 6)]
    [1.0, 0.3333, 0.0833, 0.0167, 0.0028]
    """
    return min(1.0, 2 / factorial(years))


def _p_values(numbers: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Give p and the smallest p of each row; rows with like ties and S are looked up once."""
    ordered = np.sort(numbers, axis=1)
    kinds = np.column_stack([np.abs(s), ~np.isnan(ordered), ordered[:, 1:] == ordered[:, :-1]])
    kinds, first, which = np.unique(kinds, axis=0, return_index=True, return_inverse=True)
    tails = [
        (_tail(ties, int(own)), _tail(ties, None))
        for ties, own in zip(map(_tie_sizes, ordered[first]), kinds[:, 0], strict=True)
    ]
    p, smallest = np.array(tails).reshape(-1, 2)[which.ravel()].T
    return p, smallest


def _tie_sizes(row: Floats) -> tuple[int, ...]:
    """Count how often each value of a row occurs, sizes in order."""
    sizes = np.unique(row[~np.isnan(row)], return_counts=True)[1]
    return tuple(sorted(int(size) for size in sizes))


@lru_cache(maxsize=4096)
def _tail(ties: tuple[int, ...], distance: int | None) -> float:
    """Probability that S is at least so far from 0; as far as it can be when None."""
    chance = _inversions(ties)
    untied = len(chance) - 1
    s = untied - 2 * np.arange(len(chance))
    return min(1.0, float(chance[np.abs(s) >= (untied if distance is None else distance)].sum()))


@lru_cache(maxsize=4096)
def _inversions(ties: tuple[int, ...]) -> Floats:
    """Distribution of falling pairs over all orders of values with these tie sizes."""
    chance, placed = np.ones(1), 0
    for size in ties:
        chance = np.convolve(chance, _merged(placed, size))
        placed += size
    return chance


def _merged(placed: int, size: int) -> Floats:
    """Distribution of pairs out of order when equal values are mixed into others at random.

    The number of orders by pairs out of order is a Gaussian binomial coefficient.
    """
    ways = [np.ones(1)] + [np.zeros(1)] * size
    for others in range(placed + size):
        # Of `others + 1` places, the last holds one of the equal values or one of the others.
        for k in range(min(size, others + 1), 0, -1):
            ways[k] = _added(ways[k - 1], _shifted(ways[k], k))
    return ways[size] / comb(placed + size, size)


def _shifted(ways: Floats, by: int) -> Floats:
    return np.concatenate([np.zeros(by), ways])


def _added(one: Floats, other: Floats) -> Floats:
    """Add two polynomials and drop empty leading powers."""
    total = np.zeros(max(len(one), len(other)))
    total[: len(one)] += one
    total[: len(other)] += other
    return np.trim_zeros(total, "b") if total.any() else np.zeros(1)
