"""Illness waves: days and weeks of absence beyond what an area's own past lets expect.

Prospective: what is said of a day rests on that day and on earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, stdtr, stdtrit

from analytics.early.calendar import SchoolDays
from analytics.inputs import Floats

ALPHA = 0.001
"""Stated chance of a false alarm of one area on one day, for each window."""
WINDOWS = {"day": 1, "week": 5}
"""Days of school judged together, up to the one that is judged."""
BASELINE, GAP = 30, 5
"""Days of school of the baseline, and between its end and the day that is judged."""
LEAST_BASELINE = 15
FREEDOM = (5.0, 7.0)
"""Least and most degrees of freedom of the t that absence follows: seasons add to what noise does,
so even calm series are not held to be normal."""
_WEEKDAY_PRIOR = 4.0  # a weekday's own mean is worth this many of its days less
_TRIM = 2.58  # residuals beyond count less, as Noufaily et al. have it
_MAD = 1.4826  # standard deviation of a normal for one median absolute deviation
_MOST_ALIKE = 0.9


@dataclass(frozen=True, eq=False)
class Waves:
    """What each day was held against, (days, areas), by window.

    Attributes
    ----------
    absent, expected, high : dict of str to DataFrame
        Part absent (mean of the window's days), the part expected, and the upper end of the range
        that ordinary days leave with probability `alpha`.
    p : dict of str to DataFrame
        Chance of as much or more, were the days ordinary; NaN where nothing can be said.
    alpha : float
    """

    absent: dict[str, pd.DataFrame]
    expected: dict[str, pd.DataFrame]
    high: dict[str, pd.DataFrame]
    p: dict[str, pd.DataFrame]
    alpha: float

    def alarms(self, window: str) -> pd.DataFrame:
        """Mark days beyond the range, (days, areas)."""
        return self.p[window] <= self.alpha

    def by_chance(self, window: str) -> float:
        """Give how many alarms ordinary days alone would bring, all areas and days together."""
        return self.alpha * float(self.p[window].notna().to_numpy().sum())


def waves(areas: SchoolDays, *, rest: SchoolDays | None = None, alpha: float = ALPHA) -> Waves:
    """Find days and weeks with more absence than an area's past lets expect.

    Parameters
    ----------
    areas : SchoolDays
        Days by areas (`analytics.early.calendar.by_area`), index of dates.
    rest : SchoolDays, optional
        The rest of the place on the same days and under the same names: what it does that day
        (weather, a holiday, a wave everywhere) is then taken off, and what is found is the area's
        own.
    alpha : float

    Raises
    ------
    ValueError
        A rest of other days or areas.

    Notes
    -----
    Log odds of absence (less those of the rest), `y_t`. Weekday effects are means of earlier days'
    distance from the five days around them, shrunken. The baseline is the `BASELINE` days that end
    `GAP` before t: mean and variance, days beyond 2.58 deviations (by the median absolute
    deviation) weighted down, so that a storm or wave that is over does not hide the next. The
    variance is at least that of students' chance, `1 / (n p q)`, so it is over-dispersed by what
    the past shows; the correlation of days (first lag, median over areas and earlier days) widens
    the range of a week and of the baseline's mean. The distance is Student's t whose tails are as
    heavy as those of all areas' earlier days (kurtosis `3 + 6 / (f - 4)`), within `FREEDOM`.

    References
    ----------
    Farrington CP, Andrews NJ, Beale AD, Catchpole MA (1996) J R Stat Soc A 159:547-563 (baseline of
    earlier counts, over-dispersion, down-weighting). Noufaily A et al. (2013) Statistics in
    Medicine 32:1206-1222 (weights beyond 2.58). Hutwagner et al. (2003) (the gap).

    Examples
    --------
    >>> dates, rng = pd.bdate_range("2024-09-03", periods=60), np.random.default_rng(0)
    >>> absent = pd.DataFrame({"north": rng.binomial(2000, 0.07, 60).astype(float)}, dates)
    >>> absent.iloc[50:55] *= 2.5
    >>> found = waves(SchoolDays(absent, absent * 0 + 2000))
    >>> np.flatnonzero(found.alarms("day")["north"]).tolist(), round(found.by_chance("day"), 2)
    ([50, 51, 52, 53, 54], 0.04)
    """
    if rest is not None and not (
        rest.absent.index.equals(areas.absent.index)
        and rest.absent.columns.equals(areas.absent.columns)
    ):
        raise ValueError("the rest has other days or areas; align them")
    own, chance = _log_odds(areas)
    other = np.zeros(own.shape)
    if rest is not None:
        other, more = _log_odds(rest)
        chance = chance + more
    weekday = np.asarray(pd.DatetimeIndex(areas.absent.index).day_of_week)
    found = {
        name: _judged(_Series(own - other, chance, other, weekday), size, alpha)
        for name, size in WINDOWS.items()
    }
    like = areas.absent

    def table(name: str, at: int) -> pd.DataFrame:
        return pd.DataFrame(found[name][at], like.index, like.columns)

    laid = [{name: table(name, at) for name in WINDOWS} for at in range(4)]
    return Waves(laid[0], laid[1], laid[2], laid[3], alpha)


@dataclass(frozen=True, eq=False)
class _Series:
    """Log odds, variance of students' chance, the rest's log odds, (days, areas); weekdays."""

    y: Floats
    chance: Floats
    other: Floats
    weekday: NDArray[np.int64]


def _log_odds(days: SchoolDays) -> tuple[Floats, Floats]:
    """Give log odds of absence and the variance that students' chance gives them."""
    x, n = days.absent.to_numpy(dtype=float), days.possible.to_numpy(dtype=float)
    x = np.where(n > 0, x, np.nan)
    y = np.log((x + 0.5) / (n - x + 0.5))
    p = expit(y)
    return y, 1 / ((n + 1) * p * (1 - p))


def _judged(series: _Series, size: int, alpha: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Give absent, expected, high and p of each day, from earlier days; see `waves`."""
    days, areas = series.y.shape
    absent, expected, high, p = np.full((4, days, areas), np.nan)
    swing = _swing(series.y)
    for t in range(LEAST_BASELINE + GAP, days):
        effect = _weekday_effects(swing[: t - 2], series.weekday[: t - 2])
        flat = series.y[: t + 1] - effect[series.weekday[: t + 1]]
        end = t - GAP
        past = flat[max(0, end - BASELINE) : end]
        mean, variance, count = _steadied(past)
        alike = _alike(flat[:end])
        window = slice(t - size + 1, t + 1)
        now = flat[window].mean(axis=0)
        floor = series.chance[max(0, end - BASELINE) : end]
        floor = np.where(count > 0, np.nansum(floor, axis=0) / np.maximum(count, 1), np.nan)
        steps = np.arange(1, size)
        joint = (1 + 2 * ((1 - steps / size) * alike**steps).sum()) / size
        unsure = (1 + alike) / (1 - alike) / np.maximum(count, 1)
        spread = np.sqrt(
            np.maximum(variance / np.maximum(1 - unsure, 0.2), floor) * (joint + unsure)
        )
        freedom = _freedom(_heaviness(flat[:end]) * joint)
        limit = float(stdtrit(freedom, 1 - alpha))
        told = count >= LEAST_BASELINE
        back = effect[series.weekday[window]].mean(axis=0) + series.other[window].mean(axis=0)
        absent[t] = np.where(told, expit(now + back), np.nan)
        expected[t] = np.where(told, expit(mean + back), np.nan)
        high[t] = np.where(told, expit(mean + limit * spread + back), np.nan)
        p[t] = np.where(told, stdtr(freedom, -(now - mean) / spread), np.nan)
    return absent, expected, high, p


def _swing(y: Floats) -> Floats:
    """Distance of each day from the mean of the five days around it."""
    swing = np.full(y.shape, np.nan)
    if len(y) >= 5:
        around = np.lib.stride_tricks.sliding_window_view(y, 5, axis=0).mean(axis=-1)
        swing[2:-2] = y[2:-2] - around
    return swing


def _weekday_effects(swing: Floats, weekday: NDArray[np.int64]) -> Floats:
    """Give shrunken effects of weekdays, (7, areas), from earlier days."""
    effect = np.zeros((7, swing.shape[1]))
    for day in range(5):
        rows = swing[weekday == day]
        known = ~np.isnan(rows)
        effect[day] = np.where(known, rows, 0.0).sum(axis=0) / (known.sum(axis=0) + _WEEKDAY_PRIOR)
    return effect


def _steadied(past: Floats) -> tuple[Floats, Floats, Floats]:
    """Give mean and variance of a baseline, far days weighted down, and its number of days."""
    known = ~np.isnan(past)
    count = known.sum(axis=0).astype(float)
    told = count > 0
    median = np.median if known.all() else np.nanmedian  # the former is many times faster
    middle, reach = np.zeros((2, past.shape[1]))
    middle[told] = median(past[:, told], axis=0)
    reach[told] = _MAD * median(np.abs(past[:, told] - middle[told]), axis=0)
    values = np.where(known, past, 0.0)
    away = np.abs(values - middle) / np.where(reach > 0, reach, np.inf)
    weight = known * np.where(away > _TRIM, (_TRIM / np.maximum(away, _TRIM)) ** 2, 1.0)
    whole = np.maximum(weight.sum(axis=0), 1.0)
    mean = (weight * values).sum(axis=0) / whole
    variance = (weight * (values - mean) ** 2).sum(axis=0) / np.maximum(whole - 1, 1.0)
    return mean, variance, count


def _centred(flat: Floats) -> tuple[Floats, Floats]:
    """Give distances from each area's mean, 0 without a figure, and each area's mean square."""
    known = ~np.isnan(flat)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, flat, 0.0).sum(axis=0) / count
    away = np.where(known, flat - mean, 0.0)
    return away, (away**2).sum(axis=0) / count


def _alike(flat: Floats) -> float:
    """Correlation of neighbouring days: the median over areas, corrected for short series."""
    away, _ = _centred(flat)
    both = ~np.isnan(flat[1:]) & ~np.isnan(flat[:-1])
    product = np.where(both, away[1:] * away[:-1], 0.0).sum(axis=0)
    whole = np.where(both, away[:-1] ** 2, 0.0).sum(axis=0)
    each = product[whole > 0] / whole[whole > 0]
    if not len(each):
        return 0.0
    r = float(np.median(each))
    return float(np.clip(r + (1 + 3 * r) / len(flat), 0.0, _MOST_ALIKE))


def _heaviness(flat: Floats) -> float:
    """Excess kurtosis of earlier days, all areas together, each by its own variance."""
    away, square = _centred(flat)
    use = square > 0
    days = int((~np.isnan(flat[:, use])).sum())
    return float(((away[:, use] ** 2 / square[use]) ** 2).sum()) / days - 3 if days else 0.0


def _freedom(excess: float) -> float:
    """Degrees of freedom of the t of an excess kurtosis."""
    return float(np.clip(4 + 6 / excess, *FREEDOM)) if excess > 0 else FREEDOM[1]
