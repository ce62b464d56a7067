"""Where a rate is going: its range in years to come, and the chance to meet a goal.

Three things make the years to come unsure: the trend is known from few years; years differ from
each other for the whole place; and the figure of a year is that of some schools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, logit, logsumexp, ndtr

from analytics.inputs import Floats, floats, same_index

LEAST_YEARS = 3
"""Fewest usual years of a forecast."""
TREND = 0.15
"""Prior standard deviation of the change a year, log odds: halving in 5 years from 35 % is .19."""
SHOCK = 0.15
"""Prior scale of what one year adds to or takes from the trend for good, log odds."""
LASTING = 0.5
"""Correlation of the trends of two definitions: what changed the definition may change more."""
_GRID = 60
_MOST = 4.0  # the grid of shocks ends at so many scales
_FINE = 601
_EDGE = 9.0  # standard deviations of a grid of rates


@dataclass(frozen=True, eq=False)
class Forecast:
    """Rates of years to come: a mixture of normal log odds, one for each size of yearly shocks.

    Attributes
    ----------
    years : Index
        Years forecast.
    state : str
        "forecast" or "too few years", which has no figure.
    """

    years: pd.Index
    state: str
    _weight: Floats = field(repr=False)
    _mean: Floats = field(repr=False)
    _deviation: Floats = field(repr=False)

    def chance(self, goal: ArrayLike | pd.Series) -> pd.Series:
        """Give the chance that the published rate of each year is at most the goal of the year."""
        wanted = goal.reindex(self.years) if isinstance(goal, pd.Series) else goal
        level = logit(np.broadcast_to(floats(wanted), self.years.shape))
        part = ndtr((level - self._mean) / self._deviation)
        return pd.Series(self._weight @ part, index=self.years, name="chance")

    def table(self, level: float = 0.9) -> pd.DataFrame:
        """Give `middle, low, high` of the rate by year; `level` of the outcomes lie inside."""
        ends = np.array([0.5, 0.5 - level / 2, 0.5 + level / 2])
        rows = [self._quantiles(year, ends) for year in range(len(self.years))]
        return pd.DataFrame(rows, index=self.years, columns=["middle", "low", "high"])

    def _quantiles(self, year: int, ends: Floats) -> Floats:
        mean, deviation = self._mean[:, year], self._deviation[:, year]
        if np.isnan(mean).any():
            return np.full(ends.shape, np.nan)
        reach = _EDGE * deviation.max()
        grid = np.linspace(mean.min() - reach, mean.max() + reach, _FINE)
        heaped = self._weight @ ndtr((grid - mean[:, None]) / deviation[:, None])
        return np.asarray(expit(np.interp(ends, heaped, grid)))


def forecast(
    rate: pd.Series,
    noise: pd.Series,
    years: Sequence[int],
    *,
    definition: pd.Series | None = None,
    trend: float = TREND,
    shock: float = SHOCK,
) -> Forecast:
    """Forecast the rate of a place, neighbourhood or school.

    Parameters
    ----------
    rate : Series
        Rate by year (a number), usual years only; they may have gaps.
    noise : Series
        Standard error of each year's rate around what the year should have shown: from schools and
        their students, without what all schools share.
    years : sequence of int
        Years wanted, after the last of `rate`.
    definition : Series, optional
        Code of the definition of each year; where it changes the level may jump and the trend
        turn. By default one.
    trend, shock : float
        Prior scales, see `TREND` and `SHOCK`.

    Raises
    ------
    ValueError
        Indexes that differ, rates outside 0 to 1, years that are not after the last, noise below 0.

    Notes
    -----
    On the log-odds scale `y_t = a + b t + w_t + e_t`: a flat and `b ~ N(0, trend^2)`, one of each
    for each definition, the trends correlated by `LASTING`; w a random walk with step s, `s ~
    |N(0, shock^2)|`; and e with the known noise. All but s are normal and taken out by generalised
    least squares; s is summed over a grid, so the forecast is exact and has no random numbers. A
    rate of a year to come has noise too, the mean of the past.

    References
    ----------
    Harvey AC (1989) Forecasting, Structural Time Series Models, section 2.3 (level and trend).
    Rasmussen CE, Williams CKI (2006) Gaussian Processes for Machine Learning, section 2.7 (unknown
    level). Gelman A (2006) Bayesian Analysis 1:515-533 (prior of a standard deviation).

    Examples
    --------
    >>> rate = pd.Series([0.30, 0.28, 0.26], index=[2022, 2023, 2024])
    >>> found = forecast(rate, pd.Series(0.004, rate.index), [2025, 2029])
    >>> found.table().round(2).values.tolist()
    [[0.24, 0.22, 0.28], [0.18, 0.12, 0.29]]
    >>> found.chance(0.15).round(2).tolist()
    [0.0, 0.14]
    """
    same_index(rate, noise, "rates and their noise")
    codes = pd.Series(0, index=rate.index) if definition is None else definition
    same_index(rate, codes, "rates and definitions")
    known = rate.notna() & noise.notna()
    t, y, error = (floats(each[known]) for each in (rate.index.to_series(), rate, noise))
    if ((y <= 0) | (y >= 1) | (error < 0)).any():
        raise ValueError("rates must lie between 0 and 1, and noise at 0 or more")
    wanted = pd.Index(years, name="year")
    if len(t) < LEAST_YEARS:
        empty = np.full((1, len(wanted)), np.nan)
        return Forecast(wanted, "too few years", np.ones(1), empty, empty)
    order = np.argsort(t)
    t, y, error = t[order], y[order], error[order]
    if min(years) <= t[-1]:
        raise ValueError(f"years to come must be after {t[-1]:g}, the last with a rate")
    levels = pd.get_dummies(codes[known].iloc[order]).to_numpy(dtype=float)
    series = _Series(t, logit(y), (error / (y * (1 - y))) ** 2, levels)
    steps = (np.arange(_GRID) + 0.5) * _MOST * shock / _GRID
    log, mean, deviation = series.ahead(steps, trend, floats(wanted))
    log -= 0.5 * (steps / shock) ** 2
    weight = np.exp(log - logsumexp(log))
    return Forecast(wanted, "forecast", np.asarray(weight / weight.sum()), mean, deviation)


_Years = tuple[Floats, Floats]  # numbers of years, and the level of each


@dataclass(frozen=True, eq=False)
class _Series:
    """Years, log odds, variances of noise, and which level each year has, (years, levels)."""

    t: Floats
    y: Floats
    noise: Floats
    levels: Floats

    def ahead(self, steps: Floats, trend: float, to: Floats) -> tuple[Floats, Floats, Floats]:
        """Give the log likelihood of each step, and by it mean and deviation of years to come."""
        ends = np.tile(self.levels[-1], (len(to), 1))  # the last definition stays
        past, future = (self.t, self.levels), (to, ends)
        covariance = self._shared(past, past, steps, trend) + np.diag(self.noise)
        inverse = np.linalg.inv(covariance)
        seen = self.levels.T @ inverse
        room = np.linalg.inv(seen @ self.levels)
        level = (room @ seen) @ self.y
        rest = self.y - level @ self.levels.T
        worth = np.einsum("gi,gij,gj->g", rest, inverse, rest)
        fit = np.linalg.slogdet(covariance)[1] - np.linalg.slogdet(room)[1] + worth
        near = self._shared(past, future, steps, trend)
        weight = inverse @ near
        lost = ends.T - self.levels.T @ weight
        mean = level @ ends.T + np.einsum("gi,gij->gj", rest, weight)
        own = np.diagonal(self._shared(future, future, steps, trend), axis1=1, axis2=2)
        variance = own + self.noise.mean() - (near * weight).sum(axis=1)
        variance += (lost * (room @ lost)).sum(axis=1)
        return -0.5 * fit, np.asarray(mean), np.asarray(np.sqrt(variance))

    def _shared(self, one: _Years, other: _Years, steps: Floats, trend: float) -> Floats:
        """Give the covariance of trend and walk between years, for each step, (steps, i, j)."""
        first, second = np.meshgrid(one[0] - self.t[0], other[0] - self.t[0], indexing="ij")
        alike = LASTING + (1 - LASTING) * (one[1] @ other[1].T)
        walk = steps[:, None, None] ** 2 * np.minimum(first, second)
        return np.asarray(trend**2 * alike * first * second + walk)
