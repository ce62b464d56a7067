"""From school counts to tract values, for one map or for many draws of a map at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from analytics.getis_ord import GiStar, prepare
from analytics.inputs import Bools, Floats, counts
from analytics.rates import stratum_codes
from analytics.residuals import SchoolResiduals, school_residuals
from geo.catchment import share_matrix
from geo.weights import Weights

Measure = Literal["crude", "ratio", "eb"]
MEASURES: tuple[Measure, ...] = ("crude", "ratio", "eb")


@dataclass(frozen=True, eq=False)
class TractMap:
    """A catchment with the denominators that go with it.

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
    """

    allocation: csr_array
    students: Floats
    expected: Floats
    measure: Measure

    def values(self, events: Floats) -> Floats:
        """Give the measure of each tract.

        Parameters
        ----------
        events
            School counts of r maps, shape (s, r).

        Returns
        -------
        numpy.ndarray
            Shape (t, r).
        """
        allocated: Floats = self.allocation @ events
        if self.measure == "eb":
            return _shrunk(allocated, self.students[:, None])
        base = self.students if self.measure == "crude" else self.expected
        allocated /= base[:, None]
        return allocated


@dataclass(frozen=True, eq=False)
class SchoolMap:
    """Everything that stays the same over the draws.

    Attributes
    ----------
    events
        Counts of the schools that take part, shape (s,).
    residuals
        Their expected counts, scales and residuals.
    tracts
        The catchment, over tested tracts only.
    statistic
        Gi* over tested tracts.
    ids
        Every area of the weights.
    tested
        Areas that have students.
    rate
        Crude rate of each area; NaN without students.
    schools, left_out
        Schools behind each area with and without a known count.
    """

    events: Floats
    residuals: SchoolResiduals
    tracts: TractMap
    statistic: GiStar
    ids: pd.Index
    tested: Bools
    rate: Floats
    schools: NDArray[np.int64]
    left_out: NDArray[np.int64]


def school_map(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    share: Any,
    weights: Weights,
    *,
    strata: ArrayLike | pd.Series | None = None,
    measure: Measure = "crude",
) -> SchoolMap:
    """Prepare the map that `analytics.hotspots.gi_star_schools` tests.

    Parameters
    ----------
    x, n, share, weights, strata, measure
        As for `gi_star_schools`.

    Returns
    -------
    SchoolMap
        Schools that take part, tested tracts and what connects them.

    Raises
    ------
    ValueError
        As for `gi_star_schools`.
    """
    if measure not in MEASURES:
        raise ValueError(f"unknown measure {measure!r}; known: {', '.join(MEASURES)}")
    given = counts(x, n)
    labels = x.index if isinstance(x, pd.Series) else pd.RangeIndex(len(given.x))
    shares = share_matrix(share, labels, weights.ids)
    known = ~np.isnan(given.x) & (given.n > 0)
    placed = known & (np.asarray(shares.sum(axis=1)) > 0)
    codes = np.unique(stratum_codes(strata, given.like)[placed], return_inverse=True)[1]
    residuals = school_residuals(given.x[placed], given.n[placed], codes)
    allocation = csr_array(shares[placed].T)
    students, expected = allocation @ given.n[placed], allocation @ residuals.expected
    tested = (expected if measure == "ratio" else students) > 0
    rate = np.full(weights.n, np.nan)
    np.divide(allocation @ given.x[placed], students, out=rate, where=students > 0)
    inner = weights if tested.all() else weights.subset(weights.ids[tested])
    return SchoolMap(
        events=given.x[placed],
        residuals=residuals,
        tracts=TractMap(allocation[tested], students[tested], expected[tested], measure),
        statistic=prepare(inner),
        ids=weights.ids,
        tested=tested,
        rate=rate,
        schools=np.diff(allocation.indptr).astype(np.int64),
        left_out=np.bincount(shares[~known].indices, minlength=weights.n).astype(np.int64),
    )


def _shrunk(events: Floats, students: Floats) -> Floats:
    """Smooth every column by its own prior, as `analytics.smoothing.empirical_bayes` does.

    A second writing of Marshall's equations because a shuffled map may hold counts outside the
    range that `empirical_bayes` rightly refuses.
    """
    total = students.sum()
    prior = events.sum(axis=0) / total
    deviation = events / students - prior
    between = np.einsum("tr,tr,t->r", deviation, deviation, students[:, 0]) / total
    variance = np.maximum(0.0, between - prior * len(students) / total)
    spread = variance * students
    weight = np.divide(spread, spread + prior, out=np.zeros_like(spread), where=spread > 0)
    shrunk: Floats = prior + weight * deviation
    return shrunk
