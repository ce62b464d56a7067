"""Which circles of a study are clusters, before chance is asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from analytics.inputs import Bools, Floats, floats
from analytics.scan.result import Cluster, relative_risk
from analytics.scan.study import Study
from analytics.scan.windows import (
    Caps,
    Positions,
    Windows,
    windows,
)

if TYPE_CHECKING:
    from analytics.scan.kernel import Circles, Likelihood

Model = Literal["poisson", "bernoulli"]
Direction = Literal["high", "low", "both"]
Secondary = Literal["no overlap", "any circle", "none"]

_SAME = 9  # decimals to which ratios are the same: circles around two centres may hold one set
_NOISE = 1e-14  # rounding of a ratio, relative to the terms it is made of


@dataclass(frozen=True)
class Search:
    """What is searched: the options of `circular_scan` of the same names."""

    model: Model = "poisson"
    geodesic: bool = False
    max_share: float = 0.5
    max_radius: float = np.inf
    max_locations: float = np.inf
    min_cases: float = 0
    direction: Direction = "high"
    secondary: Secondary = "no overlap"
    centres: tuple[Any, Any] | None = None

    def __post_init__(self) -> None:
        known = {"model": Model, "direction": Direction, "secondary": Secondary}
        for name, words in known.items():
            if getattr(self, name) not in get_args(words):
                choice = ", ".join(get_args(words))
                raise ValueError(f"unknown {name} {getattr(self, name)!r}; known: {choice}")
        if not 0 < self.max_share <= 1:
            raise ValueError(f"max_share must be above 0 and at most 1, not {self.max_share}")
        for name in ("max_radius", "max_locations", "min_cases"):
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
    """A study with its circles and its model.

    Attributes
    ----------
    study, search
        What was asked.
    windows
        Every circle.
    """

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
        """Give the most likely circle and those that share no location with a likelier one.

        Returns
        -------
        list of Cluster
            By log likelihood ratio, largest first; `p` is NaN.
        """
        free = np.ones(len(self.study.cases), dtype=bool)
        found: list[Cluster] = []
        waiting = self._ranked(free)
        while waiting:
            likeliest = waiting.pop(0)
            members = self.windows.members(likeliest.centre, likeliest.last)
            if not free[members].all():
                continue
            free[members] = False
            found.append(self._cluster(likeliest, members))
            if self.search.secondary == "any circle":
                waiting = self._ranked(free)
        return found[:1] if self.search.secondary == "none" else found

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
            relative_risk=relative_risk(cases, expected, total),
            llr=circle.ratio,
            p=float("nan"),
            population=float(study.population[members].sum()),
            centre=circle.centre if self.search.centres is not None else study.ids[circle.centre],
            radius=circle.radius,
            draws=0,
            direction="high" if self._is_high(members) else "low",
        )

    def _is_high(self, members: Positions) -> bool:
        """Say on which side a circle stands out."""
        counted, base = self.study.weighed.cases, self.likelihood().base
        return bool(counted[members].sum() * base.sum() > counted.sum() * base[members].sum())


def scan(study: Study, search: Search) -> Scan | None:
    """Lay the circles over a study.

    Parameters
    ----------
    study
        Locations and counts.
    search
        Options.

    Returns
    -------
    Scan or None
        None when there is nothing to compare: fewer than two locations, or no case.

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
    limit = search.max_share * float(study.population.sum())
    caps = Caps(limit, search.max_radius, search.max_locations)
    centres = study.places if search.centres is None else _grid(search.centres)
    grown = windows(study.places, centres, study.population, caps, geodesic=search.geodesic)
    if not grown.closes.any():
        least = float(study.population.min() / study.population.sum())
        raise ValueError(
            f"no circle fits max_share {search.max_share:g}, max_radius {search.max_radius:g} and "
            f"max_locations {search.max_locations:g}; the smallest location holds {least:.3g} of "
            "the population: widen the limits"
        )
    return Scan(study, search, grown)


def _grid(centres: tuple[Any, Any]) -> Floats:
    """Read centres that are not the locations themselves."""
    x, y = floats(centres[0]), floats(centres[1])
    if x.shape != y.shape or not x.size or not (np.isfinite(x) & np.isfinite(y)).all():
        raise ValueError("centres must be two equally long sequences of known coordinates")
    return np.column_stack([x, y])
