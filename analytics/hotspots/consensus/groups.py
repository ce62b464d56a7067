"""Hot areas that touch, gathered into groups: id, name, and what is in a group.

A group was picked because it stands out, so its rate and ratio lean outwards.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from analytics.inputs import floats, same_index
from analytics.rates.intervals import crude_rate
from geo.weights.weights import Weights


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
    labels: pd.Series,
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
    labels : Series of str
        Name of the part that each area belongs to, for `group_name`.
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
    >>> groups, labels = pd.Series(["a", "a", None], areas), pd.Series(areas, areas)
    >>> x, n = (pd.Series(v, index=areas) for v in ([30, 20, 5], [90, 60, 50]))
    >>> agreement = pd.DataFrame({"flagged": 1, "of": 1}, areas)
    >>> excess = pd.DataFrame({"expected": [40.0], "excess": [10.0]}, ["a"])
    >>> table = group_summary(groups, x, n, excess, labels=labels, agreement=agreement)
    >>> table[["name", "areas", "ratio", "excess"]].values.tolist()
    [['a and b', 2, 1.25, 10.0]]
    """
    same_index(groups, labels, "groups and labels")
    sums = _sums(groups, chronic_absent, enrolled).join(excess)
    sums["rate"] = crude_rate(sums["chronic_absent"], sums["enrolled"])
    expected = sums["expected"].astype(float)
    sums["ratio"] = sums["chronic_absent"] / expected.where(expected > 0)
    inside = groups.dropna()
    members = {key: rows.index for key, rows in inside.groupby(inside)}
    names = [group_name(labels[rows], enrolled[rows]) for rows in members.values()]
    sums.insert(0, "name", pd.Series(names, list(members), dtype="str"))
    sums = sums.join(_agreed(inside, agreement))
    sums = sums.assign(_size=sums["excess"].abs(), _id=sums.index)
    sums = sums.sort_values(["_size", "_id"], ascending=[False, True])
    return sums.drop(columns=["_size", "_id"]).rename_axis("group")


def group_name(labels: pd.Series, students: pd.Series, named: int = 2) -> str:
    """Name a group after the parts its areas belong to, those with most students first.

    "A", "A and B", "A, B and C", or "A, B and 2 more" when there are more than `named` + 1.

    Examples
    --------
    >>> group_name(pd.Series(["North", "Docks", "North"]), pd.Series([50, 80, 40]))
    'North and Docks'
    """
    sums = students.groupby(labels.astype(str)).sum()
    names = list(sums.sort_index().sort_values(ascending=False, kind="stable").index)
    if len(names) <= named + 1:
        return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{', '.join(names[:named])} and {len(names) - named} more"


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
