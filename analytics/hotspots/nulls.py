"""What each null of a hot-spot map holds to be alike, and school counts as it would have them.

Small schools have other rates than large ones, and so have special schools. Where such schools
stand together, a null that knows only the level calls their tracts a hot spot of the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtri, xlogy

from analytics.hotspots.tract_map import (
    Codes,
    SchoolCounts,
    SchoolRates,
    SchoolResiduals,
    TractMap,
    level_rates,
    overdispersion,
    school_residuals,
    streams,
    tract_maps,
)
from analytics.inputs import Bools, Floats, floats, refuse
from analytics.quasi_likelihood import quasi_binomial
from geo.weights.weights import Weights

Null = Literal["schools", "schools_within", "schools_level", "areas", "constant_risk"]

NULLS: Mapping[Null, str] = {
    "schools": "what a school has beyond its level, size and type could be at any school of the "
    "level",
    "schools_within": "as above, at any school of the level in the same part of the place: a test "
    "that does not see differences between large parts",
    "schools_level": "what a school has beyond its level could be at any school of the level: a "
    "test that calls small schools standing together a place (kept to compare)",
    "areas": "the value of an area could stand in any other area (for tables measured by area)",
    "constant_risk": "every student of a level is equally likely to be absent, at any school: "
    "a test of any difference between places",
}
"""What each null holds to be alike, the default first."""

MOST_STUDENTS = 10**9  # numpy draws marginal by marginal below this many students of one level

_BATCH = 64  # draws pushed through at once
LEAST_FOR_SIZE = 20
"""Schools of a level that can show that size matters."""
LEAST_OF_TYPE = 5
"""Schools that make a type."""
SURE = 0.99
"""One minus the level of the test by which size enters the rate of a level."""
_ROUNDS = 3  # fits, each weighted by the over-dispersion around the one before


class EventDraws(Protocol):
    """School counts as a null would have them, beside those that were observed."""

    @property
    def observed(self) -> Floats:
        """Events that the draws are compared with, shape (s,)."""

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give the sources of chance."""

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Give events, shape (s, size); the same whether drawn at once or in parts."""


def event_draws(null: Null, schools: SchoolCounts) -> EventDraws:
    """Prepare the draws of a null that works on schools: any of `NULLS` but "areas".

    Examples
    --------
    >>> two = np.array([9.0, 1.0]), np.array([10.0, 10.0]), np.array([0, 0])
    >>> source = event_draws("schools", SchoolCounts(*two, pd.Index(["a", "b"])))
    >>> source.draw(source.generators(1), 3).sum(axis=0).tolist()
    [10.0, 10.0, 10.0]
    """
    if null == "schools":
        return residuals_beyond_size(schools)
    if null == "schools_within":
        return residuals_beyond_size(schools, schools.parts)
    if null == "schools_level":
        return school_residuals(schools.events, schools.totals, schools.codes)
    if null == "constant_risk":
        return constant_risk(schools.events, schools.totals, schools.codes, schools.ids)
    if null in NULLS:
        raise ValueError(f"null {null!r} does not draw schools; use schools or constant_risk here")
    raise ValueError(f"unknown null {null!r}; known: {', '.join(NULLS)}")


def residuals_beyond_size(schools: SchoolCounts, within: Codes | None = None) -> SchoolResiduals:
    """Take level, size and type out of school counts; what is left moves within strata."""
    x, n, codes = schools.events, schools.totals, schools.codes
    return school_residuals(x, n, codes, size_rates(x, n, codes, schools.types), within)


@dataclass(frozen=True, eq=False)
class ConstantRisk:
    """The null that every student of a level is as likely as any other to be absent.

    It is a test of ANY difference between places. Schools differ far more than chance between
    students allows, so it rejects nearly everywhere and does not say where to go.
    """

    codes: Codes
    events: NDArray[np.int64]
    totals: NDArray[np.int64]

    @property
    def observed(self) -> Floats:
        """Absent students of each school."""
        return self.events.astype(np.float64)

    def generators(self, seed: int) -> list[np.random.Generator]:
        """Give each stratum its own source of chance."""
        return streams(seed, int(self.codes.max(initial=-1)) + 1)

    def draw(self, generators: list[np.random.Generator], size: int) -> Floats:
        """Deal the absent students of each stratum to its schools at random, shape (s, size).

        Binomial counts at the rate of the stratum, given their sum: the rate need not be known, and
        expected counts stay what they are. Lehmann EL, Romano JP (2005) Testing Statistical
        Hypotheses, 3rd ed, section 4.5 (binomial samples, conditional on the total).
        """
        drawn = np.empty((len(self.codes), size))
        for code, rng in enumerate(generators):
            members = np.flatnonzero(self.codes == code)
            absent = int(self.events[members].sum())
            drawn[members] = rng.multivariate_hypergeometric(
                self.totals[members], absent, size, method="marginals"
            ).T
        return drawn


def constant_risk(x: Floats, n: Floats, codes: Codes, ids: pd.Index | None = None) -> ConstantRisk:
    """Prepare the null of constant risk within strata 0, 1, ... of whole counts.

    Fractional counts, for which there is no student to draw, raise ValueError naming one of `ids`.

    Examples
    --------
    >>> null = constant_risk(np.array([9.0, 1.0]), np.array([10.0, 30.0]), np.array([0, 0]))
    >>> drawn = null.draw(null.generators(1), 4000)
    >>> drawn.sum(axis=0).min(), drawn.mean(axis=1).round(1).tolist()
    (np.float64(10.0), [2.5, 7.5])
    """
    fractional = (x != np.floor(x)) | (n != np.floor(n))
    refuse(
        fractional,
        x if ids is None else pd.Series(x, index=ids),
        lambda i: f"{x[i]:g} of {n[i]:g} students: constant risk draws whole students; give counts",
    )
    if np.bincount(codes, n).max(initial=0) >= MOST_STUDENTS:
        raise ValueError(f"a level has {MOST_STUDENTS:,} students or more; divide it into levels")
    return ConstantRisk(codes, x.astype(np.int64), n.astype(np.int64))


class ShuffledMap(NamedTuple):
    """A map of observed / expected absence beside a driver, and what makes it again.

    `driver` is on all areas of the weights, NaN where unknown; `known` are areas with both.
    """

    tracts: TractMap
    residuals: SchoolResiduals
    driver: Floats
    known: Bools

    def values(self, events: Floats) -> Floats:
        """Give the map of school counts at the known areas, shape (areas, draws)."""
        values: Floats = self.tracts.values(events)[self.known[self.tracts.tested]]
        return values

    @property
    def events(self) -> Floats:
        """School counts of the observed map, without what goes with size and type."""
        return self.residuals.observed

    def draws(self, count: int, seed: int) -> Iterator[Floats]:
        """Give maps of shuffled schools in batches, `count` in all."""
        generators = self.residuals.generators(seed)
        for start in range(0, count, _BATCH):
            yield self.values(self.residuals.draw(generators, min(_BATCH, count - start)))


def shuffled_map(
    x: Any,
    n: Any,
    driver: pd.Series,
    share: Any,
    weights: Weights,
    strata: Any = None,
    types: Any = None,
) -> ShuffledMap:
    """Prepare a map and its shuffles, for statistics of absence beside a driver.

    See `analytics.hotspots.gi_star_schools` for the schools; the driver is a figure of each tract,
    indexed by ids of the weights.
    """
    schools, maps = tract_maps(
        x, n, {"map": share}, weights.ids, strata=strata, types=types, measure="ratio"
    )
    tracts = maps["map"]
    residuals = residuals_beyond_size(schools)
    figure = floats(on_areas(driver, weights.ids))
    known = tracts.tested & np.isfinite(figure)
    return ShuffledMap(tracts, residuals, figure, known)


def on_areas(figure: pd.Series, ids: pd.Index) -> pd.Series:
    """Put a figure by area on the ids wanted, missing where it has none.

    Examples
    --------
    >>> on_areas(pd.Series([1.0], index=["b"]), pd.Index(["a", "b"])).tolist()
    [nan, 1.0]
    """
    if figure.index.has_duplicates:
        raise ValueError(f"area {figure.index[figure.index.duplicated()][0]!r} repeats; keep one")
    unknown = figure.index.difference(ids)
    if len(unknown):
        raise ValueError(f"{len(unknown)} areas are not in the weights; the first: {unknown[0]!r}")
    return figure.reindex(ids)


def size_rates(x: Floats, n: Floats, codes: Codes, types: Codes | None = None) -> SchoolRates:
    """Fit the rate of schools on their level, size and recorded type.

    The log odds of each level are constant, a line or a parabola over log n: as many terms as an F
    test at `SURE` supports in that level, none under `LEAST_FOR_SIZE` schools. A curve fitted to a
    few schools that size tells nothing of would take true places away with it. Types with
    `LEAST_OF_TYPE` schools differ from the commonest by one shift in all levels. Where nothing
    enters, or the fit does not converge, schools keep the rate of their level; levels without any
    absent, or with all absent, always do.

    Parameters
    ----------
    x, n : array, shape (s,)
        Absent and enrolled students, n above 0.
    codes : array of int, shape (s,)
        Level 0, 1, ... of each school.
    types : array of int, shape (s,), optional
        Type 0, 1, ... of each school; None for one type.

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II (weights 1 / (1 + (n - 1) rho)).
    McCullagh P, Nelder JA (1989) Generalized Linear Models, 2nd ed, section 4.5. Pregibon D (1981)
    Annals of Statistics 9:705-724 (leverage).

    Examples
    --------
    >>> n = np.geomspace(50, 1600, 30)
    >>> p = 1 / (1 + np.exp(0.5 * np.log(n / 280)))
    >>> fitted = size_rates(n * p, n, np.zeros(30, dtype=int))
    >>> bool(np.allclose(fitted.p, p)), round(float(fitted.leverage.sum()), 6)
    (True, 2.0)
    """
    rates = level_rates(x, n, codes)
    varies: Bools = (rates.p > 0) & (rates.p < 1)
    if not varies.any():
        return rates
    events, totals = x[varies], n[varies]
    levels = np.unique(codes[varies], return_inverse=True)[1]
    fitted = SchoolRates(rates.p[varies], rates.leverage[varies])
    worth = _worth(events, totals, levels, fitted)
    columns = _columns(events, totals, levels, worth, None if types is None else types[varies])
    if columns.shape[1] == levels.max() + 1:
        return rates
    for _ in range(_ROUNDS):
        model = quasi_binomial(worth * events, worth * totals, columns)
        if model.state != "fitted":
            return rates
        p = model.fitted
        fitted = SchoolRates(p, _leverage(columns, worth * totals * p * (1 - p)))
        worth = _worth(events, totals, levels, fitted)
    p, leverage = rates.p.copy(), rates.leverage.copy()
    p[varies], leverage[varies] = fitted
    return SchoolRates(p, leverage)


def _worth(x: Floats, n: Floats, codes: Codes, rates: SchoolRates) -> Floats:
    """Give what a student of each school is worth if students were independent."""
    worth: Floats = np.empty(n.shape)
    for code in range(int(codes.max()) + 1):
        here = codes == code
        inside = SchoolRates(rates.p[here], rates.leverage[here])
        worth[here] = 1 / (1 + (n[here] - 1) * overdispersion(x[here], n[here], inside))
    return worth


def _columns(x: Floats, n: Floats, codes: Codes, worth: Floats, types: Codes | None) -> Floats:
    """Lay out levels, sizes within levels, and types."""
    columns = []
    for code in range(int(codes.max()) + 1):
        here = codes == code
        powers = _powers(n[here])
        terms = _terms(x[here] * worth[here], n[here] * worth[here], powers)
        for power in powers.T[:terms]:
            columns.append(np.zeros(n.shape))
            columns[-1][here] = power
    if types is not None:
        counts = np.bincount(types)
        counts[counts.argmax()] = 0  # the commonest is what others are compared with
        columns += [
            (types == t).astype(np.float64) for t in np.flatnonzero(counts >= LEAST_OF_TYPE)
        ]
    return np.column_stack(columns)


def _powers(n: Floats) -> Floats:
    """Give 1, log n and its square, about the mean."""
    size = np.log(n) - np.log(n).mean()
    return np.column_stack([np.ones(n.shape), size, size**2])


def _terms(x: Floats, n: Floats, powers: Floats) -> int:
    """Tell how many of the powers of size the schools of a level support."""
    if len(x) < LEAST_FOR_SIZE:
        return 1
    deviances = []
    for terms in (1, 2, 3):
        model = quasi_binomial(x, n, powers[:, :terms])
        fit = n * model.fitted
        deviance = 2 * float((xlogy(x, x / fit) + xlogy(n - x, (n - x) / (n - fit))).sum())
        deviances.append(deviance if model.state == "fitted" else np.inf)
    df = len(x) - 3
    price = fdtri(1, df, SURE) * min(deviances) / df
    return 1 + int(np.argmin(np.array(deviances) + price * np.arange(3)))


def _leverage(columns: Floats, weights: Floats) -> Floats:
    """Give the diagonal of the hat matrix of a weighted fit, whatever the rank of its columns."""
    left, sizes, _ = np.linalg.svd(columns * np.sqrt(weights)[:, None], full_matrices=False)
    kept = sizes > sizes.max() * np.finfo(np.float64).eps * len(weights)
    leverage: Floats = (left[:, kept] ** 2).sum(axis=1)
    return leverage
