"""Locations of a scan, checked once at the door: places with counts, or places made from schools.

Counts of a school vary more than chance by the factor `1 + (n - 1) rho` of its level. Divided by
it, a count is worth what it would be if students were independent; without that the likelihood
ratio is large wherever a large school is unusual, alone, and the scan would look for little else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from analytics.hotspots.residuals import SchoolResiduals, school_residuals
from analytics.inputs import Bools, Floats, counts, floats, refuse, same_index
from analytics.rates.standardized import stratum_codes
from geo.catchment import share_matrix


@dataclass(frozen=True, eq=False)
class Weighed:
    """What enters the likelihood ratio: counts as they are, or by what each is worth; all (n,)."""

    cases: Floats
    expected: Floats
    population: Floats


@dataclass(frozen=True, eq=False)
class Study:
    """The n locations that take part.

    `ids` are their labels, or positions in what the caller gave, which `rows` always are; every
    `population` is above 0; `expected` sums to the `cases`; `places` has shape (n, 2).
    """

    ids: pd.Index
    rows: Any
    cases: Floats
    population: Floats
    expected: Floats
    places: Floats
    weighed: Weighed


@dataclass(frozen=True, eq=False)
class SchoolStudy:
    """Locations of a scan (schools themselves, or tracts that share them) with the schools behind.

    `allocation` holds the shares, shape (locations, schools), and `worth` (schools,) is `1 / (1 +
    (n - 1) rho)` of each.
    """

    study: Study
    residuals: SchoolResiduals
    allocation: csr_array
    worth: Floats

    def shuffled(self, seed: int) -> Callable[[int], Floats]:
        """Give a function that draws maps by moving residuals among the schools of a level."""
        generators = self.residuals.generators(seed)

        def draw(maps: int) -> Floats:
            drawn = self.residuals.draw(generators, maps)
            drawn *= self.worth[:, None]
            allocated: Floats = self.allocation @ drawn
            return allocated

        return draw


def study(cases: Any, population: Any, x: Any, y: Any, expected: Any = None) -> Study:
    """Check and align what a scan is given; keep locations with known counts and people.

    Expected cases are rescaled to the sum of the cases; None puts cases in proportion to the
    population. Raises ValueError on unequal lengths or indexes, repeated ids, negative or infinite
    counts, cases where nobody lives or none is expected, and known counts without coordinates.

    Examples
    --------
    >>> study([1, None, 2], [10, 10, 20], [0, 1, 2], [0, 0, 0]).expected.tolist()
    [1.0, 2.0]
    """
    named = {"cases": cases, "population": population, "x": x, "y": y}
    if expected is not None:
        named["expected"] = expected
    columns = _aligned(named)
    base = columns["population" if expected is None else "expected"]
    part = ~np.isnan(columns["cases"]) & (columns["population"] > 0) & ~np.isnan(base)
    _refuse_impossible(columns, base, part, cases)
    count, people, share = (v[part] for v in (columns["cases"], columns["population"], base))
    if share.sum() > 0:
        share *= count.sum() / share.sum()
    ids = cases.index if isinstance(cases, pd.Series) else pd.RangeIndex(len(part))
    return Study(
        ids=ids[part],
        rows=np.flatnonzero(part),
        cases=count,
        population=people,
        expected=share,
        places=np.column_stack([columns["x"], columns["y"]])[part],
        weighed=Weighed(count, share, people),
    )


def school_study(
    cases: ArrayLike | pd.Series,
    enrolled: ArrayLike | pd.Series,
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    *,
    share: Any = None,
    strata: ArrayLike | pd.Series | None = None,
) -> SchoolStudy:
    """Form the locations of a scan from schools, as `analytics.scan.scan_schools` is given them."""
    checked = counts(cases, enrolled)
    labels = cases.index if isinstance(cases, pd.Series) else pd.RangeIndex(len(checked.x))
    ids = x.index if isinstance(x, pd.Series) else pd.RangeIndex(np.size(np.asarray(x)))
    counted = ~np.isnan(checked.x) & (checked.n > 0)
    shares = _own(labels, ids) if share is None else share_matrix(share, labels, ids)
    part: Bools = counted & (np.asarray(shares.sum(axis=1)) > 0)
    codes = np.unique(stratum_codes(strata, checked.like)[part], return_inverse=True)[1]
    residuals = school_residuals(checked.x[part], checked.n[part], codes)
    allocation = csr_array(shares[part].T)
    sums = np.column_stack([checked.x[part], checked.n[part], residuals.expected])
    events, students, expected = (pd.Series(v, index=ids) for v in (allocation @ sums).T)
    east, north = (pd.Series(floats(v), index=ids) for v in (x, y))
    formed = study(events, students, east, north, expected)
    inner = csr_array(allocation[formed.rows])
    worth = 1 / (1 + (checked.n[part] - 1) * residuals.rho[codes])
    cases_worth, students_worth, expected_worth = (inner @ (sums * worth[:, None])).T
    weighed = Weighed(cases_worth, expected_worth, students_worth)
    return SchoolStudy(replace(formed, weighed=weighed), residuals, inner, worth)


def _aligned(given: dict[str, Any]) -> dict[str, Floats]:
    """Turn columns into float arrays of one length and one index."""
    first = given["cases"]
    if isinstance(first, pd.Series) and not first.index.is_unique:
        repeated = first.index[first.index.duplicated()]
        raise ValueError(f"{len(repeated)} ids repeat, first {repeated[0]!r}; give each place once")
    for name, column in given.items():
        if isinstance(column, pd.Series) and isinstance(first, pd.Series):
            same_index(first, column, f"cases and {name}")
        if np.size(column) != np.size(first):
            raise ValueError(f"{np.size(column)} values of {name} for {np.size(first)} of cases")
    return {name: floats(column) for name, column in given.items()}


def _refuse_impossible(columns: dict[str, Floats], base: Floats, part: Bools, like: Any) -> None:
    """Raise on counts and coordinates that no study area can have."""
    for name in columns.keys() - {"x", "y"}:
        bad = np.isinf(columns[name]) | (columns[name] < 0)
        refuse(bad, like, lambda i, n=name: f"{n} is {columns[n][i]:g}; give 0 or more, or nothing")  # type: ignore[misc]
    cases, people = columns["cases"], columns["population"]
    alone = (cases > 0) & (people == 0)
    refuse(alone, like, lambda i: f"{cases[i]:g} cases but no population; correct one of them")
    none = part & (cases > 0) & (base == 0)
    refuse(none, like, lambda i: f"{cases[i]:g} cases where none is expected; correct one of them")
    nowhere = part & ~(np.isfinite(columns["x"]) & np.isfinite(columns["y"]))
    refuse(nowhere, like, lambda _: "counts but no coordinates; give them or leave the place out")


def _own(schools: pd.Index, places: pd.Index) -> csr_array:
    """Let every school be a place of its own."""
    if not schools.equals(places):
        raise ValueError(
            f"{len(schools)} schools and {len(places)} coordinates do not belong together; give "
            "each school its own point, or the shares of the places"
        )
    return csr_array((np.ones(len(schools)), (np.arange(len(schools)), np.arange(len(schools)))))
