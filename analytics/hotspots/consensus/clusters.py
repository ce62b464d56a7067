"""Flagged areas that touch each other, gathered into clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from geo.weights.weights import Weights


def contiguous_groups(flagged: pd.Series, weights: Weights) -> pd.Series:
    """Gather flagged areas into connected groups and number them, the largest first.

    Parameters
    ----------
    flagged
        True for areas to gather, indexed by ids of the weights; missing counts as not flagged.
    weights
        Neighbours. A link in either direction connects.

    Returns
    -------
    pandas.Series
        Group number 1, 2, ... (Int64) by number of areas; equal groups in the order of their first
        area. NA where not flagged. Same index.

    Raises
    ------
    ValueError
        An id that the weights do not know.

    References
    ----------
    Tarjan R (1972) SIAM J Comput 1:146-160 (connected components).

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> flags = pd.Series([True, False, True, True], index=list("abcd"))
    >>> contiguous_groups(flags, line).tolist()
    [2, <NA>, 1, 1]
    """
    groups = pd.Series(pd.NA, index=flagged.index, dtype="Int64", name="group")
    chosen = flagged.index[flagged.fillna(value=False).to_numpy(dtype=np.bool_)]
    if len(chosen) == 0:
        return groups
    labels = connected_components(weights.subset(chosen).sparse, directed=False)[1]
    sizes = np.bincount(labels)
    first = np.unique(labels, return_index=True)[1]
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(1, len(sizes) + 1)
    groups[chosen] = rank[labels]
    return groups


def cluster_ids(side: pd.Series, weights: Weights) -> pd.Series:
    """Gather contiguous areas of one side into clusters with ids that last.

    An id is made of the side and the smallest area id inside. It depends on neither the order of
    rows nor other clusters: one that appears, grows or goes elsewhere renames nothing.

    Parameters
    ----------
    side
        "hot", "cold" or "" (in no cluster) by area, indexed by ids of the weights; missing counts
        as "".
    weights
        Neighbours. A link in either direction connects.

    Returns
    -------
    pandas.Series
        Ids such as "hot 36061000100", missing outside clusters. Same index.

    Raises
    ------
    ValueError
        An id that the weights do not know.

    Examples
    --------
    >>> line = Weights.from_edges("abcd", "abbccd", "bacbdc")
    >>> cluster_ids(pd.Series({"d": "hot", "c": "hot", "b": "", "a": "cold"}), line).tolist()
    ['hot c', 'hot c', nan, 'cold a']
    """
    found = pd.Series(np.nan, index=side.index, dtype="str", name="cluster")
    for word in sorted(set(side.dropna()) - {""}):
        groups = contiguous_groups(side.eq(word).fillna(value=False), weights).dropna()
        for _, members in groups.groupby(groups):
            found[members.index] = f"{word} {members.index.min()}"
    return found


def group_name(labels: pd.Series, students: pd.Series, named: int = 2) -> str:
    """Name a group of areas after its parts, those with most students first.

    Parameters
    ----------
    labels
        Name of the part that each area of the group belongs to, such as its neighbourhood.
    students
        Students by area, on the same index.
    named
        Parts that are named when there are more than one further.

    Returns
    -------
    str
        "A", "A and B", "A, B and C", or "A, B and 2 more".

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
