"""What each null of a hot-spot map holds to be alike, and school counts as it would have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.hotspots.school_rates import size_rates
from analytics.hotspots.tract_map import (
    Codes,
    SchoolCounts,
    SchoolResiduals,
    TractMap,
    school_residuals,
    streams,
    tract_maps,
)
from analytics.inputs import Bools, Floats, floats, refuse
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
