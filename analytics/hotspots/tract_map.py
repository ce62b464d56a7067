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
from analytics.inputs import Bools, Counts, Floats, counts
from analytics.local.statistics import standardised
from analytics.rates.standardized import stratum_codes
from analytics.smoothing import smoothed_maps, standardized_maps
from geo.catchment import share_matrix
from geo.weights.weights import Weights

Measure = Literal["crude", "ratio", "eb"]
MEASURES: tuple[Measure, ...] = ("crude", "ratio", "eb")


@dataclass(frozen=True, eq=False)
class SchoolCounts:
    """Schools that take part: a known count, students, and a tract in at least one catchment.

    `events` and `totals` are absent and enrolled students, `codes` stratum numbers 0, 1, ...,
    `types` numbers of types (None: one type), and `parts` numbers of strata within parts of the
    place (None: one part).
    """

    events: Floats
    totals: Floats
    codes: Codes
    ids: pd.Index
    types: Codes | None = None
    parts: Codes | None = None

    @classmethod
    def of(
        cls, valid: Counts, part: Bools, labels: pd.Index, strata: Any, types: Any, within: Any
    ) -> SchoolCounts:
        """Keep the part of checked counts that takes part, with its strata, types and parts."""
        codes = np.unique(stratum_codes(strata, valid.like)[part], return_inverse=True)[1]
        kinds = None if types is None else stratum_codes(types, valid.like)[part]
        parts = None
        if within is not None:
            pairs = np.column_stack([codes, stratum_codes(within, valid.like)[part]])
            parts = np.unique(pairs, axis=0, return_inverse=True)[1].reshape(-1)
        return cls(valid.x[part], valid.n[part], codes, labels[part], kinds, parts)

    @property
    def expected(self) -> Floats:
        """Events at the rate of the stratum, shape (s,)."""
        absent, students = (np.bincount(self.codes, c) for c in (self.events, self.totals))
        rate: Floats = absent / students
        return self.totals * rate[self.codes]


@dataclass(frozen=True, eq=False)
class TractMap:
    """A catchment with the denominators that go with it, over the t tested tracts of m areas.

    Attributes
    ----------
    allocation : csr_array, shape (t, s)
        Part of each school's students in each tract.
    students, expected : array, shape (t,)
        Students of each tract, and events expected of them at the rates of their levels.
    measure : str
        "crude" rate, "ratio" observed / expected, or "eb" empirical-Bayes rate.
    tested : array of bool, shape (m,)
        Areas that have students, and expected events where the measure needs them.
    rate : array, shape (m,)
        Crude rate of each area; NaN without students.
    schools, left_out : array of int, shape (m,)
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
        """Give the measure of each tested tract from school counts, (s, r) -> (t, r)."""
        return self.measured(self.allocation @ events)

    def measured(self, allocated: Floats) -> Floats:
        """Give the measure of each tract from allocated events, shape (t, r)."""
        if self.measure == "eb":
            return smoothed_maps(allocated, self.students)
        return allocated / self.base[:, None]

    def within(self, weights: Weights) -> Weights:
        """Keep the links among tested tracts."""
        return weights if self.tested.all() else weights.subset(self.ids[self.tested])

    def on_all(self, values: Floats) -> Floats:
        """Spread values of the tested tracts over all areas; NaN elsewhere."""
        out: Floats = np.full(self.tested.shape, np.nan)
        out[self.tested] = values
        return out

    @property
    def base(self) -> Floats:
        """Denominator of the measure: students, or expected events for "ratio"."""
        return self.expected if self.measure == "ratio" else self.students


@dataclass(frozen=True, eq=False)
class Lens:
    """How a statistic looks at drawn maps.

    `sees_risk`: at rates over their own standard errors (Assuncao and Reis), as local Moran does,
    or at the measure itself. `sd`: what every map is divided by; None for each map's own standard
    deviation. The own one compares patterns, however strong; a fixed one also sees that a map
    varies more than chance lets it, which is what constant risk is about.
    """

    tracts: TractMap
    sees_risk: bool
    sd: float | None = None

    def maps(self, allocated: Floats) -> Floats:
        """Give standardised maps of the events of tested tracts in r draws, shape (t, r)."""
        if not self.sees_risk:
            return standardised(self.tracts.measured(allocated), self.sd)
        chance_only = self.sd is not None
        risk = standardized_maps(allocated, self.tracts.base, chance_only=chance_only)
        return standardised(risk, self.sd)

    def fixed(self, allocated: Floats) -> Lens:
        """Divide every map by the standard deviation of this one, shape (t, 1)."""
        chance = Lens(self.tracts, self.sees_risk, 1.0)
        sd = float(chance.maps(allocated).std()) if allocated.size else 0.0
        return Lens(self.tracts, self.sees_risk, sd or 1.0)


def tract_maps(
    x: ArrayLike | pd.Series,
    n: ArrayLike | pd.Series,
    catchments: Mapping[str, Any],
    ids: pd.Index,
    *,
    strata: ArrayLike | pd.Series | None = None,
    types: ArrayLike | pd.Series | None = None,
    within: ArrayLike | pd.Series | None = None,
    measure: Measure = "crude",
) -> tuple[SchoolCounts, dict[str, TractMap]]:
    """Prepare one map for each catchment by name, all from the same schools.

    Schools are as for `analytics.hotspots.gi_star_schools`, shares as for
    `geo.catchment.share_matrix`. A school without a tract in one catchment counts in the others;
    its level's rate is the same in all.

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
    valid = counts(x, n)
    labels = x.index if isinstance(x, pd.Series) else pd.RangeIndex(len(valid.x))
    shares = {name: share_matrix(share, labels, ids) for name, share in catchments.items()}
    known = ~np.isnan(valid.x) & (valid.n > 0)
    placed = known & np.any([np.asarray(s.sum(axis=1)) > 0 for s in shares.values()], axis=0)
    schools = SchoolCounts.of(valid, placed, labels, strata, types, within)
    return schools, {
        name: _tract_map(schools, table[placed], table[~known], ids, measure)
        for name, table in shares.items()
    }


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
