"""Which circles of a study are clusters, before chance is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from analytics.inputs import Bools, Floats, refuse
from analytics.scan.study import Caps, Positions, Study, Windows, windows

if TYPE_CHECKING:
    from analytics.scan.kernel import Circles, Likelihood
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from numpy.typing import ArrayLike

from analytics.inputs import Progress

Model = Literal["poisson", "bernoulli"]
Side = Literal["high", "low"]
Direction = Literal["high", "low", "both"]
Secondary = Literal["no overlap", "any circle", "none"]

_SAME = 9  # decimals to which ratios are the same: circles around two centres may hold one set
_NOISE = 1e-14  # rounding of a ratio, relative to the terms it is made of


@dataclass(frozen=True)
class Cluster:
    """A circle whose rate differs from the rest of the study area.

    Attributes
    ----------
    ids : tuple
        Locations inside, by distance from the centre: labels of the index of the cases, or
        positions from 0.
    cases, expected : float
        Cases inside, and those at the rate of the whole study area (with adjustment, where asked).
    relative_risk : float
        `(c / E) / ((C - c) / (C - E))`: risk inside over risk outside; infinite when no case is
        outside (Kulldorff M (2022) SaTScan User Guide 10.1, "Relative risk").
    llr : float
        Log likelihood ratio.
    p : float
        Chance under the null of a circle anywhere with at least this ratio. NaN without draws.
    population : float
        Population inside.
    centre : label
        Location at the centre.
    radius : float
        Distance to the farthest location inside: km on the globe, else units of the coordinates.
    draws : int
        Draws behind `p`.
    direction : str
        "high" or "low" rate inside.
    """

    ids: tuple[Any, ...]
    cases: float
    expected: float
    relative_risk: float
    llr: float
    p: float
    population: float
    centre: Any
    radius: float
    draws: int
    direction: Side


@dataclass(frozen=True)
class Search:
    """What is searched: the options of `circular_scan` of the same names."""

    model: Model = "poisson"
    geodesic: bool = False
    max_share: float = 0.5
    max_radius: float = np.inf
    min_cases: float = 0
    direction: Direction = "high"
    secondary: Secondary = "no overlap"

    def __post_init__(self) -> None:
        choices = {"model": Model, "direction": Direction, "secondary": Secondary}
        for name, words in choices.items():
            if getattr(self, name) not in get_args(words):
                choice = ", ".join(get_args(words))
                raise ValueError(f"unknown {name} {getattr(self, name)!r}; known: {choice}")
        if not 0 < self.max_share <= 1:
            raise ValueError(f"max_share must be above 0 and at most 1, not {self.max_share}")
        for name in ("max_radius", "min_cases"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")


class _Circle(NamedTuple):
    """A circle: its centre, where in `order` it ends, log likelihood ratio and radius."""

    centre: int
    last: int
    ratio: float
    radius: float


@dataclass(frozen=True, eq=False)
class Scan:
    """A study with all its circles and its model."""

    study: Study
    search: Search
    windows: Windows

    @property
    def circles(self) -> Circles:
        """Circles as the compiled loops take them."""
        from analytics.scan.kernel import Circles

        return Circles(self.windows.order, self.windows.closes, self.windows.starts)

    def likelihood(self, logs: Floats | None = None) -> Likelihood:
        """Give the model as the compiled loops take it, with a table of `k log k` or without."""
        from analytics.scan.kernel import Likelihood

        bernoulli = self.search.model == "bernoulli"
        weighed = self.study.weighed
        base = weighed.population if bernoulli else weighed.expected
        return Likelihood(
            base=np.ascontiguousarray(base),
            whole=float(base.sum()),
            bernoulli=bernoulli,
            high=self.search.direction != "low",
            low=self.search.direction != "high",
            fewest=float(self.search.min_cases),
            logs=np.empty(0) if logs is None else logs,
        )

    @cached_property
    def largest(self) -> float:
        """Size of the largest circle a bound must hold for."""
        model = self.likelihood()
        whole = np.concatenate([[0.0], np.cumsum(model.base[self.windows.order])])
        starts = self.windows.starts
        # Differences of running sums carry rounding, which the margin covers.
        return min(float(np.diff(whole[starts]).max()) * (1 + 1e-9), model.whole)

    def clusters(self) -> list[Cluster]:
        """Give the likeliest circles that share no location, largest ratio first; p is NaN."""
        free = np.ones(len(self.study.cases), dtype=bool)
        clusters: list[Cluster] = []
        waiting = self._ranked(free)
        while waiting:
            likeliest = waiting.pop(0)
            members = self.windows.members(likeliest.centre, likeliest.last)
            if not free[members].all():
                continue
            free[members] = False
            clusters.append(self._cluster(likeliest, members))
            if self.search.secondary == "any circle":
                waiting = self._ranked(free)
        return clusters[:1] if self.search.secondary == "none" else clusters

    def _ranked(self, free: Bools) -> list[_Circle]:
        """Give the likeliest circle of each centre, likeliest first."""
        from analytics.scan.kernel import best_circles

        cases, model = np.ascontiguousarray(self.study.weighed.cases), self.likelihood()
        ratios, lasts = best_circles(cases, float(cases.sum()), self.circles, free, model)
        above = ratios > _NOISE * model.whole * (2 + np.log1p(model.whole)) + 1e-10
        radius = self.windows.radius(lasts)
        # Among equal ratios the smallest circle comes first.
        order = np.lexsort((radius, -np.round(ratios, _SAME)))
        return [
            _Circle(int(i), int(lasts[i]), float(ratios[i]), float(radius[i]))
            for i in order[above[order]]
        ]

    def _cluster(self, circle: _Circle, members: Positions) -> Cluster:
        """Describe one circle."""
        study, total = self.study, float(self.study.cases.sum())
        base = study.population if self.search.model == "bernoulli" else study.expected
        cases = float(study.cases[members].sum())
        expected = float(total * base[members].sum() / base.sum())
        return Cluster(
            ids=tuple(study.ids[members].tolist()),
            cases=cases,
            expected=expected,
            relative_risk=_relative_risk(cases, expected, total),
            llr=circle.ratio,
            p=float("nan"),
            population=float(study.population[members].sum()),
            centre=study.ids[circle.centre],
            radius=circle.radius,
            draws=0,
            direction="high" if self._is_high(members) else "low",
        )

    def _is_high(self, members: Positions) -> bool:
        """Say on which side a circle stands out."""
        counted, base = self.study.weighed.cases, self.likelihood().base
        return bool(counted[members].sum() * base.sum() > counted.sum() * base[members].sum())


class NoCircleError(ValueError):
    """Every circle of a scan is larger than its limits allow."""


def scan(study: Study, search: Search) -> Scan | None:
    """Lay the circles over a study; None when it has fewer than two locations, or no case.

    Raises
    ------
    NoCircleError
        When no circle fits.
    ValueError
        When all cases together are less than one, degrees leave the globe, or a Bernoulli count is
        above its population.
    """
    if search.geodesic:
        _refuse_off_globe(study)
    if len(study.cases) < 2 or not study.cases.sum() > 0:
        return None
    if (total := float(study.cases.sum())) < 1:
        raise ValueError(f"the cases sum to {total:g}, less than one; give counts, not rates")
    if search.model == "bernoulli" and (study.cases > study.population * (1 + 1e-9)).any():
        first = study.ids[study.cases > study.population * (1 + 1e-9)][0]
        raise ValueError(f"row {first!r}: more cases than population; use model='poisson'")
    caps = Caps(search.max_share * float(study.population.sum()), search.max_radius)
    laid = windows(study.places, study.population, caps, geodesic=search.geodesic)
    if not laid.closes.any():
        least = float(study.population.min() / study.population.sum())
        raise NoCircleError(
            f"no circle fits max_share {search.max_share:g} and max_radius {search.max_radius:g}; "
            f"the smallest location holds {least:.3g} of the population: widen the limits"
        )
    return Scan(study, search, laid)


def _refuse_off_globe(study: Study) -> None:
    """Raise on degrees that no place on Earth has."""
    lon, lat = study.places.T
    like = pd.Series(index=study.ids, dtype=float)
    order = "give longitude as x and latitude as y"
    refuse(np.abs(lat) > 90, like, lambda i: f"the latitude {lat[i]:g} is beyond 90; {order}")
    refuse(np.abs(lon) > 360, like, lambda i: f"the longitude {lon[i]:g} is beyond 360; {order}")


def _relative_risk(cases: float, expected: float, total: float) -> float:
    """Divide the risk inside by the risk outside; infinite when every case is inside."""
    outside = (total - cases) / (total - expected)
    return cases / expected / outside if outside > 0 else float("inf")


Draw = Callable[[int], ArrayLike]
"""Gives counts of the locations on as many maps as it is asked for, shape (locations, maps)."""

_THREADS = min(2, os.cpu_count() or 1)
_TABLE = 2**22  # largest count with a logarithm in the table: 32 MB
_CELLS = 1024  # bounds for more sizes cost more than the logarithms they save
_CIRCLES_A_CELL = 20
_TIE = 1e-9  # ratios this close are equal
_MOST_PEOPLE = 10**9  # numpy draws no larger urn


@dataclass(frozen=True)
class Source:
    """Where maps under a null come from, and whether their counts are whole numbers."""

    draw: Draw
    whole: bool = False


@dataclass(frozen=True)
class Trial:
    """How long chance is asked: maps wanted, who hears of them, and maps drawn at once.

    `progress` is called with maps done and wanted; what it raises ends the scan. `batch` changes no
    result.
    """

    draws: int
    progress: Progress | None = None
    batch: int = 64

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, not {self.draws}")


def constant_risk(scan: Scan, seed: int) -> Source:
    """Draw the cases again at the expected risk, with their total held.

    Multinomial by expected cases (Poisson model), or hypergeometric from the population
    (Bernoulli); raises ValueError when that is too large to draw from. A total or population that
    is not whole is rounded.
    """
    rng = np.random.default_rng(seed)
    total = round(float(scan.study.cases.sum()))
    if scan.search.model == "poisson":
        chance = scan.study.expected / scan.study.expected.sum()
        return Source(lambda size: rng.multinomial(total, chance, size).T, whole=True)
    people = np.rint(scan.study.population).astype(np.int64)
    if people.sum() >= _MOST_PEOPLE:
        raise ValueError(f"a population of {people.sum():,} is too large for the Bernoulli model")
    if people.sum() == 0:
        raise ValueError("no location holds half a person; give populations, not shares")
    total = min(total, int(people.sum()))

    def urn(size: int) -> Any:
        return rng.multivariate_hypergeometric(people, total, size, method="marginals").T

    return Source(urn, whole=True)


def judge(scan: Scan, clusters: list[Cluster], source: Source, trial: Trial) -> list[Cluster]:
    """Give each cluster its p, (M + 1) / (R + 1) with M of R draws whose largest ratio reaches its.

    References
    ----------
    Dwass M (1957) Ann Math Stat 28:181-187.
    """
    if not clusters:
        return []
    maxima = _maxima(scan, source, trial)
    ranks = [int((maxima >= c.llr - _TIE * (1 + c.llr)).sum()) for c in clusters]
    return [
        replace(cluster, p=(rank + 1) / (trial.draws + 1), draws=trial.draws)
        for cluster, rank in zip(clusters, ranks, strict=True)
    ]


def _maxima(scan: Scan, source: Source, trial: Trial) -> Floats:
    """Draw and scan maps until there are enough; give the largest ratio of each."""
    scanner = Scanner(scan, source.whole)
    parts: list[Floats] = []
    for done in range(0, trial.draws, trial.batch):
        size = min(trial.batch, trial.draws - done)
        parts.append(scanner.maxima(_checked(source.draw(size), scan, size)))
        if trial.progress is not None:
            trial.progress(done + size, trial.draws)
    return np.concatenate(parts)


def _checked(counts: Any, scan: Scan, size: int) -> Floats:
    """Refuse maps that do not fit the study."""
    maps = np.asarray(counts, dtype=np.float64)
    wanted = (len(scan.study.cases), size)
    if maps.shape != wanted:
        raise ValueError(f"the null drew counts of shape {maps.shape}; {wanted} was asked for")
    if not np.isfinite(maps).all():
        raise ValueError("the null drew counts that are no numbers")
    return maps


class Scanner:
    """Scans batches of maps with bounds that hold for every total so far."""

    def __init__(self, scan: Scan, whole: bool) -> None:
        self.scan, self.circles = scan, scan.circles
        self.plain = scan.likelihood()
        self.model = scan.likelihood(_logs(scan) if whole else None)
        self.least, self.most = np.inf, 0.0
        self.cells = int(np.clip(len(scan.windows.order) // _CIRCLES_A_CELL, 8, _CELLS))
        self.bound: Any = None

    def maxima(self, counts: Floats) -> Floats:
        """Give the largest ratio of each map; counts have shape (n, maps)."""
        from analytics.scan.kernel import LANES, largest_ratios

        totals = np.maximum(counts.sum(axis=0), 0.0)
        self._widen(totals[totals > 0])
        if self.bound is None:
            return np.zeros(len(totals))
        starts = range(0, len(totals), LANES)
        lanes = [np.minimum(np.arange(i, i + LANES), len(totals) - 1) for i in starts]

        def block(which: Any) -> Floats:
            maps = np.ascontiguousarray(counts[:, which])
            return largest_ratios(maps, totals[which], self.circles, self.bound, self.model)

        with ThreadPoolExecutor(_THREADS) as pool:
            return np.concatenate(list(pool.map(block, lanes)))[: len(totals)]

    def _widen(self, totals: Floats) -> None:
        """Renew the bounds when a total lies outside of those they hold for."""
        from analytics.scan.kernel import bounds

        if not totals.size or self.least <= totals.min() <= totals.max() <= self.most:
            return
        self.least = float(min(self.least, totals.min()))
        self.most = float(max(self.most, totals.max()))
        self.bound = bounds(self.least, self.most, self.scan.largest, self.cells, self.plain)


def _logs(scan: Scan) -> Floats:
    """Tabulate k log k as far as whole counts of a study reach."""
    study = scan.study
    bernoulli = scan.search.model == "bernoulli"
    most = float((study.population if bernoulli else study.cases).sum())
    if most >= _TABLE or (bernoulli and (study.population % 1).any()):
        return np.empty(0)
    k = np.arange(round(most) + 1, dtype=np.float64)
    k[1:] *= np.log(k[1:])
    return k
