"""What single sums tell of hidden cells, one after the other: wider than what all tell together."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array

from analytics.disclosure.attacker import ROUNDING, UNBOUNDED, Known, Totals
from analytics.inputs import Bools, Floats

ROUNDS = 4
"""Times that each sum is looked at, with what the others told."""


def plain_bounds(known: Known, hidden: Bools, totals: Totals) -> tuple[Floats, Floats]:
    """Confine each hidden cell by one sum at a time.

    Returns
    -------
    low, high : array, shape (cells,)
        Whole numbers; infinite where nothing bounds a cell. The interval of
        `analytics.disclosure.attacker.reach` lies within.

    References
    ----------
    Savelsbergh MWP (1994) ORSA J Comput 6:445-454, section 1.2 (bounds of a row's activity).

    Examples
    --------
    >>> value = np.array([7.0, 5.0, 30.0, 12.0])
    >>> known = Known(value, np.zeros(4), np.full(4, np.inf), np.array([-1, -1, -1, -1]))
    >>> totals = Totals.of([[1, 1, 0, -1], [0, 1, 1, 0]], value)
    >>> low, high = plain_bounds(known, np.array([True, True, True, False]), totals)
    >>> low.tolist(), high.tolist()
    ([0.0, 0.0, 23.0, 12.0], [12.0, 12.0, 35.0, 12.0])
    """
    unknown = ~hidden & np.isnan(known.truth)
    low = np.where(hidden, known.lower, np.where(unknown, -UNBOUNDED, known.truth))
    high = np.where(
        hidden, np.minimum(known.upper, UNBOUNDED), np.where(unknown, UNBOUNDED, known.truth)
    )
    rows = np.flatnonzero(~np.isnan(totals.sums))
    sums, matrix = totals.sums[rows], coo_array(totals.matrix[rows])
    row, cell, factor = matrix.row, matrix.col, matrix.data
    part = np.flatnonzero(known.whole >= 0)
    whole = known.whole[part]
    for _ in range(ROUNDS):
        ends = np.sort(np.stack([factor * low[cell], factor * high[cell]]), axis=0)
        least, most = (np.bincount(row, each, minlength=rows.size) for each in ends)
        # What the other cells of the sum leave to this one.
        left = np.stack([sums[row] - (most[row] - ends[1]), sums[row] - (least[row] - ends[0])])
        left = np.sort(left / factor, axis=0)
        np.maximum.at(low, cell, left[0])
        np.minimum.at(high, cell, left[1])
        np.minimum.at(high, part, high[whole])
        np.maximum.at(low, whole, low[part])
    high[high > UNBOUNDED / 10] = np.inf
    return np.ceil(low - ROUNDING) + 0.0, np.floor(high + ROUNDING) + 0.0
