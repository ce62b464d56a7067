"""Groups of touching tracts tested as groups, beside the hot tracts of a map."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pandas as pd

from analytics.hotspots.consensus.groups import contiguous_groups
from analytics.hotspots.group_test import group_test
from analytics.hotspots.nulls import Null
from data.views.groups import grouped
from data.views.hot_spots import DRAWS, SEED, HotSpots, MapView, held_alike


def with_group_test(view: MapView, shares: pd.DataFrame, found: HotSpots, null: str) -> HotSpots:
    """Add what Gi* with touching tracts says of groups as wholes, at the level of the view.

    Parameters
    ----------
    view, shares
        As `data.views.hot_spots.find_by_test` is given them.
    found : HotSpots
        Any map of the view.
    null : str
        A null that draws schools.

    Returns
    -------
    HotSpots
        With `group_p` of tracts (missing outside groups above the threshold) and of groups (that
        of the tested group they lie in), and `broad`, the groups that pass.
    """
    result = group_test(
        view.schools["chronic_absent"],
        view.schools["enrolled"],
        shares,
        view.touching,
        null=cast("Null", null),
        measure=view.measure,
        **held_alike(view.schools),
        draws=DRAWS,
        seed=SEED,
    )
    high = result.areas["above"].gt(0) & view.tracts["shown"]
    p = result.areas["group_p"].where(high)
    tracts = found.tracts.assign(group_p=p)
    ids = contiguous_groups(p <= view.alpha, view.touching)
    inside, broad = grouped(tracts, ids, view.schools, shares, view.touching)
    return replace(
        found,
        tracts=tracts,
        groups=_with_p(found.groups, p.groupby(tracts["cluster"]).min()),
        broad=_with_p(broad, p.groupby(inside["cluster"]).min()),
    )


def _with_p(groups: pd.DataFrame, p: pd.Series) -> pd.DataFrame:
    """Add p to groups by their id; a group without any mass weighs no more than nothing."""
    return groups.assign(group_p=groups["cluster"].map(p).astype("float64").fillna(1.0))
