"""Slope and relative index of inequality over groups in order, such as fifths of a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from analytics.inputs import Floats, floats, same_index

LEAST_GROUPS = 3
ESTIMATOR: Mapping[str, str] = MappingProxyType(
    {
        "linear": "weighted regression of the rate on the ridit (OHID)",
        "log": "weighted regression of the log rate on the ridit (OHID, with transformation)",
        "logit": "weighted regression of the log odds on the ridit (OHID, with transformation)",
    }
)
"""What the index is, in words, by scale: linear and transformed ones differ."""
_Map = Callable[[Floats], Floats]


@dataclass(frozen=True)
class _Scale:
    """A scale of rates: there, back, and how fast each goes at a rate."""

    there: _Map
    back: _Map
    speed: _Map


_SCALES: Mapping[str, _Scale] = MappingProxyType(
    {
        "linear": _Scale(lambda p: p, lambda y: y, np.ones_like),
        "log": _Scale(np.log, np.exp, lambda p: 1 / p),
        "logit": _Scale(logit, expit, lambda p: 1 / (p * (1 - p))),
    }
)


@dataclass(frozen=True)
class SlopeIndex:
    """Difference and ratio between the two ends of an order of groups.

    Attributes
    ----------
    sii, sii_low, sii_high : float
        Slope index: fitted rate at the last end less that at the first.
    rii, rii_low, rii_high : float
        Relative index: fitted rate at the last end over that at the first.
    start : float
        Fitted rate at the first end.
    estimator : str
        One of `ESTIMATOR`.
    state : str
        "estimated"; "too few groups" (under 3) or "a group is withheld", without figures.
    """

    sii: float
    sii_low: float
    sii_high: float
    rii: float
    rii_low: float
    rii_high: float
    start: float
    estimator: str
    state: str


def slope_index(
    rate: pd.Series,
    population: pd.Series,
    se: pd.Series,
    *,
    scale: str = "linear",
    level: float = 0.95,
) -> SlopeIndex:
    """Estimate the slope and the relative index of inequality.

    Parameters
    ----------
    rate : Series
        Rate of each group, the groups in their order, such as fifths from the easiest to the
        hardest conditions: the index is then above 0 when the hardest have the highest rate.
    population, se : Series
        Students of each group, and standard error of its rate; NaN gives no interval.
    scale : str
        "linear", "log" or "logit": that on which rates lie on a line.
    level : float
        Two-sided coverage.

    Raises
    ------
    ValueError
        An unknown scale, indexes that differ, no students in a group, or a rate of 0 (or 1) on a
        scale that has none.

    Notes
    -----
    Group i with share a of the population has the ridit b, the middle of its range of the ordered
    population. `y = alpha + beta b` is fitted with weights a; with h the way back from the scale,
    `SII = h(alpha + beta) - h(alpha)` and `RII = h(alpha + beta) / h(alpha)`. Limits are those of
    the delta method with the groups' own errors, for RII on the log scale; the English tool
    simulates them.

    References
    ----------
    Public Health England (2018) Technical guide: confidence intervals, and OHID,
    PHEindicatormethods, `phe_sii`. Low A, Low A (2004) J Public Health 26:388-395. Mackenbach JP,
    Kunst AE (1997) Soc Sci Med 44:757-771.

    Examples
    --------
    >>> rate, n = pd.Series([0.10, 0.20, 0.30, 0.40]), pd.Series([500.0] * 4)
    >>> found = slope_index(rate, n, pd.Series([0.01] * 4))
    >>> round(found.sii, 3), round(found.rii, 2), round(found.sii_low, 3)
    (0.4, 9.0, 0.365)
    """
    if scale not in _SCALES:
        raise ValueError(f"scale {scale!r}; use one of {', '.join(_SCALES)}")
    for each in (population, se):
        same_index(rate, each, "rates, students and errors")
    y, people, error = floats(rate), floats(population), floats(se)
    if len(y) < LEAST_GROUPS:
        return _none(scale, "too few groups")
    if np.isnan(y).any():
        return _none(scale, "a group is withheld")
    if not (people > 0).all():
        raise ValueError("a group has no students; leave it out")
    used = _SCALES[scale]
    with np.errstate(divide="ignore"):
        seen = used.there(y)
    if not np.isfinite(seen).all():
        raise ValueError(
            f"a rate of {y[~np.isfinite(seen)][0]:g} has no place on the {scale} scale"
        )
    return _estimated(seen, error * used.speed(y), people / people.sum(), scale, level)


def _estimated(y: Floats, error: Floats, share: Floats, scale: str, level: float) -> SlopeIndex:
    """Fit the line and bring its ends back to rates."""
    used = _SCALES[scale]
    ridit = np.cumsum(share) - share / 2
    columns = np.column_stack([np.ones_like(ridit), ridit])
    # Each end of the line is a sum of the groups' figures: these are its weights, (2, groups).
    ends = np.array([[1.0, 0.0], [1.0, 1.0]]) @ np.linalg.solve(
        columns.T @ (share[:, None] * columns), columns.T * share
    )
    first, last = used.back(ends @ y)
    slopes = ends / used.speed(np.array([first, last]))[:, None]
    reach = float(ndtri(0.5 + level / 2))
    sii = float(last - first)
    half = reach * float(np.sqrt((((slopes[1] - slopes[0]) * error) ** 2).sum()))
    rii, low, high = float("nan"), float("nan"), float("nan")
    if first > 0 and last > 0:
        rii = float(last / first)
        relative = slopes[1] / last - slopes[0] / first
        wide = float(np.exp(reach * np.sqrt(((relative * error) ** 2).sum())))
        low, high = rii / wide, rii * wide
    estimator = ESTIMATOR[scale]
    return SlopeIndex(
        sii, sii - half, sii + half, rii, low, high, float(first), estimator, "estimated"
    )


def _none(scale: str, state: str) -> SlopeIndex:
    """Say why there is no index."""
    nan = float("nan")
    return SlopeIndex(nan, nan, nan, nan, nan, nan, nan, ESTIMATOR[scale], state)
