"""What a plan of sites must keep to, and how one is found by HiGHS."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from analytics.inputs import Bools, Floats, floats

OPTIMAL, STOPPED, NONE = "within the gap", "stopped at the time limit", "no plan keeps the rules"
_WHOLE = 0.5  # a binary above this is 1


@dataclass(frozen=True)
class Limits:
    """When the search may stop.

    Attributes
    ----------
    gap : float
        Relative distance between the plan found and the best that may exist.
    seconds : float
        Time limit; the plan found until then stands, with its own gap.
    """

    gap: float = 0.01
    seconds: float = 60.0


@dataclass(frozen=True, eq=False)
class Rules:
    """What a plan must keep to, beside the number of new sites.

    Attributes
    ----------
    existing : sequence
        Candidates that are sites already: open whatever happens, and not counted as new.
    cost : Series, optional
        Of each candidate; those of existing sites do not count.
    budget : float, optional
        The costs of new sites add up to this at most.
    capacity : Series, optional
        Students that each candidate can serve.
    hard : Series of bool, optional
        Demand points in the hardest fifth of a condition.
    floor : float
        Least part of the students reached who live at these points.
    """

    existing: Sequence[object] = ()
    cost: pd.Series | None = None
    budget: float | None = None
    capacity: pd.Series | None = None
    hard: pd.Series | None = None
    floor: float = 0.0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Demand points, candidates, and the distance of the pairs that are near enough to matter.

    Attributes
    ----------
    demand : Series
        Students by demand point, 0 or more.
    candidates : Index
        Ids of the candidates.
    row, column : array of int
        Positions of the two of each pair, nearest first within a demand point.
    distance : array
        Of each pair, in any unit of way or time.
    """

    demand: pd.Series
    candidates: pd.Index
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    distance: Floats

    @classmethod
    def of(
        cls,
        demand: pd.Series,
        candidates: pd.Index,
        pairs: tuple[pd.Series, pd.Series, pd.Series],
    ) -> Pairs:
        """Lay pairs out.

        Parameters
        ----------
        demand : Series
            Students by demand point.
        candidates : Index
            Ids of the candidates.
        pairs : tuple of Series
            Demand point, candidate and distance, a row a pair; pairs that are not there are too
            far apart.

        Raises
        ------
        ValueError
            Unknown ids, a pair given twice, students or distances missing or below 0.
        """
        row, column = (
            index.get_indexer(pd.Index(ids))
            for index, ids in ((demand.index, pairs[0]), (candidates, pairs[1]))
        )
        distance, students = floats(pairs[2]), floats(demand)
        if (row < 0).any() or (column < 0).any():
            raise ValueError("a pair names a demand point or a candidate that is not there")
        if pd.Index(row * len(candidates) + column).has_duplicates:
            raise ValueError("a pair of demand point and candidate is given twice")
        if not ((distance >= 0).all() and (students >= 0).all() and np.isfinite(distance).all()):
            raise ValueError("students or distances are missing or below 0")
        order = np.lexsort((distance, row))
        return cls(demand, candidates, row[order], column[order], distance[order])

    @property
    def students(self) -> Floats:
        """Students by demand point."""
        return floats(self.demand)

    def reach(self, within: float) -> csr_array:
        """Mark which candidates reach which demand points, shape (points, candidates)."""
        near = self.distance <= within
        cells = (np.ones(int(near.sum())), (self.row[near], self.column[near]))
        return coo_array(cells, shape=(len(self.demand), len(self.candidates))).tocsr()

    def opened(self, ids: Sequence[object]) -> Bools:
        """Mark candidates by their ids."""
        at = self.candidates.get_indexer(pd.Index(list(ids), dtype=object))
        if (at < 0).any():
            raise ValueError("an existing site is not among the candidates; add it to them")
        marks = np.zeros(len(self.candidates), dtype=np.bool_)
        marks[at] = True
        return marks

    def nearest(self, opened: Bools) -> tuple[NDArray[np.intp], Floats]:
        """Give each demand point its nearest open site (-1 for none) and the distance to it."""
        known = opened[self.column]
        row, first = np.unique(self.row[known], return_index=True)
        site = np.full(len(self.demand), -1, dtype=np.intp)
        way = np.full(len(self.demand), np.inf)
        site[row], way[row] = self.column[known][first], self.distance[known][first]
        return site, way


@dataclass(frozen=True, eq=False)
class Sites:
    """A plan of sites.

    Attributes
    ----------
    chosen : Index
        New sites, in the order of the candidates; empty when no plan keeps the rules.
    value : float
        What was sought: students reached, students times distance, the longest way, or new sites.
    bound : float
        Best value that any plan may have.
    gap : float
        Relative distance of the two.
    status : str
        `OPTIMAL`, `STOPPED` or `NONE`.
    seconds : float
        Time taken.
    served : DataFrame
        Index demand point: `site` (missing where none serves it), `distance` to it, and
        `students` served.
    """

    chosen: pd.Index
    value: float
    bound: float
    gap: float
    status: str
    seconds: float
    served: pd.DataFrame = field(repr=False)


@dataclass(eq=False)
class Model:
    """A mixed-integer model: a binary for each candidate first, then continuous ones from 0.

    Candidates that are `out` stay closed, those that are `sure` open.
    """

    pairs: Pairs
    rules: Rules
    cost: Floats
    rows: list[LinearConstraint] = field(default_factory=list)
    out: Bools | None = None
    sure: Bools | None = None

    def __post_init__(self) -> None:
        self.candidates = len(self.pairs.candidates)
        self.extra = len(self.cost) - self.candidates
        self.existing = self.pairs.opened(self.rules.existing)

    def add(
        self, first: csr_array, second: csr_array | None, low: Floats | float, high: Floats | float
    ) -> None:
        """Add rows `low <= first x + second z <= high`."""
        rest = csr_array((first.shape[0], self.extra)) if second is None else second
        self.rows.append(LinearConstraint(hstack([first, rest]).tocsr(), low, high))

    def new_sites(self, k: int) -> None:
        """Open k new sites at most, within the budget."""
        self.add(csr_array((~self.existing).astype(float)[None]), None, -np.inf, k)
        if self.rules.budget is not None:
            self.add(csr_array(self.costs()[None]), None, -np.inf, self.rules.budget)

    def costs(self) -> Floats:
        """Give the cost of opening each candidate; nothing for an existing site."""
        if self.rules.cost is None:
            raise ValueError("a budget needs the cost of each candidate")
        cost = floats(self.rules.cost.reindex(self.pairs.candidates))
        if not (cost[~self.existing] >= 0).all():
            raise ValueError("the cost of a candidate is missing or below 0")
        return np.asarray(np.where(self.existing, 0.0, np.nan_to_num(cost)))

    def solve(self, limits: Limits, most: Floats | float = 1.0) -> Answer:
        """Find the plan with the least cost; `most` bounds the continuous variables."""
        start = time.perf_counter()
        opened = self.existing if self.sure is None else self.existing | self.sure
        closed = np.zeros_like(opened) if self.out is None else self.out
        low = np.concatenate([opened.astype(float), np.zeros(self.extra)])
        high = np.concatenate([1.0 - closed, np.broadcast_to(most, self.extra)])
        whole = np.concatenate([np.ones(self.candidates), np.zeros(self.extra)])
        found = milp(
            self.cost,
            integrality=whole,
            bounds=Bounds(low, high),
            constraints=self.rows,
            options={"mip_rel_gap": limits.gap, "time_limit": limits.seconds},
        )
        seconds = time.perf_counter() - start
        if found.x is None:
            return Answer(None, None, -np.inf, STOPPED if found.status == 1 else NONE, seconds)
        x, z = np.split(found.x, [self.candidates])
        bound = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
        status = OPTIMAL if found.status == 0 else STOPPED
        return Answer(np.asarray(x > _WHOLE), np.asarray(z), float(bound), status, seconds)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver found: open candidates, other variables, bound, state and time."""

    opened: Bools | None
    rest: Floats | None
    bound: float
    status: str
    seconds: float


def plan(
    model: Model, answer: Answer, value: float, bound: float, served: pd.DataFrame | None = None
) -> Sites:
    """Make a plan of an answer; the value is measured on the sites, not taken from the solver."""
    pairs, opened = model.pairs, answer.opened
    if opened is None:
        served = serve(pairs, np.zeros(len(pairs.candidates), dtype=np.bool_))
        nan = float("nan")
        return Sites(pairs.candidates[:0], nan, nan, nan, answer.status, answer.seconds, served)
    chosen = pairs.candidates[opened & ~model.existing]
    gap = abs(value - bound) / max(abs(value), 1e-12)
    table = serve(pairs, opened) if served is None else served
    return Sites(chosen, value, bound, gap, answer.status, answer.seconds, table)


def serve(pairs: Pairs, opened: Bools, within: float = np.inf) -> pd.DataFrame:
    """Serve each demand point by its nearest open site, where one is within reach."""
    site, way = pairs.nearest(opened)
    inside = (site >= 0) & (way <= within)
    names = pd.Series(pairs.candidates[site], pairs.demand.index).where(inside)
    return pd.DataFrame(
        {
            "site": names,
            "distance": np.where(inside, way, np.nan),
            "students": np.where(inside, pairs.students, 0.0),
        },
        index=pairs.demand.index,
    )
