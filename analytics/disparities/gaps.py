"""Gaps between groups of students: rate ratio and difference, their summary, and their trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from analytics.inputs import floats, same_index
from analytics.rates.between_schools import Estimate, compare_rates, ratio_of_sums
from analytics.rates.reliability import presentation

LEAST_YEARS = 3
DRAWS = 4000
_FIGURES = ("rate", "low", "high", "se")
_GAPS = ("difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high")


def compare_groups(
    x: pd.DataFrame, n: pd.DataFrame, reference: str, *, level: float = 0.95
) -> pd.DataFrame:
    """Compare the rates of groups of students with that of one of them.

    Parameters
    ----------
    x, n : DataFrame, shape (schools, groups)
        Chronically absent and enrolled students; NaN where a group's count is not known at a
        school, which then takes no part in the group.
    reference : str
        Group that the others are compared with.
    level : float
        Two-sided coverage.

    Returns
    -------
    DataFrame
        Index group: `chronic_absent, enrolled, schools`; `rate, low, high, se` with schools as
        clusters; `difference` from the reference and `ratio` to it, with `_low` and `_high`;
        `status` "reported" or "unreliable" with its `reason`. A group that may not be shown has no
        figure but its number of schools; without a reference that may be shown there is no gap.

    Raises
    ------
    ValueError
        A reference that is no group, tables that differ in schools or groups.

    References
    ----------
    Parker JD, Talih M, Malec DJ et al. (2017) Vital Health Stat 2(175) (what may be shown). Keppel
    K et al. (2005) Vital Health Stat 2(141) (absolute and relative gaps, both shown).

    Examples
    --------
    >>> n = pd.DataFrame({"all": [200.0] * 30, "homeless": [40.0] * 30})
    >>> x = pd.DataFrame({"all": [40.0, 50] * 15, "homeless": [20.0, 16] * 15})
    >>> table = compare_groups(x, n, "all")
    >>> table.loc["homeless", ["rate", "difference", "ratio"]].round(3).tolist()
    [0.45, 0.225, 2.0]
    """
    if reference not in x.columns:
        raise ValueError(f"{reference!r} is no group; groups are {', '.join(map(str, x.columns))}")
    if not (x.index.equals(n.index) and x.columns.equals(n.columns)):
        raise ValueError("counts and students differ in schools or groups; align them first")
    table = pd.DataFrame([_rate(x[name], n[name], level) for name in x.columns], index=x.columns)
    shown = table["status"].eq("reported")
    gaps = {}
    for name in x.columns[(shown & shown[reference]).to_numpy()]:
        gap, ratio = compare_rates(x[name], n[name], x[reference], n[reference], level=level)
        ends = (ratio.value, ratio.low, ratio.high)
        gaps[name] = (gap.value, gap.low, gap.high, *np.exp(ends))
    found = pd.DataFrame.from_dict(gaps, orient="index", columns=list(_GAPS), dtype="float64")
    found.loc[found.index == reference, list(_GAPS)] = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    return table.join(found).rename_axis("group")


def _rate(x: pd.Series, n: pd.Series, level: float) -> dict[str, object]:
    """Give the rate of a group with schools as clusters, or why it may not be shown."""
    events, students = x.astype(float), n.astype(float)
    known = events.notna() & (students > 0)
    found = ratio_of_sums(events, students, level=level)
    total, size = float(events[known].sum()), float(students[known].sum())
    variance = found.se**2
    worth = found.value * (1 - found.value) / variance if variance > 0 else size
    verdict = presentation(found.value, found.low, found.high, min(size, worth)).iloc[0]
    shown = verdict["status"] == "present"
    figures = (total, size, found.value, found.low, found.high, found.se)
    names = ("chronic_absent", "enrolled", *_FIGURES)
    return {
        "schools": int(known.sum()),
        **{name: each if shown else np.nan for name, each in zip(names, figures, strict=True)},
        "status": "reported" if shown else "unreliable",
        "reason": str(verdict["reason"]),
    }


def rate_ratio(
    x: float, n: float, x_other: float, n_other: float, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Give the ratio of two independent proportions of a published table, low and high.

    For tables without schools: the interval knows the chance among students alone, and so is
    narrower than that of `compare_groups`.

    Raises
    ------
    ValueError
        Counts that are impossible, or 0 where a ratio has none.

    References
    ----------
    Katz D et al. (1978) Biometrics 34:469-474, method C.

    Examples
    --------
    >>> [round(value, 3) for value in rate_ratio(56, 70, 48, 80)]
    [1.333, 1.077, 1.651]
    """
    if not (0 < x <= n and 0 < x_other <= n_other):
        raise ValueError(f"{x:g} of {n:g} and {x_other:g} of {n_other:g} have no ratio")
    value = (x / n) / (x_other / n_other)
    error = float(np.sqrt(1 / x - 1 / n + 1 / x_other - 1 / n_other))
    wide = float(np.exp(ndtri(0.5 + level / 2) * error))
    return value, value / wide, value * wide


@dataclass(frozen=True)
class IndexOfDisparity:
    """Mean distance of groups from a reference, as a part of the reference.

    Attributes
    ----------
    value, low, high : float
        The index and its interval; 0.5 = groups are on average half the reference away from it.
    by_chance : float
        The index to be expected of these errors should all groups have the reference's rate.
    groups : int
        Groups compared.
    """

    value: float
    low: float
    high: float
    by_chance: float
    groups: int


def index_of_disparity(
    rates: pd.Series,
    reference: str,
    se: pd.Series | None = None,
    *,
    level: float = 0.95,
    seed: int = 0,
) -> IndexOfDisparity:
    """Summarise the gaps of several groups in one figure.

    Parameters
    ----------
    rates : Series
        Rate by group; groups that are withheld (NaN) take no part.
    reference : str
        Group that the others are compared with, such as the one with the lowest rate or all.
    se : Series, optional
        Standard errors, for the interval.
    level : float
        Two-sided coverage.
    seed : int
        Of the draws behind interval and chance.

    Raises
    ------
    ValueError
        No reference above 0, no group to compare, indexes that differ.

    Notes
    -----
    Distances have no sign, so errors of the rates add to them: read the index beside `by_chance`.

    References
    ----------
    Pearcy JN, Keppel KG (2002) Public Health Reports 117:273-280, equation 1.

    Examples
    --------
    >>> rates = pd.Series({"all": 0.20, "a": 0.25, "b": 0.10, "c": 0.30})
    >>> round(index_of_disparity(rates, "all").value, 3)
    0.417
    """
    base = float(rates.get(reference, np.nan))
    others = rates.drop(reference, errors="ignore").dropna()
    if not base > 0 or others.empty:
        raise ValueError(f"no rate of {reference!r} above 0, or no other group, to compare with")
    value = float((others - base).abs().mean() / base)
    if se is None:
        return IndexOfDisparity(value, np.nan, np.nan, np.nan, len(others))
    same_index(rates, se, "rates and errors")
    error = floats(se[others.index])
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(DRAWS, len(others))) * error
    around = rng.normal(size=(DRAWS, 1)) * float(se[reference])
    level_of = np.maximum(base + around, base / 10)
    drawn = (np.abs(others.to_numpy() + noise - level_of) / level_of).mean(axis=1)
    chance = float((np.abs(noise - around) / base).mean())
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    return IndexOfDisparity(value, float(low), float(high), chance, len(others))


def gap_trend(years: pd.Series, gap: pd.Series, se: pd.Series, *, level: float = 0.95) -> Estimate:
    """Estimate how fast a gap changes a year.

    Parameters
    ----------
    years : Series
        Year of each gap, a number; only years of one definition that are not unusual belong here.
    gap, se : Series
        Rate difference (or log ratio) of each year and its standard error; a year without either
        takes no part.
    level : float
        Two-sided coverage.

    Returns
    -------
    Estimate
        Change a year; all NaN for fewer than 3 years, which show no trend.

    Raises
    ------
    ValueError
        Indexes that differ.

    Notes
    -----
    Weighted least squares. Years scatter about a line for reasons other than their errors: the
    standard error grows with the scatter where it is more than the errors explain, and Student's t
    has two degrees fewer than years.

    References
    ----------
    Birge RT (1932) Phys Rev 40:207-227 (errors scaled by their scatter).

    Examples
    --------
    >>> years = pd.Series([2019.0, 2022, 2023, 2024])
    >>> found = gap_trend(years, 0.1 + 0.01 * (years - 2019), pd.Series([0.005] * 4))
    >>> round(found.value, 4), round(found.se, 5)
    (0.01, 0.00134)
    """
    same_index(years, gap, "years and gaps")
    same_index(years, se, "years and errors")
    t, y, error = floats(years), floats(gap), floats(se)
    known = ~(np.isnan(t) | np.isnan(y)) & (error > 0)
    if known.sum() < LEAST_YEARS:
        return Estimate(np.nan, np.nan, 0.0, np.nan, np.nan)
    t, y, weight = t[known], y[known], 1 / error[known] ** 2
    middle = weight @ t / weight.sum()
    room = weight @ (t - middle) ** 2
    slope = weight @ ((t - middle) * y) / room
    rest = y - weight @ y / weight.sum() - slope * (t - middle)
    degrees = int(known.sum()) - 2
    scatter = max(1.0, float(weight @ rest**2) / degrees)
    deviation = float(np.sqrt(scatter / room))
    reach = float(stdtrit(degrees, 0.5 + level / 2)) * deviation
    value = float(slope)
    return Estimate(value, deviation, float(degrees), value - reach, value + reach)
