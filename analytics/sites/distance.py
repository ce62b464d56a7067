"""Sites that make ways short: on average (p-median), or for those who have it farthest."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array, csr_array

from analytics.inputs import Bools, Floats
from analytics.sites.coverage import LIMITS, NO_RULES
from analytics.sites.relaxation import Relaxation, relax
from analytics.sites.rules import (
    NONE,
    OPTIMAL,
    STOPPED,
    Answer,
    Limits,
    Model,
    Pairs,
    Rules,
    Sites,
    plan,
)


def p_median(
    pairs: Pairs,
    k: int,
    *,
    beyond: float | None = None,
    step: float = 0.0,
    rules: Rules = NO_RULES,
    limits: Limits = LIMITS,
) -> Sites:
    """Place k new sites so that students have the shortest ways to the nearest one in total.

    Parameters
    ----------
    pairs : Pairs
        Demand, candidates and distances.
    k : int
        New sites at most.
    beyond : float, optional
        Distance that counts for students without any site among their pairs; None wants everyone
        served, and so pairs that are complete.
    step : float
        Distances are rounded down to multiples of this in the search, for speed; the value is
        measured on the true distances and the gap counts what rounding may hide.
    rules : Rules
        Existing sites and budget.
    limits : Limits
        Gap and time.

    Returns
    -------
    Sites
        `value` is students times distance.

    Raises
    ------
    ValueError
        Capacity or a floor, no site to place, or a `beyond` that is nearer than a pair.

    Notes
    -----
    For each point the distances to candidates are sorted radii; z says that no site is open up to
    a radius, and a point pays the way from one radius to the next for it. Rows need only the
    candidates of one radius, `z_k + sum x >= z_(k-1)`. Before, `analytics.sites.relaxation` looks
    for a plan and a bound: within the gap they are the answer, else they say which candidates no
    better plan opens.

    References
    ----------
    Elloumi S (2010) J Comb Optim 19:69-83 (radius formulation). Cornuejols G, Nemhauser GL, Wolsey
    LA (1980) SIAM J Alg Disc Meth 1:261-272.

    Examples
    --------
    >>> import pandas as pd
    >>> ways = tuple(map(pd.Series, ([*"aabb"], [1, 2, 1, 2], [0.0, 5.0, 5.0, 1.0])))
    >>> pairs = Pairs.of(pd.Series([10.0, 30.0], list("ab")), pd.Index([1, 2]), ways)
    >>> found = p_median(pairs, 1)
    >>> found.chosen.tolist(), found.value
    ([2], 80.0)
    """
    if rules.capacity is not None or rules.floor > 0:
        raise ValueError("the p-median has no capacity and no floor; take maximal coverage")
    if k < 1 and not rules.existing:
        raise ValueError(f"{k} new sites; give 1 or more")
    if beyond is not None and beyond < pairs.distance.max(initial=0.0):
        raise ValueError("students without a site would have a shorter way than others")
    start = time.perf_counter()
    used = pairs
    if step > 0:
        used = replace(pairs, distance=np.floor(pairs.distance / step) * step)
    known = _relaxed(used, k, beyond, rules, limits)
    model, constant, most = _radius_model(used, rules, beyond)
    model.new_sites(k)
    if known is not None:
        model.out, model.sure = known.out, known.sure
    if known is not None and known.value - known.bound <= limits.gap * known.value:
        answer = Answer(known.opened, None, -np.inf, OPTIMAL, 0.0)
    else:
        answer = model.solve(limits, most)
    if known is not None and answer.opened is None:
        answer = replace(answer, opened=known.opened, status=STOPPED)
    if answer.opened is None:
        return plan(model, answer, np.nan, np.nan)
    value = _cost(pairs, answer.opened, beyond)
    bound = constant + answer.bound
    if known is not None:
        bound = max(bound, known.bound)
        answer = replace(answer, seconds=time.perf_counter() - start)
    found = plan(model, answer, value, min(bound, value))
    return replace(found, status=OPTIMAL) if found.gap <= limits.gap else found


def _cost(pairs: Pairs, opened: Bools, beyond: float | None) -> float:
    """Students times the true distance of a plan."""
    way = pairs.nearest(opened)[1]
    return float(
        pairs.students @ np.where(np.isinf(way), np.nan if beyond is None else beyond, way)
    )


def _relaxed(
    pairs: Pairs, k: int, beyond: float | None, rules: Rules, limits: Limits
) -> Relaxation | None:
    """Relax the question, where every plan has a cost and money plays no part."""
    complete = len(pairs.row) == len(pairs.demand) * len(pairs.candidates)
    if rules.budget is not None or (beyond is None and not complete):
        return None
    longest = float(pairs.distance.max(initial=0.0)) if beyond is None else beyond
    # One more than the longest way: no point prefers to have no site.
    far = pairs.students * (longest + (1.0 if beyond is None else 0.0))
    return relax(pairs, k, pairs.opened(rules.existing), far, limits)


def _radius_model(pairs: Pairs, rules: Rules, beyond: float | None) -> tuple[Model, float, Floats]:
    """Make the model by radii; also the cost of all first radii, and the bounds of z."""
    points, candidates = len(pairs.demand), len(pairs.candidates)
    new = np.ones(len(pairs.row), dtype=np.bool_)
    new[1:] = (np.diff(pairs.row) > 0) | (np.diff(pairs.distance) > 0)
    radius = np.cumsum(new) - 1  # which radius each pair lies at, over all points
    point, at = pairs.row[new], pairs.distance[new]
    last = np.append(np.diff(point) > 0, True)
    far = np.where(last, at if beyond is None else beyond, np.append(at[1:], 0.0))
    weight = pairs.students
    cost = np.concatenate([np.zeros(candidates), weight[point] * (far - at)])
    model = Model(pairs, rules, cost)
    count = len(point)
    sites = coo_array((np.ones(len(radius)), (radius, pairs.column)), shape=(count, candidates))
    follows = np.flatnonzero(~np.append(True, np.diff(point) > 0))
    here = np.arange(count)
    chain = coo_array(
        (
            np.concatenate([np.ones(count), -np.ones(len(follows))]),
            (np.concatenate([here, follows]), np.concatenate([here, follows - 1])),
        ),
        shape=(count, count),
    )
    low = np.ones(count)
    low[follows] = 0.0
    model.add(sites.tocsr(), chain.tocsr(), low, np.inf)
    # With complete pairs everyone has a site within the last radius.
    most = np.where(last & (beyond is None), 0.0, 1.0)
    seen = np.isin(np.arange(points), point)
    if not seen.all() and beyond is None:
        model.add(csr_array((1, candidates)), None, 1.0, np.inf)  # a point without any pair
    lone = 0.0 if beyond is None else float(weight[~seen].sum() * beyond)
    first = np.append(True, np.diff(point) > 0)
    return model, float(weight[point[first]] @ at[first]) + lone, most


def p_centre(pairs: Pairs, k: int, *, rules: Rules = NO_RULES, limits: Limits = LIMITS) -> Sites:
    """Place k new sites so that the longest way to the nearest one is as short as can be.

    Parameters
    ----------
    pairs : Pairs
        Demand, candidates and distances; points without students count as well.
    k : int
        New sites at most.
    rules : Rules
        Existing sites and budget.
    limits : Limits
        Gap of the longest way, and time of the whole search.

    Returns
    -------
    Sites
        `value` is the longest way.

    Raises
    ------
    ValueError
        Capacity or a floor, or no site to place.

    Notes
    -----
    A binary search over the distances asks whether k sites reach everyone. Points without a
    candidate in common, more than k of them, say no; sites opened greedily may say yes; HiGHS
    answers the rest. In a large place it may not: the gap then says so.

    References
    ----------
    Minieka E (1970) SIAM Rev 12:138-139 (a series of covering problems).

    Examples
    --------
    >>> import pandas as pd
    >>> ways = tuple(map(pd.Series, ([*"aabb"], [1, 2, 1, 2], [0.0, 5.0, 4.0, 1.0])))
    >>> pairs = Pairs.of(pd.Series([10.0, 30.0], list("ab")), pd.Index([1, 2]), ways)
    >>> found = p_centre(pairs, 1)
    >>> found.chosen.tolist(), found.value
    ([1], 4.0)
    """
    if rules.capacity is not None or rules.floor > 0:
        raise ValueError("the p-centre has no capacity and no floor; take maximal coverage")
    if k < 1 and not rules.existing:
        raise ValueError(f"{k} new sites; give 1 or more")
    start, existing = time.perf_counter(), pairs.opened(rules.existing)
    radii, best = np.unique(pairs.distance), None
    low, high, proven = 0, len(radii), 0
    while low < high and (best is None or radii[high] - radii[low] > limits.gap * radii[high]):
        middle = (low + high) // 2
        reach = pairs.reach(radii[middle])
        left = limits.seconds - (time.perf_counter() - start)
        opened, sure = _reaching(pairs, reach, k, rules, Limits(0.0, max(left / 2, 0.1)))
        if opened is None:
            low = middle + 1
            proven = low if sure else proven
        else:
            best = opened
            high = int(np.searchsorted(radii, pairs.nearest(opened)[1].max()))
    model = Model(pairs, rules, np.zeros(len(existing)))
    seconds = time.perf_counter() - start
    if best is None:
        status = NONE if proven == len(radii) else STOPPED
        return plan(model, Answer(None, None, -np.inf, status, seconds), np.nan, np.nan)
    value, bound = float(radii[high]), float(radii[min(proven, high)])
    status = OPTIMAL if value - bound <= limits.gap * value else STOPPED
    return plan(model, Answer(best, None, 0.0, status, seconds), value, bound)


def _reaching(
    pairs: Pairs, reach: csr_array, k: int, rules: Rules, limits: Limits
) -> tuple[Bools | None, bool]:
    """Find k new sites that reach every point; else say whether it is sure that none do."""
    existing = pairs.opened(rules.existing)
    if rules.budget is None:
        if _apart(reach, existing) > k:
            return None, True
        opened = _greedy(reach, existing, k)
        if opened is not None:
            return opened, True
    model = Model(pairs, rules, np.zeros(len(existing)))
    model.new_sites(k)
    model.add(reach, None, 1.0, np.inf)
    answer = model.solve(limits)
    return answer.opened, answer.status == NONE


def _apart(reach: csr_array, existing: Bools) -> int:
    """Count points of which no two have a candidate in common: each needs a new site of its own."""
    open_already = reach @ existing > 0
    used, count = np.zeros(reach.shape[1], dtype=np.bool_), 0
    for point in np.argsort(np.diff(reach.indptr), kind="stable"):
        if open_already[point]:
            continue
        near = reach.indices[reach.indptr[point] : reach.indptr[point + 1]]
        if not used[near].any():
            used[near] = True
            count += 1
    return count


def _greedy(reach: csr_array, existing: Bools, k: int) -> Bools | None:
    """Open, one after another, the site that reaches most points not yet reached."""
    opened, by_site = existing.copy(), reach.T.tocsr()
    waiting = ~(reach @ existing > 0)
    for _ in range(k):
        if not waiting.any():
            break
        site = int(np.argmax(by_site @ waiting))
        opened[site] = True
        waiting[by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]] = False
    return None if waiting.any() else opened
