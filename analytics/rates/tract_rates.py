"""Tract figures from school counts, and school exposures from tract figures.

A tract rate made this way is the rate of the schools its children attend, not a measurement of its
residents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from analytics.inputs import Floats, counts, floats, same_index
from analytics.rates.intervals import crude_rate, wilson
from analytics.rates.reliability import reliability
from geo.shares import share_matrix


def allocate(
    x: pd.Series,
    n: pd.Series,
    share: Any,
    *,
    geoids: ArrayLike | pd.Index | None = None,
    expected: pd.Series | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Hand school counts to tracts in proportion to the catchment shares.

    Parameters
    ----------
    x, n : Series
        Chronically absent and enrolled students by school_id. A school with an unknown count
        takes no part.
    share : DataFrame, Series or matrix
        Catchment, see `geo.shares.share_matrix`.
    geoids : array or Index, optional
        Tracts wanted, in order; by default those of the catchment, sorted. A matrix needs them.
    expected : Series, optional
        Events expected of each school, from its level; schools then differ where they differ from
        what is expected of them. By default the rate of all schools.
    level : float
        Coverage of the interval.

    Returns
    -------
    DataFrame
        Index geoid. `chronic_absent, enrolled` fractional sums (the totals of all tracts are the
        totals of the schools that take part); `rate`; `low, high` by how much the schools behind
        it differ; `schools` with a share;
        `largest_share` of the tract's students from one school; `effective_schools`, the inverse
        Simpson index; `effective_n`, the binomial sample size behind the rate; `reliability` as
        "present" or "suppress" with its `code` and `reason`. NaN without students.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, or shares that do not fit.

    Notes
    -----
    A tract has parts a of its schools and k = `effective_schools` of them. School s lies
    `d = x / n - v e / n` from what the tract's ratio v of observed to expected leaves for it. The
    spread between the tract's schools is `s2 = sum a d^2 / sum a + s0 / k`: their own, and that of
    all schools around v = 1 (s0) at the weight of one school, so that one school alone does not
    pass for a sure figure. The interval is Wilson's with `rate (1 - rate) k / s2` students.

    References
    ----------
    Kish L (1965) Survey Sampling, section 11.7: `effective_n = (sum a)^2 / sum(a^2 / n)` for parts
    a of schools of n students. Simpson EH (1949) Nature 163:688. Smyth GK (2004) Stat Appl Genet
    Mol Biol 3:3, equation 5 (own variance and a common one by their degrees of freedom).

    Examples
    --------
    >>> table = pd.DataFrame({"school_id": ["s", "s"], "geoid": ["a", "b"], "share": [0.25, 0.75]})
    >>> x, n = pd.Series([20], index=["s"]), pd.Series([100], index=["s"])
    >>> allocate(x, n, table)[["chronic_absent", "enrolled", "rate"]].values.tolist()
    [[5.0, 25.0, 0.2], [15.0, 75.0, 0.2]]
    """
    checked = counts(x, n)
    ids = _labels(share, "geoid") if geoids is None else pd.Index(geoids)
    known = ~np.isnan(checked.x) & (checked.n > 0)
    shares = share_matrix(share, x.index, ids)[known]
    absent, students = shares.T @ checked.x[known], shares.T @ checked.n[known]
    table = pd.DataFrame({"chronic_absent": absent, "enrolled": students}, index=ids)
    x_t, n_t = table["chronic_absent"], table["enrolled"]
    table["rate"] = crude_rate(x_t, n_t)
    table = table.assign(**_concentration(shares, checked.n[known], students))
    hoped = checked.n * float(crude_rate(checked.x[known].sum(), checked.n[known].sum()))
    if expected is not None:
        same_index(x, expected, "counts and expected counts")
        hoped = floats(expected)
    # Never narrower than chance among the students of these schools, should they all be alike.
    worth = np.fmin(
        _worth(shares, checked.x[known], checked.n[known], hoped[known]), table["effective_n"]
    )
    table["low"], table["high"] = wilson(table["rate"] * worth, worth, level)
    verdict = reliability(x_t, n_t, table["effective_n"])
    return table.assign(
        reliability=verdict["status"], code=verdict["code"], reason=verdict["reason"]
    )


@dataclass(frozen=True, eq=False)
class Exposures:
    """Exposure of schools to tract figures, schools by figures.

    Attributes
    ----------
    figures : DataFrame
        Mean of a school's tracts that have the figure, weighted by its shares.
    moe : DataFrame
        90 % margin of error of it; NaN as soon as one of these tracts has none.
    covered : DataFrame
        Share of the school's students whose tract has the figure.
    """

    figures: pd.DataFrame
    moe: pd.DataFrame
    covered: pd.DataFrame

    def of(self, schools: pd.Index, names: Sequence[str] | None = None) -> Exposures:
        """Keep some schools, in their order, and some of the figures."""
        tables = (self.figures, self.moe, self.covered)
        return Exposures(*(each.reindex(index=schools, columns=names) for each in tables))


def exposures(values: pd.DataFrame, moe: pd.DataFrame, share: Any) -> Exposures:
    """Average tract figures over the catchment of each school, by one product for all of them.

    Parameters
    ----------
    values : DataFrame
        Intensive tract figures (shares, rates, medians), geoids by figures; NaN or NA = missing.
    moe : DataFrame
        Their 90 % margins of error, by geoid as far as there are any.
    share : DataFrame or Series
        Catchment as a long table or on two levels, school_id and geoid.

    Raises
    ------
    ValueError
        Shares that do not fit.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8: `sqrt(sum (w MOE)^2)`.

    Examples
    --------
    >>> table = pd.DataFrame({"school_id": ["s", "s"], "geoid": ["a", "b"], "share": [0.5, 0.5]})
    >>> tract = pd.DataFrame({"poverty": [0.1, 0.3]}, index=["a", "b"])
    >>> school = exposures(tract, tract / 10, table)
    >>> [each.loc["s", "poverty"].round(4).item() for each in (school.figures, school.moe)]
    [0.2, 0.0158]
    """
    schools, tracts = _labels(share, "school_id"), _labels(share, "geoid")
    matrix = share_matrix(share, schools, tracts)
    number, margin = (_columns(table.reindex(tracts)) for table in (values, moe))
    known = ~np.isnan(number)
    lost = known & np.isnan(margin)
    parts = (np.where(known, number, 0.0), known.astype(float), lost.astype(float))
    total, covered, without = np.split(np.asarray(matrix @ np.hstack(parts)), 3, axis=1)
    squares = np.asarray(matrix.power(2) @ np.where(known & ~lost, margin, 0.0) ** 2)
    scale = np.where(covered > 0, covered, np.nan)
    error = np.where(without > 0, np.nan, np.sqrt(squares) / scale)
    tables = (total / scale, error, np.minimum(covered, 1.0))
    return Exposures(*(pd.DataFrame(each, schools, values.columns) for each in tables))


def exposure(values: pd.Series, moe: pd.Series | None, share: Any) -> pd.DataFrame:
    """Average one tract figure over the catchment of each school, see `exposures`.

    Returns
    -------
    DataFrame
        Index school_id: `value`, `moe` and `covered`.

    Raises
    ------
    ValueError
        Indexes that differ, or shares that do not fit.
    """
    margin = pd.Series(np.nan, index=values.index) if moe is None else moe
    if not margin.index.equals(values.index):
        raise ValueError("values and margins of error have different indexes; align them first")
    found = exposures(values.to_frame("value"), margin.to_frame("value"), share)
    columns = {"value": found.figures, "moe": found.moe, "covered": found.covered}
    return pd.DataFrame({name: table["value"] for name, table in columns.items()})


def _columns(table: pd.DataFrame) -> Floats:
    """Read columns of numbers as floats, missing as NaN."""
    columns = [floats(table[name]) for name in table.columns]
    return np.column_stack(columns) if columns else np.empty(table.shape)


def _concentration(shares: csr_array, n: Floats, students: Floats) -> dict[str, Any]:
    """Say how much of each tract's figure hangs on how few schools."""
    parts = csr_array(shares.multiply(n[:, None]))
    total = np.where(students > 0, students, np.nan)
    # The largest of none is no number: a view whose counts are all withheld has no school.
    largest = parts.max(axis=0).toarray().ravel() if len(n) else np.zeros(len(total))
    squares = np.asarray(parts.power(2).sum(axis=0))
    # a^2 / n is share^2 * n, which needs no division by a small school.
    noise = np.asarray(shares.power(2).T @ n)
    return {
        "schools": np.asarray((parts > 0).sum(axis=0)).astype(np.int64),
        "largest_share": largest / total,
        "effective_schools": _divide(total**2, squares),
        "effective_n": _divide(total**2, noise),
    }


def _worth(shares: csr_array, x: Floats, n: Floats, e: Floats) -> Floats:
    """Give the students that a tract's rate is worth by how much its schools differ."""
    parts = csr_array(shares.multiply(n[:, None]))
    total, hoped = np.asarray(parts.sum(axis=0)), shares.T @ e
    ratio, rate = _divide(shares.T @ x, hoped), _divide(shares.T @ x, total)
    cells = parts.tocoo()
    apart = (x[cells.row] - ratio[cells.col] * e[cells.row]) / n[cells.row]
    own = np.bincount(cells.col, cells.data * apart**2, minlength=len(total)).astype(np.float64)
    schools = _divide(total**2, np.asarray(parts.power(2).sum(axis=0)))
    spread = _divide(own, total) + (((x - e) ** 2 / n).sum() / n.sum()) / schools
    whole = x.sum() / n.sum()
    chance = np.where((rate > 0) & (rate < 1), rate * (1 - rate), whole * (1 - whole))
    return _divide(chance * schools, spread)


def _labels(share: Any, name: str) -> pd.Index:
    """Give the sorted school or tract labels of a catchment."""
    if isinstance(share, pd.DataFrame):
        labels = pd.Index(share[name].unique())
    elif isinstance(share, pd.Series):
        level = share.index.names.index(name) if name in share.index.names else _LEVELS[name]
        labels = share.index.get_level_values(level).unique()
    else:
        raise ValueError("a share matrix has no labels: give geoids=, or the long table")
    return labels.sort_values().rename(name)


_LEVELS = {"school_id": 0, "geoid": 1}


def _divide(top: Floats, bottom: Floats) -> Floats:
    """Divide; NaN where nothing, or next to nothing, was allocated."""
    out: Floats = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=bottom > 0)
    return out
