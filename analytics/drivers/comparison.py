"""One driver of a cluster beside comparable tracts, with what is known of its error."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from analytics.inputs import Floats
from analytics.rates.acs import Z_90, reliability, weighted_moe

CANNOT = "cannot carry a conclusion"
MOST_WITHOUT = 0.10  # of the weight: with more of it unmeasured, the error of a mean is not known


def beside(
    v: Floats, moe: Floats, own: Floats, other: Floats, noise: Floats, level: float
) -> dict[str, object]:
    """Set the mean of one driver in a cluster beside comparable tracts.

    Parameters
    ----------
    v
        Published figures of all tracts, any number where there is none, shape (n,).
    moe
        Their 90 % margins of error; NaN where there is none.
    own, other
        Weights of the cluster's tracts and of those compared, 0 elsewhere; each sums to 1.
    noise
        Standard normal draws, shape (draws, n).
    level
        Coverage of the intervals.

    Returns
    -------
    dict
        The columns of `analytics.drivers.profile.driver_profile` that compare.

    References
    ----------
    As for `analytics.drivers.profile.driver_profile`.

    Examples
    --------
    >>> figures, noise = np.array([5.0, 1.0, 2.0, 3.0]), np.zeros((9, 4))
    >>> own, other = np.array([1.0, 0, 0, 0]), np.array([0, 1, 1, 1]) / 3
    >>> found = beside(figures, figures * 0.1, own, other, noise, 0.9)
    >>> found["difference"], found["percentile"], found["conclusion"]
    (3.0, 100.0, 'above comparable places')
    """
    mean, base = float(own @ v), float(other @ v)
    error, other_error = margin_of_mean(own, moe) / Z_90, margin_of_mean(other, moe) / Z_90
    difference, reach = mean - base, ndtri(0.5 + level / 2) * float(np.hypot(error, other_error))
    low, high = difference - reach, difference + reach
    between = float(np.sqrt(other @ (v - base) ** 2))
    beyond = max(low, -high, 0.0) / between if between > 0 else 0.0
    percentile = min(100 * float((v < mean) @ other + 0.5 * ((v == mean) @ other)), 100.0)
    ends = np.full(2, np.nan if np.isnan(reach) else percentile)
    if reach > 0:
        cluster = mean + error * (noise @ own) / np.sqrt(own @ own)
        drawn = _redrawn_percentiles(cluster, v, moe / Z_90, other, noise)
        ends = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    return {
        "comparable": base,
        "difference": difference,
        "difference_low": low,
        "difference_high": high,
        "percentile": percentile,
        "percentile_low": float(np.minimum(ends[0], percentile)),
        "percentile_high": float(np.maximum(ends[1], percentile)),
        "stands_out": 0.0 if np.isnan(beyond) else beyond,
        "conclusion": _conclusion(low, high, reliability(mean, Z_90 * error)),
        "state": "profiled",
    }


def margin_of_mean(weight: Floats, moe: Floats) -> float:
    """Give the margin of a weighted mean of tracts, some of which may have none.

    Parameters
    ----------
    weight
        Weights that sum to 1, shape (n,).
    moe
        90 % margins of error; NaN where there is none.

    Returns
    -------
    float
        That of the mean over the tracts with a margin, larger than if all had one; NaN when those
        without carry more than a tenth of the weight.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8: `sqrt(sum (w MOE)^2)`.

    Examples
    --------
    >>> margin_of_mean(np.array([0.05, 0.95]), np.array([np.nan, 3.0]))
    3.0
    >>> margin_of_mean(np.array([0.15, 0.85]), np.array([np.nan, 3.0]))
    nan
    """
    known = (weight > 0) & ~np.isnan(moe)
    measured = float(weight[known].sum())
    if measured < 1 - MOST_WITHOUT - 1e-9:
        return float(np.nan)
    return float(weighted_moe(weight[known] / measured, moe[known]))


def _redrawn_percentiles(
    cluster: Floats, v: Floats, se: Floats, other: Floats, noise: Floats
) -> Floats:
    """Give the percentile of each draw of a cluster's mean among draws of what may be true."""
    part, known = other > 0, (other > 0) & ~np.isnan(se)
    weight, base = other[part], float(other @ v)
    error = float(other[known] @ se[known] ** 2 / other[known].sum())
    spread = float(other @ (v - base) ** 2)
    true = 1 - error / spread if spread > error else 0.0
    drawn = base + true * (v[part] - base) + np.sqrt(true * error) * noise[:, part]
    found: Floats = np.clip(100 * ((drawn < cluster[:, None]) @ weight), 0.0, 100.0)
    return found


def _conclusion(low: float, high: float, word: str) -> str:
    """Say what may be said of a difference."""
    if np.isnan(low) or word in ("low", "undefined"):
        return CANNOT
    if low > 0:
        return "above comparable places"
    return "below comparable places" if high < 0 else "like comparable places"
