"""Goals of the units of a place: past rates, what is to come, and what a goal asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import pandas as pd

from analytics.goals.forecast import Forecast, forecast
from analytics.goals.grid import CALIFORNIA_GRID, CutPoints, status_and_change
from analytics.goals.progress import LEVEL, need, progress
from analytics.rates.between_schools import paired_change
from data.panel import Panel
from data.views.units import counted, sums
from data.views.years import Pair, comparable_pairs, dispersion

GOAL = [
    *("goal_year", "goal", "path", "middle", "low", "high", "chance"),
    *("students", "students_a_year", "students_a_class"),
]
MakePath = Callable[[float, int], pd.Series]
"""From the rate and the number of a base year to the rate wanted in each year."""


@dataclass(frozen=True, eq=False)
class History:
    """What is known of the units of a place, usual years only.

    Attributes
    ----------
    rate, noise, enrolled : DataFrame, shape (units, years)
        By the number of the year in which the school year begins: rate, its standard error around
        what the year should have shown, students. NaN where a unit may not be shown.
    latest : DataFrame
        `data.views.units.sums` of the latest year.
    change : DataFrame
        Of the latest two neighbouring years of one definition: `change, change_low, change_high`
        of the `same_schools`.
    definition : Series
        Code of the definition by year.
    pair : tuple of str or None
        The two school years of `change`.
    """

    rate: pd.DataFrame
    noise: pd.DataFrame
    enrolled: pd.DataFrame
    latest: pd.DataFrame
    change: pd.DataFrame
    definition: pd.Series
    pair: Pair | None


def goal_history(
    panel: Panel, level: str, parts: pd.DataFrame, *, until: str | None = None
) -> History:
    """Gather the usual years of units.

    Parameters
    ----------
    panel : Panel
        Protected panel.
    level : str
        School level, or "all".
    parts : DataFrame, shape (schools, units)
        From `data.views.units.unit_parts`.
    until : str, optional
        Last school year that may be looked at; a back-test sees no later one.

    Returns
    -------
    History
        The noise of a unit of several schools is how unlike their changes are between neighbouring
        years, `se of the paired change / sqrt(2)`, root mean square over the pairs; that of one
        school is binomial times its dispersion between years.
    """
    if until is not None:
        panel = replace(panel, absence=panel.absence[panel.absence["school_year"] <= until])
    x, n = counted(panel, level, parts.index)
    usual = [year for year in x.columns if year not in panel.area.unusual_years]
    found = {year: sums(parts, x[year], n[year]) for year in usual}
    pairs = [pair for pair in comparable_pairs(panel) if pair[1] in usual]
    changes = {pair: _changes(parts, x, n, pair) for pair in pairs}
    columns = pd.Index([_number(year) for year in usual], name="year")
    rate, enrolled, worth = (
        pd.DataFrame({year: table[name] for year, table in found.items()}).set_axis(columns, axis=1)
        for name in ("rate", "enrolled", "effective_n")
    )
    error = pd.DataFrame({pair: table["se"] for pair, table in changes.items()}, parts.columns)
    spread = np.sqrt((error**2).mean(axis=1) / 2)
    own = dispersion(panel, usual[-1]).of(_levels(panel, parts))
    by_school = np.sqrt((rate * (1 - rate) / worth).mul(own, axis=0))
    steps = accumulate(int(year in _breaks(panel)) for year in x.columns)
    code = dict(zip(x.columns, steps, strict=True))
    return History(
        rate,
        by_school.where(spread.isna(), pd.DataFrame(dict.fromkeys(columns, spread))),
        enrolled,
        found[usual[-1]],
        changes[pairs[-1]].drop(columns="se") if pairs else _changes(parts, x, n, None),
        pd.Series([code[year] for year in usual], columns),
        pairs[-1] if pairs else None,
    )


def goal_view(
    history: History, make_path: MakePath, *, base: int | None = None, level: float = LEVEL
) -> pd.DataFrame:
    """Hold units against their goal.

    Parameters
    ----------
    history : History
        From `goal_history`.
    make_path : callable
        Path of a unit from its own rate of the base year, such as `analytics.goals.halving`, or
        one for all that does not look at it.
    base : int, optional
        Number of the base year, a year of the history; by default the latest.
    level : float
        Coverage of the interval, see `progress`.

    Returns
    -------
    DataFrame
        Index unit: `enrolled, rate` (latest year), `base_year, base_rate, goal_year, goal`; in the
        goal's year, should the trend go on, `middle, low, high`, and the `chance` to meet the goal;
        `path` (what the latest year should have had), `progress` in words, and what is still
        needed: `students, students_a_year, students_a_class`; `status, reason`. Units that may not
        be shown, or have no rate in the base year, have no figure.

    Raises
    ------
    ValueError
        A base year that is not in the history.
    """
    latest = int(history.rate.columns[-1])
    start = latest if base is None else base
    if start not in history.rate.columns:
        raise ValueError(f"{start} is no usual year of this place; choose one of its usual years")
    rows = {}
    for unit in history.rate.index:
        rate, first = history.rate.loc[unit, latest], history.rate.loc[unit, start]
        if 0 < rate < 1 and 0 < first < 1:
            rows[unit] = _held(history, unit, make_path(float(first), start), level)
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(history.rate.index, columns=GOAL)
    held = table["goal"].notna()
    table = table.assign(
        base_year=pd.Series(start, table.index).where(held).astype("Int64"),
        base_rate=history.rate[start].where(held),
        progress=progress(table["chance"], level=level),
    )
    shown = history.latest[["enrolled", "rate", "status", "reason"]]
    return shown.join(table)


def _held(history: History, unit: str, path: pd.Series, level: float) -> dict[str, float]:
    """Hold one unit against its path."""
    latest, goal_year = int(history.rate.columns[-1]), int(path.index[-1])
    rate, goal = float(history.rate.loc[unit, latest]), float(path.iloc[-1])
    row = {"goal_year": goal_year, "goal": goal, "path": float(path.get(latest, np.nan))}
    if goal_year <= latest:
        return row
    ahead = _forecast(history, unit, [goal_year])
    still = need(rate, float(history.enrolled.loc[unit, latest]), goal, goal_year - latest)
    return {
        **row,
        **ahead.table(level).loc[goal_year].to_dict(),
        "chance": float(ahead.chance(goal).iloc[0]),
        "students": still.students,
        "students_a_year": still.a_year,
        "students_a_class": still.a_class,
    }


def path_view(
    history: History, unit: str, path: pd.Series, *, level: float = LEVEL
) -> pd.DataFrame:
    """Lay the past, the path and what is to come of one unit side by side.

    Returns
    -------
    DataFrame
        Index year: `rate` and `enrolled` of usual years, `path`, and `middle, low, high, chance`
        (to be at or below the path) of years to come.
    """
    past = pd.DataFrame({"rate": history.rate.loc[unit], "enrolled": history.enrolled.loc[unit]})
    table = past.join(path.rename("path"), how="outer")
    come = [int(year) for year in path.index if year > history.rate.columns[-1]]
    if not come:
        return table
    ahead = _forecast(history, unit, come)
    return table.join(ahead.table(level)).join(ahead.chance(path))


def grid_view(history: History, *, cuts: CutPoints = CALIFORNIA_GRID) -> pd.DataFrame:
    """Put units into the grid of status and change.

    Returns
    -------
    DataFrame
        Index unit: `rate, enrolled`, the columns of `History.change`, and `status_class,
        change_class, sure`, see `analytics.goals.status_and_change`.
    """
    shown = history.latest["rate"].notna()
    change = history.change.where(shown)
    found = status_and_change(history.latest["rate"], change, cuts=cuts)
    found = found.rename(columns={"status": "status_class"})
    return history.latest[["rate", "enrolled"]].join(change).join(found)


def back_test(past: History, full: History, make_path: MakePath) -> pd.DataFrame:
    """Forecast held-out years from the past, and lay what came beside it.

    Parameters
    ----------
    past, full : History
        Of the same units, until the last year fitted and until now.
    make_path : callable
        Goal that each unit would have set in the last year fitted.

    Returns
    -------
    DataFrame
        One row a unit and held-out year: `unit, year, ahead` (years), `rate` that came, `middle,
        low, high` (90 %), `goal`, `chance` to meet it, and whether it was `met`. Units without a
        forecast or without a rate in that year are left out.
    """
    last = int(past.rate.columns[-1])
    years = [int(year) for year in full.rate.columns if year > last]
    rows = []
    for unit in past.rate.index:
        rate = past.rate.loc[unit, last]
        if not 0 < rate < 1:
            continue
        ahead = _forecast(past, unit, years)
        goal = make_path(float(rate), last).reindex(years)
        table = ahead.table().assign(goal=goal, chance=ahead.chance(goal))
        rows.append(table.assign(unit=unit, rate=full.rate.loc[unit, years]).reset_index())
    found = pd.concat(rows, ignore_index=True).dropna(subset=["rate", "middle"])
    return found.assign(ahead=found["year"] - last, met=found["rate"] <= found["goal"])


def _forecast(history: History, unit: str, years: Sequence[int]) -> Forecast:
    """Forecast one unit from its usual years."""
    rate = history.rate.loc[unit].astype(float)
    rate = rate.where(rate.between(0, 1, inclusive="neither"))
    noise = history.noise.loc[unit].astype(float)
    return forecast(rate, noise, years, definition=history.definition)


def _changes(
    parts: pd.DataFrame, x: pd.DataFrame, n: pd.DataFrame, pair: Pair | None
) -> pd.DataFrame:
    """Change of each unit between two years, paired by school; NaN without two years."""
    names = ["change", "change_low", "change_high", "same_schools", "se"]
    table = pd.DataFrame(np.nan, parts.columns, names)
    if pair is None:
        return table.drop(columns="se")
    several = (parts.gt(0).sum() > 1).to_numpy()
    rows = {}
    for unit in parts.columns[several]:
        inside = parts[unit] > 0
        w = parts.loc[inside, unit]
        laid = [each.loc[inside, year] * w for year in pair for each in (x, n)]
        found = paired_change(*laid)
        same = found.same
        rows[unit] = (same.value, same.low, same.high, found.schools, same.se)
    table.loc[several] = pd.DataFrame.from_dict(rows, orient="index", columns=names)
    return table


def _levels(panel: Panel, parts: pd.DataFrame) -> pd.Series:
    """Level of the school that has most of each unit."""
    return pd.Series(panel.schools["level"].reindex(parts.idxmax()).to_numpy(), parts.columns)


def _breaks(panel: Panel) -> set[str]:
    return {item.school_year for item in panel.area.breaks}


def _number(year: str) -> int:
    """Give the calendar year in which a school year begins."""
    return int(year[:4])
