"""When a rate may be shown, by the presentation standards of the NCHS (US health statistics).

Reason codes: Q1 fewer than 30 students, Q2 interval 30 points wide or more, Q3 interval wide
against the rate itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.inputs import counts, floats
from analytics.rates.intervals import clopper_pearson, crude_rate

REASONS = {
    "": "",
    "Q1": "Fewer than 30 students: too few for a dependable rate.",
    "Q2": "The interval is 30 percentage points wide or more: too uncertain to show.",
    "Q3": "The interval is wide against the rate itself: too uncertain to show.",
    "unknown": "The count or the number of students is not known.",
}
"""Plain words for each reason code of this module."""

MIN_EFFECTIVE = 30.0
MAX_WIDTH = 0.30
NARROW = 0.05
MAX_RELATIVE = 1.30
MIN_DEGREES = 8.0


@dataclass(frozen=True)
class Reliability:
    """The verdict on one rate: "present", or "suppress" with a code and its plain words.

    With a complement footnote the rate may be shown and its complement (students not chronically
    absent) may not. A person should review 0 or 100 %, or few degrees of freedom.
    """

    status: str
    code: str
    reason: str
    complement_footnote: bool
    review: bool


def reliability(
    x: ArrayLike, n: ArrayLike, n_eff: ArrayLike | None = None, *, level: float = 0.95
) -> Any:
    """Judge whether a proportion may be shown, by the 2017 standard for proportions.

    Parameters
    ----------
    x, n : float, array or Series
        Events and denominators.
    n_eff : float, array or Series, optional
        Effective sample sizes, `n` when left out; the interval is Clopper-Pearson's at them.
    level : float
        Coverage of the interval.

    Returns
    -------
    Reliability or DataFrame
        One verdict for scalars, otherwise a row each with the same fields as columns.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or `x` above `n`.

    References
    ----------
    Parker JD, Talih M, Malec DJ et al. (2017) Vital Health Stat 2(175), table 1. Korn EL,
    Graubard BI (1998) Survey Methodology 24:193-201.

    Examples
    --------
    >>> reliability(5, 20).reason
    'Fewer than 30 students: too few for a dependable rate.'
    >>> reliability(50, 200).status
    'present'
    """
    checked = counts(x, n)
    effective = checked.n if n_eff is None else np.broadcast_to(floats(n_eff), checked.n.shape)
    p = crude_rate(checked.x, checked.n)
    low, high = clopper_pearson(p * effective, effective, level)
    table = presentation(p, low, high, np.minimum(checked.n, effective))
    return _in_shape(table, checked.like)


def presentation(
    p: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    n_eff: ArrayLike,
    *,
    degrees: ArrayLike | None = None,
) -> pd.DataFrame:
    """Apply the 2017 rule to proportions whose intervals are already known.

    Parameters
    ----------
    p, low, high : array or Series
        Proportions and their 95 % limits, fractions, shape (k,).
    n_eff : array or Series
        The smaller of sample size and effective sample size.
    degrees : array or Series, optional
        Degrees of freedom of the variance estimate, when there is one; below 8 asks for review.

    Returns
    -------
    DataFrame
        The fields of `Reliability` as columns.

    References
    ----------
    Parker JD et al. (2017) Vital Health Stat 2(175), table 1.

    Examples
    --------
    >>> presentation(0.02, 0.01, 0.036, 600).status.iloc[0]
    'present'
    """
    rate, size = floats(p), floats(n_eff)
    edge = (rate <= 0) | (rate >= 1)
    width = np.where(edge, 0.0, floats(high) - floats(low))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative, complement = width / rate, width / (1 - rate)
    rules = {
        "unknown": np.isnan(size) | (np.isnan(rate) & (size > 0)),
        "Q1": size < MIN_EFFECTIVE,
        "Q2": width >= MAX_WIDTH,
        "Q3": (width > NARROW) & ~edge & (relative > MAX_RELATIVE),
    }
    code = np.select(list(rules.values()), list(rules), default="")
    few = np.zeros_like(edge) if degrees is None else floats(degrees) < MIN_DEGREES
    present = code == ""
    return pd.DataFrame(
        {
            "status": np.where(present, "present", "suppress"),
            "code": code,
            "reason": [REASONS[str(c)] for c in code],
            "complement_footnote": present & (complement > MAX_RELATIVE) & ~edge,
            "review": present & (edge | few),
        }
    )


def _in_shape(table: pd.DataFrame, like: Any) -> Any:
    """Give the table the caller's index, or one record for a scalar."""
    if isinstance(like, pd.Series):
        return table.set_axis(like.index)
    if np.ndim(like) > 0:
        return table
    first = table.iloc[0]
    return Reliability(
        status=str(first["status"]),
        code=str(first["code"]),
        reason=str(first["reason"]),
        complement_footnote=bool(first["complement_footnote"]),
        review=bool(first["review"]),
    )
