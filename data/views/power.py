"""How small a cluster a map of this place could miss: hot spots planted in its own view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from analytics.hotspots.power import power
from analytics.inputs import Progress
from data.views.hot_spots import SEED, HotSpots, MapView, held_alike

TRACTS, GROUPS = "tracts", "groups"
REPLICATES = 20


@dataclass(frozen=True, eq=False)
class Power:
    """What a map of a view finds of planted hot spots.

    Attributes
    ----------
    table : DataFrame
        As `analytics.hotspots.power.power` gives it, for the analyses "tracts" (in a hot group on
        the map) and "groups" (in a group that passes as a whole).
    method : str
        How the maps looked for hot spots: "consensus" or a statistic.
    """

    table: pd.DataFrame
    method: str


def power_of(
    view: MapView,
    shares: pd.DataFrame,
    find: Callable[[MapView], HotSpots],
    method: str,
    *,
    replicates: int = REPLICATES,
    progress: Progress | None = None,
) -> Power:
    """Plant hot spots in a view through one join, and look for them as its map does.

    Parameters
    ----------
    find : callable
        Makes the map of a view, groups tested.
    method : str
        What it does, for the words.
    """

    def look(events: pd.Series, _seed: int) -> dict[str, pd.Series]:
        schools = view.schools.assign(chronic_absent=events)
        found = find(replace(view, schools=schools))
        passing = (found.tracts["group_p"] <= view.alpha).fillna(value=False)
        return {TRACTS: found.tracts["cluster"].notna(), GROUPS: passing}

    table = power(
        view.schools["chronic_absent"],
        view.schools["enrolled"],
        shares,
        view.touching,
        look,
        **held_alike(view.schools),
        replicates=replicates,
        seed=SEED,
        progress=progress,
    )
    return Power(table, method)
