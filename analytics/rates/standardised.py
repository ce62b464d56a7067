"""Two places compared as if both had the same mix of strata (school levels), schools as clusters.

Rates of places differ because their schools differ in level as well. Direct standardisation gives
both the same part of students in each stratum, those of the two together, so that neither place is
the measure of the other.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from analytics.inputs import same_index
from analytics.rates.between_schools import Estimate, ratio_of_sums


def standardised_difference(
    x: pd.Series, n: pd.Series, strata: pd.Series, first: pd.Series, *, level: float = 0.95
) -> Estimate:
    """Compare two sets of schools, each stratum weighing as in both together.

    Parameters
    ----------
    x, n : Series
        Events and students by school; a school with either unknown takes no part.
    strata : Series
        Stratum of each school, such as its level.
    first : Series of bool
        Schools of the first place; the others are of the second.
    level : float
        Two-sided coverage.

    Returns
    -------
    Estimate
        First less second. NaN when a stratum has no school of one place; without an error when it
        has one alone.

    Raises
    ------
    ValueError
        Indexes that differ, or a level outside (0, 1).

    Notes
    -----
    `D = sum_l w_l (R_1l - R_2l)` with `w_l` the part of all students who are in stratum l. The
    ratios of strata are independent, so `se^2 = sum_l w_l^2 (se_1l^2 + se_2l^2)`; Student's t has
    `se^4 / sum_l w_l^4 (se_1l^4 / d_1l + se_2l^4 / d_2l)` degrees (Welch and Satterthwaite), d the
    effective number of schools less one. Weights are taken as known.

    References
    ----------
    Breslow NE, Day NE (1987) Statistical Methods in Cancer Research II, equation 2.2 (direct
    standardisation). Cochran WG (1977) Sampling Techniques, equation 6.45 (separate ratio
    estimator). Satterthwaite FE (1946) Biometrics Bulletin 2:110-114.

    Examples
    --------
    >>> x = pd.Series([30.0, 40.0, 10.0, 20.0, 10.0, 20.0, 20.0, 30.0])
    >>> n, first = pd.Series([100.0] * 8), pd.Series([True] * 4 + [False] * 4)
    >>> strata = pd.Series(["high", "high", "middle", "middle"] * 2)
    >>> found = standardised_difference(x, n, strata, first)
    >>> round(found.value, 3), round(found.se, 4)
    (0.05, 0.05)
    """
    for each in (n, strata, first):
        same_index(x, each, "events, students, strata and places")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1 (0.95 = 95 %), not {level!r}")
    known = x.notna() & n.gt(0)
    total = float(n[known].sum())
    value, variance, spread = 0.0, 0.0, 0.0
    for _, rows in n[known].groupby(strata[known]):
        weight = float(rows.sum()) / total
        for sign, place in ((1, first), (-1, ~first.astype(bool))):
            ids = rows.index[place.loc[rows.index].to_numpy(bool)]
            part = ratio_of_sums(x.loc[ids], n.loc[ids])
            value += sign * weight * part.value
            variance += (own := (weight * part.se) ** 2)
            spread += own**2 / part.degrees if part.degrees > 0 else (math.nan if own else 0.0)
    degrees = variance**2 / spread if spread > 0 else 0.0
    se = math.sqrt(variance)
    half = float(stdtrit(degrees, 0.5 + level / 2)) * se if degrees > 0 else np.nan
    return Estimate(value if total > 0 else np.nan, se, degrees, value - half, value + half)
