"""A group's profile beside those of random groups of touching tracts of its size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.drivers.random_groups import Profiles
from analytics.inputs import Bools

FEWEST = 20
"""Fewest random groups with more absence than expected for a share of them to be told."""
HARDER_SIDE = {"higher is harder": 1, "lower is harder": -1}


@dataclass(frozen=True, eq=False)
class RandomGroups:
    """How common what a group shows is among random groups of its size.

    Attributes
    ----------
    groups, high : int
        Random groups, and those of them with more absence than expected.
    as_many, as_many_high : float
        Share of either with as many conditions harder than in comparable tracts; NaN without any,
        and of the latter where they are fewer than `FEWEST`.
    drivers : DataFrame
        Index driver: `as_far, as_far_high`, share of either that lies as far from comparable
        tracts on the same side.
    """

    groups: int
    high: int
    as_many: float
    as_many_high: float
    drivers: pd.DataFrame


def beside_random(profile: pd.DataFrame, profiles: Profiles, high: Bools) -> RandomGroups:
    """Compare a group's profile with those of random groups.

    Parameters
    ----------
    profile : DataFrame
        Index driver: `conclusion`, `difference`, `direction`.
    profiles : Profiles
        Of the random groups.
    high : array of bool
        Random groups with more absence than expected.
    """
    table = profile.reindex(profiles.drivers)
    harder = table["direction"].map(HARDER_SIDE).fillna(0).astype(int).to_numpy()
    said = table["conclusion"].map({"above comparable places": 1, "below comparable places": -1})
    many = profiles.as_many(harder, int((said.eq(harder) & (harder != 0)).sum()))
    far = profiles.as_far(table["difference"].astype(float))
    known = table["difference"].notna().to_numpy()
    shares = {
        "as_far": np.where(known, _share(far), np.nan),
        "as_far_high": np.where(known, _share(far[high], FEWEST), np.nan),
    }
    return RandomGroups(
        len(many),
        int(high.sum()),
        float(_share(many)),
        float(_share(many[high], FEWEST)),
        pd.DataFrame(shares, index=profiles.drivers),
    )


def _share(marks: Bools, fewest: int = 1) -> np.ndarray:
    """Share of groups marked, down the first axis; NaN when they are too few."""
    if len(marks) < fewest:
        return np.full(marks.shape[1:], np.nan)
    return np.asarray(marks.mean(axis=0))
