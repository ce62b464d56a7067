"""Hot areas that touch, gathered into groups: id, what is in a group, and its excess.

A group was picked because it stands out, so its rate and ratio lean outwards.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtri

from analytics.hotspots.tract_map import overdispersion
from analytics.inputs import Floats, counts, floats, same_index
from analytics.rates.intervals import crude_rate, stratum_codes
from geo.weights.weights import Weights

TAIL = 3.0  # degrees of freedom of the prior: few places are very unlike the rest
LEAST_SPREAD = 0.01  # of what is expected: no two places are exactly alike


def contiguous_groups(flagged: pd.Series, weights: Weights) -> pd.Series:
    """Gather flagged areas into connected groups; a link in either direction connects.

    The id of a group is the smallest area id inside: text on the index of `flagged`, missing where
    that is not true. It depends on neither the order of rows nor other groups: one that appears,
    grows or goes elsewhere renames nothing.

    References
    ----------
    Tarjan R (1972) SIAM J Comput 1:146-160 (connected components).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> flags = pd.Series([True, True, False, True], index=list("dcba"))
    >>> contiguous_groups(flags, line).tolist()
    ['c', 'c', nan, 'a']
    """
    groups = pd.Series(np.nan, index=flagged.index, dtype="str", name="group")
    chosen = flagged.index[flagged.fillna(value=False).to_numpy(dtype=np.bool_)]
    if len(chosen):
        labels = connected_components(weights.subset(chosen).sparse, directed=False)[1]
        groups[chosen] = pd.Series(chosen, chosen).groupby(labels).transform("min").astype("str")
    return groups


def group_summary(
    groups: pd.Series,
    chronic_absent: pd.Series,
    enrolled: pd.Series,
    excess: pd.DataFrame,
    *,
    names: pd.Series,
    agreement: pd.DataFrame,
) -> pd.DataFrame:
    """Sum the areas of each group; rates are re-formed from the sums.

    Parameters
    ----------
    groups : Series of str
        Group of each area, missing outside groups.
    chronic_absent, enrolled : Series
        Allocated events and students by area, on the index of `groups`.
    excess : DataFrame
        By group: `expected`, `excess` and what goes with them, see `excess_students`.
    names : Series of str
        Name of each group.
    agreement : DataFrame
        `flagged` and `of` by area, see `Consensus.areas`.

    Returns
    -------
    DataFrame
        Index group, most students above (or below) expectation first: `name, areas, enrolled,
        chronic_absent, rate, ratio`, the columns of `excess`, and `k_min, k_median, k_max, of_min,
        of_max` over its areas.

    Examples
    --------
    >>> areas = list("abc")
    >>> groups, names = pd.Series(["a", "a", None], areas), pd.Series({"a": "North"})
    >>> x, n = (pd.Series(v, index=areas) for v in ([30, 20, 5], [90, 60, 50]))
    >>> agreement = pd.DataFrame({"flagged": 1, "of": 1}, areas)
    >>> excess = pd.DataFrame({"expected": [40.0], "excess": [10.0]}, ["a"])
    >>> table = group_summary(groups, x, n, excess, names=names, agreement=agreement)
    >>> table[["name", "areas", "ratio", "excess"]].values.tolist()
    [['North', 2, 1.25, 10.0]]
    """
    sums = _sums(groups, chronic_absent, enrolled).join(excess)
    sums["rate"] = crude_rate(sums["chronic_absent"], sums["enrolled"])
    expected = sums["expected"].astype(float)
    sums["ratio"] = sums["chronic_absent"] / expected.where(expected > 0)
    sums.insert(0, "name", names.reindex(sums.index).astype("str"))
    sums = sums.join(_agreed(groups.dropna(), agreement))
    sums = sums.assign(_size=sums["excess"].abs(), _id=sums.index)
    sums = sums.sort_values(["_size", "_id"], ascending=[False, True])
    return sums.drop(columns=["_size", "_id"]).rename_axis("group")


def _sums(groups: pd.Series, x: pd.Series, n: pd.Series) -> pd.DataFrame:
    """Add up the areas of each group; an area without students adds nothing."""
    for column, what in ((x, "chronic_absent"), (n, "enrolled")):
        same_index(groups, column, f"groups and {what}")
    table = pd.DataFrame(
        {"areas": 1, "enrolled": floats(n), "chronic_absent": floats(x)}, index=groups.index
    )
    return table.groupby(groups.astype("str")).sum()


def _agreed(inside: pd.Series, areas: pd.DataFrame) -> pd.DataFrame:
    """Tell how many analyses flag the areas of each group."""
    return (
        areas.reindex(inside.index)
        .groupby(inside)
        .agg(
            k_min=("flagged", "min"),
            k_median=("flagged", "median"),
            k_max=("flagged", "max"),
            of_min=("of", "min"),
            of_max=("of", "max"),
        )
    )


def excess_students(
    x: pd.Series,
    n: pd.Series,
    parts: pd.DataFrame,
    strata: pd.Series | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count students of groups beyond expectation, with the error that schools differ by.

    Parameters
    ----------
    x, n : Series
        Chronically absent and enrolled students by school, shape (s,). A school with an unknown
        count takes no part.
    parts : DataFrame, shape (s, g)
        Part w of each school's students in each group, 0 to 1; on the index of `x`.
    strata : Series, optional
        Level of each school; None puts all in one.
    level : float
        Two-sided coverage.

    Returns
    -------
    DataFrame
        Index group: `expected`, `excess`, its standard error `excess_se`, and `excess_low,
        excess_high`. NaN where a level of the group has no student elsewhere to compare with, or
        the group has none.

    Raises
    ------
    ValueError
        Impossible counts, indexes that differ, or parts outside 0 to 1.

    Notes
    -----
    A group leaves itself out of what is expected of it: the rate of a level is `p = sum (1 - w) x
    / sum (1 - w) n` over its schools, each by the part of it outside. With `A = sum w n` and `B =
    sum (1 - w) n` the excess is `sum c (x - n p)`, `c = w - (1 - w) A / B` by level, and its
    variance `sum c^2 n p (1 - p) (1 + (n - 1) rho)`. The over-dispersion rho is that of all
    schools of the level.

    References
    ----------
    Williams DA (1982) Applied Statistics 31:144-148, model II (variance of a school's count).
    Breslow NE, Day NE (1987) Statistical Methods in Cancer Research II, section 2.4 (expected).

    Examples
    --------
    >>> schools = list("abcd")
    >>> x, n = pd.Series([40, 30, 20, 10], schools), pd.Series([100] * 4, schools)
    >>> parts = pd.DataFrame({"north": [1.0, 1.0, 0.0, 0.0]}, schools)
    >>> excess_students(x, n, parts).round(1).values.tolist()
    [[30.0, 40.0, 21.3, -1.7, 81.7]]
    """
    checked = counts(x, n)
    if not x.index.equals(parts.index):
        raise ValueError("counts and parts have different indexes; align them first")
    weights = parts.to_numpy(dtype=np.float64)
    if not ((weights >= 0) & (weights <= 1)).all():
        raise ValueError("a part of a school is missing or outside 0 to 1")
    codes = np.asarray(stratum_codes(strata, checked.like))
    known = ~np.isnan(checked.x) & (checked.n > 0)
    names = ("expected", "excess", "excess_se")
    sums = {name: np.zeros(weights.shape[1]) for name in names}
    for code in np.unique(codes[known]):
        own = known & (codes == code)
        for name, add in _of_level(checked.x[own], checked.n[own], weights[own]).items():
            sums[name] += add
    empty = weights[known].T @ checked.n[known] <= 0
    found = pd.DataFrame(sums, index=parts.columns)
    found.loc[empty] = np.nan
    found["excess_se"] = np.sqrt(found["excess_se"])
    reach = float(ndtri(0.5 + level / 2)) * found["excess_se"]
    return found.assign(excess_low=found["excess"] - reach, excess_high=found["excess"] + reach)


def _of_level(x: Floats, n: Floats, w: Floats) -> dict[str, Floats]:
    """Give expected events, those beyond them and their variance, of one level by group."""
    inside, outside = w.T @ n, (1 - w).T @ n
    rate = np.divide((1 - w).T @ x, outside, out=np.full(outside.shape, np.nan), where=outside > 0)
    rho = overdispersion(x, n)
    over = np.divide(inside, outside, out=np.zeros_like(inside), where=outside > 0)
    c = w - (1 - w) * over
    chance = (c**2).T @ (n * np.maximum(1 + (n - 1) * rho, 0.0)) * rate * (1 - rate)
    part = {"expected": inside * rate, "excess": w.T @ x - inside * rate, "excess_se": chance}
    return {name: np.where(inside > 0, figure, 0.0) for name, figure in part.items()}


def place_spread(patches: pd.DataFrame) -> float:
    """Estimate how much patches of a place differ beyond how their schools differ.

    Parameters
    ----------
    patches : DataFrame
        `excess_students` of patches of one size from all over the place.

    Returns
    -------
    float
        Standard deviation of excess / expected between places, by moments: `sqrt(mean(r^2 -
        se^2))`, `LEAST_SPREAD` at least.

    References
    ----------
    DerSimonian R, Laird N (1986) Control Clin Trials 7:177-188 (variance beyond the known errors).

    Examples
    --------
    >>> known = pd.DataFrame({"expected": 100.0, "excess": [20.0, -25.0], "excess_se": 10.0})
    >>> round(place_spread(known), 3)
    0.203
    """
    part = patches[["excess", "excess_se"]].div(patches["expected"], axis=0)
    beyond = (part["excess"] ** 2 - part["excess_se"] ** 2).mean()
    return float(np.sqrt(np.fmax(beyond, LEAST_SPREAD**2)))


def shrunken_excess(
    groups: pd.DataFrame, spread: pd.Series, *, level: float = 0.95
) -> pd.DataFrame:
    """Draw the excess of groups that were picked for it back towards none.

    Parameters
    ----------
    groups : DataFrame
        `excess_students` of the groups.
    spread : Series
        `place_spread` of patches of each group's size, on the same index.
    level : float
        Two-sided coverage.

    Returns
    -------
    DataFrame
        On the index of `groups`: `shrunken`, the posterior mean in students, and `shrunken_low,
        shrunken_high`; NaN where the excess is not known, the excess where nothing is expected.

    Raises
    ------
    ValueError
        Indexes that differ.

    Notes
    -----
    Relative excess is normal around that of the place, which has a Student t of 3 degrees of
    freedom around 0, scaled by `spread`: small excesses are drawn back much, those far beyond what
    patches show hardly at all. A normal prior would halve the few real ones.

    References
    ----------
    Efron B (2011) J Am Stat Assoc 106:1602-1614 (empirical Bayes against selection bias). Dawid AP
    (1973) Biometrika 60:664-667 (a prior with heavy tails lets go of outliers).

    Examples
    --------
    >>> groups = pd.DataFrame({"expected": 100.0, "excess": [20.0, 80.0], "excess_se": 10.0})
    >>> shrunken_excess(groups, pd.Series([0.05, 0.05]))["shrunken"].round(1).tolist()
    [6.6, 74.6]
    """
    same_index(groups["excess"], spread, "groups and spreads")
    ends = [0.5 - level / 2, 0.5 + level / 2]
    rows = [
        # Where nothing is expected there is no scale to draw back on.
        expected * _posterior(excess / expected, se / expected, scale, ends)
        if expected
        else np.full(3, excess)
        for excess, expected, se, scale in zip(
            groups["excess"], groups["expected"], groups["excess_se"], spread, strict=True
        )
    ]
    names = ["shrunken", "shrunken_low", "shrunken_high"]
    return pd.DataFrame(np.reshape(rows, (-1, 3)), index=groups.index, columns=names)


def _posterior(value: float, se: float, scale: float, ends: list[float]) -> Floats:
    """Mean and quantiles of a normal mean with a Student t prior around 0, by sums on a grid."""
    if not (np.isfinite(value) and se > 0):
        return np.full(3, value)
    grid = np.union1d(np.linspace(value - 6 * se, value + 6 * se, 601), np.linspace(-1, 1, 401))
    prior = -(TAIL + 1) / 2 * np.log1p((grid / scale) ** 2 / TAIL)
    weight = np.exp(prior - 0.5 * ((value - grid) / se) ** 2 - prior.max()) * np.gradient(grid)
    heaped = np.cumsum(weight) / weight.sum()
    low, high = np.interp(ends, heaped, grid)
    return np.array([weight @ grid / weight.sum(), low, high])
