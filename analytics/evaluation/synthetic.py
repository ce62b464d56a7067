"""One place beside a mixture of others that moved as it did before: a synthetic control."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from analytics.inputs import Bools, Floats

_SUM = 1e5
"""Weight of the equation that makes the parts add up to 1, beside outcomes in deviations."""


@dataclass(frozen=True, eq=False)
class Synthetic:
    """A place less its mixture.

    Attributes
    ----------
    weights : Series
        Part of each other place, those above .001, largest first.
    gap : Series
        Outcome less mixture, index time.
    effect : float
        Mean gap since the programme began.
    fit : float
        Root mean square gap before it.
    p : float
        Part of all places whose gaps grew as much, each taken in turn as if it were the one.
    """

    weights: pd.Series
    gap: pd.Series
    effect: float
    fit: float
    p: float


def synthetic(outcomes: pd.DataFrame, place: object, began: int) -> Synthetic:
    """Mix other places so that they follow one place before its programme; outcomes alone.

    Parameters
    ----------
    outcomes : DataFrame
        Index place, columns time in order, no value missing.
    place : object
        The one with the programme.
    began : int
        First time with it.

    Raises
    ------
    ValueError
        A value is missing, the place is not in the table, or there are fewer than three points
        before or two other places.

    References
    ----------
    Abadie A, Diamond A, Hainmueller J (2010) JASA 105:493-505, equations 2 and 5 and section 3.4
    (inference by ratios of mean squared gaps); without predictors, as Arkhangelsky D et al. (2021)
    AER 111:4088-4118, table 1.
    """
    if place not in outcomes.index or outcomes.isna().any(axis=None):
        raise ValueError(f"{place!r} is not in the table, or a value is missing")
    before = np.array([time < began for time in outcomes.columns])
    if before.sum() < 3 or before.all() or len(outcomes) < 3:
        raise ValueError("three times before, one after and two other places are needed")
    table = outcomes.to_numpy(dtype=float)
    at = int(outcomes.index.get_loc(place))
    parts, gap = _mixed(table, at, before)
    ratios = np.array([_ratio(_mixed(table, i, before)[1], before) for i in range(len(table))])
    others = outcomes.index.delete(at)
    weights = pd.Series(parts, others).sort_values(ascending=False)
    return Synthetic(
        weights[weights > 1e-3],
        pd.Series(gap, outcomes.columns),
        float(gap[~before].mean()),
        float(np.sqrt((gap[before] ** 2).mean())),
        float((ratios >= ratios[at]).mean()),
    )


def _mixed(table: Floats, at: int, before: Bools) -> tuple[Floats, Floats]:
    """Parts of the other places, adding up to 1, and the gaps at all times."""
    others = np.delete(table, at, axis=0)
    scale = table[:, before].std()
    scale = scale if scale > 0 else 1.0
    equations = np.vstack([others[:, before].T / scale, np.full((1, len(others)), _SUM)])
    wanted = np.append(table[at, before] / scale, _SUM)
    parts, _ = nnls(equations, wanted, maxiter=50 * len(others))
    parts /= parts.sum()
    return parts, table[at] - parts @ others


def _ratio(gap: Floats, before: Bools) -> float:
    """Mean squared gap after, over that before."""
    fit = (gap[before] ** 2).mean()
    return float((gap[~before] ** 2).mean() / fit) if fit > 0 else float("inf")
