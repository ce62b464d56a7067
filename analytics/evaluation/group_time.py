"""What changed more where a programme began than where there was none: by start and year.

Two-way fixed effects compare those who start late with those who began early and are wrong where an
effect grows (Goodman-Bacon 2021); here each start is compared with units that have no programme.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from analytics.evaluation.histories import Histories
from analytics.inputs import Bools, Floats

LEVEL = 0.95
COLUMNS = ("start", "year", "exposure", "effect", "se", "low", "high", "treated", "comparison")


@dataclass(frozen=True, eq=False)
class Effects:
    """Changes beyond those of the comparison units, as differences of rates.

    Attributes
    ----------
    table : DataFrame
        A row a start and year, with `COLUMNS`: `exposure` is years since the start, negative before
        it; the year before the start is the base and has no row.
    by_exposure : DataFrame
        Index exposure, columns effect, se, low, high: starts weighted by their students.
    effect, se, low, high : float
        Mean over all years with the programme.
    leads_p : float
        Chance of changes before the start as large as these if the two moved alike; NaN where
        there is one year before, or none.
    units : int
        Units, with and without a programme.
    """

    table: pd.DataFrame
    by_exposure: pd.DataFrame
    effect: float
    se: float
    low: float
    high: float
    leads_p: float
    units: int


def group_time(given: Histories, *, level: float = LEVEL) -> Effects:
    """Estimate the effect of each start in each year, and their means.

    The effect of a start g in a year t is the change of the pooled rate since the last year before
    g, less that of the units that never start.

    Parameters
    ----------
    given : Histories
    level : float
        Two-sided coverage.

    Raises
    ------
    ValueError
        No unit with, or fewer than two without, a programme.

    Notes
    -----
    With `R_S(t) = sum_S x / sum_S n`, `ATT(g, t) = R_g(t) - R_g(b) - (R_c(t) - R_c(b))`. A unit's
    influence on a pooled rate is `(x_i - R n_i) / sum n`; squares of its influence on an estimate
    add up to the variance, times `u / (u - 2)` (HC1 of the regression of changes on the programme).
    Student's t has the fewer units of the two sides less one.

    References
    ----------
    Callaway B, Sant'Anna PHC (2021) J Econometrics 225:200-230, equations 2.3 and 3.7.

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
    sides = check(given)
    never, rows, influence = given.never, [], []
    for start in given.cohorts:
        treated = given.start == start
        base = given.column(given.before(start)[-1])
        for year in given.years:
            at = given.column(year)
            if at == base:
                continue
            change, own = _change(given, treated, base, at)
            other, others = _change(given, never, base, at)
            rows.append((start, year, _exposure(given, start, year), change - other))
            influence.append(own - others)
    table = pd.DataFrame(rows, columns=["start", "year", "exposure", "effect"])
    psi = np.array(influence)
    degrees = float(min(sides) - 1)
    table = _with_range(table, psi, degrees, level)
    table["treated"] = [int((given.start == start).sum()) for start in table["start"]]
    table["comparison"] = int(never.sum())
    weight = np.array([_students(given, start) for start in table["start"]])
    exposures = sorted(set(table["exposure"]))
    mixed = np.array([np.where(table["exposure"] == each, weight, 0.0) for each in exposures])
    mixed /= mixed.sum(axis=1, keepdims=True)
    by = pd.DataFrame({"exposure": exposures, "effect": mixed @ table["effect"].to_numpy()})
    by = _with_range(by, mixed @ psi, degrees, level).set_index("exposure")
    since = np.where(table["exposure"] >= 0, weight, 0.0)
    since /= since.sum()
    mean = pd.DataFrame({"effect": [float(since @ table["effect"])]})
    one = _with_range(mean, (since @ psi)[None], degrees, level).iloc[0]
    leads = [i for i, each in enumerate(exposures) if each < 0]
    chance = _together(by["effect"].to_numpy()[leads], (mixed @ psi)[leads], degrees)
    return Effects(
        table[list(COLUMNS)],
        by,
        effect=float(one["effect"]),
        se=float(one["se"]),
        low=float(one["low"]),
        high=float(one["high"]),
        leads_p=chance,
        units=len(given.units),
    )


def check(given: Histories) -> tuple[int, int]:
    """Count the units with and without a programme; refuse where there is nothing to compare."""
    never = int(given.never.sum())
    treated = len(given.units) - never
    if treated < 1 or never < 2:
        raise ValueError(
            f"{treated} units with a programme and {never} without: one and two are needed"
        )
    return treated, never


def _exposure(given: Histories, start: int, year: int) -> int:
    """Years of use since a start; before it, back from the base year, which is -1."""
    return given.column(year) - len(given.before(start))


def _students(given: Histories, start: int) -> float:
    """Students of a start in its base year."""
    base = given.column(given.before(start)[-1])
    return float(given.n[given.start == start, base].sum())


def _change(given: Histories, chosen: Bools, base: int, at: int) -> tuple[float, Floats]:
    """Change of a pooled rate between two columns, and each unit's influence on it, (u,)."""
    rates, influence = [], []
    for column in (base, at):
        x, n = given.x[:, column] * chosen, given.n[:, column] * chosen
        rate = x.sum() / n.sum()
        rates.append(rate)
        influence.append((x - rate * n) / n.sum())
    return float(rates[1] - rates[0]), influence[1] - influence[0]


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
