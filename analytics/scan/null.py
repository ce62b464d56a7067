"""What chance does to the largest ratio: maps drawn under a null, scanned like the observed one.

The p-value of every circle is its rank among the largest ratios of the draws, so it answers for
having looked everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analytics.inputs import Floats
from analytics.progress import Progress
from analytics.scan.search import Cluster, Scan

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
