"""Flagged areas that touch each other, gathered into clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from geo.weights import Weights


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
