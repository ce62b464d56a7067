"""Hot spots of each county by itself: how the view is cut, and what one county is shown of it.

Every county is looked at in one go and the tracts of all are one family, so that a reader who asks
for county after county is shown parts of one result, never a new test with an error of its own.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd
from scipy.sparse import coo_array

from data.views.hot_spots import HotSpots
from geo.weights.weights import Weights

NULL = "schools_within"
"""Schools are rearranged within their county: what counties differ by is no hot spot."""
COUNTY_DIGITS = 5


def cut(weights: Weights, parts: pd.Series) -> Weights:
    """Take away the links between areas of different parts.

    Parameters
    ----------
    weights : Weights
    parts : Series
        Part of each area, by its id.

    Examples
    --------
    >>> line = Weights.from_edges("abc", "ab", "bc")
    >>> cut(line, pd.Series({"a": 1, "b": 1, "c": 2})).cardinalities.tolist()
    [1, 0, 0]
    """
    code = pd.factorize(parts.reindex(weights.ids))[0]
    links = weights.sparse.tocoo()
    inside = code[links.row] == code[links.col]
    kept = (links.data[inside], (links.row[inside], links.col[inside]))
    return Weights(coo_array(kept, shape=links.shape).tocsr(), weights.ids, weights.self_included)


def of_counties(found: HotSpots, counties: Collection[str]) -> HotSpots:
    """Give the groups of some counties; the tracts stay, for all were looked at together.

    Parameters
    ----------
    found : HotSpots
        Of a view that was cut by county.
    counties : collection of str
        Five digits each.
    """
    inside = found.tracts["county"].isin(list(counties))

    def within(groups: pd.DataFrame) -> pd.DataFrame:
        return groups[groups["cluster"].str[:COUNTY_DIGITS].isin(list(counties))]

    return replace(
        found,
        groups=within(found.groups),
        broad=None if found.broad is None else within(found.broad),
        tested=int((inside & found.tracts["of"].gt(0).fillna(value=False)).sum()),
        whole_p=None,
    )
