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
from analytics.scan.result import Cluster
from analytics.scan.search import Scan

Draw = Callable[[int], ArrayLike]
"""Gives counts of the locations on as many maps as it is asked for, shape (locations, maps)."""

_THREADS = min(2, os.cpu_count() or 1)
_MAPS = 64  # drawn at once, between two reports of progress
_TABLE = 2**22  # largest count with a logarithm in the table: 32 MB
_CELLS = 1024  # bounds for more sizes cost more than the logarithms they save
_CIRCLES_A_CELL = 20
_TIE = 1e-9  # ratios this close are equal
_MOST_PEOPLE = 10**9  # numpy draws no larger urn


@dataclass(frozen=True)
class Source:
    """Where maps under a null come from.

    Attributes
    ----------
    draw
        Gives the maps.
    whole
        True when the counts are whole numbers.
    """

    draw: Draw
    whole: bool = False


@dataclass(frozen=True)
class Trial:
    """How long chance is asked.

    Attributes
    ----------
    draws
        Maps wanted.
    early_stop
        Stop when this many maps reach the observed ratio, or None.
    progress
        Called with maps done and wanted; what it raises ends the scan.
    """

    draws: int
    early_stop: int | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if self.draws < 1:
            raise ValueError(f"draws must be at least 1, not {self.draws}")
        if self.early_stop is not None and self.early_stop < 1:
            raise ValueError(f"early_stop must be at least 1, not {self.early_stop}")


def constant_risk(scan: Scan, seed: int) -> Source:
    """Draw the cases again at the expected risk, with their total held.

    Multinomial by expected cases (Poisson model), or hypergeometric from the population
    (Bernoulli). A total or population that is not whole is rounded.

    Parameters
    ----------
    scan
        Study and model.
    seed
        Seed; the draws depend on nothing else by chance.

    Returns
    -------
    Source
        Whole counts.

    Raises
    ------
    ValueError
        When a Bernoulli population is too large to draw from.
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
    """Give each cluster its p-value.

    Parameters
    ----------
    scan
        Study, model and circles.
    clusters
        Clusters, likeliest first.
    source
        Maps under the null.
    trial
        How long chance is asked.

    Returns
    -------
    list of Cluster
        With `p` = (M + 1) / (R + 1), M the draws of R whose largest ratio is at least the
        cluster's; or h / l when the h-th such draw is the l-th and h is `early_stop`.

    References
    ----------
    Dwass M (1957) Ann Math Stat 28:181-187. Besag J, Clifford P (1991) Biometrika 78:301-304.
    """
    if not clusters:
        return []
    maxima = _maxima(scan, clusters[0].llr, source, trial)
    ranks = [_rank(maxima, c.llr, trial.early_stop) for c in clusters]
    return [replace(c, p=p, draws=used) for c, (p, used) in zip(clusters, ranks, strict=True)]


def _rank(maxima: Floats, llr: float, stop: int | None) -> tuple[float, int]:
    """Give p and the draws behind it."""
    reached = np.flatnonzero(maxima >= llr - _TIE * (1 + llr))
    if stop is not None and len(reached) >= stop:
        used = int(reached[stop - 1]) + 1
        return stop / used, used
    return (len(reached) + 1) / (len(maxima) + 1), len(maxima)


def _maxima(scan: Scan, llr: float, source: Source, trial: Trial) -> Floats:
    """Draw and scan maps until there are enough."""
    scanner = _Scanner(scan, source.whole)
    found: Floats = np.empty(0)
    while len(found) < trial.draws:
        size = min(_MAPS, trial.draws - len(found))
        maps = _checked(source.draw(size), scan, size)
        found = np.concatenate([found, scanner.maxima(maps)])
        if trial.progress is not None:
            trial.progress(len(found), trial.draws)
        reached = int((found >= llr - _TIE * (1 + llr)).sum())
        if trial.early_stop is not None and reached >= trial.early_stop:
            break
    return found


def _checked(counts: Any, scan: Scan, size: int) -> Floats:
    """Refuse maps that do not fit the study."""
    maps = np.asarray(counts, dtype=np.float64)
    wanted = (len(scan.study.cases), size)
    if maps.shape != wanted:
        raise ValueError(f"the null drew counts of shape {maps.shape}; {wanted} was asked for")
    if not np.isfinite(maps).all():
        raise ValueError("the null drew counts that are no numbers")
    return maps


class _Scanner:
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
