"""Sites that reach as many students as possible, or all of them with as few sites as possible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, eye_array

from analytics.inputs import Bools, Floats, floats
from analytics.sites.rules import STOPPED, Limits, Model, Pairs, Rules, Sites, plan, serve

NO_RULES = Rules()
LIMITS = Limits()


def maximal_coverage(
    pairs: Pairs,
    k: int,
    *,
    within: float,
    rules: Rules = NO_RULES,
    limits: Limits = LIMITS,
) -> Sites:
    """Place k new sites so that most students are within reach of one.

    Parameters
    ----------
    pairs : Pairs
        Demand, candidates and distances.
    k : int
        New sites at most.
    within : float
        Distance or time that counts as within reach.
    rules : Rules
        Existing sites, budget, capacity, and the equity floor.
    limits : Limits
        Gap and time.

    Returns
    -------
    Sites
        `value` is the number of students reached. With a capacity `served` tells how many of a
        point's students have a place, and the site that takes most of them.

    Raises
    ------
    ValueError
        No site to place, or rules that do not fit the candidates.

    Notes
    -----
    Binary x for candidates, y for points: maximise `sum d y`, `y_i <= sum x_j` over the candidates
    within reach. Under a floor students within reach are reached, wanted or not: `y_i >= x_j` for
    points that are not hard, or the floor could be met by not counting them. With capacities the
    students of a point are divided, `sum_i z_ij <= c_j x_j`.

    A search that runs out of time without rules gives the better of what it found and sites opened
    one after the other, each where it adds most: that reaches 63 % of the best at least.

    References
    ----------
    Church R, ReVelle C (1974) Papers Reg Sci Assoc 32:101-118. Nemhauser GL, Wolsey LA, Fisher ML
    (1978) Math Prog 14:265-294 (one after the other). Current JR, Storbeck JE (1988)
    Environ Plan B 15:153-163 (capacities). Huangfu Q, Hall JAJ (2018) Math Prog Comp 10:119-142
    (HiGHS).

    Examples
    --------
    >>> demand = pd.Series([30.0, 20.0, 40.0], list("abc"))
    >>> near = tuple(map(pd.Series, (["a", "b", "b", "c"], [1, 1, 2, 3], [1.0] * 4)))
    >>> found = maximal_coverage(Pairs.of(demand, pd.Index([1, 2, 3]), near), 2, within=1.0)
    >>> found.chosen.tolist(), found.value
    ([1, 3], 90.0)
    """
    _refuse(k, rules)
    if rules.capacity is not None:
        return _with_capacity(pairs, k, within, rules, limits)
    reach, students = pairs.reach(within), pairs.students
    model = Model(pairs, rules, np.concatenate([np.zeros(reach.shape[1]), -students]))
    model.new_sites(k)
    model.add(-reach, eye_array(len(students)).tocsr(), -np.inf, 0.0)
    if rules.floor > 0:
        hard = _hard(pairs, rules)
        row, column = reach.nonzero()
        easy = hard[row] == 0
        ones, at = np.ones(int(easy.sum())), np.arange(int(easy.sum()))
        sites = coo_array((-ones, (at, column[easy])), shape=(len(at), reach.shape[1]))
        points = coo_array((ones, (at, row[easy])), shape=(len(at), len(students)))
        model.add(sites.tocsr(), points.tocsr(), 0.0, np.inf)
        share = students * (hard - rules.floor)
        model.add(csr_array((1, reach.shape[1])), csr_array(share[None]), 0.0, np.inf)
    answer = model.solve(limits)
    if answer.status == STOPPED and rules.budget is None and rules.floor == 0:
        answer = replace(answer, opened=_better(reach, students, model.existing, k, answer.opened))
    if answer.opened is None:
        return plan(model, answer, np.nan, np.nan)
    served = serve(pairs, answer.opened, within)
    value = float(served["students"].sum())
    bound = min(max(-answer.bound, value), float(students.sum()))
    return plan(model, answer, value, bound, served)


def _better(
    reach: csr_array, students: Floats, existing: Bools, k: int, found: Bools | None
) -> Bools:
    """Give the better of what the solver found in its time and sites opened one after the other.

    Out of time the solver may have nothing but what is there already.
    """
    one_by_one = _one_by_one(reach, students, existing, k)
    plans = [one_by_one] if found is None else [found, one_by_one]
    return max(plans, key=lambda opened: float(students[reach @ opened > 0].sum()))


def _one_by_one(reach: csr_array, students: Floats, existing: Bools, k: int) -> Bools:
    """Open the site that adds most students, k times."""
    opened = existing.copy()
    for _ in range(k):
        left = np.where(reach @ opened > 0, 0.0, students)
        adds = left @ reach
        if not adds.max() > 0:
            break
        opened[int(adds.argmax())] = True
    return opened


def _with_capacity(pairs: Pairs, k: int, within: float, rules: Rules, limits: Limits) -> Sites:
    """Divide the students of points among sites that have room."""
    near = pairs.distance <= within
    row, column = pairs.row[near], pairs.column[near]
    flows, students = len(row), pairs.students
    room = _capacity(pairs, rules)
    shape = (len(students), flows), (len(room), flows)
    of_point = coo_array((np.ones(flows), (row, np.arange(flows))), shape=shape[0]).tocsr()
    of_site = coo_array((np.ones(flows), (column, np.arange(flows))), shape=shape[1]).tocsr()
    # A trace of distance, so that students go to the nearer of two sites that have room.
    trace = 1e-6 * pairs.distance[near] / max(float(pairs.distance[near].max(initial=0.0)), 1e-12)
    model = Model(pairs, rules, np.concatenate([np.zeros(len(room)), trace - 1.0]))
    model.new_sites(k)
    model.add(csr_array((len(students), len(room))), of_point, -np.inf, students)
    model.add(-csr_array(np.diag(room)), of_site, -np.inf, 0.0)
    if rules.floor > 0:
        share = (_hard(pairs, rules) - rules.floor)[row]
        model.add(csr_array((1, len(room))), csr_array(share[None]), 0.0, np.inf)
    answer = model.solve(limits, most=np.minimum(students[row], room[column]))
    if answer.rest is None:
        return plan(model, answer, np.nan, np.nan)
    table = pd.DataFrame({"row": row, "column": column, "flow": answer.rest})
    table["distance"] = pairs.distance[near]
    most = table[table["flow"] > 1e-6].sort_values("flow").drop_duplicates("row", keep="last")
    served = pd.DataFrame(index=pairs.demand.index)
    at = served.index[most["row"]]
    served["site"] = pd.Series(pairs.candidates[most["column"]], at).reindex(served.index)
    served["distance"] = pd.Series(most["distance"].to_numpy(), at).reindex(served.index)
    served["students"] = of_point @ answer.rest
    value = float(answer.rest.sum())
    return plan(model, answer, value, max(-answer.bound, value), served)


def least_sites(
    pairs: Pairs, *, within: float, rules: Rules = NO_RULES, limits: Limits = LIMITS
) -> Sites:
    """Reach every demand point with as few new sites as possible.

    Returns
    -------
    Sites
        `value` is the number of new sites; no plan where a point has no candidate within reach.

    Raises
    ------
    ValueError
        Rules on capacity or a floor, which this question does not have.

    References
    ----------
    Toregas C, Swain R, ReVelle C, Bergman L (1971) Oper Res 19:1363-1373.

    Examples
    --------
    >>> near = tuple(map(pd.Series, (["a", "b", "b", "c"], [1, 1, 2, 3], [1.0] * 4)))
    >>> pairs = Pairs.of(pd.Series(1.0, list("abc")), pd.Index([1, 2, 3]), near)
    >>> least_sites(pairs, within=1.0).chosen.tolist()
    [1, 3]
    """
    if rules.capacity is not None or rules.floor > 0:
        raise ValueError("reaching everyone has no capacity and no floor; take maximal coverage")
    reach = pairs.reach(within)
    model = Model(pairs, rules, np.ones(reach.shape[1]))
    model.new_sites(reach.shape[1])
    model.add(reach, None, 1.0, np.inf)
    answer = model.solve(limits)
    if answer.opened is None:
        return plan(model, answer, np.nan, np.nan)
    fixed = int(model.existing.sum())
    value = float(answer.opened.sum()) - fixed
    return plan(model, answer, value, answer.bound - fixed, serve(pairs, answer.opened, within))


def _refuse(k: int, rules: Rules) -> None:
    """Refuse questions without an answer."""
    if k < 0 or (k == 0 and not rules.existing):
        raise ValueError(f"{k} new sites; give 1 or more")
    if not 0 <= rules.floor <= 1:
        raise ValueError("the floor is a part of the students reached: between 0 and 1")


def _hard(pairs: Pairs, rules: Rules) -> Floats:
    """Mark the points of the hardest fifth, 1 or 0."""
    if rules.hard is None:
        raise ValueError("a floor needs to know which demand points are hard")
    known = rules.hard.reindex(pairs.demand.index)
    if known.isna().any():
        raise ValueError("a demand point is neither hard nor not; mark each")
    return floats(known.astype(float))


def _capacity(pairs: Pairs, rules: Rules) -> Floats:
    """Give the capacity of each candidate."""
    room = floats(pd.Series(rules.capacity).reindex(pairs.candidates))
    if not (room >= 0).all():
        raise ValueError("the capacity of a candidate is missing or below 0")
    return room
