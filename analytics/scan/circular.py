"""Kulldorff's circular scan: the circle that stands out most, wherever and however wide it is.

Two questions, two nulls. Under "model" a cluster is a circle whose risk differs from the rest by
more than the chance of each single case: absence varies so much between schools that this null is
rejected nearly everywhere. Under "schools", the default for absence, the schools are shuffled: a
cluster is a circle where schools with much absence stand together more than chance would put them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import Progress
from analytics.rates.intervals import expected as expected_by_stratum
from analytics.scan.search import (
    Cluster,
    Direction,
    Draw,
    Model,
    Scan,
    Search,
    Secondary,
    Source,
    Trial,
    constant_risk,
    judge,
    scan,
)
from analytics.scan.study import Study, school_study, study

_NULLS = ("model", "schools")


class SearchOptions(TypedDict, total=False):
    """Options of `circular_scan` that say what is searched."""

    model: Model
    geodesic: bool
    max_share: float
    max_radius: float
    min_cases: float
    direction: Direction
    secondary: Secondary


def circular_scan(
    cases: ArrayLike | pd.Series,
    population: ArrayLike | pd.Series,
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    *,
    model: Model = "poisson",
    geodesic: bool = False,
    max_share: float = 0.5,
    expected: ArrayLike | pd.Series | None = None,
    null: Literal["model", "schools"] | Draw = "model",
    draws: int = 999,
    seed: int,
    strata: ArrayLike | pd.Series | None = None,
    direction: Direction = "high",
    max_radius: float = np.inf,
    min_cases: float = 0,
    secondary: Secondary = "no overlap",
    progress: Progress | None = None,
) -> list[Cluster]:
    """Find the circles whose rate differs most from the rest of the study area.

    Parameters
    ----------
    cases, population : array_like or Series, shape (n,)
        Cases and people of each location: arrays, or Series on one index. Fractions are allowed. A
        location with an unknown count, or without population, takes no part.
    x, y : array_like or Series, shape (n,)
        Coordinates: on a plane in any unit, or degrees of longitude and latitude.
    model : str
        "poisson" compares cases with expected cases; "bernoulli" cases with `population - cases`.
    geodesic : bool
        True measures great-circle distance in km from degrees. False takes x and y as plane
        coordinates, even if they are degrees, as SaTScan's "Cartesian" does.
    max_share, max_radius : float
        Largest part of the population in a circle, and largest radius: km on the globe, else
        units of the coordinates.
    expected : array_like or Series, optional
        Expected cases of each location (Poisson), for instance from
        `analytics.rates.intervals.expected`; rescaled to the sum of the cases. By default in
        proportion to the population.
    null : str or callable
        "model": cases fall independently at the expected risk, their total held (multinomial or
        hypergeometric; totals that are not whole are rounded). "schools": each location is a
        school, see `scan_schools`. Or a function of a number of maps that gives their counts,
        shape (n, maps), in the order of `cases`; each map is compared with the expected cases
        rescaled to its own total. It brings its own seed.
    draws, seed : int
        Maps drawn, and their seed; the result depends on nothing else by chance.
    strata : array_like or Series, optional
        Level of each location: expected cases follow the level, and under "schools" residuals
        move within it.
    direction : str
        "high", "low" or "both" sides.
    min_cases : float
        Fewest cases in a circle with a high rate (recent SaTScan: 2).
    secondary : str
        "no overlap": the likeliest circle of each centre counts, if it shares no location with a
        likelier one (SaTScan's default). "any circle": the likeliest of all circles that share
        none (SpatialEpi). "none": only the likeliest.
    progress : callable, optional
        Called with maps done and wanted; what it raises ends the scan.

    Returns
    -------
    list of Cluster
        Likeliest first, sharing no location. Every cluster is listed, whatever its p; p of a
        secondary one compares with the likeliest circle of each draw and is conservative. Empty
        when no circle stands out, with fewer than two locations, or without cases.

    Raises
    ------
    ValueError
        Impossible or unaligned input, cases where none is expected, cases that sum to less than
        one, degrees off the globe, unknown words, limits that no circle fits.

    Notes
    -----
    A circle holds all locations within its radius, so those at equal distance enter together.
    Counts that a null draws outside of what the model can hold are clipped circle by circle, after
    summing. SpatialEpi 1.2 cuts the totals of cases and of the denominator to whole numbers within
    its likelihood, and draws multinomially also for the Bernoulli model; this does neither.

    References
    ----------
    Kulldorff M (1997) Communications in Statistics - Theory and Methods 26:1481-1496, sections 3.1
    and 3.2. Dwass M (1957) Ann Math Stat 28:181-187.

    Examples
    --------
    >>> likeliest = circular_scan([9, 8, 1, 1], [50] * 4, range(4), [0] * 4, draws=99, seed=1)[0]
    >>> likeliest.ids, likeliest.relative_risk, round(likeliest.llr, 3), likeliest.p
    ((0, 1), 8.5, 6.776, 0.01)
    """
    search = Search(
        model=model,
        geodesic=geodesic,
        max_share=max_share,
        max_radius=max_radius,
        min_cases=min_cases,
        direction=direction,
        secondary=secondary,
    )
    _refuse_mixed(null, model, expected, strata)
    trial = Trial(draws, progress)
    if null == "schools":
        schools = school_study(cases, population, x, y, strata=strata)
        return _tested(schools.study, search, lambda _: Source(schools.shuffled(seed)), trial)
    if strata is not None:
        expected = expected_by_stratum(cases, population, strata)
    area = study(cases, population, x, y, expected)
    if callable(null):
        own = Source(_on_rows(null, area.rows, np.size(np.asarray(cases))))
        return _tested(area, search, lambda _: own, trial)
    return _tested(area, search, lambda laid: constant_risk(laid, seed), trial)


def scan_schools(
    cases: ArrayLike | pd.Series,
    enrolled: ArrayLike | pd.Series,
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    *,
    share: Any = None,
    strata: ArrayLike | pd.Series | None = None,
    types: ArrayLike | pd.Series | None = None,
    within: ArrayLike | pd.Series | None = None,
    draws: int = 999,
    seed: int,
    progress: Progress | None = None,
    **search: Unpack[SearchOptions],
) -> list[Cluster]:
    """Find the circles of schools, or of tracts that share schools, that shuffling cannot explain.

    What each school has beyond its level, size and type moves to another school of the level, and
    through the shares to the tracts; the map that results is scanned like the real one.

    Parameters
    ----------
    cases, enrolled : array_like or Series, shape (s,)
        Chronically absent and enrolled students; a school with an unknown count takes no part.
    x, y : array_like or Series
        Coordinates of the schools, or with `share` of the tracts: Series by school_id or geoid, or
        arrays in the order of the share matrix.
    share : DataFrame, Series or matrix, optional
        Catchment, see `geo.shares.share_matrix`, to scan the tracts; None scans the schools.
    strata : array_like or Series, optional
        Level of each school; expected counts follow it and residuals move within it.
    types, within : array_like or Series, optional
        Type of each school, taken out of its residual as size is; part of the place within which
        residuals move. See `analytics.hotspots.test.hot_spots`.
    draws, seed, progress
        Maps shuffled, their seed, and who hears of them.
    **search
        Of `circular_scan`. With "bernoulli" the ratio itself does not know the levels.

    Returns
    -------
    list of Cluster
        Likeliest first, with ids of schools or of tracts.

    Notes
    -----
    The likelihood ratio is that of counts divided by `1 + (n - 1) rho`, rho the between-school
    over-dispersion of the level (the design effect: what the students of a school are worth if they
    were independent), without what goes with their size and type. `llr` and `direction` speak of
    these; cases, expected cases and relative risk of the plain counts. Shuffled
    counts can fall a little below 0 or above the enrolment of a school; they are summed as they
    are, and the sum of a circle is clipped.

    References
    ----------
    Kulldorff M (1997) Communications in Statistics - Theory and Methods 26:1481-1496. Residuals:
    see `analytics.hotspots`. Rao JNK, Scott AJ (1992) Biometrics 48:577-585 (effective counts by
    design effect).

    Examples
    --------
    >>> absent, enrolled = [40, 35, 10, 5, 9, 8], [100] * 6
    >>> likeliest = scan_schools(absent, enrolled, range(6), [0] * 6, draws=999, seed=1)[0]
    >>> likeliest.ids, 0.05 < likeliest.p < 0.5
    ((0, 1), True)
    """
    alike = {"strata": strata, "types": types, "within": within}
    schools = school_study(cases, enrolled, x, y, share, **alike)
    trial = Trial(draws, progress)
    return _tested(schools.study, Search(**search), lambda _: Source(schools.shuffled(seed)), trial)


def _tested(
    area: Study, search: Search, null: Callable[[Scan], Source], trial: Trial
) -> list[Cluster]:
    """Lay circles, find clusters and judge them against draws."""
    laid = scan(area, search)
    return [] if laid is None else judge(laid, laid.clusters(), null(laid), trial)


def _refuse_mixed(null: Any, model: Model, expected: Any, strata: Any) -> None:
    """Raise on options that contradict one another."""
    if not callable(null) and null not in _NULLS:
        raise ValueError(f"unknown null {null!r}; known: {', '.join(_NULLS)}, or a function")
    if model == "bernoulli" and (expected is not None or (strata is not None and null == "model")):
        raise ValueError("the Bernoulli model knows one risk only; use model='poisson' to adjust")
    if expected is not None and strata is not None:
        raise ValueError("give expected cases or strata that they follow from, not both")
    if expected is not None and null == "schools":
        raise ValueError("null='schools' forms the expected cases from strata; leave expected out")


def _on_rows(null: Draw, rows: Any, size: int) -> Draw:
    """Keep of every drawn map the locations that take part."""

    def draw(maps: int) -> Any:
        counts = np.asarray(null(maps))
        if counts.shape != (size, maps):
            raise ValueError(f"the null drew shape {counts.shape}; {(size, maps)} was asked for")
        return counts[rows]

    return draw
