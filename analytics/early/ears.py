"""The early-aberration methods C1, C2, C3 that health departments know, for counts or rates."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analytics.inputs import Floats, floats

Method = Literal["C1", "C2", "C3"]
BASELINE = 7
LAG = {"C1": 0, "C2": 2, "C3": 2}
LIMIT = {"C1": 3.0, "C2": 3.0, "C3": 2.0}
"""Alarms are above: three standard deviations, and two for the sum of C3."""
_SUMMED = 3  # days in C3


def ears(series: pd.Series, method: Method, *, baseline: int = BASELINE) -> pd.DataFrame:
    """Hold each day against the mean and standard deviation of the days before.

    Parameters
    ----------
    series : Series
        Counts or rates in the order of time; NaN makes what rests on it NaN.
    method : {"C1", "C2", "C3"}
    baseline : int
        Days of the baseline, 3 or more.

    Returns
    -------
    DataFrame
        Same index: `expected` (the baseline's mean), `statistic`, `alarm`. NaN and no alarm before
        there is a baseline; a baseline without spread gives infinity for a value above it and 0
        otherwise.

    Raises
    ------
    ValueError
        A short baseline or an unknown method.

    Notes
    -----
    C1: the days t-7 to t-1, `(y_t - mean) / sd`. C2: the same of t-9 to t-3, so that a slow start
    does not hide in its own baseline. C3: the sum over t, t-1, t-2 of `max(0, C2 - 1)`. Alarm above
    3, 3 and 2. They know no weekday and no season, and assume independent days.

    References
    ----------
    Hutwagner L, Thompson W, Seeman GM, Treadwell T (2003) J Urban Health 80(2 Suppl 1):i89-i96.
    Fricker RD, Hegler BL, Dunfee DA (2008) Statistics in Medicine 27:3407-3429, equations 1-4.

    Examples
    --------
    >>> counts = pd.Series([1, 1, 1, 1, 2, 3, 3, 6])
    >>> ears(counts, "C1")["statistic"].round(2).tolist()[-1], ears(counts, "C1")["alarm"].sum()
    (4.51, np.int64(1))
    """
    if baseline < 3:
        raise ValueError(f"a baseline of {baseline} days; use 3 or more")
    if method not in LAG:
        raise ValueError(f"method {method!r}; use C1, C2 or C3")
    expected, statistic = _standardised(floats(series), baseline, LAG[method])
    if method == "C3":
        above = np.maximum(0.0, statistic - 1)
        padded = np.concatenate([np.full(_SUMMED - 1, np.nan), above])
        statistic = np.lib.stride_tricks.sliding_window_view(padded, _SUMMED).sum(axis=1)
    alarm = np.nan_to_num(statistic, nan=0.0) > LIMIT[method]
    return pd.DataFrame(
        {"expected": expected, "statistic": statistic, "alarm": alarm}, index=series.index
    )


def upper_bound(
    series: pd.Series, method: Method, *, alpha: float, baseline: int = BASELINE
) -> pd.Series:
    """Give the upper end of a one-sided normal range of C1 or C2, as R's surveillance has it.

    References
    ----------
    Salmon M, Schumacher D, Hoehle M (2016) J Statistical Software 70(10), `earsC`.

    Examples
    --------
    >>> counts = pd.Series([1, 1, 1, 1, 2, 3, 3, 6])
    >>> round(float(upper_bound(counts, "C1", alpha=0.05).iloc[-1]), 6)
    3.278854
    """
    if method == "C3":
        raise ValueError("C3 is a sum of excesses: it has no range of one day")
    values = floats(series)
    mean, spread = _baseline(values, baseline, LAG[method])
    return pd.Series(mean - ndtri(alpha) * spread, index=series.index)


def _standardised(values: Floats, baseline: int, lag: int) -> tuple[Floats, Floats]:
    """Give the baseline's mean and how many standard deviations each value is above it."""
    mean, spread = _baseline(values, baseline, lag)
    away = values - mean
    flat = spread == 0
    scaled = np.divide(away, spread, out=np.where(np.isnan(away), np.nan, 0.0), where=spread > 0)
    return mean, np.where(flat & (away > 0), np.inf, scaled)


def _baseline(values: Floats, baseline: int, lag: int) -> tuple[Floats, Floats]:
    """Give mean and standard deviation of the days of each day's baseline; NaN without one."""
    first = baseline + lag
    mean, spread = np.full((2, len(values)), np.nan)
    if len(values) > first:
        windows = np.lib.stride_tricks.sliding_window_view(values, baseline)[: len(values) - first]
        mean[first:], spread[first:] = windows.mean(axis=1), windows.std(axis=1, ddof=1)
    return mean, spread
