"""Whether Mondays, Fridays and days beside a break differ from the middle of the week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from analytics.early.long_run import FEWEST, mean_and_error
from analytics.inputs import Bools, Floats, floats

PATTERNS = ("Mondays", "Fridays", "before a break", "after a break")
ALPHA = 0.03
"""Level of statements: errors of short series are somewhat too small, and with it one simulated
year in twenty or fewer says anything that is not so."""
LEVEL = 0.95
"""Coverage of each interval."""
FAR = 3.0
"""Standard deviations beyond which a day counts as if it were no farther."""
LEAST_DAYS = 6
"""Fewest days of a pattern for which it is tested."""
_BREAK = 4  # days from one school day to the next: a weekend is 3
_MIDDLE = (1, 2, 3)  # Tuesday to Thursday
Days = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Week:
    """Days of a year: number of the day, weekday, and whether a break lies before or after it."""

    day: Days
    weekday: Days
    before: Bools
    after: Bools


def weekday_patterns(attended: pd.Series, *, alpha: float = ALPHA) -> pd.DataFrame:
    """Compare days with the middle of the weeks around them.

    Parameters
    ----------
    attended : Series
        Attendance (a fraction) of a place by date (datetime index, in order), days of school only;
        NaN is left out.
    alpha : float
        Level of `stated`, for one false statement or more among all patterns.

    Returns
    -------
    DataFrame
        Index `pattern`, see `PATTERNS`: `days`; `difference` from the middle of the week (fraction,
        negative = fewer attend), its `low, high` (95 %, each alone); `p`; `p_holm`, adjusted
        over the patterns; and `stated`, whether it may be said. NaN with fewer than `LEAST_DAYS`.

    Raises
    ------
    ValueError
        Dates that are not in order.

    Notes
    -----
    Expected is the straight line between the means of Tuesday to Thursday of the weeks before and
    after, days beside a break left out, so neither season nor slow waves enter. The differences of
    one pattern are a series, held within `FAR` deviations (by the median absolute deviation) of
    its median, so that a snow day neither makes a Monday nor hides all of them; its mean has the
    error of an autocorrelated one. A break is a gap of
    more than a weekend, or days off within a week; days beside it are no Mondays and no Fridays.

    References
    ----------
    `analytics.early.long_run.mean_and_error`. Huber PJ (1981) Robust Statistics, section 1.7
    (winsorising). Holm S (1979) Scand J Statist 6:65-70.

    Examples
    --------
    >>> days = pd.bdate_range("2024-09-02", periods=60)
    >>> rate = pd.Series(0.93 - 0.02 * (days.day_of_week == 0), days) + 0.001 * np.sin(days.day)
    >>> found = weekday_patterns(rate)
    >>> found["difference"].round(2).tolist()[:2], found["stated"].tolist()[:2]
    ([-0.02, 0.0], [True, False])
    """
    known = attended.dropna()
    if not attended.index.is_monotonic_increasing or not attended.index.is_unique:
        raise ValueError("dates must be in order, each once")
    week = _week(pd.DatetimeIndex(attended.index), attended.notna().to_numpy())
    away = floats(known) - _middle(week, floats(known))
    quiet = ~week.before & ~week.after
    chosen = (
        (week.weekday == 0) & quiet,
        (week.weekday == 4) & quiet,
        week.before & ~week.after,
        week.after & ~week.before,
    )
    rows = [_pattern(away[rows & ~np.isnan(away)]) for rows in chosen]
    columns = ["days", "difference", "low", "high", "p"]
    table = pd.DataFrame(rows, pd.Index(PATTERNS, name="pattern"), columns)
    table["days"] = table["days"].astype(int)
    adjusted = holm(floats(table["p"]))
    return table.assign(p_holm=adjusted, stated=np.nan_to_num(adjusted, nan=1.0) <= alpha)


def holm(p: Floats) -> Floats:
    """Adjust p-values so that one false statement or more has the chance of the level; NaN stays.

    References
    ----------
    Holm S (1979) Scand J Statist 6:65-70.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])]
    steps = np.arange(len(order), 0, -1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * steps))
    return adjusted


def _week(dates: pd.DatetimeIndex, reported: Bools) -> _Week:
    """Find weekdays and breaks of the calendar, and keep the days that have a figure."""
    day = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    weekday = np.asarray(dates.day_of_week, dtype=np.int64)
    gap = np.diff(day)
    # Within a week each gap is one day, over a weekend three; more is a break.
    usual = np.where(weekday[:-1] >= 4, 7 - weekday[:-1], 1)
    broken = (gap > usual) | (gap >= _BREAK)
    none = np.zeros(1, dtype=np.bool_)
    before, after = np.concatenate([broken, none]), np.concatenate([none, broken])
    return _Week(day[reported], weekday[reported], before[reported], after[reported])


def _middle(week: _Week, rate: Floats) -> Floats:
    """Interpolate between the middles of weeks; NaN before the first and after the last."""
    monday = week.day - week.weekday
    use = np.isin(week.weekday, _MIDDLE) & ~week.before & ~week.after
    weeks, place = np.unique(monday[use], return_inverse=True)
    if len(weeks) < FEWEST:
        return np.full(rate.shape, np.nan)
    size = np.bincount(place)
    mean, when = (np.bincount(place, each[use]) / size for each in (rate, week.day))
    # A day of the middle is not its own yardstick, but none of them is asked about.
    return np.asarray(np.interp(week.day, when, mean, left=np.nan, right=np.nan))


def _held(away: Floats) -> Floats:
    """Hold far days within `FAR` deviations of the median (winsorised)."""
    middle = np.median(away)
    reach = FAR * 1.4826 * np.median(np.abs(away - middle))
    return np.asarray(np.clip(away, middle - reach, middle + reach)) if reach > 0 else away


def _pattern(away: Floats) -> tuple[float, ...]:
    """Give days, mean difference, its interval and p."""
    if len(away) < LEAST_DAYS:
        return (float(len(away)), np.nan, np.nan, np.nan, np.nan)
    mean, error, freedom = (float(each) for each in mean_and_error(_held(away)))
    reach = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(mean) / error)) if error > 0 else float(mean == 0)
    return (float(len(away)), mean, mean - reach, mean + reach, p)
