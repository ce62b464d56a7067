"""From school counts to tract values, for one map or for many draws of a map at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from analytics.hotspots.residuals import Codes
from analytics.inputs import Bools, Floats, counts
from analytics.rates.standardized import stratum_codes
from geo.catchment import share_matrix
from geo.weights.weights import Weights

Measure = Literal["crude", "ratio", "eb"]
MEASURES: tuple[Measure, ...] = ("crude", "ratio", "eb")


@dataclass(frozen=True, eq=False)
class SchoolCounts:
    """Schools that take part: a known count, students, and a tract in at least one catchment.

    Attributes
    ----------
    events, totals
        Absent and enrolled students, shape (s,).
    codes
        Stratum number 0, 1, ... of each school.
    ids
        Their labels.
    """

    events: Floats
    totals: Floats
    codes: Codes
    ids: pd.Index

    @property
    def expected(self) -> Floats:
        """Events at the rate of the stratum, shape (s,)."""
        absent, students = (np.bincount(self.codes, c) for c in (self.events, self.totals))
        rate: Floats = absent / students
        return self.totals * rate[self.codes]


@dataclass(frozen=True, eq=False)
class TractMap:
    """A catchment with the denominators that go with it, over the t tested tracts.

    Attributes
    ----------
    allocation
        Shares, shape (t tracts, s schools).
    students
        Students of each tract, `S'n`.
    expected
        Expected events of each tract, `S'e`.
    measure
        "crude" rate, "ratio" observed / expected, or "eb" empirical-Bayes rate.
    ids
        Every area of the weights.
    tested
        Areas that have students, and expected events where the measure needs them.
    rate
        Crude rate of each area; NaN without students.
    schools, left_out
        Schools behind each area with and without a known count.
    """

    allocation: csr_array
    students: Floats
    expected: Floats
    measure: Measure
    ids: pd.Index
    tested: Bools
    rate: Floats
    schools: NDArray[np.int64]
    left_out: NDArray[np.int64]

    def values(self, events: Floats) -> Floats:
        """Give the measure of each tested tract.

        Parameters
        ----------
        events
            School counts of r maps, shape (s, r).

        Returns
        -------
        numpy.ndarray
            Shape (t, r).
        """
        return self.measured(self.allocation @ events)

    def measured(self, allocated: Floats) -> Floats:
        """Give the measure of each tract from allocated events, shape (t, r)."""
        if self.measure == "eb":
            return shrunk(allocated, self.students[:, None])
        return allocated / self.base[:, None]

    def within(self, weights: Weights) -> Weights:
        """Keep the links among tested tracts."""
        return weights if self.tested.all() else weights.subset(self.ids[self.tested])

    @property
    def base(self) -> Floats:
        """Denominator of the measure: students, or expected events for "ratio"."""
        return self.expected if self.measure == "ratio" else self.students


def tract_maps(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    catchments: Mapping[str, Any],
    ids: pd.Index,
    *,
    strata: ArrayLike | pd.Series | None = None,
    measure: Measure = "crude",
) -> tuple[SchoolCounts, dict[str, TractMap]]:
    """Prepare one map for each catchment, all from the same schools.

    A school without a tract in one catchment counts in the others; its level's rate is the same in
    all.

    Parameters
    ----------
    x, n, strata, measure
        As for `analytics.hotspots.test.gi_star_schools`.
    catchments
        Shares by name, each as for `gi_star_schools`.
    ids
        Areas, in the order wanted.

    Returns
    -------
    schools
        Schools that take part.
    maps
        Map of each catchment, under its name.

    Raises
    ------
    ValueError
        As for `gi_star_schools`, or no catchment.

    Examples
    --------
    >>> schools, maps = tract_maps([4, 1], [10, 10], {"own": np.eye(2)}, pd.Index(["a", "b"]))
    >>> maps["own"].values(schools.events[:, None])[:, 0].tolist()
    [0.4, 0.1]
    """
    if measure not in MEASURES:
        raise ValueError(f"unknown measure {measure!r}; known: {', '.join(MEASURES)}")
    if not catchments:
        raise ValueError("no catchment was given; give at least one table of shares")
    given = counts(x, n)
    labels = x.index if isinstance(x, pd.Series) else pd.RangeIndex(len(given.x))
    shares = {name: share_matrix(share, labels, ids) for name, share in catchments.items()}
    known = ~np.isnan(given.x) & (given.n > 0)
    placed = known & np.any([np.asarray(s.sum(axis=1)) > 0 for s in shares.values()], axis=0)
    codes = np.unique(stratum_codes(strata, given.like)[placed], return_inverse=True)[1]
    schools = SchoolCounts(given.x[placed], given.n[placed], codes, labels[placed])
    return schools, {
        name: _tract_map(schools, table[placed], table[~known], ids, measure)
        for name, table in shares.items()
    }


def shrunk(events: Floats, students: Floats) -> Floats:
    """Smooth every column by its own prior, as `analytics.smoothing.empirical_bayes` does.

    A second writing of Marshall's equations because a shuffled map may hold counts outside the
    range that `empirical_bayes` rightly refuses.

    Parameters
    ----------
    events, students
        Allocated events of r maps, shape (t, r), and students, shape (t, 1).

    Returns
    -------
    numpy.ndarray
        Smoothed rates, shape (t, r).

    References
    ----------
    Marshall RJ (1991) Applied Statistics 40:283-294, equations 4 and 6-8.
    """
    total = students.sum()
    prior = events.sum(axis=0) / total
    deviation = events / students - prior
    between = np.einsum("tr,tr,t->r", deviation, deviation, students[:, 0]) / total
    variance = np.maximum(0.0, between - prior * len(students) / total)
    spread = variance * students
    weight = np.divide(spread, spread + prior, out=np.zeros_like(spread), where=spread > 0)
    smoothed: Floats = prior + weight * deviation
    return smoothed


def _tract_map(
    schools: SchoolCounts, known: csr_array, unknown: csr_array, ids: pd.Index, measure: Measure
) -> TractMap:
    """Allocate students and expected events, and keep the tracts that can be tested."""
    allocation = csr_array(known.T)
    students, expected = allocation @ schools.totals, allocation @ schools.expected
    tested = (expected if measure == "ratio" else students) > 0
    rate = np.full(len(ids), np.nan)
    np.divide(allocation @ schools.events, students, out=rate, where=students > 0)
    return TractMap(
        allocation=allocation[tested],
        students=students[tested],
        expected=expected[tested],
        measure=measure,
        ids=ids,
        tested=tested,
        rate=rate,
        schools=np.diff(allocation.indptr).astype(np.int64),
        left_out=np.bincount(unknown.indices, minlength=len(ids)).astype(np.int64),
    )
