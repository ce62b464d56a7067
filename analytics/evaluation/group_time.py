"""What changed more where a programme began than where there was none: by start and year.

Two-way fixed effects compare those who start late with those who began early and are wrong where an
effect grows (Goodman-Bacon 2021); here each start is compared with units that have no programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from analytics.evaluation.histories import Histories
from analytics.inputs import Bools, Floats

LEVEL = 0.95
COLUMNS = (
    *("start", "last", "year", "exposure", "running", "effect", "se", "low", "high"),
    *("treated", "comparison"),
)
Others = Literal["never", "not yet"]


@dataclass(frozen=True, eq=False)
class Effects:
    """Changes beyond those of the comparison units, as differences of rates.

    Attributes
    ----------
    table : DataFrame
        A row a programme (start and last year) and year, with `COLUMNS`: `exposure` is years since
        the start, negative before it; `running` from the start to the last year; the year before
        the start is the base and has no row.
    by_exposure : DataFrame
        Index exposure, columns effect, se, low, high: starts weighted by their students, without
        the years after a programme ended.
    by_start : DataFrame
        Index start, same columns: mean over its years with the programme.
    by_year : DataFrame
        Index year, from the first start on, same columns: what programmes that run change in the
        pooled rate of all units that ever have one.
    effect, se, low, high, p : float
        Mean over all years with the programme.
    leads_p : float
        Chance of changes before the start as large as these if the two moved alike; NaN where
        there is one year before, or none.
    units : int
        Units, with and without a programme.
    """

    table: pd.DataFrame
    by_exposure: pd.DataFrame
    by_start: pd.DataFrame
    by_year: pd.DataFrame
    effect: float
    se: float
    low: float
    high: float
    p: float
    leads_p: float
    units: int


def group_time(given: Histories, *, others: Others = "never", level: float = LEVEL) -> Effects:
    """Estimate the effect of each start in each year, and their means.

    The effect of a start g in a year t is the change of the pooled rate since the last year before
    g, less that of the comparison units. A unit counts in a change where it has both figures.

    Parameters
    ----------
    given : Histories
    others : {"never", "not yet"}
        Compare with units that never start, or also with those that start later than both years.
    level : float
        Two-sided coverage.

    Raises
    ------
    ValueError
        No unit with, or fewer than two to compare with, or no year with a programme.

    Notes
    -----
    With `R_S(t) = sum_S x / sum_S n`, `ATT(g, t) = R_g(t) - R_g(b) - (R_c(t) - R_c(b))`. A unit's
    influence on a pooled rate is `(x_i - R n_i) / sum n`; squares of its influence on an estimate
    add up to the variance, times `u / (u - 2)` (HC1 of the regression of changes on the programme).
    Student's t has the fewer units of the two sides less one.

    References
    ----------
    Callaway B, Sant'Anna PHC (2021) J Econometrics 225:200-230, equations 2.3, 2.4 and 3.7.

    Examples
    --------
    >>> from analytics.evaluation.histories import histories
    >>> n = pd.DataFrame(100, index=list("abcd"), columns=[2021, 2022, 2023])
    >>> x = [[30, 30, 24], [20, 20, 14], [30, 30, 29], [20, 20, 19]]
    >>> x = pd.DataFrame(x, n.index, n.columns)
    >>> found = group_time(histories(x, n, pd.Series({"a": 2023, "b": 2023})))
    >>> round(found.effect, 3), found.table["exposure"].tolist()
    (-0.05, [-2, 0])
    """
    sides = check(given, others)
    table, psi = _changes(given, others)
    if not table["running"].any():
        raise ValueError("no year with a programme and units to compare with")
    degrees = float(min(sides) - 1)
    table = _with_range(table, psi, degrees, level)
    weight = table.pop("students").to_numpy()
    counts = table["running"].to_numpy() | (table["exposure"].to_numpy() < 0)
    ranged = (degrees, level)
    by, mixed = _mixed(table, "exposure", weight * counts, psi, ranged)
    running = table["running"].to_numpy()
    by_start, _ = _mixed(table, "start", weight * running, psi, ranged)
    one = _mixed(table.assign(all=0), "all", weight * running, psi, ranged)[0].iloc[0]
    leads = np.flatnonzero(by.index < 0)
    return Effects(
        table[list(COLUMNS)],
        by,
        by_start,
        _by_year(given, table, weight, psi, ranged),
        effect=float(one["effect"]),
        se=float(one["se"]),
        low=float(one["low"]),
        high=float(one["high"]),
        p=_chance(float(one["effect"]), float(one["se"]), degrees),
        leads_p=_together(by["effect"].to_numpy()[leads], (mixed @ psi)[leads], degrees),
        units=len(given.units),
    )


def check(given: Histories, others: Others = "never") -> tuple[int, int]:
    """Count the units with a programme and those to compare with; refuse where there are none."""
    never = given.never
    if others == "not yet" and given.cohorts:
        never = never | (given.start > given.cohorts[0])
    treated, rest = int((~given.never).sum()), int(never.sum())
    if treated < 1 or rest < 2:
        raise ValueError(
            f"{treated} units with a programme and {rest} without: one and two are needed"
        )
    return treated, rest


def _changes(given: Histories, others: Others) -> tuple[pd.DataFrame, Floats]:
    """Effect of each programme in each year, and each unit's influence on it, (rows, u)."""
    rows, influence = [], []
    for start, last in given.programmes:
        treated, earlier = given.has(start, last), given.before(start)
        if not earlier:
            continue
        base = given.column(earlier[-1])
        for year in given.years:
            at = given.column(year)
            rest = given.never
            if others == "not yet":
                later = given.start > max(year, given.years[base])
                rest = rest | (later & (given.start != start))
            both = given.known[:, base] & given.known[:, at]
            if at == base or not (treated & both).any() or not (rest & both).any():
                continue
            change, own = _change(given, treated & both, base, at)
            other, theirs = _change(given, rest & both, base, at)
            running, exposure = start <= year <= last, _exposure(given, start, year)
            students = float(given.n[treated & both, base].sum())
            row = (start, last, year, exposure, running, change - other, students)
            rows.append((*row, int((treated & both).sum()), int((rest & both).sum())))
            influence.append(own - theirs)
    names = ("start", "last", "year", "exposure", "running", "effect", "students")
    table = pd.DataFrame(rows, columns=[*names, "treated", "comparison"])
    return table, np.array(influence).reshape(len(rows), len(given.units))


def _mixed(
    table: pd.DataFrame, by: str, weight: Floats, psi: Floats, ranged: tuple[float, float]
) -> tuple[pd.DataFrame, Floats]:
    """Weighted means of the effects of each value of a column, and the parts they are made of."""
    values = sorted(set(table.loc[weight > 0, by]))
    parts = np.array([np.where(table[by] == each, weight, 0.0) for each in values])
    parts /= parts.sum(axis=1, keepdims=True)
    means = pd.DataFrame({by: values, "effect": parts @ table["effect"].to_numpy()})
    return _with_range(means, parts @ psi, *ranged).set_index(by), parts


def _by_year(
    given: Histories,
    table: pd.DataFrame,
    weight: Floats,
    psi: Floats,
    ranged: tuple[float, float],
) -> pd.DataFrame:
    """Effects of a year on the pooled rate of all units with a programme."""
    running = table["running"].to_numpy()
    years = sorted(set(table.loc[running, "year"]))
    own = ~given.never
    parts = []
    for year in years:
        here = np.where(running & table["year"].eq(year).to_numpy(), weight, 0.0)
        parts.append(here / max(float(given.n[own, given.column(year)].sum()), float(here.sum())))
    mixed = np.array(parts)
    by = pd.DataFrame({"year": years, "effect": mixed @ table["effect"].to_numpy()})
    return _with_range(by, mixed @ psi, *ranged).set_index("year")


def _exposure(given: Histories, start: int, year: int) -> int:
    """Years of use since a start; before it, back from the base year, which is -1."""
    return given.column(year) - len(given.before(start))


def _change(given: Histories, chosen: Bools, base: int, at: int) -> tuple[float, Floats]:
    """Change of a pooled rate between two columns, and each unit's influence on it, (u,)."""
    rates, influence = [], []
    for column in (base, at):
        x, n = given.x[:, column] * chosen, given.n[:, column] * chosen
        rate = x.sum() / n.sum()
        rates.append(rate)
        influence.append((x - rate * n) / n.sum())
    return float(rates[1] - rates[0]), influence[1] - influence[0]


def _chance(effect: float, se: float, degrees: float) -> float:
    """Two-sided p of an effect, by Student's t; NaN without a spread."""
    if degrees < 1 or not se > 0:
        return float("nan")
    return float(2 * t_distribution.sf(abs(effect) / se, degrees))


def _with_range(table: pd.DataFrame, psi: Floats, degrees: float, level: float) -> pd.DataFrame:
    units = psi.shape[1]
    se = np.sqrt((psi**2).sum(axis=1) * units / max(units - 2, 1))
    if degrees < 1:  # one unit has no spread
        se = np.full_like(se, np.nan)
    reach = t_distribution.ppf(0.5 + level / 2, max(degrees, 1)) * se
    effect = table["effect"]
    return table.assign(se=se, low=effect - reach, high=effect + reach)


def _together(effects: Floats, psi: Floats, degrees: float) -> float:
    """Chance of effects as large as these together if there were none (Wald, by F)."""
    count = len(effects)
    if count < 1 or degrees < 1:
        return float("nan")
    units = psi.shape[1]
    spread = psi @ psi.T * units / max(units - 2, 1)
    wald = float(effects @ np.linalg.pinv(spread) @ effects)
    return float(f_distribution.sf(wald / count, count, degrees))
