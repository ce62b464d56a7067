"""One statistic of a whole map, tested: the record, and what stands against a test."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from analytics.autocorrelation.chance import (
    Inference,
    Orders,
    normal_p,
    permutation_p,
    shuffled_counts,
)
from analytics.inputs import Floats
from geo.weights.weights import Weights

Assumption = Literal["randomisation", "normality"]

STATES = (
    "tested",
    "too few areas",
    "no links",
    "constant values",
    "covers all areas",
    "one area above zero",
    "not two categories",
)
"""Why a map has a number or none: see `GlobalTest`."""

_TIE = 1e-9  # draws this close to the observed, in standard deviations, are equal to it


@dataclass(frozen=True)
class GlobalTest:
    """A statistic of a whole map and how far chance explains it.

    Attributes
    ----------
    statistic, expected, variance
        Observed value, and its mean and variance under the null.
    z, p
        Standardised value and its normal p-value for the alternative asked.
    n
        Areas that count: those with a value, islands included.
    islands
        Areas among them without any neighbour. They add nothing to sums over links but belong to
        the mean, the variance and n, so that the moments are exact for shuffled values (as esda,
        and spdep with `zero.policy=TRUE, adjust.n=FALSE`). To leave them out, pass
        `weights.subset` without them.
    state
        "tested"; or without any number "too few areas" (under 4), "no links", "constant values",
        "covers all areas" (the links join all areas alike, so the statistic is the same for every
        order of the values), "one area above zero" (of the general G), "not two categories" (of
        join counts).
    p_sim, draws
        Permutation p-value and draws behind it; NaN and 0 when none were asked.
    """

    statistic: float = np.nan
    expected: float = np.nan
    variance: float = np.nan
    z: float = np.nan
    p: float = np.nan
    n: int = 0
    islands: int = 0
    state: str = "tested"
    p_sim: float = np.nan
    draws: int = 0


def conclude(
    statistic: Callable[[Orders], Floats],
    moments: tuple[float, float],
    weights: Weights,
    how: Inference,
    *,
    toward: int = 1,
) -> GlobalTest:
    """Test one statistic of a map.

    Parameters
    ----------
    statistic
        Gives the statistic of b maps, shape (1, b), from b orders of the areas, shape (m, b).
    moments
        Mean and variance under the null; variance 0 gives the state "covers all areas".
    weights
        Weights over the m areas that count.
    how
        The test asked.
    toward
        -1 when small statistics speak for likeness of neighbours, as Geary's C: z and the
        one-sided alternatives are turned so that "greater" asks for more likeness.

    Returns
    -------
    GlobalTest
        The record.

    Examples
    --------
    >>> pair = Weights.from_edges("ab", "ab", "ba")
    >>> conclude(lambda _: np.array([[3.0]]), (1.0, 4.0), pair, Inference()).z
    1.0
    """
    return conclude_each(statistic, [moments], weights, how, toward=toward)[0]


def conclude_each(
    statistics: Callable[[Orders], Floats],
    moments: Sequence[tuple[float, float]],
    weights: Weights,
    how: Inference,
    *,
    toward: int = 1,
) -> list[GlobalTest]:
    """Test k statistics of one map, shuffled together.

    Parameters
    ----------
    statistics
        As `statistic` of `conclude`, shape (k, b).
    moments
        Mean and variance of each.
    weights, how, toward
        As for `conclude`.

    Returns
    -------
    list of GlobalTest
        One record a statistic.

    Examples
    --------
    >>> pair = Weights.from_edges("ab", "ab", "ba")
    >>> conclude_each(lambda _: np.array([[3.0]]), [(1.0, 0.0)], pair, Inference())[0].state
    'covers all areas'
    """
    observed = statistics(np.arange(weights.n)[:, None])[:, 0]
    variances = np.array([variance for _, variance in moments])
    p_sim = np.full(len(observed), np.nan)
    if how.null and (variances > 0).any():
        tie = _TIE * np.sqrt(variances)
        lesser, greater = shuffled_counts(statistics, weights.n, tie, how)
        tails = (lesser, greater) if toward > 0 else (greater, lesser)
        p_sim = permutation_p(*tails, how.draws, how.alternative)
    fixed = GlobalTest(n=weights.n, islands=len(weights.isolates), state="covers all areas")
    records = []
    for value, (mean, variance), by_draws in zip(observed, moments, p_sim, strict=True):
        if variance <= 0:
            records.append(fixed)
            continue
        z = toward * float(value - mean) / math.sqrt(variance)
        record = replace(fixed, statistic=float(value), expected=mean, variance=variance, z=z)
        record = replace(record, p=normal_p(z, how.alternative), state="tested")
        if how.null:
            record = replace(record, p_sim=float(by_draws), draws=how.draws)
        records.append(record)
    return records


def untestable(weights: Weights, *columns: Floats) -> GlobalTest | None:
    """Say why a map cannot be tested, if so.

    Parameters
    ----------
    weights
        Weights over the areas that count.
    columns
        Standardised values, NaN when they are all equal.

    Returns
    -------
    GlobalTest or None
        A record without numbers, or None when nothing stands against a test.

    Examples
    --------
    >>> untestable(Weights.from_edges("ab", "ab", "ba"), np.array([-1.0, 1.0])).state
    'too few areas'
    """
    reasons = {
        "too few areas": weights.n < 4,
        "no links": weights.sparse.nnz == 0,
        "constant values": any(np.isnan(column).any() for column in columns),
    }
    state = next((word for word, holds in reasons.items() if holds), None)
    islands = len(weights.isolates)
    return None if state is None else GlobalTest(n=weights.n, islands=islands, state=state)


def refuse_self(weights: Weights, what: str) -> None:
    """Raise ValueError when areas are their own neighbours.

    Parameters
    ----------
    weights
        Weights.
    what
        Name of the statistic, for the message.

    Raises
    ------
    ValueError
        Naming how many areas and the first.

    Examples
    --------
    >>> refuse_self(Weights.from_edges("ab", "ab", "ba").with_self(), "Moran's I")
    Traceback (most recent call last):
    ValueError: 2 areas are their own neighbours, the first 'a': give Moran's I weights without self
    """
    own: Any = weights.sparse.diagonal() > 0
    if own.any():
        raise ValueError(
            f"{int(own.sum())} areas are their own neighbours, the first {weights.ids[own][0]!r}: "
            f"give {what} weights without self"
        )


def check_assumption(assumption: str, what: str, *, normal: bool = True) -> None:
    """Raise ValueError for an assumption under which a statistic has no published moments.

    Parameters
    ----------
    assumption
        What was asked.
    what
        Name of the statistic, for the message.
    normal
        Whether there are moments for independent normal values.

    Raises
    ------
    ValueError
        Anything but "randomisation" and, where it applies, "normality".

    Examples
    --------
    >>> check_assumption("normality", "Lee's L", normal=False)
    Traceback (most recent call last):
    ValueError: Lee's L has moments under 'randomisation', not 'normality'
    """
    allowed = get_args(Assumption)[: 1 + normal]
    if assumption not in allowed:
        words = " or ".join(repr(word) for word in allowed)
        raise ValueError(f"{what} has moments under {words}, not {assumption!r}")
