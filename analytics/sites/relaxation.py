"""A good plan and a bound for the p-median of a large place, before any integer programme."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from analytics.inputs import Bools, Floats
from analytics.sites.rules import Limits, Pairs

ITERATIONS = 1500
_PATIENCE = 25  # iterations without a better bound before the step is halved
_SHORTEST = 1e-3
_SAME = 1e-9  # costs this close are equal


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What the relaxation knows.

    Attributes
    ----------
    opened : array of bool
        The best plan found, existing sites in it.
    value, bound : float
        Its students times distance, and the least that any plan may have.
    out, sure : array of bool
        Candidates that no plan better than this one opens, and those that each of them opens.
    """

    opened: Bools
    value: float
    bound: float
    out: Bools
    sure: Bools


def relax(pairs: Pairs, k: int, existing: Bools, far: Floats, limits: Limits) -> Relaxation:
    """Search a plan by exchanging sites, and a bound by Lagrangian relaxation.

    Parameters
    ----------
    pairs : Pairs
        Demand, candidates and distances.
    k : int
        New sites at most.
    existing : array of bool
        Candidates that are open whatever happens.
    far : array
        Cost of each demand point when none of its pairs is open.
    limits : Limits
        It stops at this gap, or after half of the time.

    Notes
    -----
    That each point has one site is priced with u: `sum u - sum of the k largest sum_i max(0, u_i -
    c_ij)` is a bound for any u, and a subgradient raises it. The plan begins greedily, and swaps
    one open for one closed site as long as that helps.

    References
    ----------
    Narula SC, Ogbu UI, Samuelsson HM (1977) Oper Res 25:709-713 (relaxation). Held M, Wolfe P,
    Crowder HP (1974) Math Prog 6:62-88 (step). Resende MGC, Werneck RF (2007) Ann Oper Res
    150:205-230 (swaps).
    """
    start = time.perf_counter()
    cost = pairs.students[pairs.row] * pairs.distance
    swaps = _Swaps(pairs, cost, far, existing)
    opened = swaps.improve(swaps.greedy(k))
    value = swaps.value(opened)
    price = np.minimum(swaps.second(opened), far)
    best, best_gain, step, waited = -np.inf, np.zeros(len(existing)), 1.0, 0
    for _ in range(ITERATIONS):
        gain = swaps.gain(price)
        first = _most(gain, existing, k)
        bound = float(price.sum() - gain[first].sum())
        if bound > best + _SAME * abs(best if np.isfinite(best) else 1.0):
            best, best_gain, waited = bound, gain, 0
        else:
            waited += 1
        if waited >= _PATIENCE:
            step, waited = step / 2, 0
            found = swaps.improve(first)
            if swaps.value(found) < value:
                opened, value = found, swaps.value(found)
        slow = time.perf_counter() - start > limits.seconds / 2
        if value - best <= limits.gap * value or step < _SHORTEST or slow:
            break
        slope = 1.0 - swaps.taken(price, first)
        slope[(price >= far) & (slope > 0)] = 0.0
        size = float(slope @ slope)
        if size == 0:
            break
        price = np.clip(price + step * (value - bound) / size * slope, 0.0, far)
    return Relaxation(opened, value, best, *_fixed(best_gain, existing, k, value - best, value))


def _most(gain: Floats, existing: Bools, k: int) -> Bools:
    """Open existing sites and the k others with the largest gain."""
    opened = existing.copy()
    free = np.flatnonzero(~existing)
    opened[free[np.argsort(-gain[free], kind="stable")[:k]]] = True
    return opened


def _fixed(gain: Floats, existing: Bools, k: int, room: float, value: float) -> tuple[Bools, Bools]:
    """Tell which candidates no better plan opens, and which every better plan opens."""
    order = np.sort(gain[~existing])[::-1]
    room += _SAME * abs(value)
    if k >= len(order):
        return np.zeros_like(existing), existing.copy()
    out = ~existing & (order[k - 1] - gain > room) if k else ~existing
    return out, existing | (gain - order[k] > room)


@dataclass(eq=False)
class _Swaps:
    """Costs of plans over sparse pairs; each point pays `far` where none of its pairs is open."""

    pairs: Pairs
    cost: Floats
    far: Floats
    existing: Bools

    def two(self, opened: Bools) -> tuple[np.ndarray, Floats, Floats]:
        """Give each point its nearest open site (-1: none) and the costs of the nearest two."""
        known = np.flatnonzero(opened[self.pairs.column])
        row = self.pairs.row[known]
        points, at = np.unique(row, return_index=True)
        site = np.full(len(self.far), -1, dtype=np.intp)
        first, second = self.far.copy(), self.far.copy()
        site[points] = self.pairs.column[known[at]]
        first[points] = np.minimum(self.cost[known[at]], self.far[points])
        after = np.minimum(at + 1, len(known) - 1)
        has = row[after] == points if len(known) else np.zeros(0, dtype=np.bool_)
        has &= after > at
        second[points[has]] = np.minimum(self.cost[known[after[has]]], self.far[points[has]])
        return site, first, second

    def value(self, opened: Bools) -> float:
        """Give the cost of a plan."""
        return float(self.two(opened)[1].sum())

    def second(self, opened: Bools) -> Floats:
        """Give the cost of each point's second open site."""
        return self.two(opened)[2]

    def gain(self, price: Floats) -> Floats:
        """Give what each candidate is worth at these prices."""
        left = np.maximum(price[self.pairs.row] - self.cost, 0.0)
        return np.asarray(np.bincount(self.pairs.column, left, len(self.existing)), dtype=float)

    def taken(self, price: Floats, opened: Bools) -> Floats:
        """Count the open sites that want each point at these prices."""
        wants = opened[self.pairs.column] & (price[self.pairs.row] > self.cost)
        return np.bincount(self.pairs.row[wants], minlength=len(price)).astype(float)

    def greedy(self, k: int) -> Bools:
        """Open, one after another, the site that saves most."""
        opened = self.existing.copy()
        for _ in range(min(k, int((~opened).sum()))):
            gain = self.gain(self.two(opened)[1])
            gain[opened] = -1.0
            opened[int(np.argmax(gain))] = True
        return opened

    def improve(self, opened: Bools) -> Bools:
        """Swap one new site for a closed one as long as the cost falls."""
        opened = opened.copy()
        while True:
            inside = np.flatnonzero(opened & ~self.existing)
            if not len(inside):
                return opened
            saved = self._saved(opened, inside)
            new, old = np.unravel_index(int(np.argmax(saved)), saved.shape)
            if saved[new, old] <= _SAME * self.value(opened):
                return opened
            opened[new], opened[inside[old]] = True, False

    def _saved(self, opened: Bools, inside: np.ndarray) -> Floats:
        """Give what each swap saves, closed candidate by open new site."""
        site, first, second = self.two(opened)
        row, column, cost = self.pairs.row, self.pairs.column, self.cost
        place = np.full(len(opened), -1, dtype=np.intp)
        place[inside] = np.arange(len(inside))
        own = np.where(site >= 0, place[site], -1)  # which new site a point would lose
        gain = self.gain(first)
        lost = np.bincount(own[own >= 0], (second - first)[own >= 0], len(inside))
        near = (own[row] >= 0) & (cost < second[row])
        cell = column[near] * len(inside) + own[row[near]]
        kept = second[row[near]] - np.maximum(cost[near], first[row[near]])
        extra = np.bincount(cell, kept, len(opened) * len(inside))
        saved = gain[:, None] - lost + extra.reshape(len(opened), len(inside))
        saved[opened] = -np.inf
        return np.asarray(saved)
