"""Hot spots that are also in the worst part of a driver, beside what chance would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.hotspots.nulls import on_areas, shuffled_map
from geo.weights.weights import Weights


@dataclass(frozen=True)
class Overlap:
    """How many hot spots are also in the worst part of a driver.

    Attributes
    ----------
    count, hot, worst
        Areas that are both, hot, and in the worst part.
    expected, low, high
        Mean and 95 % range of the count when schools are shuffled.
    p
        Part of shuffles with at least as many, `(M + 1) / (R + 1)`.
    state
        "tested", "no hot spot", or "no driver value".
    """

    count: int
    hot: int
    worst: int
    expected: float
    low: float
    high: float
    p: float
    state: str


def overlap(
    hot: pd.Series,
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    driver: pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: ArrayLike | pd.Series | None = None,
    worst: float = 0.2,
    draws: int = 999,
    seed: int,
) -> Overlap:
    """Count hot spots in the worst part of a driver, beside the count that chance would give.

    Each shuffle of school residuals makes a map as smooth as the real one; as many tracts as are
    hot, those with the highest absence around, are laid over the driver.

    Parameters
    ----------
    hot
        True for hot-spot tracts, on ids of the weights.
    x, n, share, weights, strata, draws, seed
        As for `analytics.hotspots.test.gi_star_schools`.
    driver
        Figure of each tract, higher being worse, on ids of the weights.
    worst
        Part of the tracts with a value that counts as the worst.

    Returns
    -------
    Overlap
        Observed and expected count with its range.

    Raises
    ------
    ValueError
        As for `gi_star_schools`, ids unknown to the weights, or `worst` outside (0, 1).

    Examples
    --------
    >>> line = Weights.from_edges("abcde", "abbccdde", "bacbdced")
    >>> driver = pd.Series([5.0, 4.0, 3.0, 2.0, 1.0], index=list("abcde"))
    >>> given = [40, 35, 10, 5, 6], [100] * 5, driver, np.eye(5), line
    >>> found = overlap(driver > 4, *given, draws=99, seed=1)
    >>> found.count, found.hot, found.worst
    (1, 1, 1)
    """
    if not 0 < worst < 1:
        raise ValueError(f"worst must lie between 0 and 1, not {worst}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    given = shuffled_map(x, n, driver, share, weights, strata)
    figure = given.driver[given.known]
    flagged = on_areas(hot.astype(float), weights.ids).to_numpy()[given.known] == 1
    many = int(flagged.sum())
    if not figure.size or many == 0:
        state = "no hot spot" if figure.size else "no driver value"
        return Overlap(0, many, 0, np.nan, np.nan, np.nan, np.nan, state)
    bad = figure >= np.quantile(figure, 1 - worst)
    count = int((flagged & bad).sum())
    inner = weights.subset(weights.ids[given.known])
    near = inner.with_self().row_standardized().sparse
    drawn = []
    for maps in given.draws(draws, seed):
        top = np.argpartition(-(near @ maps), many - 1, axis=0)[:many]
        drawn.append(bad[top].sum(axis=0))
    chance = np.concatenate(drawn)
    low, high = (float(v) for v in np.quantile(chance, [0.025, 0.975]))
    p = float((1 + (chance >= count).sum()) / (draws + 1))
    return Overlap(count, many, int(bad.sum()), float(chance.mean()), low, high, p, "tested")
