"""What children of a hot-spot cluster live with, beside comparable tracts, and how surely."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from analytics.inputs import Bools, Floats, floats
from analytics.rates.acs import Z_90, coefficient_of_variation, reliability, weighted_moe
from analytics.rates.intervals import stratum_codes

CANNOT = "cannot carry a conclusion"
LEVEL = 0.90
MOST_WITHOUT = 0.10  # of the weight: with more of it unmeasured, the error of a mean is not known
_COLUMNS = (
    *("value", "moe", "low", "high", "comparable"),
    *("difference", "difference_low", "difference_high"),
    *("percentile", "percentile_low", "percentile_high", "stands_out"),
    *("cv", "reliability", "conclusion", "tracts", "compared", "state"),
)


def driver_profile(
    values: pd.DataFrame,
    moe: pd.DataFrame | None,
    children: pd.Series,
    clusters: pd.Series | Mapping[object, object],
    *,
    comparable: ArrayLike | pd.Series | None = None,
    draws: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """Set each cluster's drivers beside those of comparable tracts outside any cluster.

    Parameters
    ----------
    values : DataFrame
        Tracts by drivers: intensive figures (shares, rates).
    moe : DataFrame, optional
        Their 90 % margins of error on the same index and columns; NaN where a figure has none.
        When tracts without one carry up to a tenth of the weight of a mean, its error is taken to
        be that of the other tracts' mean; when they carry more, it has no margin.
    children : Series
        Children of each tract: the weights of a cluster's figure.
    clusters : Series or mapping
        Cluster of each tract, NaN or None outside.
    comparable : array or Series, optional
        Stratum of each tract, such as urbanicity and share of children; tracts are compared within
        it. None compares with every tract.
    draws, seed : int
        Redraws of what is true within the margins of error, for the interval of the percentile.

    Returns
    -------
    DataFrame
        Index `cluster, driver`, within a cluster ordered by how much a driver stands out beyond its
        own error; intervals are of 90 %. `value` (child-weighted), `moe, low, high`; `comparable`
        mean; `difference` with `difference_low, difference_high`; `percentile` among comparable
        tracts as published, with `percentile_low, percentile_high` of the true one and the
        published; `stands_out`, the distance beyond the interval's reach in standard deviations of
        comparable tracts, 0 when the interval reaches them; `cv`, `reliability` ("high", "medium",
        "low", "no margin"), `conclusion` ("above comparable places", "below comparable places",
        "like comparable places", or "cannot carry a conclusion"), `tracts, compared` numbers and
        `state` ("profiled", "no value", "no comparable tracts"). Intervals are NaN where an error
        they need is not known.

    Raises
    ------
    ValueError
        Indexes or columns that differ, negative margins or children, no draw.

    Notes
    -----
    Errors spread the published figures of comparable tracts wider than the true ones, which draws
    published percentiles towards 50; errors drawn on top would do so twice. Redraws therefore first
    pull comparable tracts towards their mean by the part of their variance that is error. In 48
    simulated settings the 90 % interval covered the true percentile in 74 to 95 % of clusters
    (median 88 %), least for a very skewed driver measured poorly.

    References
    ----------
    US Census Bureau (2020) Understanding and Using ACS Data, chapter 8: `sqrt(sum (w MOE)^2)`.
    Goldstein H, Spiegelhalter DJ (1996) J R Stat Soc A 159:385-443 (ranks with their uncertainty).
    Lockwood JR, Louis TA, McCaffrey DF (2002) J Educ Behav Stat 27:255-270 (percentiles of what is
    true from draws of it, not of the estimates).

    Examples
    --------
    >>> tracts = list("abcdefgh")
    >>> values = pd.DataFrame({"crowding": [0.5, 0.4, 0.1, 0.1, 0.2, 0.2, 0.1, 0.2]}, index=tracts)
    >>> table = driver_profile(values, values * 0.1, values.crowding * 0 + 9, {"a": 1, "b": 1})
    >>> table[["value", "comparable"]].round(3).to_numpy().tolist(), table.conclusion.item()
    ([[0.45, 0.15]], 'above comparable places')
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    number, margin, weight = _checked(values, moe, children)
    cluster = pd.Series(clusters).reindex(values.index)
    codes = np.asarray(stratum_codes(comparable, children))
    outside = cluster.isna().to_numpy()
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(draws, len(values)))
    names = pd.Index(cluster.dropna().unique())
    places = [_Place((cluster == name).to_numpy(), outside, codes) for name in names]
    figures = list(zip(number.T, margin.T, strict=True))
    parts = [
        pd.DataFrame([_driver(v, m, weight, place, noise) for v, m in figures]) for place in places
    ]
    if not parts:
        empty = pd.MultiIndex.from_tuples([], names=["cluster", "driver"])
        return pd.DataFrame(columns=list(_COLUMNS), index=empty)
    tables = [p.set_axis(values.columns.rename("driver")) for p in parts]
    tables = [t.sort_values("stands_out", ascending=False, kind="stable") for t in tables]
    return pd.concat(tables, keys=names, names=["cluster", "driver"])[list(_COLUMNS)]


class _Place:
    """Which tracts make a cluster and which it is compared with, each with its stratum."""

    def __init__(self, inside: Bools, outside: Bools, codes: Floats) -> None:
        self.inside = inside
        self.outside = outside & np.isin(codes, codes[inside])
        self.codes = codes

    def weights(self, children: Floats, has: Bools) -> tuple[Floats, Floats]:
        """Give weights of the cluster's own tracts, and of those compared: the same strata mix."""
        own = np.where(self.inside & has, children, 0.0)
        total = own.sum()
        if total <= 0:
            own = (self.inside & has).astype(float)
            total = own.sum()
        own = own / total if total > 0 else own
        others = (self.outside & has).astype(float)
        mix = pd.Series(own).groupby(self.codes).transform("sum").to_numpy()
        size = pd.Series(others).groupby(self.codes).transform("sum").to_numpy()
        other = np.where(others > 0, mix / np.where(size > 0, size, 1.0), 0.0)
        return own, other / other.sum() if other.sum() > 0 else other


def _driver(
    value: Floats, moe: Floats, children: Floats, place: _Place, noise: Floats
) -> dict[str, object]:
    """Compare one driver of one cluster."""
    has = ~np.isnan(value)
    own, other = place.weights(children, has)
    count, compared = int((place.inside & has).sum()), int((other > 0).sum())
    row: dict[str, object] = dict.fromkeys(_COLUMNS, np.nan)
    row |= {"tracts": count, "compared": compared, "stands_out": 0.0}
    row |= {"reliability": "no margin", "conclusion": CANNOT, "state": "no value"}
    if count == 0:
        return row
    v = np.where(has, value, 0.0)
    mean, margin = float(own @ v), margin_of_mean(own, moe)
    reach, word = ndtri(0.5 + LEVEL / 2) * margin / Z_90, reliability(mean, margin)
    row |= {"value": mean, "moe": margin, "low": mean - reach, "high": mean + reach}
    row |= {"cv": coefficient_of_variation(mean, margin)}
    row |= {"reliability": "no margin" if word == "undefined" else word}
    if compared == 0:
        return row | {"state": "no comparable tracts"}
    return row | _beside(v, moe, own, other, noise)


def _beside(v: Floats, moe: Floats, own: Floats, other: Floats, noise: Floats) -> dict[str, object]:
    """Set the mean with the weights `own` beside that with the weights `other`."""
    mean, base = float(own @ v), float(other @ v)
    error, other_error = margin_of_mean(own, moe) / Z_90, margin_of_mean(other, moe) / Z_90
    difference, reach = mean - base, ndtri(0.5 + LEVEL / 2) * float(np.hypot(error, other_error))
    low, high = difference - reach, difference + reach
    between = float(np.sqrt(other @ (v - base) ** 2))
    beyond = max(low, -high, 0.0) / between if between > 0 else 0.0
    percentile = min(100 * float((v < mean) @ other + 0.5 * ((v == mean) @ other)), 100.0)
    ends = np.full(2, np.nan if np.isnan(reach) else percentile)
    if reach > 0:
        cluster = mean + error * (noise @ own) / np.sqrt(own @ own)
        drawn = _redrawn_percentiles(cluster, v, moe / Z_90, other, noise)
        ends = np.quantile(drawn, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
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
    """Give the margin of a mean over the tracts with one; NaN when too much weight has none."""
    measured = (weight > 0) & ~np.isnan(moe)
    part = float(weight[measured].sum())
    if part < 1 - MOST_WITHOUT - 1e-9:
        return float(np.nan)
    return weighted_moe(weight[measured] / part, moe[measured])


def _redrawn_percentiles(
    cluster: Floats, v: Floats, se: Floats, other: Floats, noise: Floats
) -> Floats:
    """Give the percentile of each draw of a cluster's mean among draws of what may be true."""
    part, measured = other > 0, (other > 0) & ~np.isnan(se)
    weight, base = other[part], float(other @ v)
    error = float(other[measured] @ se[measured] ** 2 / other[measured].sum())
    spread = float(other @ (v - base) ** 2)
    true = 1 - error / spread if spread > error else 0.0
    drawn = base + true * (v[part] - base) + np.sqrt(true * error) * noise[:, part]
    percentiles: Floats = np.clip(100 * ((drawn < cluster[:, None]) @ weight), 0.0, 100.0)
    return percentiles


def _conclusion(low: float, high: float, word: str) -> str:
    """Say what may be said of a difference."""
    if np.isnan(low) or word in ("low", "undefined"):
        return CANNOT
    if low > 0:
        return "above comparable places"
    return "below comparable places" if high < 0 else "like comparable places"


def _checked(
    values: pd.DataFrame, moe: pd.DataFrame | None, children: pd.Series
) -> tuple[Floats, Floats, Floats]:
    """Check that the figures belong together."""
    if not children.index.equals(values.index):
        raise ValueError("values and children have different indexes; align them first")
    if values.index.has_duplicates:
        raise ValueError(f"tract {values.index[values.index.duplicated()][0]!r} repeats; keep one")
    number = np.column_stack([floats(values[name]) for name in values])
    weight = np.nan_to_num(floats(children))
    if (weight < 0).any():
        raise ValueError(f"{int((weight < 0).sum())} tracts have a negative number of children")
    if moe is None:
        return number, np.full(number.shape, np.nan), weight
    if not moe.index.equals(values.index):
        raise ValueError("values and margins of error have different indexes; align them first")
    lost = values.columns.difference(moe.columns)
    if len(lost):
        raise ValueError(f"no margin column for {lost[0]!r}; give one, empty if unknown")
    margin = np.column_stack([floats(moe[name]) for name in values])
    if (margin < 0).any():
        raise ValueError(f"{int((margin < 0).sum())} margins of error are negative; correct them")
    return number, margin, weight
