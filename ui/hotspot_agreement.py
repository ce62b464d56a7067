"""Which analyses agree on a group of tracts, told by method, by neighbours and by join."""

from __future__ import annotations

import pandas as pd

from analytics.hotspots.consensus.analyses import Consensus
from ui.selection import CATCHMENTS, METHODS, NEIGHBOURS

HALF = 0.5
_PARTS = (("method", METHODS), ("weights", NEIGHBOURS), ("catchment", CATCHMENTS))


def agreeing(found: Consensus, clusters: pd.Series) -> pd.Series:
    """Count the analyses that call at least half of a group's tracts hot.

    Parameters
    ----------
    found : Consensus
    clusters : Series of str
        Group of each tract, missing outside.

    Returns
    -------
    Series of str
        By group: "Gi*: 9 of 9, Local Moran: 8 of 9; Tracts that touch: 6 of 6, ...".
    """
    hot = found.flags.eq("hot").fillna(value=False).astype(float)
    agree = hot.groupby(clusters.reindex(hot.index)).mean() >= HALF
    return agree.apply(lambda row: _told(row, found.analyses), axis=1).astype("str")


def analysis_words(names: str) -> str:
    """Write the names of analyses in words: "Gi*, tracts that touch, attendance zones"."""
    words = {**METHODS, **NEIGHBOURS, **CATCHMENTS}
    told = [
        ", ".join(words.get(part, part) for part in name.split(", "))
        for name in filter(None, names.split("; "))
    ]
    return "; ".join(told)


def _told(agree: pd.Series, analyses: pd.DataFrame) -> str:
    """Tell of one group how many analyses of each kind agree."""
    parts = []
    for column, words in _PARTS:
        kinds = analyses[column]
        counts = [
            f"{words[kind]} {int(agree[kinds == kind].sum())} of {int((kinds == kind).sum())}"
            for kind in words
            if (kinds == kind).any()
        ]
        parts.append(", ".join(counts))
    return "; ".join(filter(None, parts))
