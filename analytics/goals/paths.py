"""Paths from a base year to a goal: what the rate should be in each year between."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

HALVING_YEARS = 5
CALIFORNIA: Mapping[int, float] = MappingProxyType({2021: 0.30, 2023: 0.20, 2029: 0.125})
"""Rates of the state by the autumn of the school year; 12.5 % "by 2030" is that of 2029-30."""
SHAPES = ("geometric", "linear")


def halving(
    base: float, year: int, *, years: int = HALVING_YEARS, shape: str = "geometric"
) -> pd.Series:
    """Halve a rate in some years, as the national challenge and Colorado do in five.

    Parameters
    ----------
    base : float
        Rate of the base year, a fraction.
    year : int
        Base year: the calendar year in which the school year begins.
    years : int
        Years until half.
    shape : str
        "geometric", the same part of the rate each year: `base * .5^(t / years)`; or "linear", the
        same number of points each year.

    Returns
    -------
    Series
        Rate by year, from the base year to the goal.

    Raises
    ------
    ValueError
        A rate outside 0 to 1, no year, or an unknown shape.

    References
    ----------
    Attendance Works, EdTrust, American Enterprise Institute (2024) national challenge: half in
    five years.

    Examples
    --------
    >>> halving(0.40, 2022).round(3).to_dict()
    {2022: 0.4, 2023: 0.348, 2024: 0.303, 2025: 0.264, 2026: 0.23, 2027: 0.2}
    """
    if years < 1:
        raise ValueError(f"a goal in {years} years; give 1 or more")
    return path({year: base, year + years: base / 2}, shape=shape)


def path(points: Mapping[int, float], *, shape: str = "geometric") -> pd.Series:
    """Lead a path through rates that are set for some years.

    Parameters
    ----------
    points : mapping
        Rate by year, two years at least: the first is the base, the last the goal.
    shape : str
        As for `halving`, between each two of them.

    Returns
    -------
    Series
        Rate by year, from the first to the last.

    Raises
    ------
    ValueError
        Fewer than two years, a rate that is not above 0 and below 1, or an unknown shape.

    Examples
    --------
    >>> path({2023: 0.20, 2026: 0.125}, shape="linear").round(3).tolist()
    [0.2, 0.175, 0.15, 0.125]
    >>> path(CALIFORNIA).loc[2029].item()
    0.125
    """
    if shape not in SHAPES:
        raise ValueError(f"shape {shape!r}; use one of {', '.join(SHAPES)}")
    if len(points) < 2:
        raise ValueError("a path needs a base year and a goal")
    wrong = [rate for rate in points.values() if not 0 < rate < 1]
    if wrong:
        raise ValueError(f"a rate of {wrong[0]:g}; give a fraction between 0 and 1 (20 % is 0.2)")
    years = np.array(sorted(points))
    rates = np.array([points[year] for year in years], dtype=float)
    between = np.arange(years[0], years[-1] + 1)
    if shape == "linear":
        along = np.interp(between, years, rates)
    else:
        along = np.exp(np.interp(between, years, np.log(rates)))
    along[np.isin(between, years)] = rates
    return pd.Series(along, index=pd.Index(between, name="year"), name="rate")
