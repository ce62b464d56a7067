"""How unequal units without an order are: Gini's coefficient, and Theil's index with its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import xlogy

from analytics.inputs import Floats, floats


@dataclass(frozen=True)
class Theil:
    """Theil's T: `total`, and its parts `between` groups and `within` them, which add up to it."""

    total: float
    between: float
    within: float


def gini(values: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Give Gini's coefficient: 0 when all units are alike, near 1 when one holds everything.

    Parameters
    ----------
    values : array or Series
        Figure of each unit, 0 or more; unknown ones take no part.
    weights : array or Series, optional
        Units that each stands for.

    Raises
    ------
    ValueError
        Negative or only zero figures.

    References
    ----------
    Sen A (1973) On Economic Inequality, section 2.8: half the mean absolute difference over the
    mean.

    Examples
    --------
    >>> gini([0.0, 0, 0, 12]), gini([5.0, 5, 5])
    (0.75, 0.0)
    """
    y, share = _units(values, weights)
    order = np.argsort(y, kind="stable")
    y, share = y[order], share[order]
    rank = np.cumsum(share) - share / 2
    return float(2 * share @ (y * rank) / (share @ y) - 1)


def theil(
    values: ArrayLike, groups: ArrayLike | None = None, weights: ArrayLike | None = None
) -> Theil:
    """Give Theil's index T and the part of it that lies between groups.

    Parameters
    ----------
    values : array or Series
        Figure of each unit, 0 or more; unknown ones take no part.
    groups : array or Series, optional
        Group of each unit; None puts all in one.
    weights : array or Series, optional
        Units that each stands for.

    Raises
    ------
    ValueError
        Negative or only zero figures.

    References
    ----------
    Theil H (1967) Economics and Information Theory, chapter 4: `T = sum s log(s / w)` with shares
    s of the total and w of the units.

    Examples
    --------
    >>> found = theil([0.0, 0, 0, 10, 10, 10], list("aaabbb"))
    >>> round(found.total, 4), round(found.between, 4), round(found.within, 4)
    (0.6931, 0.6931, 0.0)
    """
    y, share = _units(values, weights)
    held = share * y / (share @ y)
    total = _theil(held, share)
    if groups is None:
        return Theil(total, 0.0, total)
    codes = pd.factorize(pd.Series(np.asarray(groups, dtype=object)[_known(values, weights)]))[0]
    sums = pd.DataFrame({"held": held, "share": share}).groupby(codes).sum()
    between = _theil(sums["held"].to_numpy(), sums["share"].to_numpy())
    return Theil(total, between, total - between)


def _theil(held: Floats, share: Floats) -> float:
    """Sum of shares held times the logarithm of how much above their size they are."""
    return float(xlogy(held, held / share).sum())


def _known(values: ArrayLike, weights: ArrayLike | None) -> np.ndarray:
    """Mark units that have a figure and a weight."""
    y = floats(values)
    return ~np.isnan(y) & (y == y if weights is None else floats(weights) > 0)


def _units(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Give the figures of known units and their shares of all units."""
    known = _known(values, weights)
    y = floats(values)[known]
    weight = np.ones_like(y) if weights is None else floats(weights)[known]
    if (y < 0).any() or not y.sum() > 0:
        raise ValueError("an index needs figures of 0 or more, one of them above 0")
    return y, weight / weight.sum()
