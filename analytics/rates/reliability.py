"""When a rate may be shown, by the presentation standards of the NCHS (US health statistics).

Reason codes: Q1 fewer than 30 students, Q2 interval 30 points wide or more, Q3 interval wide
against the rate itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.inputs import Bools, counts, floats
from analytics.rates.intervals import clopper_pearson, crude_rate, poisson_limits

REASONS = {
    "": "",
    "Q1": "Fewer than 30 students: too few for a dependable rate.",
    "Q2": "The interval is 30 percentage points wide or more: too uncertain to show.",
    "Q3": "The interval is wide against the rate itself: too uncertain to show.",
    "Q5": "Fewer than 10 events, or a denominator under 10: too few for a dependable rate.",
    "Q6": "The interval is wide against the count itself: too uncertain to show.",
    "unknown": "The count or the number of students is not known.",
}
"""Plain words for each reason code of this module; Q5 and Q6 belong to rates and counts (2023)."""

MIN_EFFECTIVE = 30.0
MAX_WIDTH = 0.30
NARROW = 0.05
MAX_RELATIVE = 1.30
MIN_COUNT = 10.0
MAX_RELATIVE_COUNT = 1.60
MIN_DEGREES = 8.0


@dataclass(frozen=True)
class Reliability:
    """The verdict on one rate.

    Attributes
    ----------
    status
        "present" or "suppress".
    code
        Reason code, "" when presented.
    reason
        The same in plain words.
    complement_footnote
        The rate may be shown, its complement (students not chronically absent) may not.
    review
        A person should look before publication: 0 or 100 %, or few degrees of freedom.
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
    x, n
        Events and denominators: scalars, arrays or Series on one index.
    n_eff
        Effective sample sizes; `n` when left out. The interval is Clopper-Pearson at `n_eff`.
    level
        Coverage of the interval.

    Returns
    -------
    Reliability or pandas.DataFrame
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
    given = counts(x, n)
    effective = given.n if n_eff is None else np.broadcast_to(floats(n_eff), given.n.shape)
    p = crude_rate(given.x, given.n)
    low, high = clopper_pearson(p * effective, effective, level)
    table = presentation(p, low, high, np.minimum(given.n, effective))
    return _in_shape(table, given.like)


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
    p, low, high
        Proportions and their 95 % limits, fractions, shape (k,).
    n_eff
        The smaller of sample size and effective sample size.
    degrees
        Degrees of freedom of the variance estimate, when there is one; below 8 asks for review.

    Returns
    -------
    pandas.DataFrame
        Columns `status`, `code`, `reason`, `complement_footnote`, `review`.

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
    too_wide = (width > NARROW) & ~edge
    code = np.select(
        [
            np.isnan(rate) | np.isnan(size),
            size < MIN_EFFECTIVE,
            width >= MAX_WIDTH,
            too_wide & (relative > MAX_RELATIVE),
        ],
        ["unknown", "Q1", "Q2", "Q3"],
        default="",
    )
    few = np.zeros_like(edge) if degrees is None else floats(degrees) < MIN_DEGREES
    return _verdicts(code, (complement > MAX_RELATIVE) & ~edge, edge | few)


def reliability_count(x: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> Any:
    """Judge whether a rate per population or a count may be shown, by the 2023 standard.

    Parameters
    ----------
    x, n
        Events and denominators; both must reach 10.
    level
        Coverage of the exact Poisson interval whose relative width must not pass 1.60.

    Returns
    -------
    Reliability or pandas.DataFrame
        As for `reliability`; codes Q5 and Q6.

    Raises
    ------
    ValueError
        Negative or infinite numbers, or `x` above `n`.

    References
    ----------
    Parker JD, Talih M, Irimata KE et al. (2023) Vital Health Stat 2(200).

    Examples
    --------
    >>> reliability_count(9, 5000).code
    'Q5'
    """
    given = counts(x, n)
    low, high = poisson_limits(given.x, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (high - low) / given.x
    code = np.select(
        [
            np.isnan(given.x) | np.isnan(given.n),
            (given.x < MIN_COUNT) | (given.n < MIN_COUNT),
            relative > MAX_RELATIVE_COUNT,
        ],
        ["unknown", "Q5", "Q6"],
        default="",
    )
    none = np.zeros(code.shape, dtype=np.bool_)
    return _in_shape(_verdicts(code, none, none), given.like)


def _verdicts(code: NDArray[np.str_], footnote: Bools, review: Bools) -> pd.DataFrame:
    """Put codes into words; footnotes and review flags concern presented rates only."""
    present = code == ""
    return pd.DataFrame(
        {
            "status": np.where(present, "present", "suppress"),
            "code": code,
            "reason": [REASONS[str(c)] for c in code],
            "complement_footnote": present & footnote,
            "review": present & review,
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
