"""From school counts to tract values, for one map or for many draws of a map at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import ndtri

from analytics.inputs import Bools, Counts, Floats, counts
from analytics.local.statistics import standardised
from analytics.rates.intervals import stratum_codes
from analytics.smoothing import smoothed_maps, standardized_maps
from geo.shares import share_matrix
from geo.weights.weights import Weights

Measure = Literal["crude", "ratio", "eb"]
MEASURES: tuple[Measure, ...] = ("crude", "ratio", "eb")
Codes = NDArray[np.intp]


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
        cls,
        valid: Counts,
        part: Bools,
        labels: pd.Index,
        strata: Any = None,
        types: Any = None,
        within: Any = None,
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
    `geo.shares.share_matrix`. A school without a tract in one catchment counts in the others;
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


class SchoolRates(NamedTuple):
    """Expected rates p of schools, shape (s,), and the leverage that each had on its own."""

    p: Floats
    leverage: Floats


def level_rates(x: Floats, n: Floats, codes: Any) -> SchoolRates:
    """Give each school the rate of all students of its level 0, 1, ...

    Examples
    --------
    >>> level_rates(np.array([1.0, 3.0]), np.array([10.0, 30.0]), np.array([0, 0])).p.tolist()
    [0.1, 0.1]
    """
    absent, students = np.bincount(codes, x), np.bincount(codes, n)
    rate = absent / np.where(students > 0, students, np.nan)
    return SchoolRates(rate[codes], n / students[codes])


@dataclass(frozen=True, eq=False)
class SchoolResiduals:
    """Counts of s schools taken apart into what is expected of them and what is not.

    What is exchangeable under the null is `z = (x - n p) / scale` of the schools of one stratum:
    the schools may differ by all that the rate p expected of them knows (their level; by default
    also their size and type), and the noise of each fits its own size. Each array has shape (s,).

    Attributes
    ----------
    codes : array of int
        Strata 0, 1, ... within which z may be moved.
    observed : array
        Events with what size and type lead to put at the rate of the level: `x - n p + expected`.
        It is what a statistic looks at, so that it is blind to size and type on the observed map as
        on drawn ones; the events themselves where p is the rate of the level.
    expected : array
        Events at the rate of the level.
    scale : array
        `sqrt(n p (1 - p) (1 + (n - 1) rho))`.
    z : array
        0 where a level has no spread.
    rho : array
        Over-dispersion between schools of the level of each school, in [0, 1).
    """

    codes: Codes
    observed: Floats
    expected: Floats
    scale: Floats
    z: Floats
    rho: Floats

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give each stratum its own source of chance."""
        return streams(seed, int(self.codes.max(initial=-1)) + 1)

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Shuffle residuals within strata and turn them back into counts, shape (s, size).

        The receiving school's own n, e, p and rho apply. Every draw has the observed total in each
        stratum: what a shuffle has too much or too little is spread over the schools in proportion
        to scale squared. Counts may fall below 0 or above n by a little: clipping them would move
        the mean of the draws away from the expected count, and the order that gives each school
        its own residual would no longer give back its own count.

        References
        ----------
        Freedman D, Lane D (1983) J Bus Econ Stat 1:292-298 (permuting residuals of the model that
        holds under the null, with a statistic from which what that model knows is taken out; the
        model is not fitted again to every draw).
        """
        shuffled = np.empty((len(self.z), size))
        for code, rng in enumerate(generators):
            members = np.flatnonzero(self.codes == code)
            z, scale = self.z[members], self.scale[members]
            own = rng.permuted(np.broadcast_to(z, (size, len(members))), axis=1).T * scale[:, None]
            if scale.any():
                part = scale**2 / (scale**2).sum()
                own += part[:, None] * (float(z @ scale) - own.sum(axis=0))
            shuffled[members] = own
        shuffled += self.expected[:, None]
        return shuffled


def streams(seed: int, count: int) -> list[np.random.Generator]:
    """Give independent sources of chance, one a stratum, so that batches do not change draws."""
    return [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(count)]


def school_residuals(
    x: Floats, n: Floats, codes: Any, rates: SchoolRates | None = None, within: Any = None
) -> SchoolResiduals:
    """Standardise known counts of schools with students within levels 0, 1, ...

    Parameters
    ----------
    x, n, codes : array, shape (s,)
        Absent and enrolled students, and level of each school.
    rates : SchoolRates, optional
        Rates expected of the schools; None for those of the levels.
    within : array of int, optional
        Strata 0, 1, ... within which residuals may be moved; None for the levels.

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II: var = n p (1 - p) (1 + (n - 1) rho).
    """
    p, leverage = level_rates(x, n, codes) if rates is None else rates
    rho: Floats = np.zeros(n.shape)
    for code in range(int(codes.max(initial=-1)) + 1):
        here = codes == code
        rho[here] = overdispersion(x[here], n[here], SchoolRates(p[here], leverage[here]))
    scale = np.sqrt(n * p * (1 - p) * np.maximum(1 + (n - 1) * rho, 0.0))
    z: Floats = np.zeros(n.shape)
    np.divide(x - n * p, scale, out=z, where=scale > 0)
    expected = n * level_rates(x, n, codes).p
    observed = x if rates is None else x - n * p + expected
    return SchoolResiduals(codes if within is None else within, observed, expected, scale, z, rho)


def overdispersion(x: Floats, n: Floats, rates: SchoolRates | None = None) -> float:
    """Estimate the intra-school correlation rho of the schools of one level by moments.

    With `X2 = sum n (x/n - p)^2 / (p (1 - p))` and leverages h, the expectation of X2 under var(x)
    = n p (1 - p) (1 + (n - 1) rho) is `sum (1 - h) (1 + rho (n - 1))`; rho solves it, clipped to
    [0, 1). It is 0 for fewer than two schools or rates of 0 or 1. At one rate for all schools (the
    default) h is n / N.

    References
    ----------
    Kleinman JC (1973) J Am Stat Assoc 68:46-54 (moment estimator with weights n). Williams DA
    (1982) Applied Statistics 31:144-148, section 3.

    Examples
    --------
    >>> round(overdispersion(np.array([10.0, 30.0]), np.array([100.0, 100.0])), 4)
    0.1162
    """
    if n.size < 2 or not n.sum() > 0:
        return 0.0
    p, leverage = level_rates(x, n, np.zeros(n.size, np.intp)) if rates is None else rates
    room = float(((n - 1) * (1 - leverage)).sum())
    if not ((p > 0) & (p < 1)).all() or room <= 0:
        return 0.0
    chi_square = float((n * (x / n - p) ** 2 / (p * (1 - p))).sum())
    return float(np.clip((chi_square - (1 - leverage).sum()) / room, 0.0, 1 - 1e-9))


def dealt_range(
    x: pd.Series,
    n: pd.Series,
    strata: ArrayLike | pd.Series | None,
    share: Any,
    geoids: ArrayLike | pd.Index,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give the range of each tract's events when schools of a level are dealt at random.

    A tract inside its range looks as it does by differences between schools alone: nothing of the
    place is needed to explain it.

    Parameters
    ----------
    x, n : Series, shape (s,)
        Events and students by school id; a school with an unknown count takes no part.
    strata : array or Series
        Level of each school, within which schools are dealt; None for one level.
    share : DataFrame, Series or matrix
        Catchment, see `geo.shares.share_matrix`.
    geoids : array or Index, shape (t,)
        Tracts, in order.
    level : float
        Part of the deals whose events lie inside.

    Returns
    -------
    DataFrame
        Index geoid: `low, high` in events, both as expected where no school can differ.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, or shares that do not fit.

    Notes
    -----
    Dealing moves the standardised residuals z of the k schools of a level and holds the level's
    total. A tract with shares a then has `e + sum c z'`, `c = scale (a - A)` with A the share of
    the level's variance that it holds, `sum a scale^2 / sum scale^2`. Over all orders of z its mean
    is `mean(z) sum c` and its variance `var(z) (sum c^2 - (sum c)^2 / k)`; the range is normal.

    References
    ----------
    Hoeffding W (1951) Ann Math Stat 22:558-566 (moments of a linear permutation statistic).

    Examples
    --------
    >>> x, n = pd.Series([30.0, 10.0, 20.0, 20.0]), pd.Series([100.0] * 4)
    >>> dealt_range(x, n, None, np.eye(4), list("abcd")).round(1).values.tolist()[0]
    [6.1, 33.9]
    """
    checked = counts(x, n)
    ids = pd.Index(np.asarray(geoids))
    known = np.flatnonzero(~np.isnan(checked.x) & (checked.n > 0))
    codes = np.unique(stratum_codes(strata, checked.like)[known], return_inverse=True)[1]
    parts = csr_array(csr_array(share_matrix(share, x.index, ids))[known].T)
    residuals = school_residuals(checked.x[known], checked.n[known], codes)
    centre, variance = parts @ residuals.expected, np.zeros(len(ids))
    for code in range(int(codes.max(initial=-1)) + 1):
        shift, spread = _moments(residuals, parts, codes == code)
        centre, variance = centre + shift, variance + spread
    reach = float(ndtri(0.5 + level / 2)) * np.sqrt(variance)
    return pd.DataFrame({"low": centre - reach, "high": centre + reach}, index=ids)


def _moments(residuals: SchoolResiduals, parts: csr_array, here: Any) -> tuple[Floats, Floats]:
    """Give what dealing the schools of one level adds to mean and variance, (t,) each."""
    z, size = residuals.z[here], int(here.sum())
    scale = np.where(here, residuals.scale, 0.0)
    squares = scale**2
    if size < 2 or not squares.any():
        return np.zeros(parts.shape[0]), np.zeros(parts.shape[0])
    weighed = parts @ squares
    held = weighed / squares.sum()
    linear = parts @ scale - held * scale.sum()
    square = parts.power(2) @ squares - 2 * held * weighed + held**2 * squares.sum()
    variance = z.var(ddof=1) * np.maximum(square - linear**2 / size, 0.0)
    return z.mean() * linear, variance
