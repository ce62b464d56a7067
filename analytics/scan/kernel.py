"""Compiled loops of the scan: the likelihood ratio of a circle, and the largest of many maps.

Importing this module loads numba, so only a scan under way imports it. Logarithms are rare:
`bounds` says below which count no circle of a size reaches a level, which is one comparison for
many maps, and `k log k` of whole counts comes from a table. The compiled code is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from math import log, sqrt
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.inputs import Floats
from analytics.scan.study import Flags, Positions, Starts

Function = TypeVar("Function", bound=Callable[..., Any])

LANES = 32
"""Maps scanned together: one pass over the circles serves them all."""

_HALVINGS = 20
_RUNGS = 64  # levels with bounds: 0, 0.02, ... each higher by a part, to above 1,000
_LOWEST, _STEP = 0.02, 1.2
_SLACK = 1e-9  # bounds are widened by this much against rounding


class Likelihood(NamedTuple):
    """What the likelihood ratio needs beside a count, a size and the total of cases.

    Attributes
    ----------
    base, whole : ndarray and float
        Size of each location, and their sum: expected cases (Poisson) or population (Bernoulli).
    bernoulli, high, low : bool
        Which model, and the sides that count.
    fewest : float
        Fewest cases of a circle with a high rate.
    logs : ndarray
        `k log k` for k = 0, 1, ...; empty when counts or populations are not whole.
    """

    base: Floats
    whole: float
    bernoulli: bool
    high: bool
    low: bool
    fewest: float
    logs: Floats


class Circles(NamedTuple):
    """`order`, `closes` and `starts` of `analytics.scan.study.Windows`."""

    order: Positions
    closes: Flags
    starts: Starts


class Bounds(NamedTuple):
    """Counts that a circle must pass to reach a level, by level and cell of the root of its size.

    A circle reaches one of the `levels`, ratios rising from 0, only with a count above `above` or
    below `below`; `scale` is the number of cells per unit of the root.
    """

    levels: Floats
    above: Floats
    below: Floats
    scale: float


def compiled(function: Function) -> Function:
    """Compile a function, and keep the result on disk where a folder can be written."""
    numba = import_module("numba")
    try:
        fast: Function = numba.njit(function, cache=True, nogil=True)
    except RuntimeError:  # numba's word for "no folder to keep it in"
        fast = numba.njit(function, nogil=True)
    return fast


@compiled
def _k_log_k(k: float, logs: Floats) -> float:
    """Give k log k, from the table where there is one."""
    if k <= 0:
        return 0.0
    if logs.size > 0:
        return float(logs[int(k)])
    return k * log(k)


@compiled
def log_ratio(count: float, size: float, total: float, model: Likelihood) -> float:
    """Give the log likelihood ratio of a circle, 0 on a side that does not count.

    Counts outside what the model can hold, as shuffled residuals may give, are clipped.

    References
    ----------
    Kulldorff M (1997) Communications in Statistics - Theory and Methods 26:1481-1496, sections 3.1
    (Bernoulli) and 3.2 (Poisson).
    """
    whole, logs = model.whole, model.logs
    rest = whole - size
    if size <= 0 or rest <= 1e-12 * whole:
        return 0.0
    inside = min(max(count, 0.0), total)
    if model.bernoulli:
        inside = max(min(inside, size), total - rest)
    excess = inside * whole - total * size
    if not ((model.high and excess > 0 and inside >= model.fewest) or (model.low and excess < 0)):
        return 0.0
    outside = total - inside
    ratio = _k_log_k(inside, logs) + _k_log_k(outside, logs) - _k_log_k(total, logs)
    if model.bernoulli:
        ratio += _k_log_k(size - inside, logs) + _k_log_k(rest - outside, logs)
        ratio += _k_log_k(whole, logs) - _k_log_k(whole - total, logs)
        return max(ratio - _k_log_k(size, logs) - _k_log_k(rest, logs), 0.0)
    return max(ratio - inside * log(size / whole) - outside * log(rest / whole), 0.0)


@compiled
def _edge(size: float, total: float, level: float, model: Likelihood, far: float) -> float:
    """Find by halving the count between the expected one and `far` where the ratio is `level`."""
    near = total * size / model.whole
    for _ in range(_HALVINGS):
        middle = 0.5 * (near + far)
        if log_ratio(middle, size, total, model) < level:
            near = middle
        else:
            far = middle
    return near


@compiled
def _upper(size: float, total: float, level: float, model: Likelihood) -> float:
    """Give the count that a high rate needs for a level, or infinity when none is enough."""
    if size <= 0:
        return -1.0
    full = min(total, size) if model.bernoulli else total
    if log_ratio(full, size, total, model) < level:
        return np.inf
    return _edge(size, total, level, model, full) * (1 - _SLACK) - _SLACK


@compiled
def _lower(size: float, total: float, level: float, model: Likelihood) -> float:
    """Give the count that a low rate needs for a level, or minus infinity when 0 is too many."""
    if size >= model.whole * (1 - _SLACK):
        return np.inf
    none = max(0.0, total - model.whole + size) if model.bernoulli else 0.0
    if log_ratio(none, size, total, model) < level:
        return -np.inf
    return _edge(size, total, level, model, none) * (1 + _SLACK) + _SLACK


@compiled
def bounds(least: float, most: float, largest: float, cells: int, model: Likelihood) -> Bounds:
    """Bound the counts of circles that reach levels.

    The count that reaches a level grows with the size and with the total of cases, so the lower
    end of a cell and the least total bound it from below, and their opposites from above. The
    model has an empty table: the edge is no whole count.
    """
    levels = np.zeros(_RUNGS)
    above, below = np.full((_RUNGS, cells + 2), np.inf), np.full((_RUNGS, cells + 2), -np.inf)
    scale = cells / sqrt(largest)
    for rung in range(_RUNGS):
        if rung > 0:
            levels[rung] = _LOWEST * _STEP ** (rung - 1)
        for cell in range(cells + 2):
            if model.high:
                above[rung, cell] = _upper((cell / scale) ** 2, least, levels[rung], model)
            if model.low:
                below[rung, cell] = _lower(((cell + 1) / scale) ** 2, most, levels[rung], model)
    return Bounds(levels, above, below, scale)


@compiled
def largest_ratios(
    counts: Floats, totals: Floats, circles: Circles, bound: Bounds, model: Likelihood
) -> Floats:
    """Give the largest ratio of each of `LANES` maps: `counts` (n, LANES), `totals` (LANES,)."""
    best, inside = np.zeros(LANES), np.zeros(LANES)
    rungs = np.zeros(LANES, dtype=np.int64)  # highest level that each map has reached
    for centre in range(circles.starts.size - 1):
        inside[:] = 0.0
        size = 0.0
        lowest = rungs.min()
        for place in range(circles.starts[centre], circles.starts[centre + 1]):
            location = circles.order[place]
            size += model.base[location]
            cell = int(sqrt(size) * bound.scale)
            above, below = bound.above[lowest, cell], bound.below[lowest, cell]
            # In one loop, which the compiler turns into a few instructions for all maps.
            beyond = 0
            for lane in range(LANES):
                count = inside[lane] + counts[location, lane]
                inside[lane] = count
                beyond += (count > above) | (count < below)
            if beyond == 0 or not circles.closes[place]:
                continue
            for lane in range(LANES):
                count, rung = inside[lane], rungs[lane]
                if count > bound.above[rung, cell] or count < bound.below[rung, cell]:
                    ratio = log_ratio(count, size, totals[lane], model)
                    if ratio > best[lane]:
                        best[lane] = ratio
                        rungs[lane] = np.searchsorted(bound.levels, ratio, side="right") - 1
    return best


@compiled
def best_circles(
    counts: Floats, total: float, circles: Circles, free: Flags, model: Likelihood
) -> tuple[Floats, NDArray[np.int64]]:
    """Give the likeliest circle of each centre that holds only free locations, on one map.

    That is its log likelihood ratio, 0 when there is none, and where in `order` it ends.
    """
    centres = circles.starts.size - 1
    ratios, lasts = np.zeros(centres), np.zeros(centres, dtype=np.int64)
    for centre in range(centres):
        inside = size = 0.0
        for place in range(circles.starts[centre], circles.starts[centre + 1]):
            location = circles.order[place]
            if not free[location]:
                break
            size += model.base[location]
            inside += counts[location]
            if circles.closes[place]:
                ratio = log_ratio(inside, size, total, model)
                if ratio > ratios[centre]:
                    ratios[centre], lasts[centre] = ratio, place
    return ratios, lasts
