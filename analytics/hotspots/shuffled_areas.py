"""The null of shuffled areas for a map made from schools: what off-the-shelf tools test.

It is kept to show what it claims. Areas that share schools are alike by construction, and this null
calls that likeness clustering.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.hotspots.map_analysis import Analysis, Drawn
from analytics.hotspots.map_draws import DrawPlan
from analytics.hotspots.tract_map import TractMap
from analytics.inputs import Floats, floats
from analytics.local.statistics import gi, gi_star, local_moran
from geo.weights.weights import Weights

_STATISTICS = {"gi_star": gi_star, "gi": gi, "local_moran": local_moran}


def shuffled_areas(
    item: Analysis,
    weights: Weights,
    tracts: TractMap,
    events: Floats,
    plan: DrawPlan,
    seed: int,
) -> Drawn:
    """Draw the neighbours of each tested tract from all other tested tracts.

    Parameters
    ----------
    item
        Analysis of the map; it is left as it is.
    weights
        Links among the map's tested tracts.
    tracts
        The map.
    events
        Observed school counts, shape (s,).
    plan
        Number of draws.
    seed
        Seed of the permutations.

    Returns
    -------
    Drawn
        p-values NaN for an island, whose neighbours nobody can draw; the mean is that of shuffled
        areas, known without drawing.

    References
    ----------
    Anselin L (1995) Geographical Analysis 27:93-115 (conditional permutation).

    Examples
    --------
    See `analytics.hotspots.test.hot_spots` with `null="areas"`.
    """
    maps = item.lens.maps(tracts.allocation @ events[:, None])
    table = _STATISTICS[item.name](
        pd.Series(maps[:, 0], index=weights.ids),
        weights,
        null="areas",
        draws=plan.draws,
        max_draws=plan.max_draws,
        alpha=plan.alpha,
        seed=seed,
    )
    p = np.where(item.tested, floats(table["p_sim"]), np.nan)
    draws = floats(table["draws"].fillna(0)).astype(np.int64)
    return Drawn(p, draws, np.where(item.tested, item.centre, np.nan))
