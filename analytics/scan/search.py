"""Which circles of a study are clusters, before chance is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from analytics.inputs import Bools, Floats
from analytics.scan.study import Study
from analytics.scan.windows import Caps, Positions, Windows, windows

if TYPE_CHECKING:
    from analytics.scan.kernel import Circles, Likelihood

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


def scan(study: Study, search: Search) -> Scan | None:
    """Lay the circles over a study; None when it has fewer than two locations, or no case.

    Raises
    ------
    ValueError
        When no circle fits, or a Bernoulli count is above its population.
    """
    if len(study.cases) < 2 or not study.cases.sum() > 0:
        return None
    if search.model == "bernoulli" and (study.cases > study.population * (1 + 1e-9)).any():
        first = study.ids[study.cases > study.population * (1 + 1e-9)][0]
        raise ValueError(f"row {first!r}: more cases than population; use model='poisson'")
    caps = Caps(search.max_share * float(study.population.sum()), search.max_radius)
    laid = windows(study.places, study.population, caps, geodesic=search.geodesic)
    if not laid.closes.any():
        least = float(study.population.min() / study.population.sum())
        raise ValueError(
            f"no circle fits max_share {search.max_share:g} and max_radius {search.max_radius:g}; "
            f"the smallest location holds {least:.3g} of the population: widen the limits"
        )
    return Scan(study, search, laid)


def _relative_risk(cases: float, expected: float, total: float) -> float:
    """Divide the risk inside by the risk outside; infinite when every case is inside."""
    outside = (total - cases) / (total - expected)
    return cases / expected / outside if outside > 0 else float("inf")
