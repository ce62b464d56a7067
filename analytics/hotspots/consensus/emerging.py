"""How hot spots come and go over three to six years, with a trend test honest about so few."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analytics.hotspots.consensus.mann_kendall import mann_kendall, smallest_two_sided_p
from analytics.hotspots.consensus.year_flags import read_flags, used_years, year_number
from analytics.hotspots.consensus.yearly_trend import yearly_trend
from analytics.inputs import Bools
from analytics.local.getis_ord import benjamini_hochberg

Trend = Literal["mann-kendall", "regression"]

PATTERNS = (
    "new",
    "persistent",
    "intensifying",
    "fading",
    "sporadic",
    "never",
    "too few years",
    "last year unknown",
)
"""Patterns, see `emerging` for the rule of each."""

TRENDS = (
    "rising",
    "falling",
    "no trend shown",
    "too few years for a trend",
    "too many equal values",
    "not asked",
)
"""What can be said of the trend of an area."""

UNUSUAL_YEARS = ("2019-20", "2020-21")
"""School years cut short or taught remotely; left out unless asked for."""

LEAST_YEARS = 3


def emerging(
    hot: pd.DataFrame,
    z: pd.DataFrame | None = None,
    *,
    variance: pd.DataFrame | None = None,
    trend: Trend = "mann-kendall",
    alpha: float = 0.05,
    least: int = 90,
    leave_out: Collection[str] = UNUSUAL_YEARS,
) -> pd.DataFrame:
    """Name the pattern of each area over the years.

    The rules, for the years of an area that are known (its last year is the last of the table):

    * "new": hot in the last year only.
    * "persistent": hot in the last year and in more than half of the years.
    * "intensifying", "fading": persistent, with a rising or falling trend that passes the test.
    * "fading" also: not hot in the last year, but in more than half of the years before it.
    * "sporadic": hot in some year, and none of these. "never": in no year.
    * "too few years": fewer than 3 are known. "last year unknown": nothing is said without it.

    Parameters
    ----------
    hot
        Area by school year ("2018-19", or a calendar year): classes as `analytics.hotspots.test`
        gives
        them, or "hot", "cold", "none", or 1, -1, 0, or True and False. Empty and "not shown" are
        unknown. Columns are put in the order of the years; gaps are allowed.
    z
        What the trend is tested on: same areas and years, the measure itself rather than its
        significance where possible (log ratio, rate). None: patterns without a trend.
    variance
        Sampling variance of `z`, for the regression.
    trend
        "mann-kendall": exact, only the order of years counts. "regression": a line over calendar
        years, sampling variance known, variance between years added, Student's t.
    alpha
        Level of the trend test of one area; among many, this share passes by chance, see
        `trend_q`.
    least
        Least confidence of a class that counts, 90, 95 or 99.
    leave_out
        Years not to be used, by label.

    Returns
    -------
    pandas.DataFrame
        Index of `hot`; `pattern` of hot spots and `cold_pattern` of cold ones by the same rules
        (there a falling trend intensifies), `hot_years`, `cold_years`, `years` known and
        `years_used`; `trend` (see `TRENDS`), `trend_statistic` (Kendall's S, or slope a year),
        `trend_p`, `smallest_p` the least p-value the area's years could give, and `trend_q`
        (Benjamini-Hochberg over persistent areas).

    Raises
    ------
    ValueError
        A column that is no year or repeats, a class that is not known, areas or years of `z` that
        do not fit, "regression" without variances, or an unknown option.

    References
    ----------
    The words are those of ESRI's Emerging Hot Spot Analysis (ArcGIS Pro, space time pattern mining
    toolbox); the rules differ, as that tool wants ten steps and more. Mann HB (1945) Econometrica
    13:245-259. Kendall MG (1975) Rank Correlation Methods.

    Examples
    --------
    >>> flags = pd.DataFrame(
    ...     [["none", "none", "hot"], ["hot", "none", "hot"], ["hot", "hot", "none"]],
    ...     index=["a", "b", "c"],
    ...     columns=["2021-22", "2022-23", "2023-24"],
    ... )
    >>> emerging(flags).pattern.to_dict()
    {'a': 'new', 'b': 'persistent', 'c': 'fading'}
    """
    if trend not in get_args(Trend) or not 0 < alpha < 1:
        raise ValueError(f"trend must be one of {get_args(Trend)} and alpha in (0, 1)")
    _refuse_repeated(hot, "hot")
    years = used_years(hot.columns, leave_out)
    flags = read_flags(hot[years], least)
    known = ~np.isnan(flags)
    tested = _trends(hot, z, variance, years, trend, alpha)
    table = pd.DataFrame(index=hot.index)
    spells = {"pattern": flags > 0, "cold_pattern": flags < 0}
    for column, on in spells.items():
        table[column] = _patterns(on, known)
    lasting = (table == "persistent").any(axis=1).to_numpy()
    for column, worse, better in [
        ("pattern", "rising", "falling"),
        ("cold_pattern", "falling", "rising"),
    ]:
        persistent = table[column] == "persistent"
        table.loc[persistent & (tested["trend"] == worse), column] = "intensifying"
        table.loc[persistent & (tested["trend"] == better), column] = "fading"
    table["hot_years"], table["cold_years"] = (on.sum(axis=1) for on in spells.values())
    table["years"], table["years_used"] = known.sum(axis=1), _labels(known, years)
    p = tested["trend_p"].to_numpy()
    q = benjamini_hochberg(p, lasting & ~np.isnan(p))
    return table.join(tested).assign(trend_q=q)


def _patterns(on: Bools, known: Bools) -> list[str]:
    """Apply the rules that need no trend."""
    years, spells = known.sum(axis=1), on.sum(axis=1)
    last_known = known[:, -1] if known.shape[1] else np.zeros(len(on), dtype=bool)
    last = on[:, -1] if on.shape[1] else last_known
    before = spells - last
    rules = [
        (years < LEAST_YEARS, "too few years"),
        (~last_known, "last year unknown"),
        (spells == 0, "never"),
        (last & (before == 0), "new"),
        (last & (2 * spells > years), "persistent"),
        (~last & (2 * before > years - 1), "fading"),
    ]
    conditions, words = zip(*rules, strict=True)
    return [str(word) for word in np.select(conditions, words, default="sporadic")]


def _labels(known: Bools, years: list[Any]) -> list[str]:
    """Write the known years of each area."""
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    words = [", ".join(str(years[i]) for i in np.flatnonzero(row)) for row in patterns]
    return [words[i] for i in which.ravel()]


def _trends(
    hot: pd.DataFrame,
    z: pd.DataFrame | None,
    variance: pd.DataFrame | None,
    years: list[Any],
    trend: Trend,
    alpha: float,
) -> pd.DataFrame:
    """Test the trend of each area and say what follows."""
    if z is None:
        columns = {"trend": "not asked", "trend_statistic": np.nan, "trend_p": np.nan}
        return pd.DataFrame({**columns, "smallest_p": np.nan}, index=hot.index)
    values = _on_same_areas(z, hot.index, years, "z")
    if trend == "mann-kendall":
        found = mann_kendall(values)
        statistic, smallest = found["s"], found["smallest_p"]
        least_possible = found["years"].map(lambda n: smallest_two_sided_p(max(1, int(n))))
    else:
        if variance is None:
            raise ValueError("trend 'regression' needs the variance of each value")
        noise = _on_same_areas(variance, hot.index, years, "variance")
        found = yearly_trend(values, noise, np.array([year_number(year) for year in years]))
        statistic, smallest = found["slope"], found["slope"] * np.nan
        least_possible = (found["years"] < LEAST_YEARS).astype(float)
    table = pd.DataFrame(
        {"trend_statistic": statistic, "trend_p": found["p"], "smallest_p": smallest}
    )
    rules = [
        (least_possible > alpha, "too few years for a trend"),
        (smallest > alpha, "too many equal values"),
        ((found["p"] <= alpha) & (statistic > 0), "rising"),
        ((found["p"] <= alpha) & (statistic < 0), "falling"),
    ]
    conditions, words = zip(*rules, strict=True)
    table.insert(0, "trend", np.select(conditions, words, default="no trend shown"))
    return table


def _on_same_areas(
    table: pd.DataFrame, areas: pd.Index, years: list[Any], name: str
) -> pd.DataFrame:
    """Put a table on the areas and years of the classes."""
    _refuse_repeated(table, name)
    for wanted, present, word in [
        (pd.Index(years), table.columns, "years"),
        (areas, table.index, "areas"),
    ]:
        absent = wanted[~wanted.isin(present)]
        if len(absent):
            raise ValueError(
                f"{name} lacks {len(absent)} {word} of the classes, the first {absent[0]!r}"
            )
    return table.loc[areas, years]


def _refuse_repeated(table: pd.DataFrame, name: str) -> None:
    """Raise ValueError when an area has several rows."""
    repeated = table.index[table.index.duplicated()]
    if len(repeated):
        raise ValueError(
            f"{len(repeated)} rows of {name} repeat an area, the first {repeated[0]!r}; keep one"
        )
