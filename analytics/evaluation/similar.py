"""Which units without a programme resemble those with one, and how far they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analytics.evaluation.histories import Histories
from analytics.inputs import Bools, Floats

NEIGHBOURS, TOGETHER = 10, 60
"""Chosen for each unit; for all together, where units with a programme are few."""
BALANCED = 0.25
"""Standardised difference below which two groups are alike (Rubin 2001; Stuart 2010)."""


@dataclass(frozen=True, eq=False)
class Similar:
    """Comparison units that resemble the units with a programme.

    Attributes
    ----------
    chosen : array (u,) of bool
        Units with a programme, and the comparison units chosen for them.
    balance : DataFrame
        Index rate, trend, size; columns treated, all, similar (means) and apart_all,
        apart_similar: differences in standard deviations of the units with a programme.
    """

    chosen: Bools
    balance: pd.DataFrame


def similar(
    given: Histories, level: pd.Series | None = None, *, neighbours: int = NEIGHBOURS
) -> Similar:
    """Choose, for each unit with a programme, those without that resemble it most before its start.

    They are of the same level of school and nearest in the mean rate of all years before the first
    start, its trend and the logarithm of size. A mean of several years, not the last one: units
    chosen because of one high year would fall by themselves.

    Parameters
    ----------
    given : Histories
    level : Series, optional
        Level of school by unit.
    neighbours : int
        Chosen for each unit; one that is chosen for several counts once. More, where units with a
        programme are few: see `wide`.

    Raises
    ------
    ValueError
        A unit with a programme has no other of its level, or one has no figure in some year.

    References
    ----------
    Stuart EA (2010) Statistical Science 25:1-21. Rubin DB (2001) Health Services and Outcomes
    Research Methodology 2:169-188.
    """
    if not given.known.all():
        raise ValueError("units without a figure in some year; give `given.complete()`")
    told = traits(given)
    treated = np.flatnonzero(~given.never)
    reach = wide(neighbours, len(treated))
    scale = np.where(told.std(axis=0) > 0, told.std(axis=0), 1.0)
    points = told / scale
    own = np.full(len(given.units), "") if level is None else level.reindex(given.units).to_numpy()
    chosen = ~given.never
    for kind in pd.unique(own[treated]):
        pool = np.flatnonzero(given.never & (own == kind))
        if not len(pool):
            raise ValueError(f"no unit without a programme is of the level {kind!r}")
        near = cKDTree(points[pool])
        _, found = near.query(
            points[treated[own[treated] == kind]], k=range(1, 1 + min(reach, len(pool)))
        )
        chosen[pool[np.unique(found)]] = True
    return Similar(chosen, _balance(told, given.never, chosen))


def wide(usual: int, treated: int) -> int:
    """Give how many comparison units each unit with a programme needs beside it.

    A single one told from ten others is outside of all of them by chance in one case of eleven: no
    range of 95 % comes of ten. So the few are set beside 60 in all.

    Examples
    --------
    >>> wide(10, 1), wide(10, 9)
    (60, 10)
    """
    return max(usual, -(-TOGETHER // max(treated, 1)))


def traits(given: Histories) -> Floats:
    """Mean rate, yearly trend of the rate and log size before the first start, (u, 3)."""
    first = min(given.cohorts) if given.cohorts else given.years[-1] + 1
    columns = [given.column(year) for year in given.before(first)]
    rates, time = given.rates()[:, columns], np.array(columns, dtype=float)
    time -= time.mean()
    spread = (time**2).sum()
    trend = rates @ time / spread if spread else np.zeros(len(rates))
    return np.column_stack([rates.mean(axis=1), trend, np.log(given.n[:, columns].mean(axis=1))])


def _balance(told: Floats, never: Bools, chosen: Bools) -> pd.DataFrame:
    treated = told[~never]
    spread = treated.std(axis=0, ddof=1) if len(treated) > 1 else told.std(axis=0)
    spread = np.where(spread > 0, spread, np.nan)
    every, near = told[never], told[never & chosen]
    means = [each.mean(axis=0) for each in (treated, every, near)]
    columns = {
        "treated": means[0],
        "all": means[1],
        "similar": means[2],
        "apart_all": (means[0] - means[1]) / spread,
        "apart_similar": (means[0] - means[2]) / spread,
    }
    return pd.DataFrame(columns, index=["rate", "trend", "size"])
