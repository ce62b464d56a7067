"""What is in a cluster: students, rate, what is above expectation, and how many analyses agree.

A cluster was picked because it stands out, so its rate and ratio lean outwards: the intervals speak
of chance in the counts of the areas picked, not of the picking.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.hotspots.consensus.analyses import Consensus
from analytics.hotspots.consensus.clusters import cluster_ids, group_name
from analytics.inputs import counts, floats, same_index
from analytics.rates.intervals import crude_rate, poisson_limits, wilson
from analytics.rates.standardized import standardized_ratio
from geo.catchment import share_matrix
from geo.weights.weights import Weights


def robust_areas(
    found: Consensus, *, least: float = 0.5, catchment: str | None = None
) -> pd.Series:
    """Choose the areas that clusters are made of.

    At least two analyses and at least the share `least` of those that tested the area must flag it
    on one side, for a cluster to act on must not hang on one choice; where only one analysis
    tested an area, that one decides, and its agreement says "in one only". And at least one of the
    analyses must use the join on the map, since the numbers shown with the cluster come from that
    join: a cluster of other joins would stand beside numbers that do not support it.

    Parameters
    ----------
    found
        From `analytics.hotspots.consensus.analyses`.
    least
        Share of the analyses that tested an area, in (0, 1].
    catchment
        Join on the map; None asks nothing of the join.

    Returns
    -------
    pandas.Series
        "hot", "cold" or "" by area.

    Raises
    ------
    ValueError
        A catchment that no analysis used, or a share outside (0, 1].

    Examples
    --------
    >>> from analytics.hotspots.consensus.analyses import consensus
    >>> said = {"one": ["hot", "hot"], "two": ["hot", "none"], "three": ["none", "none"]}
    >>> robust_areas(consensus(pd.DataFrame(said, index=["a", "b"]))).tolist()
    ['hot', '']
    """
    if not 0 < least <= 1:
        raise ValueError(f"least must lie in (0, 1], not {least}")
    areas = found.areas
    robust = (areas["share"] >= least) & (areas["flagged"] >= areas["of"].clip(upper=2))
    side = areas["side"].where(robust & areas["side"].isin(["hot", "cold"]), "")
    if catchment is None:
        return side
    for word in ("hot", "cold"):
        side = side.mask(side.eq(word) & ~found.flagged_by(word, catchment=catchment), "")
    return side


def clusters(
    found: Consensus,
    weights: Weights,
    *,
    least: float = 0.5,
    catchment: str | None = None,
) -> pd.Series:
    """Gather the areas that analyses agree on into contiguous clusters with lasting ids.

    Parameters
    ----------
    found, least, catchment
        As for `robust_areas`.
    weights
        Neighbours that make areas contiguous.

    Returns
    -------
    pandas.Series
        Ids as of `analytics.hotspots.consensus.clusters.cluster_ids` by area, missing outside
        clusters.

    Raises
    ------
    ValueError
        As for `robust_areas`, or areas that the weights do not know.

    Examples
    --------
    >>> from analytics.hotspots.consensus.analyses import consensus
    >>> line = Weights.from_edges("abc", "abbc", "bacb")
    >>> found = consensus(pd.DataFrame({"one": ["hot", "hot", "none"]}, index=list("abc")))
    >>> clusters(found, line).tolist()
    ['hot a', 'hot a', nan]
    """
    return cluster_ids(robust_areas(found, least=least, catchment=catchment), weights)


def cluster_summary(
    ids: pd.Series,
    chronic_absent: pd.Series,
    enrolled: pd.Series,
    expected: pd.Series,
    *,
    labels: pd.Series | None = None,
    agreement: pd.DataFrame | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Sum the areas of each cluster; rates are re-formed from the sums.

    Parameters
    ----------
    ids
        Cluster of each area, missing outside clusters.
    chronic_absent, enrolled, expected
        Allocated events, students and events expected at the level rates of the whole study area,
        by area; all on the index of `ids`.
    labels
        Name of the part that each area belongs to, for
        `analytics.hotspots.consensus.clusters.group_name`; the area
        id when None or empty.
    agreement
        `Consensus.areas`.
    level
        Coverage of the intervals.

    Returns
    -------
    pandas.DataFrame
        Index `cluster`, hot before cold, most students above (below) expectation first: `name,
        side, areas, enrolled, chronic_absent, expected, rate, low, high` (Wilson), `ratio,
        ratio_low, ratio_high, excess, excess_low, excess_high` (exact Poisson; excess is
        chronic_absent - expected students), and with `agreement` `k_min, k_median, k_max, of_min,
        of_max` over its areas.

    Raises
    ------
    ValueError
        Indexes that differ.

    References
    ----------
    Wilson EB (1927) JASA 22:209-212. Garwood F (1936) Biometrika 28:437-442.

    Examples
    --------
    >>> areas = list("abc")
    >>> ids = pd.Series(["hot a", "hot a", None], index=areas)
    >>> x, n, e = (pd.Series(v, index=areas) for v in ([30, 20, 5], [90, 60, 50], [20, 15, 20]))
    >>> table = cluster_summary(ids, x, n, e)
    >>> table[["name", "areas", "excess"]].values.tolist(), table["excess_low"].round(1).tolist()
    ([['a and b', 2, 15.0]], [2.1])
    """
    sums = _sums(ids, chronic_absent, enrolled, expected)
    x, n, e = (sums[name] for name in ("chronic_absent", "enrolled", "expected"))
    sums["rate"] = crude_rate(x, n)
    sums["low"], sums["high"] = wilson(x, n, level)
    sums["ratio"], sums["ratio_low"], sums["ratio_high"] = standardized_ratio(x, e, level)
    low, high = poisson_limits(floats(x), level)
    sums = sums.assign(excess=x - e, excess_low=low - e, excess_high=high - e)
    parts = _labels(ids, labels)
    members = {key: rows.index for key, rows in ids.dropna().groupby(ids.dropna())}
    names = [group_name(parts[rows], enrolled[rows]) for rows in members.values()]
    sums.insert(0, "name", pd.Series(names, list(members), dtype="str"))
    sums.insert(1, "side", sums.index.str.split(" ", n=1).str[0])
    if agreement is not None:
        sums = sums.join(_agreed(ids, agreement))
    sums = sums.assign(_hot=sums["side"].eq("hot"), _size=sums["excess"].abs(), _id=sums.index)
    sums = sums.sort_values(["_hot", "_size", "_id"], ascending=[False, False, True])
    return sums.drop(columns=["_hot", "_size", "_id"]).rename_axis("cluster")


def cluster_schools(ids: pd.Series, n: pd.Series, share: Any) -> pd.DataFrame:
    """Tell which schools a cluster's students attend.

    Parameters
    ----------
    ids
        Cluster of each area, missing outside clusters.
    n
        Students of each school with a known count; others missing.
    share
        Catchment, as for `analytics.hotspots.test.hot_spots`.

    Returns
    -------
    pandas.DataFrame
        One row a cluster and school with students there, by cluster and then most students first:
        `cluster, school_id, students` and `share` of the cluster's students.

    Raises
    ------
    ValueError
        Negative numbers, or shares that do not fit.

    Examples
    --------
    >>> ids, n = pd.Series(["hot a", "hot a"], index=["a", "b"]), pd.Series({"s": 30, "t": 90})
    >>> cluster_schools(ids, n, np.array([[1.0, 0.0], [0.5, 0.0]])).values.tolist()
    [['hot a', 't', 45.0, 0.6], ['hot a', 's', 30.0, 0.4]]
    """
    students = counts(np.zeros(len(n)), n).n
    known = np.where(np.isnan(students), 0.0, students)
    codes, names = pd.factorize(ids, sort=True)
    shares = share_matrix(share, n.index, ids.index)
    inside = pd.get_dummies(pd.Series(codes).where(codes >= 0), dtype=float).to_numpy()
    table = pd.DataFrame((shares @ inside) * known[:, None], n.index, names)
    wide = table.rename_axis("school_id").reset_index()
    long = wide.melt("school_id", var_name="cluster", value_name="students")
    long = long[long["students"] > 0]
    long = long.sort_values(["cluster", "students", "school_id"], ascending=[True, False, True])
    whole = long.groupby("cluster")["students"].transform("sum")
    columns = ["cluster", "school_id", "students", "share"]
    return long.assign(share=long["students"] / whole)[columns].reset_index(drop=True)


def _sums(ids: pd.Series, x: pd.Series, n: pd.Series, e: pd.Series) -> pd.DataFrame:
    """Add up the areas of each cluster; an area without students adds nothing."""
    for column, what in ((x, "chronic_absent"), (n, "enrolled"), (e, "expected")):
        same_index(ids, column, f"clusters and {what}")
    table = pd.DataFrame(
        {"areas": 1, "enrolled": floats(n), "chronic_absent": floats(x), "expected": floats(e)},
        index=ids.index,
    )
    return table.groupby(ids.astype("str")).sum()


def _labels(ids: pd.Series, labels: pd.Series | None) -> pd.Series:
    """Give each area a name to call its cluster by."""
    own = pd.Series(ids.index.astype(str), index=ids.index)
    if labels is None:
        return own
    same_index(ids, labels, "clusters and labels")
    return labels.where(labels.notna() & labels.ne(""), own)


def _agreed(ids: pd.Series, areas: pd.DataFrame) -> pd.DataFrame:
    """Tell how many analyses flag the areas of each cluster."""
    inside = areas.reindex(ids.dropna().index).groupby(ids.dropna())
    return inside.agg(
        k_min=("flagged", "min"),
        k_median=("flagged", "median"),
        k_max=("flagged", "max"),
        of_min=("of", "min"),
        of_max=("of", "max"),
    )
