"""How hot spots come and go over three to six years, with a trend test honest about so few."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from math import comb, factorial
from typing import Any

import numpy as np
import pandas as pd

from analytics.inputs import Bools, Floats
from analytics.local.significance import benjamini_hochberg

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

UNUSUAL_YEARS = ("2019-20", "2020-21")
"""School years cut short or taught remotely; left out unless asked for."""

LEAST_YEARS = 3

_YEAR = re.compile(r"\s*((?:19|20)\d\d)(?!\d)")


def emerging(
    hot: pd.DataFrame,
    z: pd.DataFrame | None = None,
    *,
    alpha: float = 0.05,
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
    hot : DataFrame of nullable bool
        Area by school year ("2018-19", or a calendar year); missing is unknown. Columns are put in
        the order of the years; gaps are allowed.
    z : DataFrame, optional
        What the trend is tested on: same areas and years, the measure itself rather than its
        significance (log ratio, rate). None: patterns without a trend.
    alpha : float
        Level of the trend test of one area; among many, this share passes by chance.
    leave_out : collection of str
        Years not to be used, by label.

    Returns
    -------
    DataFrame
        Index of `hot`; `pattern`, `hot_years`, `years` known; `trend` ("rising", "falling", "no
        trend shown", "too few years for a trend", "too many equal values" or "not asked"),
        `trend_statistic` (Kendall's S), `trend_p`, `smallest_p` the least p-value the area's years
        could give, and `trend_q` (Benjamini-Hochberg over persistent areas).

    References
    ----------
    The words are those of ESRI's Emerging Hot Spot Analysis (ArcGIS Pro, space time pattern mining
    toolbox); the rules differ, as that tool wants ten steps and more.

    Examples
    --------
    >>> rows = [[False, False, True], [True, False, True], [True, True, False]]
    >>> years = ["2021-22", "2022-23", "2023-24"]
    >>> emerging(pd.DataFrame(rows, list("abc"), years)).pattern.to_dict()
    {'a': 'new', 'b': 'persistent', 'c': 'fading'}
    """
    _refuse_repeated(hot, "hot")
    years = used_years(hot.columns, leave_out)
    flags = hot[years].astype("boolean")
    known = flags.notna().to_numpy()
    spells = flags.fillna(value=False).to_numpy(dtype=np.bool_)
    tested = _trends(hot.index, z, years, alpha)
    pattern = pd.Series(_patterns(spells, known), hot.index, dtype="str")
    persistent = pattern.eq("persistent")
    pattern = pattern.mask(persistent & tested["trend"].eq("rising"), "intensifying")
    pattern = pattern.mask(persistent & tested["trend"].eq("falling"), "fading")
    table = pd.DataFrame({"pattern": pattern}, hot.index)
    table["hot_years"], table["years"] = spells.sum(axis=1), known.sum(axis=1)
    p = tested["trend_p"].to_numpy()
    q = benjamini_hochberg(p, persistent.to_numpy() & ~np.isnan(p))
    return table.join(tested).assign(trend_q=q)


def used_years(columns: pd.Index, leave_out: Collection[str]) -> list[Any]:
    """Give the years of a table in their order, some left out.

    Examples
    --------
    >>> used_years(pd.Index(["2021-22", "2018-19", "2019-20"]), ["2019-20"])
    ['2018-19', '2021-22']
    """
    by_year: dict[int, Any] = {}
    for label in columns:
        match = _YEAR.match(str(label))
        if match is None:
            raise ValueError(f"column {label!r} is no year; name it as '2022-23' or 2022")
        year = int(match.group(1))
        if year in by_year:
            raise ValueError(f"columns {by_year[year]!r} and {label!r} are the same year; keep one")
        by_year[year] = label
    return [by_year[year] for year in sorted(by_year) if str(by_year[year]) not in leave_out]


def mann_kendall(values: pd.DataFrame) -> pd.DataFrame:
    """Test each area (row) for a steady rise or fall over the years (columns), exactly.

    With n years there are n! orders. Two of them are perfect trends, so no two-sided p-value can be
    below 2 / n!: 0.333 for three years, 0.083 for four, 0.017 for five. Only the order of the years
    counts, not the gaps between them; equal numbers are ties, NaN is unknown.

    Returns
    -------
    DataFrame
        `s` Kendall's S (rising pairs of years less falling ones), `tau`
        `S / sqrt(untied pairs x all pairs)`, `p` two-sided over all orders of the area's own
        values, `smallest_p` the least that any order of them could give, `years` with a value.
        With fewer than 2 years, or with all values equal, `tau` is NaN and p is 1.

    References
    ----------
    Mann HB (1945) Econometrica 13:245-259. Kendall MG (1975) Rank Correlation Methods, 4th ed,
    chapters 1, 3 (ties) and 5 (exact distribution).

    Examples
    --------
    >>> table = pd.DataFrame([[1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, None]])
    >>> mann_kendall(table).round(3).values.tolist()
    [[6.0, 1.0, 0.083, 0.083, 4.0], [1.0, 0.333, 1.0, 0.333, 3.0]]
    """
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    years = (~np.isnan(numbers)).sum(axis=1)
    first, second = np.triu_indices(numbers.shape[1], 1)
    steps = np.sign(numbers[:, second] - numbers[:, first])
    s = np.nansum(steps, axis=1)
    untied, pairs = (steps != 0) & ~np.isnan(steps), years * (years - 1) / 2
    scale = np.sqrt(untied.sum(axis=1) * pairs)
    p, smallest = _p_values(numbers, s)
    tau = np.divide(s, scale, out=np.full(len(s), np.nan), where=scale > 0)
    columns = {"s": s, "tau": tau, "p": p, "smallest_p": smallest, "years": years}
    return pd.DataFrame(columns, index=values.index)


def _patterns(on: Bools, known: Bools) -> list[str]:
    """Apply the rules that need no trend."""
    years, spells = known.sum(axis=1), on.sum(axis=1)
    last_known = known[:, -1] if known.shape[1] else np.zeros(len(on), dtype=bool)
    last = on[:, -1] if on.shape[1] else last_known
    before = spells - last
    rules = {
        "too few years": years < LEAST_YEARS,
        "last year unknown": ~last_known,
        "never": spells == 0,
        "new": last & (before == 0),
        "persistent": last & (2 * spells > years),
        "fading": ~last & (2 * before > years - 1),
    }
    words = np.select(list(rules.values()), list(rules), default="sporadic")
    return [str(word) for word in words]


def _trends(
    areas: pd.Index, z: pd.DataFrame | None, years: list[Any], alpha: float
) -> pd.DataFrame:
    """Test the trend of each area and say what follows."""
    if z is None:
        columns = {"trend": "not asked", "trend_statistic": np.nan, "trend_p": np.nan}
        return pd.DataFrame({**columns, "smallest_p": np.nan}, index=areas)
    test = mann_kendall(_on_same_areas(z, areas, years))
    least_possible = test["years"].map(lambda n: min(1.0, 2 / factorial(max(1, int(n)))))
    rules = {
        "too few years for a trend": least_possible > alpha,
        "too many equal values": test["smallest_p"] > alpha,
        "rising": (test["p"] <= alpha) & (test["s"] > 0),
        "falling": (test["p"] <= alpha) & (test["s"] < 0),
    }
    trend = np.select(list(rules.values()), list(rules), default="no trend shown")
    table = test.rename(columns={"s": "trend_statistic", "p": "trend_p"}).assign(trend=trend)
    return table[["trend", "trend_statistic", "trend_p", "smallest_p"]]


def _on_same_areas(table: pd.DataFrame, areas: pd.Index, years: list[Any]) -> pd.DataFrame:
    """Put a table on the areas and years of the flags."""
    _refuse_repeated(table, "z")
    for wanted, present, word in (
        (pd.Index(years), table.columns, "years"),
        (areas, table.index, "areas"),
    ):
        absent = wanted[~wanted.isin(present)]
        if len(absent):
            raise ValueError(f"z lacks {len(absent)} {word} of the flags, the first {absent[0]!r}")
    return table.loc[areas, years]


def _refuse_repeated(table: pd.DataFrame, name: str) -> None:
    """Raise ValueError when an area has several rows."""
    repeated = table.index[table.index.duplicated()]
    if len(repeated):
        raise ValueError(
            f"{len(repeated)} rows of {name} repeat an area, the first {repeated[0]!r}; keep one"
        )


def _p_values(numbers: Floats, s: Floats) -> tuple[Floats, Floats]:
    """Give p and the smallest p of each row; rows with like ties and S are looked up once."""
    ordered = np.sort(numbers, axis=1)
    kinds = np.column_stack([np.abs(s), ~np.isnan(ordered), ordered[:, 1:] == ordered[:, :-1]])
    kinds, first, which = np.unique(kinds, axis=0, return_index=True, return_inverse=True)
    tails = [
        (_tail(ties, int(own)), _tail(ties, None))
        for ties, own in zip(map(_tie_sizes, ordered[first]), kinds[:, 0], strict=True)
    ]
    p, smallest = np.array(tails).reshape(-1, 2)[which.ravel()].T
    return p, smallest


def _tie_sizes(row: Floats) -> tuple[int, ...]:
    """Count how often each value of a row occurs, sizes in order."""
    sizes = np.unique(row[~np.isnan(row)], return_counts=True)[1]
    return tuple(sorted(int(size) for size in sizes))


@lru_cache(maxsize=4096)
def _tail(ties: tuple[int, ...], distance: int | None) -> float:
    """Probability that S is at least so far from 0; as far as it can be when None."""
    chance = _inversions(ties)
    untied = len(chance) - 1
    s = untied - 2 * np.arange(len(chance))
    return min(1.0, float(chance[np.abs(s) >= (untied if distance is None else distance)].sum()))


@lru_cache(maxsize=4096)
def _inversions(ties: tuple[int, ...]) -> Floats:
    """Distribution of falling pairs over all orders of values with these tie sizes."""
    chance, placed = np.ones(1), 0
    for size in ties:
        chance = np.convolve(chance, _merged(placed, size))
        placed += size
    return chance


def _merged(placed: int, size: int) -> Floats:
    """Distribution of pairs out of order when equal values are mixed into others at random.

    The number of orders by pairs out of order is a Gaussian binomial coefficient.
    """
    ways = [np.ones(1)] + [np.zeros(1)] * size
    for others in range(placed + size):
        # Of `others + 1` places, the last holds one of the equal values or one of the others.
        for k in range(min(size, others + 1), 0, -1):
            ways[k] = _added(ways[k - 1], _shifted(ways[k], k))
    return ways[size] / comb(placed + size, size)


def _shifted(ways: Floats, by: int) -> Floats:
    """Multiply a polynomial by a power."""
    return np.concatenate([np.zeros(by), ways])


def _added(one: Floats, other: Floats) -> Floats:
    """Add two polynomials and drop empty leading powers."""
    total = np.zeros(max(len(one), len(other)))
    total[: len(one)] += one
    total[: len(other)] += other
    return np.trim_zeros(total, "b") if total.any() else np.zeros(1)
