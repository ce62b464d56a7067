"""How good a school-tract join is, and what another join would change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.association.rank_correlation import RankCorrelation, rank_correlation
from analytics.inputs import floats, same_index

LOW_COVERAGE = 0.5
HIGH_COVERAGE = 1.5
FLAGS = (
    "under 50 %",
    "50 to 150 %",
    "over 150 %",
    "no resident children",
    "no students",
)
"""Values of `flag`, see `tract_quality`."""


@dataclass(frozen=True)
class JoinComparison:
    """What changes on the map when another join is used.

    Attributes
    ----------
    correlation : RankCorrelation
        Of the tract rates under both joins.
    tracts : int
        Tracts with a rate under both joins.
    only_first, only_second : int
        Tracts with a rate under one join only.
    median_change, largest_change : float
        Of the absolute difference of the rates; NaN when no tract has both.
    hot_both, hot_first, hot_second : int
        Hot-spot tracts in both joins, and in one only.
    """

    correlation: RankCorrelation
    tracts: int
    only_first: int
    only_second: int
    median_change: float
    largest_change: float
    hot_both: int
    hot_first: int
    hot_second: int

    @property
    def changed_side(self) -> int:
        """Tracts that are hot under one join and not under the other."""
        return self.hot_first + self.hot_second


def tract_quality(allocated: pd.DataFrame, children: pd.Series) -> pd.DataFrame:
    """Judge how well each tract's children are reached by the join.

    Parameters
    ----------
    allocated : DataFrame
        From `analytics.rates.tract_rates.allocate`.
    children : Series
        Resident children of each tract, same index; NaN = not known.

    Returns
    -------
    DataFrame
        Same index. `students` allocated; `coverage` = students / resident children, NaN without
        children; `flag`, one of `FLAGS`: both limits belong to the middle class; `schools`,
        `largest_share`, `effective_schools`, `effective_n` as in `allocate`.

    Examples
    --------
    >>> from analytics.rates.tract_rates import allocate
    >>> share = pd.DataFrame({"school_id": ["s", "s"], "geoid": ["a", "b"], "share": [0.2, 0.8]})
    >>> tracts = allocate(pd.Series([9], index=["s"]), pd.Series([90], index=["s"]), share)
    >>> tract_quality(tracts, pd.Series([60.0, 70.0], index=["a", "b"]))["flag"].tolist()
    ['under 50 %', '50 to 150 %']
    """
    same_index(allocated, children, "students and resident children")
    students, residents = allocated["enrolled"], floats(children)
    coverage = floats(students) / np.where(residents > 0, residents, np.nan)
    rules = [
        ~(floats(students) > 0),
        np.isnan(coverage),
        coverage < LOW_COVERAGE,
        coverage > HIGH_COVERAGE,
    ]
    flag = np.select(rules, ["no students", "no resident children", FLAGS[0], FLAGS[2]], FLAGS[1])
    kept = allocated[["schools", "largest_share", "effective_schools", "effective_n"]]
    kept.insert(0, "students", students)
    kept.insert(1, "coverage", coverage)
    kept.insert(2, "flag", pd.Series(flag, index=allocated.index, dtype="str"))
    return kept


def school_quality(
    table: pd.DataFrame,
    *,
    km: pd.Series | None = None,
    method: pd.Series | None = None,
    why: pd.Series | None = None,
) -> pd.DataFrame:
    """Judge how widely each school's students are spread.

    Parameters
    ----------
    table : DataFrame
        Catchment with `school_id, geoid, share`.
    km : Series, optional
        Distance in km from school to tract of each row of `table`.
    method, why : Series, optional
        By school_id: the method that placed the school's students, and the reason in words.

    Returns
    -------
    DataFrame
        Index school_id, sorted. `tracts` with a share; `effective_tracts` = 1 / sum of squared
        shares; `mean_km` over students, NaN without `km`; `method` and `why`, "" when not given.

    References
    ----------
    Simpson EH (1949) Nature 163:688. Laakso M, Taagepera R (1979) Comp Polit Stud 12:3-27 (the
    effective number).

    Examples
    --------
    >>> table = pd.DataFrame({"school_id": "s", "geoid": ["a", "b"], "share": [0.5, 0.5]})
    >>> school_quality(table, km=pd.Series([1.0, 2.0])).iloc[0].to_dict()
    {'tracts': 2, 'effective_tracts': 2.0, 'mean_km': 1.5, 'method': '', 'why': ''}
    """
    share = table["share"]
    way_km = pd.Series(np.nan, index=table.index) if km is None else km
    same_index(table, way_km, "shares and distances")
    parts = pd.DataFrame(
        {
            "school_id": table["school_id"],
            "tracts": share > 0,
            "share": share,
            "squares": share**2,
            "way": (share * way_km).where(share > 0, 0.0),
        }
    )
    sums = parts.groupby("school_id").agg(
        tracts=("tracts", "sum"),
        share=("share", "sum"),
        squares=("squares", "sum"),
        way=("way", lambda way: way.sum(skipna=False)),
    )
    total = sums["share"].where(sums["share"] > 0)
    return pd.DataFrame(
        {
            "tracts": sums["tracts"].astype("int64"),
            "effective_tracts": total**2 / sums["squares"],
            "mean_km": sums["way"] / total,
            "method": _text(method, sums.index),
            "why": _text(why, sums.index),
        }
    )


def compare_joins(
    first: pd.DataFrame, second: pd.DataFrame, *, independent: int | None = None
) -> JoinComparison:
    """Compare the tract rates and the hot spots that two joins give.

    Parameters
    ----------
    first, second : DataFrame
        On one index of geoid: `rate` (NaN = none) and `is_hot`.
    independent : int, optional
        Number of schools behind the map. Tracts that share schools are not independent, so the
        interval of the correlation counts at most one tract a school.

    Examples
    --------
    >>> one = pd.DataFrame({"rate": [0.1, 0.2, 0.3, 0.4], "is_hot": [False, False, True, True]})
    >>> two = pd.DataFrame({"rate": [0.1, 0.3, 0.2, 0.5], "is_hot": [False, True, False, True]})
    >>> change = compare_joins(one, two)
    >>> round(change.correlation.rho, 2), change.hot_both, change.changed_side
    (0.8, 1, 2)
    """
    same_index(first, second, "the two joins")
    before, after = floats(first["rate"]), floats(second["rate"])
    change = after - before
    change = np.abs(change[~np.isnan(change)])
    hot, other = (table["is_hot"].to_numpy(dtype=bool) for table in (first, second))
    return JoinComparison(
        correlation=rank_correlation(before, after, independent=independent),
        tracts=len(change),
        only_first=int((~np.isnan(before) & np.isnan(after)).sum()),
        only_second=int((np.isnan(before) & ~np.isnan(after)).sum()),
        median_change=float(np.median(change)) if len(change) else float("nan"),
        largest_change=float(change.max()) if len(change) else float("nan"),
        hot_both=int((hot & other).sum()),
        hot_first=int((hot & ~other).sum()),
        hot_second=int((~hot & other).sum()),
    )


def _text(words: pd.Series | None, index: pd.Index) -> pd.Series | str:
    """Give words by school, "" where there are none."""
    return "" if words is None else words.reindex(index, fill_value="").astype("str")
