"""A change beyond what units with such a past come to by themselves (regression to the mean)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from analytics.evaluation.group_time import check
from analytics.evaluation.histories import Histories
from analytics.inputs import Floats

NEIGHBOURS = 10


@dataclass(frozen=True)
class Corrected:
    """A change from the last year before a programme to the years with it.

    Attributes
    ----------
    change : float
        Of the pooled rate, as seen.
    by_itself : float
        Change that units without a programme with such a last year and such years before made.
    beyond : float
        The rest.
    se : float
        Of the rest, by how unlike the units are in it; NaN for one unit.
    """

    change: float
    by_itself: float
    beyond: float
    se: float


def regression_to_mean(given: Histories, *, neighbours: int = NEIGHBOURS) -> Corrected:
    """Compare with what the past of each unit foretells, learnt from units with such a past.

    The rate of the years with the programme is foretold by the last year before and the mean of the
    years before that, by least squares weighted by students over the units without a programme
    whose past is nearest. Units chosen because their last year was high are expected to fall as far
    as others with such a year do.

    Parameters
    ----------
    given : Histories
        All units with a figure in every year, not only similar ones; several starts are put
        together by their students.
    neighbours : int
        Nearest units without a programme for each unit with one.

    Raises
    ------
    ValueError
        No unit with, or fewer than two without, a programme, or no year with one.

    Notes
    -----
    Simulated on New York City, 40 schools chosen because 2021-22 was high, without any programme:
    they fell 10.0 points; -.3 remain (a line through all schools leaves +1.5, for it bends).

    References
    ----------
    Barnett AG, van der Pols JC, Dobson AJ (2005) Int J Epidemiology 34:215-220 (analysis of
    covariance).
    """
    given = given.complete()
    check(given)
    total, variance, weights = np.zeros(3), 0.0, 0.0
    for start, last in given.programmes:
        own = np.flatnonzero(given.has(start, last))
        base = given.column(given.before(start)[-1])
        since = [given.column(year) for year in given.running(start, last)]
        if not since:
            continue
        past = _past(given, base)
        near = _nearest(past, own, np.flatnonzero(given.never), neighbours)
        rate = given.x[:, since].sum(axis=1) / given.n[:, since].sum(axis=1)
        told = _line(past[near], rate[near], given.n[near, base])
        n = given.n[own, base]
        rest = rate[own] - np.column_stack([np.ones(len(own)), past[own]]) @ told
        before, after, beyond = (
            float((each * n).sum()) for each in (given.rates()[own, base], rate[own], rest)
        )
        total += np.array([after - before, after - beyond - before, beyond])
        variance += float((n**2 * (rest - beyond / n.sum()) ** 2).sum())
        weights += float(n.sum())
    if not weights:
        raise ValueError("no year with a programme")
    change, by_itself, beyond = (float(each) for each in total / weights)
    units = int((~given.never).sum())
    se = float(np.sqrt(variance * units / (units - 1)) / weights) if units > 1 else float("nan")
    return Corrected(change, by_itself, beyond, se)


def _past(given: Histories, base: int) -> Floats:
    """Last rate, and the mean rate of the years before it where there are any, (u, 1 or 2)."""
    columns = [given.rates()[:, base]]
    if base:
        columns.append(given.x[:, :base].sum(axis=1) / given.n[:, :base].sum(axis=1))
    return np.column_stack(columns)


def _nearest(past: Floats, own: np.ndarray, pool: np.ndarray, neighbours: int) -> np.ndarray:
    """Units of a pool whose past is nearest to that of some units, each once."""
    points = past / np.where(past.std(axis=0) > 0, past.std(axis=0), 1.0)
    counts = range(1, 1 + min(neighbours, len(pool)))
    _, found = cKDTree(points[pool]).query(points[own], k=counts)
    return np.asarray(pool[np.unique(found)])


def _line(past: Floats, rate: Floats, n: Floats) -> Floats:
    """Least squares of a rate on the past, weighted by students, (2 or 3,)."""
    root = np.sqrt(n)
    columns = np.column_stack([np.ones(len(past)), past]) * root[:, None]
    return np.asarray(np.linalg.lstsq(columns, rate * root, rcond=None)[0], dtype=np.float64)
