"""What each tract would show if schools of its levels were dealt to their places at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.special import ndtri

from analytics.hotspots.tract_map import SchoolResiduals, school_residuals
from analytics.inputs import Floats, counts
from analytics.rates.intervals import stratum_codes
from geo.shares import share_matrix


def dealt_range(
    x: pd.Series,
    n: pd.Series,
    strata: ArrayLike | pd.Series | None,
    share: Any,
    geoids: ArrayLike | pd.Index,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Give the range of each tract's events when schools of a level are dealt at random.

    A tract inside its range looks as it does by differences between schools alone: nothing of the
    place is needed to explain it.

    Parameters
    ----------
    x, n : Series, shape (s,)
        Events and students by school id; a school with an unknown count takes no part.
    strata : array or Series
        Level of each school, within which schools are dealt; None for one level.
    share : DataFrame, Series or matrix
        Catchment, see `geo.shares.share_matrix`.
    geoids : array or Index, shape (t,)
        Tracts, in order.
    level : float
        Part of the deals whose events lie inside.

    Returns
    -------
    DataFrame
        Index geoid: `low, high` in events, both as expected where no school can differ.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, or shares that do not fit.

    Notes
    -----
    Dealing moves the standardised residuals z of the k schools of a level and holds the level's
    total. A tract with shares a then has `e + sum c z'`, `c = scale (a - A)` with A the share of
    the level's variance that it holds, `sum a scale^2 / sum scale^2`. Over all orders of z its mean
    is `mean(z) sum c` and its variance `var(z) (sum c^2 - (sum c)^2 / k)`; the range is normal.

    References
    ----------
    Hoeffding W (1951) Ann Math Stat 22:558-566 (moments of a linear permutation statistic).

    Examples
    --------
    >>> x, n = pd.Series([30.0, 10.0, 20.0, 20.0]), pd.Series([100.0] * 4)
    >>> dealt_range(x, n, None, np.eye(4), list("abcd")).round(1).values.tolist()[0]
    [6.1, 33.9]
    """
    checked = counts(x, n)
    ids = pd.Index(np.asarray(geoids))
    known = np.flatnonzero(~np.isnan(checked.x) & (checked.n > 0))
    codes = np.unique(stratum_codes(strata, checked.like)[known], return_inverse=True)[1]
    parts = csr_array(csr_array(share_matrix(share, x.index, ids))[known].T)
    residuals = school_residuals(checked.x[known], checked.n[known], codes)
    centre, variance = parts @ residuals.expected, np.zeros(len(ids))
    for code in range(int(codes.max(initial=-1)) + 1):
        shift, spread = _moments(residuals, parts, codes == code)
        centre, variance = centre + shift, variance + spread
    reach = float(ndtri(0.5 + level / 2)) * np.sqrt(variance)
    return pd.DataFrame({"low": centre - reach, "high": centre + reach}, index=ids)


def _moments(residuals: SchoolResiduals, parts: csr_array, here: Any) -> tuple[Floats, Floats]:
    """Give what dealing the schools of one level adds to mean and variance, (t,) each."""
    z, size = residuals.z[here], int(here.sum())
    scale = np.where(here, residuals.scale, 0.0)
    squares = scale**2
    if size < 2 or not squares.any():
        return np.zeros(parts.shape[0]), np.zeros(parts.shape[0])
    weighed = parts @ squares
    held = weighed / squares.sum()
    linear = parts @ scale - held * scale.sum()
    square = parts.power(2) @ squares - 2 * held * weighed + held**2 * squares.sum()
    variance = z.var(ddof=1) * np.maximum(square - linear**2 / size, 0.0)
    return z.mean() * linear, variance
